"""Each letter is its own: what the mail server says to one changes nothing for the others, and nothing goes twice."""

from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents.models import Agent, Contact
from cosmolocal.agents.queries import system
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.messages import delivery, operations, outbox, queries, rules, tasks
from cosmolocal.messages.models import Letter, Outlet
from cosmolocal.messages.tests.servers import Moody, mail_server

pytestmark = pytest.mark.django_db
MANY = 15


@pytest.fixture
def people() -> list[Agent]:
    found = []
    for number in range(MANY):
        agent = Agent.objects.create(kind="person", name=f"Reader {number}", created_at=clock.now())
        Contact.objects.create(agent=agent, email=mail(number))
        found.append(agent)
    return found


def mail(number: int) -> str:
    return f"r{number}@example.org"


def write(people: Sequence[Agent], event: str = "payment") -> list[Letter]:
    writings = [operations.Writing(person.pk, event, f"For {person.name}", "You were paid.") for person in people]
    ids = operations.send(by=system(), writings=writings)
    return list(Letter.objects.filter(pk__in=ids).order_by("pk"))


def states() -> dict[str, str]:
    return dict(Letter.objects.order_by("pk").values_list("address", "state"))


def now_and_later(*minutes: int) -> None:
    """Sends what is due, and again after so many minutes."""
    begun = clock.now()
    outbox.deliver()
    for passed in minutes:
        with clock.frozen_at(begun + timedelta(minutes=passed, seconds=50)):
            outbox.deliver()


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("said", ["550 no such mailbox", "554 looks like spam", "552 too big", "501 what?"])
def test_one_refused_letter_never_stops_the_others(people, stage: str, said: str) -> None:
    moody = Moody()
    moody.moods[stage][mail(7)] = said
    with mail_server(moody):
        write(people)
        outbox.deliver()
    assert sorted(moody.readers()) == sorted(mail(n) for n in range(MANY) if n != 7)
    assert states()[mail(7)] == "failed"
    assert Letter.objects.get(state="failed").said.endswith(said)
    assert [letter.reader_name for letter in queries.stuck()] == ["Reader 7"]
    assert list(states().values()).count("sent") == MANY - 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("said", ["450 come back", "451 local trouble", "452 no room"])
def test_what_is_refused_for_now_is_tried_again(people, stage: str, said: str) -> None:
    moody = Moody()
    moody.moods[stage][mail(7)] = said
    with mail_server(moody):
        write(people)
        now_and_later(1)
        letter = Letter.objects.get(address=mail(7))
        assert (letter.state, letter.tries) == ("waiting", 2)
        assert letter.said.endswith(said)
        assert queries.outlet().down_since is None
        moody.moods[stage].clear()
        now_and_later(30)
    assert set(states().values()) == {"sent"}
    assert sorted(moody.readers()) == sorted(mail(n) for n in range(MANY))


def test_a_refused_sender_is_final_and_one_who_must_sign_in_first_is_the_servers_trouble(people) -> None:
    moody = Moody()
    moody.moods["mail"][""] = "550 you may not send"
    with mail_server(moody):
        write(people[:1])
        outbox.deliver()
        assert states() == {mail(0): "failed"}
        moody.moods["mail"][""] = "530 sign in first"
        write(people[1:4])
        outbox.deliver()
    assert set(states().values()) == {"failed", "waiting"}
    outlet = queries.outlet()
    assert outlet.down_since is not None
    assert "530 sign in first" in outlet.said


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("mood", ["hang", "drop", "421 closing down"])
def test_a_server_that_talks_to_nobody_loses_nothing(people, stage: str, mood: str) -> None:
    moody = Moody()
    moody.moods[stage][""] = mood
    with mail_server(moody):
        write(people)
        outbox.deliver()
        assert set(states().values()) == {"waiting"}
        assert queries.outlet().down_since is not None
        assert not queries.may_go_out(clock.now())
        moody.moods.clear()
        now_and_later(2)
    assert set(states().values()) == {"sent"}
    assert sorted(moody.readers()) == sorted(mail(n) for n in range(MANY))
    assert queries.outlet().down_since is None


@pytest.mark.parametrize("mood", ["hang", "drop", "421 not this one"])
def test_a_letter_at_which_the_server_hangs_up_stops_only_itself(people, mood: str) -> None:
    moody = Moody()
    moody.moods["data"][mail(0)] = mood
    with mail_server(moody):
        write(people)
        outbox.deliver()
    assert sorted(moody.readers()) == sorted(mail(n) for n in range(1, MANY))
    assert states()[mail(0)] == "waiting"
    assert queries.outlet().down_since is None


def test_with_the_server_down_post_says_so_and_nothing_counts_as_sent(people) -> None:
    with mail_server():
        write(people)
        outbox.deliver()
    assert set(states().values()) == {"waiting"}
    assert {letter.tries for letter in Letter.objects.all()} == {0}  # no letter is to blame
    assert queries.waiting().count == MANY
    assert "Refused" in queries.outlet().said


def test_a_wrong_password_is_no_readers_fault(people) -> None:
    with mail_server(Moody()) as moody, pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.EMAIL_HOST_USER", "local", raising=False)
        patch.setattr("django.conf.settings.EMAIL_HOST_PASSWORD", "wrong", raising=False)
        write(people)
        outbox.deliver()
        assert not moody.got
    assert set(states().values()) == {"waiting"}
    assert queries.outlet().down_since is not None


def test_an_address_that_no_mail_can_carry_stops_only_itself(people) -> None:
    Contact.objects.filter(agent=people[3]).update(email="r3@example.org\nBcc: all@example.org")
    with mail_server(Moody()) as moody:
        write(people)
        outbox.deliver()
    assert len(moody.got) == MANY - 1
    assert not any("all@example.org" in str(found) for _to, found in moody.got)
    assert list(states().values()).count("failed") == 1


def test_a_letter_that_never_goes_is_told_in_person_after_days(people) -> None:
    with mail_server():
        [letter] = write(people[:1])
        with clock.frozen_at(clock.now() + rules.GIVE_UP_AFTER + timedelta(minutes=1)):
            tasks.look_after()
    letter.refresh_from_db()
    assert letter.state == "failed"
    assert "three days" in letter.said


def test_two_workers_never_take_the_same_letter(people) -> None:
    with mail_server(Moody()):
        write(people)
        first, second = outbox._claim(), outbox._claim()
    assert len(first) == MANY
    assert second == []


@pytest.mark.parametrize("number", [3, MANY])
def test_one_deed_notes_a_whole_batch(people, number: int) -> None:
    with mail_server(Moody()):
        write(people[:number])
        before = Operation.objects.count()
        outbox.deliver()
    assert Operation.objects.count() - before == 1
    assert Operation.objects.latest("id").code == "messages.mark"


def test_writing_many_letters_takes_as_many_statements_as_writing_a_few(people) -> None:
    counts = []
    for number in (3, MANY):
        with CaptureQueriesContext(connection) as counted:
            write(people[:number])
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_the_daily_mail_is_one_mail_a_reader_and_refused_for_one_only(people) -> None:
    moody = Moody()
    moody.moods["data"][mail(1)] = "554 no"
    with mail_server(moody):
        for _again in range(3):
            write(people[:4], "receipt")
        assert set(states().values()) == {"digest"}
        operations.begin_daily_mail(by=system())
        outbox.deliver()
    assert sorted(moody.readers()) == [mail(0), mail(2), mail(3)]
    assert Letter.objects.filter(state="sent").count() == 9
    assert Letter.objects.filter(state="failed", to=people[1]).count() == 3


def test_the_daily_mail_goes_once_a_day_also_where_the_node_slept_at_its_hour(people) -> None:
    moment = clock.now().replace(hour=23, minute=10) + timedelta(days=1)
    with mail_server(Moody()), clock.frozen_at(moment):
        write(people[:1], "receipt")
        tasks.send_digests()
        assert set(states().values()) == {"waiting"}
        write(people[1:2], "receipt")
        tasks.send_digests()
        assert states()[mail(1)] == "digest"


def test_a_letter_is_sent_again_to_the_address_its_reader_has_now(people) -> None:
    moody = Moody()
    moody.moods["rcpt"][mail(0)] = "550 no such mailbox"
    with mail_server(moody):
        [letter] = write(people[:1])
        outbox.deliver()
        Contact.objects.filter(agent=people[0]).update(email="right@example.org")
        operations.send_again(by=system(), letter=letter)
        outbox.deliver()
    assert moody.readers() == ["right@example.org"]


def test_what_was_told_in_person_is_not_sent_any_more(people) -> None:
    with mail_server(Moody()) as moody:
        [letter] = write(people[:1])
        operations.tell_in_person(by=system(), letter=letter)
        outbox.deliver()
    assert not moody.got
    assert states() == {mail(0): "told"}


def test_held_mail_waits_for_a_steward_who_sends_or_drops_it(people) -> None:
    with mail_server(Moody()) as moody:
        operations.hold(by=system())
        write(people[:2])
        outbox.deliver()
        assert not moody.got
        operations.let_go(by=system(), waiting=False)
        write(people[2:3])
        outbox.deliver()
        assert moody.readers() == [mail(2)]
        operations.hold(by=system())
        write(people[3:4])
        with clock.frozen_at(clock.now() + timedelta(days=9)):
            tasks.look_after()
            operations.let_go(by=system(), waiting=True)
            tasks.look_after()
            outbox.deliver()
    assert moody.readers() == [mail(2), mail(3)]
    assert Outlet.objects.get().held_since is None


def test_a_letter_to_somebody_who_is_no_agent_goes_out_and_may_fail(people) -> None:
    moody = Moody()
    moody.moods["data"]["no@example.org"] = "554 no"
    with mail_server(moody):
        for address in ("yes@example.org", "no@example.org"):
            writing = operations.Writing(None, "join", "Your request", "Sorry.", name="Amina", address=address)
            operations.send(by=system(), writings=[writing])
        outbox.deliver()
    assert moody.readers() == ["yes@example.org"]
    assert "unsubscribe" not in str(moody.got[0][1]).lower()
    assert [letter.reader_name for letter in queries.stuck()] == ["Amina"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("code", "means"),
    [
        *((code, rules.REFUSED) for code in (500, 501, 550, 551, 552, 553, 554, 571)),
        *((code, rules.LATER) for code in (450, 451, 452, 454, 471)),
        *((code, rules.SERVER) for code in (421, 530, 534, 535, 538, 0, -1, 250)),
    ],
)
def test_what_an_answer_means(code: int, means: str) -> None:
    assert rules.judge(code) == means


def test_a_subject_with_line_ends_is_one_line(people) -> None:
    with mail_server(Moody()) as moody:
        writing = operations.Writing(people[0].pk, "payment", "Paid\r\nBcc: all@example.org", "a\0b")
        operations.send(by=system(), writings=[writing])
        outbox.deliver()
    [(_to, found)] = moody.got
    assert isinstance(found, EmailMessage)
    assert found["Subject"] == "Paid Bcc: all@example.org"
    assert found["Bcc"] is None
    assert delivery.words_of(ValueError("x")) == "ValueError: x"
