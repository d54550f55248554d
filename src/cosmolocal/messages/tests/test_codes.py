"""Codes to sign in on their way: they arrive while they open something, whatever mail and processes do meanwhile."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, User
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import codes, operations, outbox, queries, rules, tasks
from cosmolocal.messages.models import Letter, Secret
from cosmolocal.messages.tests.servers import Moody, free_port, mail_server

pytestmark = pytest.mark.django_db
HERS = "amina@example.org"


@pytest.fixture
def amina() -> Agent:
    wish = agents.LocalDraft("Ainonghui", "Liuzhou", 24.33, 109.41, "Asia/Shanghai", "en", "CNY")
    home = agents.found_local(by=agents_queries.system(), draft=wish)
    person = agents.add_member(by=home, name="Amina", email=HERS, household_name="Amina's")
    agents.make_user(by=home, agent=person, email=HERS)
    return person


def ask(address: str = HERS) -> Client:
    browser = Client()
    assert browser.post("/account/login/code/", {"email": address}).status_code == 302
    return browser


def after(**passed: int) -> datetime:
    return clock.now() + timedelta(**passed)


def work(moment: datetime) -> list[datetime]:
    """Does codes until none waits, as the worker does, from `moment` on; when it looked."""
    looked = []
    again: datetime | None = moment
    while again is not None:
        with clock.frozen_at(again):
            looked.append(again)
            again = codes.deliver()
    return looked


def the_letter() -> Letter:
    return Letter.objects.get(event=rules.CODE)


def code_in(moody: Moody) -> str:
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", moody.got[-1][1].get_content())
    assert found
    return found.group()


def test_it_opens_and_leaves_nothing_of_the_code(amina: Agent) -> None:
    deeds = Operation.objects.count()
    with mail_server(Moody()) as moody:
        browser = ask("Amina@Example.org")
        assert [row.args_kwargs["args"][0] for row in DBTaskResult.objects.filter(queue_name=jobs.SOON)] == [
            "messages.deliver_codes"
        ]
        assert codes.deliver() is None
        code = code_in(moody)
    assert moody.readers() == [HERS]
    assert code.encode() not in b"".join(bytes(str(row), "utf-8") for row in Letter.objects.values_list())
    assert (the_letter().state, the_letter().text) == ("sent", "")
    assert not Secret.objects.exists()
    assert Operation.objects.count() == deeds
    browser.post("/account/login/code/confirm/", {"code": code})
    assert browser.get("/messages/").status_code == 200


def test_its_text_waits_encrypted(amina: Agent) -> None:
    ask()
    [secret] = Secret.objects.all()
    assert HERS.encode() not in bytes(secret.words)
    assert not re.search(rb"[2-9A-Z]{4}-[2-9A-Z]{4}", bytes(secret.words))
    words = codes._decrypted(secret)
    assert words is not None
    assert words[0] == HERS
    assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", words[2])


def test_a_server_that_was_down_for_a_minute_takes_it(amina: Agent) -> None:
    port = free_port()
    with mail_server(port=port):
        ask()
        begun = clock.now()
        again = codes.deliver()
        assert again is not None
        assert timedelta() < again - begun <= timedelta(seconds=6)
        assert the_letter().state == "waiting"
        assert "Refused" in queries.outlet().said
    with mail_server(Moody(), port=port) as moody:
        work(again)
    assert moody.readers() == [HERS]
    assert the_letter().state == "sent"
    assert queries.outlet().down_since is None


@pytest.mark.parametrize("mood", ["hang", "drop", "421 closing", "451 come back"])
def test_what_is_said_for_now_is_tried_again_within_seconds(amina: Agent, mood: str) -> None:
    moody = Moody()
    moody.moods["data"][HERS] = mood
    with mail_server(moody):
        ask()
        again = codes.deliver()
        assert again is not None
        assert again <= after(seconds=6)
        moody.moods.clear()
        work(again)
    assert moody.readers() == [HERS]


@pytest.mark.parametrize("said", ["550 no such mailbox", "554 looks like spam"])
def test_a_refused_one_stands_on_the_stewards_list_and_the_newest_only(amina: Agent, said: str) -> None:
    moody = Moody()
    moody.moods["rcpt"][HERS] = said
    with mail_server(moody):
        for _again in range(2):
            ask()
            assert codes.deliver() is None
    [letter] = queries.stuck()
    assert letter.to == amina
    assert said in letter.said
    assert not Secret.objects.exists()
    with pytest.raises(Refusal) as refused:
        operations.send_again(by=agents_queries.system(), letter=letter)
    assert refused.value.code == "messages.code_ended"


def test_one_that_has_ended_is_not_sent_any_more(amina: Agent) -> None:
    with mail_server():
        ask()
        looked = work(clock.now())
        assert all(later - sooner <= timedelta(seconds=61) for sooner, later in pairwise(looked))
        assert looked[-1] - looked[0] > timedelta(minutes=13)
    with mail_server(Moody()) as moody, clock.frozen_at(after(minutes=16)):
        tasks.look_after()
        codes.deliver()
    assert not moody.got
    assert the_letter().state == "failed"
    assert "ended before" in the_letter().said
    assert not Secret.objects.exists()


def test_it_goes_while_other_mail_is_held_or_waits_for_its_server(amina: Agent) -> None:
    with mail_server(Moody()) as moody:
        operations.hold(by=agents_queries.system())
        outbox.server_is_down("421 closing")
        operations.send(
            by=agents_queries.system(), writings=[operations.Writing(amina.pk, "payment", "Paid", "You were paid.")]
        )
        ask()
        codes.deliver()
        outbox.deliver()
        assert moody.readers() == [HERS]
        assert "Paid" not in str(moody.got[0][1]["Subject"])
        ask()
        codes._take_in()
        operations.let_go(by=agents_queries.system(), waiting=False)
        codes.deliver()
        assert len(moody.got) == 2


def test_no_other_delivery_takes_it(amina: Agent) -> None:
    with mail_server(Moody()) as moody:
        ask()
        codes._take_in()
        operations.let_go(by=agents_queries.system(), waiting=True)
        with clock.frozen_at(after(days=4)):
            outbox.give_up()
            outbox.deliver()
        assert not moody.got
    assert the_letter().state == "waiting"


def test_what_a_killed_worker_had_claimed_goes_a_little_later(amina: Agent) -> None:
    with mail_server(Moody()) as moody:
        ask()
        codes._take_in()
        assert codes._claim() is not None
        again = codes.deliver()
        assert not moody.got
        assert again is not None
        assert again <= after(minutes=1)
        with clock.frozen_at(again):
            DBTaskResult.objects.all().delete()
            tasks.look_after()
            assert DBTaskResult.objects.filter(queue_name=jobs.SOON).count() == 1
            codes.deliver()
    assert moody.readers() == [HERS]


def test_the_worker_comes_back_by_itself_once_however_many_wait(amina: Agent) -> None:
    with mail_server():
        for _again in range(3):
            ask()
        DBTaskResult.objects.all().delete()
        for _again in range(3):
            tasks.deliver_codes()
    [row] = DBTaskResult.objects.filter(queue_name=jobs.SOON)
    assert row.run_after <= after(seconds=11)


def _statements(deed: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        deed()
    shapes = (re.sub(r"'[^']*'|\b[0-9a-f]{32}\b|\d+", "?", found["sql"]) for found in asked)
    return [shape.split(" WHERE ")[0][:60] for shape in shapes if "Secret" in shape or "local_messages" in shape]


def test_an_unknown_address_costs_the_same_and_leaves_nothing(amina: Agent) -> None:
    known, unknown = _statements(ask), _statements(lambda: ask("nobody@example.org"))
    assert known == unknown
    assert len(known) == 1
    shapes = [
        (len(bytes(row.words)) - len(address), row.tries)
        for row, address in zip(Secret.objects.order_by("pk"), (HERS, "nobody@example.org"), strict=True)
    ]
    assert shapes[0] == shapes[1]
    with mail_server(Moody()) as moody:
        assert codes.deliver() is None
    assert moody.readers() == [HERS]
    assert not Secret.objects.exists()
    assert Letter.objects.count() == 1


def test_of_who_has_left_nothing_is_mailed_any_more(amina: Agent) -> None:
    with mail_server(Moody()) as moody:
        ask()
        User.objects.filter(agent=amina).update(is_active=False)
        codes.deliver()
    assert not moody.got
    assert not Letter.objects.exists()


def test_where_no_mail_is_set_up_it_is_told_in_person(amina: Agent) -> None:
    ask()
    assert codes.deliver() is None
    assert the_letter().state == "no_mail"
    assert codes.deliver() is None
    with clock.frozen_at(after(minutes=16)):
        codes.end()
    assert not Secret.objects.exists()


def test_a_letter_out_of_a_backup_has_no_text_and_ends(amina: Agent) -> None:
    with mail_server(Moody()) as moody:
        ask()
        codes._take_in()
        Secret.objects.all().delete()  # no backup holds it
        tasks.look_after()
        codes.deliver()
    assert not moody.got
    assert the_letter().state == "off"


def test_with_another_key_of_the_node_it_is_no_text_any_more(amina: Agent, settings) -> None:
    ask()
    settings.SECRET_KEY = "another"
    with mail_server(Moody()) as moody:
        codes.deliver()
    assert not moody.got
    assert not Secret.objects.exists()


def test_the_page_says_what_is_true_and_what_to_do_next(amina: Agent) -> None:
    page = ask("nobody@example.org").get("/account/login/code/confirm/").content.decode()
    assert "If this address is known here, a code is on its way to it." in page
    assert "ask a steward for a code" in page
    assert "has been sent" not in page


def test_a_steward_reads_that_it_holds_a_code_and_cannot_send_it_again(amina: Agent, client: Client) -> None:
    agents.give_role(by=agents_queries.system(), agent=amina, role="steward")
    client.force_login(User.objects.get(agent=amina), backend="allauth.account.auth_backends.AuthenticationBackend")
    moody = Moody()
    moody.moods["rcpt"][HERS] = "550 no such mailbox"
    with mail_server(moody):
        ask()
        codes.deliver()
        post = client.get("/messages/post/").content.decode()
    assert "550 no such mailbox" in post
    assert "Send again" not in post
    assert "nobody but its reader may see" in client.get(f"/messages/letter/{the_letter().pk}/").content.decode()
