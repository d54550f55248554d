"""The house holds many practices: at most five doors, two of one's own choice, and pages that fold what is quiet."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel.practices import Practice
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.website.operations import switch_practice

Browser = Callable[[Agent], Client]


def doors(browser: Client, page: str = "/home/") -> list[str]:
    """What stands in the bar of a page."""
    nav = re.search(r'<nav class="site-nav".*?</nav>', browser.get(page).content.decode(), re.DOTALL)
    assert nav
    return re.findall(r'class="nav-label">([^<]+)<', nav[0])


def folds(page: str) -> dict[str, bool]:
    """The parts of a page that can be folded: title -> does it stand open?"""
    found = re.findall(r'<details class="fold"( open)?>\s*<summary>.*?fold-title">([^<]+)<', page, re.DOTALL)
    return {title: bool(opened) for opened, title in found}


def test_few_practices_stand_in_the_bar_themselves(
    people: dict[str, Agent], signed_in: Browser, gardens: Practice
) -> None:
    assert doors(signed_in(people["member"])) == ["Home", "Shop", "Gardens", "Me"]
    assert doors(signed_in(people["steward"])) == ["Home", "Shop", "Gardens", "To do", "Me"]
    assert doors(Client(), "/") == ["Home", "Shop", "Join", "Sign in"]  # the gardens let no stranger in


def test_of_many_practices_the_bar_has_two_and_a_page_of_all(
    people: dict[str, Agent], signed_in: Browser, fields: list[str]
) -> None:
    member = signed_in(people["member"])
    assert doors(member) == ["Home", "Shop", "Gardens", "Together", "Me"]
    assert doors(signed_in(people["steward"])) == ["Home", "To do", "Shop", "Together", "Me"]
    page = member.get("/together/").content.decode()
    assert len(fields) == 14
    assert [title for title in fields if f">{title}</a></h2>" not in page] == []
    assert page.index("Your plot is dry") < page.index(">Fielda</a>")
    assert "Harvest feast" not in page
    for role, status in (("guest", 403), ("auditor", 200), ("producer", 200)):
        assert signed_in(people[role]).get("/together/").status_code == status


def test_everybody_pins_two_and_the_older_one_makes_room(
    people: dict[str, Agent], signed_in: Browser, fields: list[str]
) -> None:
    member = signed_in(people["member"])
    member.post("/together/fieldb:home/in/")
    assert doors(member) == ["Home", "Gardens", "Fieldb", "Together", "Me"]
    member.post("/together/fieldc:home/in/")
    assert doors(member) == ["Home", "Fieldb", "Fieldc", "Together", "Me"]
    member.post("/together/fieldb:home/out/")
    assert doors(member) == ["Home", "Fieldc", "Together", "Me"]
    assert doors(signed_in(people["other"])) == ["Home", "Shop", "Gardens", "Together", "Me"]
    switch_practice(by=people["steward"], name="fieldc", is_on=False)
    assert doors(member) == ["Home", "Together", "Me"]
    steward = signed_in(people["steward"])
    steward.post("/together/steward/out/")
    assert doors(steward) == ["Home", "Shop", "Together", "Me"]
    for path in ("steward/in/", "mill:home/in/", "shop:home/up/"):
        assert member.post(f"/together/{path}").status_code == 404
    with pytest.raises(Refusal, match="holds two"):
        agents.pin_doors(by=people["member"], agent=people["member"], doors=["a", "b", "c"])
    with pytest.raises(Refusal):
        agents.pin_doors(by=people["other"], agent=people["member"], doors=[])


def test_home_has_three_bands(people: dict[str, Agent], signed_in: Browser, gardens: Practice) -> None:
    page = signed_in(people["member"]).get("/home/").content.decode()
    order = [">Now<", "Your plot is dry", ">This week<", "Sowing day", ">Quiet<", "Harvest feast"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    switch_practice(by=people["steward"], name="gardens", is_on=False)
    page = signed_in(people["member"]).get("/home/").content.decode()
    assert ">Now<" not in page


def test_what_is_to_do_stands_by_practice_and_what_is_quiet_is_folded(
    people: dict[str, Agent], signed_in: Browser, fields: list[str]
) -> None:
    agents.ask_to_join(by=agents_queries.system(), name="Jo", phone="1")
    page = signed_in(people["steward"]).get("/steward/").content.decode()
    assert list(folds(page)) == ["The house", "Shop", "Gardens"]
    assert folds(page)["The house"]
    assert not folds(page)["Gardens"]


def test_me_and_letters_fold_what_is_not_in_the_bar(
    people: dict[str, Agent], signed_in: Browser, fields: list[str]
) -> None:
    member = signed_in(people["member"])
    page = member.get("/me/").content.decode()
    assert page.index("My orders") < page.index("<details") < page.index("Mine in fielda") < page.index("</details>")
    page = member.get("/messages/").content.decode()
    assert folds(page) == {"The house": True} | dict.fromkeys(fields, False)
    wrong = member.post("/messages/", {"payment": "now", "fielda_news": "hourly"}).content.decode()
    assert folds(wrong)["Fielda"]
