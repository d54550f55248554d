"""Who did what can be read by those who look after the books, and by nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import operations as agents
from cosmolocal.agents import pages
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, errands, jobs
from cosmolocal.kernel.models import Errand, Operation
from cosmolocal.kernel.operation import declared, in_words
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.website.deeds import Search, found, newest, parts
from cosmolocal.website.operations import open_accounts
from cosmolocal.website.tests.asked import in_the_past
from cosmolocal.website.tests.contract import none_of

Browser = Callable[[Agent], Client]


@pytest.fixture
def topped_up(people: dict[str, Agent], local: Agent) -> Operation:
    """The treasurer has taken 126.40 in for the member's household."""
    household = agents_queries.household_of(people["member"])
    assert household is not None
    open_accounts(by=local, agent=household)
    money.top_up(
        by=people["treasurer"],
        account=money_queries.account_for(household),
        box=money_queries.boxes()[0],
        amount=12640,
        reference="by grandmother",
    )
    return Operation.objects.get(code="money.top_up")


def test_every_deed_has_words() -> None:
    own = {code for code in declared if not code.startswith(("test.", "tests.")) and code != "flows.several_deeds"}
    none_of(in_the_past(own))
    assert in_words("shop.of_an_earlier_release") == "shop.of_an_earlier_release"
    assert {code.partition(".")[0] for code in own} <= set(dict(parts()))
    assert [words for _part, words in parts() if not words[0].isupper()] == []


def test_auditor_reads_who_took_money_in_and_what_it_wrote(
    people: dict[str, Agent], signed_in: Browser, topped_up: Operation
) -> None:
    browser = signed_in(people["auditor"])
    page = browser.get("/deeds/").content.decode()
    assert "took money in" in page
    assert "Treasurer" in page
    assert "by grandmother" in page
    one = browser.get(f"/deeds/{topped_up.pk}/").content.decode()
    assert one.count("126.40") == 2
    assert "Bank account" in one
    assert "Member" in one
    table = browser.get("/deeds/?as=csv").content.decode()
    assert "took money in" in table
    assert "by grandmother" in table


def test_deeds_are_chosen_by_name_part_and_day(
    people: dict[str, Agent], signed_in: Browser, topped_up: Operation
) -> None:
    browser = signed_in(people["auditor"])
    today, before = clock.today(), clock.today() - timedelta(days=1)

    def names(asked: str) -> bool:
        return "took money in" in browser.get(f"/deeds/?{asked}").content.decode()

    assert names("q=treas")
    assert not names("q=somebody-else")
    assert names("part=money")
    assert not names("part=catalog")
    assert names(f"since={today}&until={today}")
    assert not names(f"until={before}")
    assert not names(f"before={topped_up.pk}")
    assert "added a person" not in browser.get("/deeds/").content.decode()
    assert "added a person" in browser.get("/deeds/?itself=on").content.decode()
    assert browser.get("/deeds/?since=nonsense&part=nothing&before=x").status_code == 200


def test_deed_for_somebody_else_names_both(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    helper, member = people["other"], people["member"]
    agents.start_helping(by=local, helper=helper, member=member, consent="at her door")
    agents.change_contact(
        by=helper,
        on_behalf_of=member,
        agent=member,
        contact=agents.ContactDraft(email="member@example.org", phone="0772 123"),
    )
    page = signed_in(people["auditor"]).get("/deeds/?q=member").content.decode()
    assert "changed how somebody is reached" in page
    assert "Other" in page


@pytest.mark.parametrize("role", ["member", "guest", "packer", "keeper", "driver", "producer"])
def test_nobody_else_reads_the_deeds(role: str, people: dict[str, Agent], signed_in: Browser) -> None:
    assert signed_in(people[role]).get("/deeds/").status_code == 403


def test_long_list_asks_no_more_than_a_short_one(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    browser = signed_in(people["auditor"])
    browser.get("/deeds/?itself=on")
    with CaptureQueriesContext(connection) as short:
        browser.get("/deeds/?itself=on&q=nobody")
    with CaptureQueriesContext(connection) as long:
        browser.get("/deeds/?itself=on")
    assert len(long) == len(short)


def test_auditor_from_outside_reads_who_belongs_here(
    people: dict[str, Agent], signed_in: Browser, local: Agent
) -> None:
    circle = agents.add_circle(by=local, name="Kitchen")
    agents.join(by=local, member=people["member"], group=circle)
    agents.give_role(by=local, agent=people["guest"], role="auditor")
    browser = signed_in(people["guest"])
    assert "Member" in browser.get(f"/people/circles/{circle.pk}/").content.decode()
    assert "Steward" in browser.get("/people/members/").content.decode()
    assert browser.post(f"/people/circles/{circle.pk}/leave/{people['member'].pk}/").status_code == 403
    for way in ("/people/members/", "/people/circles/", "/deeds/", "/money/"):
        assert way in browser.get("/me/").content.decode()


def test_statement_leads_readers_of_the_books_to_who_booked_it(
    people: dict[str, Agent], signed_in: Browser, topped_up: Operation
) -> None:
    household = agents_queries.household_of(people["member"])
    account = money_queries.account_for(household) if household else None
    assert account is not None
    address, deed = f"/money/accounts/{account.pk}/statement/", f"/deeds/{topped_up.pk}/"
    assert deed in signed_in(people["auditor"]).get(address).content.decode()
    assert deed not in signed_in(people["member"]).get(address).content.decode()


def test_the_newest_deeds_are_the_first_of_all(people: dict[str, Agent], local: Agent, topped_up: Operation) -> None:
    """What is picked by an index of each person and each kind is what the whole list begins with."""
    wishes = [
        Search(who=who, part=part, by_itself=itself)
        for who in ("", "e", "treasurer", "member", "e r", "nobody of this name")
        for part in ("", "money", "agents")
        for itself in (False, True)
    ]
    assert any(newest(wish, 3) for wish in wishes)
    for wish in wishes:
        assert newest(wish, 3) == list(found(wish)[:3]), wish
        older = Search(who=wish.who, part=wish.part, by_itself=wish.by_itself, before=topped_up.pk)
        assert newest(older, 3) == list(found(older)[:3]), older


def test_a_long_list_is_made_by_the_worker(
    people: dict[str, Agent], signed_in: Browser, local: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(people["auditor"])
    short = browser.get("/deeds/?itself=on&as=csv").content
    monkeypatch.setitem(pages.AT_ONCE, "csv", 1)
    answer = browser.get("/deeds/?itself=on&as=csv")
    made = Errand.objects.get(ended_at=None)
    assert answer["Location"] == f"/errands/{made.pk}/"
    jobs.run_job.func(*jobs.marked("kernel.errand", [str(made.pk)], f"job:{made.pk}"))
    made.refresh_from_db()
    path = errands.file_of(made)
    assert path is not None
    assert path.read_bytes() == short
    assert browser.get("/deeds/?as=exe").status_code == 404
