"""Whose a mail address is, nobody learns by writing it as her own: only the mailbox does."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Contact, User
from cosmolocal.kernel import ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages.models import Letter
from cosmolocal.website import my_data
from cosmolocal.website.operations import leave_local
from cosmolocal.website.tests.waiting import work

Browser = Callable[[Agent], Client]
FREE, HELD, GONE = "free@example.org", "held@example.org", "gone@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture
def known(people: dict[str, Agent], local: Agent) -> dict[str, Agent]:
    """Who has an address already: Mei, and Wu, who has left."""
    mei = agents.add_member(by=local, name="Mei", email=HELD)
    wu = agents.add_member(by=local, name="Wu", email=GONE)
    leave_local(by=wu, agent=wu)
    return {HELD: mei, GONE: wu}


def seen(client: Client, address: str, wish: dict[str, str]) -> tuple[str, list[str]]:
    """What is read and asked of the database, without what differs for everybody: keys, numbers, names, addresses."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(address, wish | {"key": ids.fresh_key()}, follow=True)
    assert answer.status_code == 200, answer.content.decode()

    def plain(text: str) -> str:
        text = re.sub(r"(free|held|gone)@example\.org|Newcomer \w+", "…", text)
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{20,}|\d+|NULL|'…'", "#", text)

    return plain(answer.content.decode()), [re.sub(r"'(?:[^']|'')*'", "#", plain(one["sql"])) for one in asked]


def test_who_holds_an_invitation_reads_the_same_whatever_address_she_writes(
    people: dict[str, Agent], known: dict[str, Agent]
) -> None:
    agents.invite(by=people["steward"], token="poster", uses=5)
    wishes = [{"name": f"Newcomer {mail[:4]}", "email": mail} for mail in (FREE, HELD, GONE)]
    read = [seen(Client(), "/people/i/poster/", wish) for wish in wishes]
    assert read[0][0] == read[1][0] == read[2][0]
    assert read[0][1] == read[1][1] == read[2][1]
    assert [User.objects.get(agent__name=f"Newcomer {mail[:4]}").email for mail in (FREE, HELD, GONE)] == [
        FREE,
        None,
        None,
    ]
    assert {user.agent for user in User.objects.filter(email__in=known)} == set(known.values())


def test_who_changes_her_address_reads_the_same_whosever_it_is(
    people: dict[str, Agent], known: dict[str, Agent], local: Agent, signed_in: Browser
) -> None:
    read = []
    for mail in (FREE, HELD, GONE):
        name = f"Newcomer {mail[:4]}"
        client = signed_in(agents.add_member(by=local, name=name, email=f"x{mail}"))
        wish = {"email": mail, "phone": "", "address": ""}
        first = seen(client, "/people/me/contact/", wish)
        read.append((first, seen(client, "/people/me/contact/", wish)))
        assert Contact.objects.get(agent__name=name, agent__kind="person").email == mail
        assert (User.objects.get(agent__name=name).email == mail) is (mail == FREE)
    assert read[0] == read[1] == read[2]


def test_the_mailbox_learns_it_and_who_has_an_account_reads_how_to_sign_in(
    people: dict[str, Agent], known: dict[str, Agent], signed_in: Browser
) -> None:
    agents.change_contact(by=people["member"], agent=people["member"], contact=agents.ContactDraft(email=HELD))
    work("website.tell_of_claimed_mail")
    letter = Letter.objects.get(address=HELD)
    assert letter.subject == "This mail address is known to us"
    assert "you have an account already. Sign in with this address" in letter.text
    assert User.objects.get(email=HELD).agent == known[HELD]
    free = Letter.objects.count()
    agents.change_contact(by=people["member"], agent=people["member"], contact=agents.ContactDraft(email=FREE))
    work("website.tell_of_claimed_mail")
    assert not Letter.objects.filter(address=FREE).exists()
    assert Letter.objects.count() == free
    assert User.objects.get(email=FREE).agent == people["member"]


def test_a_steward_who_may_read_addresses_is_told(people: dict[str, Agent], known: dict[str, Agent]) -> None:
    for mail, code in ((HELD, "agents.mail_taken"), (GONE, "agents.was_here")):
        with pytest.raises(Refusal) as refused:
            agents.change_contact(by=people["steward"], agent=people["member"], contact=agents.ContactDraft(email=mail))
        assert refused.value.code == code


def test_what_she_takes_along_does_not_say_it_either(people: dict[str, Agent], known: dict[str, Agent]) -> None:
    took = []
    for mail in (HELD, FREE):
        her = people["member"]
        agents.change_contact(by=her, agent=her, contact=agents.ContactDraft(email=mail))
        [rows] = [rows for name, _title, rows in my_data._tables([her.pk], her) if name == "sign-in"]
        took.append([sorted(row) for row in rows])
        assert not [row for row in rows if mail in map(str, row.values())]
    assert took[0] == took[1]
