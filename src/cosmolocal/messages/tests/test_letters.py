"""Letters: one function decides every mail; nothing is lost where mail is off or the server says no."""

import itertools
import socket

import pytest
from django.core.mail import get_connection
from django.test import override_settings

from cosmolocal.agents.models import Agent, Contact
from cosmolocal.agents.queries import system
from cosmolocal.kernel import clock, jobs, node
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import delivery, kinds, links, operations, rules, sink, tasks
from cosmolocal.messages.models import Letter, Preference


@pytest.mark.once
def test_every_mail_is_decided_for_every_event_setting_and_reader() -> None:
    for known, chosen, has_address, ready, left in itertools.product(
        kinds.every().values(), (None, "now", "digest", "off"), (True, False), (True, False), (True, False)
    ):
        said = rules.decide(known, chosen, has_address=has_address, mail_ready=ready, left=left)
        if known.may_refuse and (chosen == "off" or left):
            assert said == "off"
        elif not has_address:
            assert said == "no_address"
        elif not ready:
            assert said == "no_mail"
        else:
            assert said == (chosen if chosen in ("now", "digest") else known.default)


@pytest.mark.once
def test_every_event_has_a_name() -> None:
    assert [event for event, known in kinds.every().items() if not str(known.title)] == []


@pytest.fixture
def jo() -> Agent:
    agent = Agent.objects.create(kind="person", name="Jo", created_at=clock.now())
    Contact.objects.create(agent=agent, email="jo@example.org")
    return agent


@pytest.fixture
def server(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = sink.start(port, tmp_path)
    chosen = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "MAIL_READY": True,
    }
    with override_settings(**chosen):
        yield tmp_path
    controller.stop()


def write(jo: Agent, event: str = "payment") -> Letter:
    file = operations.Attachment("list.csv", "text/csv", b"a,b")
    writing = operations.Writing(jo.pk, event, "Paid", "You were paid.", "/money/", (file,))
    return Letter.objects.get(pk=operations.send(by=jo, writings=[writing])[0])


def run_job(name: str, *args: object) -> None:
    token = jobs._key.set("job:test")
    try:
        jobs.declared[name](*args)
    finally:
        jobs._key.reset(token)


@pytest.mark.django_db
def test_a_letter_leaves_by_smtp_with_its_file_and_a_way_out(jo: Agent, server) -> None:
    letter = write(jo)
    assert letter.state == "waiting"
    run_job("messages.deliver")
    letter.refresh_from_db()
    assert letter.state == "sent"
    mail = next(server.glob("*.eml")).read_text()
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail
    assert "list.csv" in mail
    run_job("messages.deliver")
    assert len(list(server.glob("*.eml"))) == 1


@pytest.mark.django_db
def test_a_refused_mailbox_is_final_and_says_why(jo: Agent, server) -> None:
    Contact.objects.filter(agent=jo).update(email="jo@refused.invalid")
    letter = write(jo)
    run_job("messages.deliver")
    letter.refresh_from_db()
    assert letter.state == "failed"
    assert "550 no such mailbox" in letter.said


@pytest.mark.django_db
def test_without_a_mail_server_the_letter_waits_for_a_person(jo: Agent) -> None:
    assert write(jo).state == "no_mail"
    assert delivery.try_server("jo@example.org")[0] is False


@pytest.mark.django_db
def test_the_test_mail_shows_the_servers_words(server) -> None:
    assert delivery.try_server("jo@example.org")[0] is True
    went, said = delivery.try_server("jo@refused.invalid")
    assert not went
    assert "550 no such mailbox here" in said


@pytest.mark.django_db
def test_the_daily_mail_gathers_what_waits(jo: Agent, server) -> None:
    write(jo, "receipt")
    write(jo, "receipt")
    operations.begin_daily_mail(by=system())
    run_job("messages.deliver")
    assert len(list(server.glob("*.eml"))) == 1
    assert set(Letter.objects.values_list("state", flat=True)) == {"sent"}
    assert get_connection().port


@pytest.mark.django_db
def test_a_link_acts_on_post_only(jo: Agent, client) -> None:
    node.configure(name="Ainonghui", ready_at=clock.now())
    path = links.address("unsubscribe", jo.pk, "payment")
    assert client.get(path).status_code == 200
    assert not Preference.objects.exists()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Preference.objects.get().how == "off"
    assert client.get(path[:-3] + "x/").status_code == 410


@pytest.mark.django_db
def test_what_others_rely_on_cannot_be_switched_off(jo: Agent) -> None:
    with pytest.raises(Refusal) as caught:
        operations.choose(by=jo, event="producer_order", how="off")
    assert caught.value.code == "messages.must_know"
    assert tasks.DIGEST_HOUR == 18
