"""The page *Post*: it says what waits and what did not arrive, at the same cost after years of letters."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, User
from cosmolocal.kernel import clock
from cosmolocal.messages import operations, outbox, queries, tasks
from cosmolocal.messages.models import Letter, Outlet
from cosmolocal.messages.tests.servers import Moody, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Agent:
    wish = agents.LocalDraft("Ainonghui", "Liuzhou", 24.33, 109.41, "Asia/Shanghai", "en", "CNY")
    return agents.found_local(by=agents_queries.system(), draft=wish)


@pytest.fixture
def readers(home: Agent) -> list[Agent]:
    return [
        agents.add_member(by=home, name=f"Reader {n}", email=f"r{n}@example.org", household_name=f"H{n}")
        for n in range(30)
    ]


@pytest.fixture
def steward(home: Agent, client):
    person = agents.add_member(by=home, name="Li Na", household_name="Li")
    agents.give_role(by=home, agent=person, role="steward")
    agents.make_user(by=home, agent=person, email="li@example.org")
    client.force_login(User.objects.get(agent=person), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client) -> str:
    answer = client.get("/messages/post/")
    assert answer.status_code == 200
    return answer.content.decode()


def write(readers: list[Agent]) -> None:
    writings = [operations.Writing(reader.pk, "payment", "Paid", "You were paid.") for reader in readers]
    operations.send(by=agents_queries.system(), writings=writings)


def test_it_never_says_that_all_went_out_while_letters_wait(steward, readers) -> None:
    with mail_server():
        write(readers[:2])
        assert "Every letter went out" not in page(steward)
        assert "2 letters wait to be sent" in page(steward)
        outbox.deliver()
        shown = page(steward)
    assert "The mail server takes no mail since" in shown
    assert "Refused" in shown
    assert "Every letter went out" not in shown


def test_a_refused_letter_stands_there_by_name_and_goes_when_told(steward, readers) -> None:
    moody = Moody()
    moody.moods["data"]["r1@example.org"] = "554 looks like spam"
    with mail_server(moody):
        write(readers[:3])
        outbox.deliver()
        shown = page(steward)
        assert "554 looks like spam" in shown
        assert "Reader 1" in shown
        letter = Letter.objects.get(state="failed")
        assert steward.post(f"/messages/post/{letter.pk}/again", {"key": "a"}).status_code == 302
        outbox.deliver()
        steward.post(f"/messages/post/{letter.pk}/told", {"key": "b"})
        assert "Every letter went out." in page(steward)


def test_after_a_backup_a_steward_says_what_goes_out(steward, readers) -> None:
    with mail_server(Moody()) as moody:
        operations.hold(by=agents_queries.system())
        write(readers[:2])
        assert "All mail is held back" in page(steward)
        assert steward.post("/messages/post/held/other/", {"key": "a"}).status_code == 404
        steward.post("/messages/post/held/fresh/", {"key": "a"})
        tasks.look_after()
        outbox.deliver()
        assert "All mail is held back" not in page(steward)
    assert not moody.got
    assert not Outlet.objects.exclude(held_since=None).exists()


def test_a_letter_to_a_stranger_is_read_by_stewards_only(home, steward, readers, client) -> None:
    writing = operations.Writing(None, "join", "Your request", "We are full.", name="Yang", address="y@example.org")
    [letter] = operations.send(by=agents_queries.system(), writings=[writing])
    assert "We are full." in steward.get(f"/messages/letter/{letter}/").content.decode()
    alone = agents.add_person(by=home, name="Alone")
    agents.give_role(by=home, agent=alone, role="packer")
    agents.make_user(by=home, agent=alone, email="alone@example.org")
    client.force_login(User.objects.get(agent=alone), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/messages/letter/{letter}/").status_code == 404


def test_it_asks_the_same_for_3_and_for_30_letters_in_each_state(steward, readers) -> None:
    counts = []
    with mail_server():
        for number in (3, 30):
            for state in ("waiting", "failed", "no_address", "sent"):
                write(readers[:number])
                Letter.objects.filter(state="waiting").update(state=state)
            page(steward)
            with CaptureQueriesContext(connection) as asked:
                page(steward)
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_all_letters_are_searched_and_taken_along(steward, readers) -> None:
    with mail_server():
        write(readers[:12])
        Letter.objects.filter(to=readers[1]).update(state="failed", said="554 looks like spam")
    list_of = "/messages/post/letters/"
    assert list_of in page(steward)
    found = steward.get(f"{list_of}?q=reader+11").content.decode()
    assert found.count('class="lead-cell"') == 1
    stuck = steward.get(f"{list_of}?show=stuck").content.decode()
    assert "554 looks like spam" in stuck
    assert stuck.count('class="lead-cell"') == 1
    newest = steward.get(f"{list_of}?sort=-written_at&as=csv").content.decode()
    assert newest.count("Paid") == 12
    assert "r1@example.org" not in newest


@pytest.mark.parametrize("query", ["", "?show=stuck", "?as=csv"])
def test_all_letters_ask_the_same_for_3_and_for_30(steward, readers, query) -> None:
    counts = []
    with mail_server():
        for number in (3, 30):
            write(readers[:number])
            Letter.objects.filter(pk__in=Letter.objects.order_by("-pk").values("pk")[:2]).update(state="no_address")
            steward.get(f"/messages/post/letters/{query}")
            with CaptureQueriesContext(connection) as asked:
                steward.get(f"/messages/post/letters/{query}")
            counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.once
def test_no_question_of_the_page_or_the_worker_reads_all_letters() -> None:
    """What the database says it would do: with an index on each, none walks through every letter there is."""
    now = clock.now()
    with CaptureQueriesContext(connection) as asked:
        queries.stuck()
        queries.waiting()
        queries.is_something_due(now)
        outbox.note()
        outbox.give_up()
        Letter.objects.filter(event="join", written_at__lt=now - timedelta(days=60)).values("pk")[:500].exists()
        list(Letter.objects.filter(event="join", written_at__lt=now)[:5])
    plans = []
    with connection.cursor() as cursor:
        for question in (found["sql"] for found in asked if found["sql"].startswith(("SELECT", "UPDATE"))):
            cursor.execute(f"EXPLAIN QUERY PLAN {question}")
            plans += [(row[3], question) for row in cursor.fetchall() if "local_messages_letter" in row[3]]
    scans = [(plan, sql) for plan, sql in plans if plan == "SCAN local_messages_letter" and "ORDER BY" not in sql]
    assert len(plans) > 8
    assert scans == []
