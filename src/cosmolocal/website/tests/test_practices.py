"""What is off shows nowhere; what a practice brings is there as soon as it is installed and switched on."""

from collections.abc import Callable

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import node, practices, timers
from cosmolocal.kernel.practices import Practice
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import kinds
from cosmolocal.website import operations
from cosmolocal.website.tests.gardens.practice import promised

Browser = Callable[[Agent], Client]
# Where something of the gardens shows, and what.
SHOWN = {
    "stranger": {"/": "Plots to share"},
    "member": {"/home/": "Your plot is dry", "/me/": "My plot", "/messages/": "Frost is coming"},
    "steward": {"/steward/": "A plot is free", "/people/roles/": "Gardener"},
}


def shown(people: dict[str, Agent], signed_in: Browser) -> dict[str, bool]:
    """On which of these pages the gardens show."""
    found = {}
    for role, pages in SHOWN.items():
        browser = Client() if role == "stranger" else signed_in(people[role])
        for page, words in pages.items():
            found[page] = words in browser.get(page).content.decode()
    return found


def test_a_practice_is_switched_off_and_on_again(
    people: dict[str, Agent], signed_in: Browser, gardens: Practice
) -> None:
    steward, member = signed_in(people["steward"]), signed_in(people["member"])
    every = dict.fromkeys(shown(people, signed_in), True)
    assert shown(people, signed_in) == every
    assert member.get("/gardens/").status_code == 200
    assert "gardens.water" in timers.run_due()
    assert steward.post("/steward/practices/gardens/off/")["Location"] == "/steward/practices/"
    assert shown(people, signed_in) == dict.fromkeys(every, False)
    assert (member.get("/gardens/").status_code, steward.post("/gardens/").status_code) == (404, 404)
    assert "gardens.water" not in [timer.name for timer in timers.all_timers()]
    assert kinds.every().keys() - kinds.choices().keys() >= {"frost"}
    with pytest.raises(Refusal, match="from the list"):
        agents.give_role(by=people["steward"], agent=people["member"], role="gardener")
    page = steward.get("/steward/practices/").content.decode()
    assert page.index("Not used here") < page.index("Plots to share")
    steward.post("/steward/practices/gardens/on/")
    assert shown(people, signed_in) == every


def test_what_is_promised_keeps_a_practice_on(people: dict[str, Agent], signed_in: Browser, gardens: Practice) -> None:
    promised.append("Plot 3 is rented until May: end it first.")
    try:
        said = signed_in(people["steward"]).post("/steward/practices/gardens/off/", follow=True).content.decode()
    finally:
        promised.clear()
    assert "Gardens stays on until what is promised in it is over. Plot 3 is rented until May" in said
    assert gardens in practices.switched_on()


def test_one_practice_stays_on(local: Agent, gardens: Practice) -> None:
    *others, last = (practice.name for practice in practices.installed())
    for name in others:
        operations.switch_practice(by=local, name=name, is_on=False)
    with pytest.raises(Refusal, match="Switch on another one first"):
        operations.switch_practice(by=local, name=last, is_on=False)
    assert [practice.name for practice in practices.switched_on()] == [last]
    with pytest.raises(Refusal, match="no such practice"):
        operations.switch_practice(by=local, name="mill", is_on=True)


def test_only_a_steward_switches_practices(people: dict[str, Agent], signed_in: Browser, gardens: Practice) -> None:
    for role in ("member", "treasurer", "auditor"):
        assert signed_in(people[role]).post("/steward/practices/gardens/off/").status_code == 403
    assert signed_in(people["member"]).get("/steward/practices/").status_code == 403
    for path in ("mill/on/", "gardens/perhaps/"):
        assert signed_in(people["steward"]).post(f"/steward/practices/{path}").status_code == 404


def test_the_settings_of_the_local_leave_its_practices_as_they_are(
    people: dict[str, Agent], signed_in: Browser, gardens: Practice
) -> None:
    operations.switch_practice(by=people["steward"], name="gardens", is_on=False)
    wish = {"name": "Ainonghui", "place_name": "Liuzhou", "zone": "Asia/Shanghai", "language": "en"}
    assert signed_in(people["steward"]).post("/steward/local/", wish).status_code == 302
    assert "gardens" not in node.current().practices
    assert node.current().practices


def test_a_task_that_a_practice_brings_is_given_shown_and_opens_its_doors(
    people: dict[str, Agent], signed_in: Browser, gardens: Practice
) -> None:
    steward, member = people["steward"], people["member"]
    page = signed_in(steward).get(f"/people/{member.pk}/role/").content.decode()
    assert 'value="gardener"' in page
    assert signed_in(member).get("/gardens/desk/").status_code == 403
    given = agents.give_role(by=steward, agent=member, role="gardener")
    assert given is not None
    assert given.label == "gardener"
    assert "gardener" in agents_queries.roles_of(member)
    assert signed_in(member).get("/gardens/desk/").status_code == 200
    assert "Watering" in signed_in(member).get("/me/").content.decode()
    assert not agents_policy.may_enter(agents_queries.STRANGER, "gardener")
    with pytest.raises(Refusal, match="Only a gardener"):
        agents_policy.permit(people["other"], "gardener")
