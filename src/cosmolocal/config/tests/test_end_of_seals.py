"""Seals taken off the end of the chain, or all of them, are missed: its head stands outside the database too."""

import json
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.config import backup, doctor, restoring
from cosmolocal.handovers.tests import village as builder
from cosmolocal.handovers.tests.village import MONDAY, Village
from cosmolocal.kernel import clock, heads, proving, seals, triggers
from cosmolocal.kernel.models import Seal, TimerRun

Sealing = Callable[[], int]


@pytest.fixture
def sealing(django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]) -> Iterator[Sealing]:
    """Sealing as the node does it, with what follows when a transaction ended well."""
    heads.path().unlink(missing_ok=True)

    def run() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return seals.seal()

    yield run
    heads.path().unlink(missing_ok=True)


@pytest.fixture
def village(db: None, sealing: Sealing) -> Village:
    """A local with three seals."""
    with clock.frozen_at(MONDAY):
        village = builder.build()
        sealing()
    for hours, role in ((1, "packer"), (2, "driver")):
        with clock.frozen_at(MONDAY + timedelta(hours=hours)):
            agents.give_role(by=village.home, agent=village.people["Jo"], role=role)
            assert sealing() == 1
    return village


def cut(after: int) -> None:
    """Who has the database in her hands takes seals away, changes who did a deed and gives a role."""
    triggers.lift()
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM kernel_sealedrow WHERE seal_id IN (SELECT id FROM kernel_seal WHERE number > {after})"
        )
        cursor.execute(f"DELETE FROM kernel_seal WHERE number > {after}")
        cursor.execute("UPDATE agents_role SET name = 'treasurer' WHERE name = 'driver'")
    triggers.protect()


def found() -> set[tuple[str, str]]:
    return {(broken.code, broken.table) for broken in proving.examine(restoring.known_heads())}


@pytest.mark.parametrize("after", [0, 1])
def test_seals_that_were_taken_away_are_missed_and_never_made_anew(
    village: Village, sealing: Sealing, after: int
) -> None:
    assert found() == set()
    cut(after)
    assert ("end", "kernel_seal") in found()
    assert sealing() == 0
    assert Seal.objects.count() == after
    with clock.frozen_at(MONDAY + timedelta(hours=3)):
        agents.give_role(by=village.home, agent=village.people["Jo"], role="keeper")
        assert sealing() == 0
    assert ("end", "kernel_seal") in found()
    assert any("--put-back" in complaint.fix and complaint.grave for complaint in doctor.examine())


def test_seals_that_others_replaced_are_found(village: Village, sealing: Sealing) -> None:
    cut(2)
    kept = heads.path().read_bytes()
    heads.path().unlink()
    assert sealing() == 1  # with the node's own key, over what was changed
    heads.path().write_bytes(kept)
    assert ("end", "kernel_seal") in found()
    assert sealing() == 0


def test_who_put_back_an_older_state_says_so_and_sealing_goes_on(village: Village, sealing: Sealing) -> None:
    cut(2)
    assert sealing() == 0
    assert seals.put_back() == 2
    assert [line.verb for line in heads.read()] == ["sealed", "sealed", "sealed", "restored"]
    assert sealing() == 1
    assert found() == {("row", "agents_role")}  # which nobody can take back by saying so


def test_a_line_that_was_said_once_is_not_said_again_by_others(village: Village, sealing: Sealing) -> None:
    seals.put_back()
    lines = heads.path().read_text().splitlines(keepends=True)
    for forged in (
        "".join([*lines, lines[-1]]),  # said again
        "".join([lines[0], *lines[2:]]),  # one taken out
        "".join(lines)[:-20] + "0" * 19 + "\n",  # not signed
        "nothing\n",
    ):
        heads.path().write_text(forged)
        assert ("end", "kernel_seal") in found()


def test_a_backup_remembers_the_head_where_the_file_is_gone(village: Village, sealing: Sealing) -> None:
    file = backup.write(backup.default_file())
    try:
        with zipfile.ZipFile(file) as archive:
            assert json.loads(archive.read("manifest.json"))["seal"]["number"] == 3
        assert found() == set()
        cut(1)
        heads.path().unlink()
        assert ("end", "kernel_seal") in found()
        with clock.frozen_at(clock.now() + timedelta(seconds=1)):
            seals.put_back()  # from here on it is older than what the file says
        assert ("end", "kernel_seal") not in found()
    finally:
        file.unlink()


def test_what_a_kill_left_out_is_written_by_the_next_sealing(village: Village, sealing: Sealing) -> None:
    text = heads.path().read_text()
    first_two, third = "".join(text.splitlines(keepends=True)[:2]), text.splitlines(keepends=True)[2]
    for left in (first_two, first_two + third[:40]):
        heads.path().write_text(left)
        assert found() == set()
        assert sealing() == 0
        assert [line.number for line in heads.read()] == [1, 2, 3]


def test_a_disk_that_takes_nothing_stops_no_sealing_and_is_said(
    village: Village, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with clock.frozen_at(MONDAY + timedelta(hours=3)):
        agents.give_role(by=village.home, agent=village.people["Jo"], role="keeper")
        assert sealing() == 1
        assert found() == set()
    TimerRun.objects.create(name="kernel.seal", at=MONDAY + timedelta(hours=5))
    assert found() == {("late", "kernel_seal")}
    monkeypatch.undo()
    sealing()
    assert found() == set()


def test_two_that_seal_at_once_write_each_head_once(village: Village) -> None:
    newest = seals.head()
    assert newest is not None
    told = [threading.Thread(target=heads.add, args=("sealed", n, seals.digest(newest))) for n in (4, 5, 5, 4, 6)]
    for thread in told:
        thread.start()
    for thread in told:
        thread.join()
    numbers = [line.number for line in heads.read()]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 6


def test_what_waits_unsealed_while_the_node_sealed_is_said(village: Village) -> None:
    with clock.frozen_at(MONDAY + timedelta(hours=3)):
        agents.give_role(by=village.home, agent=village.people["Jo"], role="keeper")
        assert found() == set()
    TimerRun.objects.create(name="kernel.seal", at=MONDAY + timedelta(hours=5))
    assert found() == {("end", "kernel_operation")}


def test_the_file_belongs_to_the_node_alone(village: Village) -> None:
    assert heads.path() == Path(settings.HOME) / "seals.heads"
    assert heads.path().stat().st_mode & 0o777 == 0o600


def test_a_chain_that_stands_still_is_said_where_people_look(village: Village, client: Client) -> None:
    with clock.frozen_at(MONDAY + timedelta(hours=2)):
        steward = agents.make_user(by=village.home, agent=village.people["Li Na"], email="lina@example.org")
    told = "The books are no longer sealed"

    def seen() -> tuple[bool, bool]:
        client.force_login(steward)
        return "seals" in client.get("/readyz").json()["missing"], told in client.get("/steward/").content.decode()

    with clock.frozen_at(MONDAY + timedelta(hours=3)):
        agents.give_role(by=village.home, agent=village.people["Amina"], role="driver")
        assert seen() == (False, False)
    with clock.frozen_at(MONDAY + timedelta(hours=5)):
        assert seen() == (False, False)  # nobody tried to seal yet
        TimerRun.objects.update_or_create(name=seals.timers[0].name, defaults={"at": clock.now()})
        assert seen() == (True, True)
        seals.seal()
        assert seen() == (False, False)
        cut(after=1)
        assert seen() == (True, True)
        assert "doctor --put-back" in " ".join(client.get("/readyz").json()["says"])
