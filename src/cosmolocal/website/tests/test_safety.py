"""Headers, stale forms, refusals that no form caught, words of people that stay words."""

from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client

from cosmolocal.agents import limits
from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Role
from cosmolocal.website.errors import server_error

Browser = Callable[[Agent], Client]
PATHS = ["/", "/account/login/", "/people/ask/", "/home/", "/steward/", "/nothing-here/", "/people/add/"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_strict(people: dict[str, Agent], signed_in: Browser, path: str) -> None:
    answer = signed_in(people["steward"]).get(path) if path not in ("/", "/account/login/") else Client().get(path)
    policy = {part.strip().split(" ")[0]: part for part in answer["Content-Security-Policy"].split(";")}
    assert policy["default-src"].strip() == "default-src 'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy["script-src"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    text = answer.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text


def test_pages_of_somebody_are_not_kept_by_browsers(people: dict[str, Agent], signed_in: Browser) -> None:
    assert "no-store" in signed_in(people["member"]).get("/home/")["Cache-Control"]


def test_cookies_carry_the_nodes_name_and_no_script_reads_them(people: dict[str, Agent], signed_in: Browser) -> None:
    client = Client()
    agents.make_sign_in_code(by=people["steward"], on_behalf_of=people["member"], code="ABCD2345")
    answer = client.post("/people/sign-in/code/", {"code": "ABCD2345"})
    cookie = next(morsel for name, morsel in answer.cookies.items() if name.startswith("session_"))
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_stale_form_keeps_what_was_typed(local: Agent) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        "/people/ask/", {"name": "Sun Li", "words": "I like <i>greens</i>", "csrfmiddlewaretoken": "old"}
    )
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "Sun Li" in text
    assert "I like &lt;i&gt;greens&lt;/i&gt;" in text
    assert ">old<" not in text


def test_who_was_signed_out_meanwhile_keeps_what_she_typed_and_comes_back_to_the_page(local: Agent) -> None:
    answer = Client().post(
        "/people/me/profile/",
        {"name": "Li Na", "about": "I grow <b>beans</b>"},
        headers={"referer": "http://testserver/me/"},
    )
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "I grow &lt;b&gt;beans&lt;/b&gt;" in text
    assert "/account/login/?next=%2Fme%2F" in text


def test_a_button_pressed_after_signing_out_leads_to_sign_in_and_back_to_its_page(local: Agent) -> None:
    answer = Client().post("/people/6/code/", headers={"referer": "https://elsewhere.example/people/"})
    assert answer["Location"] == "/account/login/?next=/people/6/"


def test_an_address_that_only_takes_forms_leads_to_the_page_above(people: dict[str, Agent], signed_in: Browser) -> None:
    browser = signed_in(people["steward"])
    assert browser.get(f"/people/{people['member'].pk}/code/")["Location"] == f"/people/{people['member'].pk}/"
    assert browser.get("/handovers/1/receive/2/")["Location"] == "/handovers/1/receive/"


def test_a_refusal_that_no_form_caught_is_a_sentence(people: dict[str, Agent], signed_in: Browser) -> None:
    steward = people["steward"]
    for role in Role.objects.filter(name="steward").exclude(agent=steward):
        agents.end_role(by=steward, role=role)
    own = Role.objects.get(agent=steward, name="steward")
    answer = signed_in(steward).post(f"/people/roles/{own.pk}/end/")
    assert answer.status_code == 422
    assert "Give the role to somebody else first" in answer.content.decode()


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_words_stay_words(people: dict[str, Agent], signed_in: Browser, words: str) -> None:
    member = people["member"]
    agents.change_profile(by=member, agent=member, name=words, about=words, shown_to_members=True)
    browser = signed_in(people["steward"])
    for path in ("/people/", f"/people/{member.pk}/", "/people/members/"):
        text = browser.get(path).content.decode()
        assert words not in text
        assert "&lt;" in text


def test_a_stranger_who_waited_too_long_for_another_writer_keeps_what_she_typed(local: Agent, monkeypatch) -> None:
    def locked(*_limits: object, **_more: object) -> bool:
        raise OperationalError("database is locked")

    monkeypatch.setattr(limits, "allow_all", locked)
    answer = Client().post("/people/ask/", {"name": "Sun Li", "words": "greens"})
    assert answer.status_code == 503
    assert "Many people write at this moment" in answer.content.decode()
    assert "Sun Li" in answer.content.decode()


def test_our_own_mistake_is_told_without_the_database(rf) -> None:
    """Without the database mark, a query would fail this test."""
    answer = server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "<h1" in answer.content.decode()


def test_no_link_leads_to_another_host(local: Agent) -> None:
    client = Client()
    answer = client.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert not answer["Location"].startswith("https://evil")


def test_the_profile_chooses_the_language(people: dict[str, Agent], signed_in: Browser) -> None:
    member = people["member"]
    agents.change_profile(by=member, agent=member, name="Member", language="ar")
    assert 'dir="rtl"' in signed_in(member).get("/home/").content.decode()
    assert 'lang="ko"' in Client().get("/", headers={"accept-language": "ko,en;q=0.5"}).content.decode()
