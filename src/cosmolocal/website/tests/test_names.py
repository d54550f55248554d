"""A name with a line end, or with a sign that turns the direction of writing, harms neither letters nor files."""

import csv
import io

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import operations as messages
from cosmolocal.messages import outbox
from cosmolocal.messages.models import Letter
from cosmolocal.messages.tests.servers import Moody, mail_server
from cosmolocal.money import operations as money
from cosmolocal.money.models import MoneyBox
from cosmolocal.paper import downloads
from cosmolocal.paper.tables import Column, Table, csv_bytes

EVIL = "Huang\r\nBcc: all@example.org\u202e\x00\u2066"
GOOD = "Huang Bcc: all@example.org"


def test_every_deed_that_names_something_keeps_the_normal_form(local: Agent) -> None:
    by = local
    named = [
        agents.add_person(by=by, name=EVIL, contact=ContactDraft(email="h@example.org", phone="0772\n1")),
        agents.add_circle(by=by, name=EVIL + "3"),
        agents.add_organisation(by=by, name=EVIL + "4"),
        agents.add_producer(by=by, name=EVIL + "5"),
    ]
    place = agents.add_place(by=by, name=EVIL, latitude=24.0, longitude=109.0)
    for found in [*named, place]:
        assert found.name.startswith(GOOD)
        found.refresh_from_db()
        assert found.name.startswith(GOOD)
    assert named[0].contact.phone == "0772 1"
    assert agents.ask_to_join(by=agents_queries.system(), name=EVIL, phone="1").name == GOOD
    assert money.open_box(by=by, kind="bank", name=EVIL).name == GOOD
    assert set(MoneyBox.objects.filter(name__contains="Bcc").values_list("name", flat=True)) == {GOOD}
    assert Place.objects.get(pk=place.pk).name == GOOD


@pytest.mark.parametrize("empty", ["", " \n", "\u200b", "\u202e\u2066\x00"])
def test_a_name_in_which_nothing_is_seen_is_none(local: Agent, empty: str) -> None:
    for deed in (agents.add_person, agents.add_circle, agents.add_organisation):
        with pytest.raises(Refusal) as caught:
            deed(by=local, name=empty)
        assert caught.value.code == "agents.name_missing"


def test_a_letter_to_and_about_such_a_name_arrives(local: Agent) -> None:
    person = agents.add_person(by=local, name=EVIL, contact=ContactDraft(email="h@example.org"))
    file = messages.Attachment(f"{EVIL}.csv", "text/csv", b"a,b")
    with mail_server(Moody()) as moody:
        writing = messages.Writing(person.pk, "payment", f"For {EVIL}", f"Dear {EVIL}", "", (file,))
        messages.send(by=local, writings=[writing])
        outbox.deliver()
    [(to, mail)] = moody.got
    assert (to, mail["Subject"], mail["Bcc"]) == ("h@example.org", f"For {GOOD}", None)
    [part] = mail.iter_attachments()
    assert part.get_filename() == f"{GOOD} .csv"
    assert Letter.objects.get().state == "sent"


def test_files_and_headers_hold_one_line(local: Agent) -> None:
    answer = downloads.file(b"", f"{EVIL}.csv", "text/csv")
    assert "\n" not in answer["Content-Disposition"]
    assert "\u202e" not in answer["Content-Disposition"]
    person = agents.add_person(by=local, name=EVIL)
    table = Table([Column("Name")], [[person.name], [f"{person.name} again"]])
    rows = list(csv.reader(io.StringIO(csv_bytes(table.columns, table.plain_rows()).decode("utf-8-sig"))))
    assert rows == [["Name"], [GOOD], [f"{GOOD} again"]]
