"""The test run itself: real transactions leave an empty database behind, and the books are protected again."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, triggers
from cosmolocal.kernel.clock import frozen_at
from cosmolocal.kernel.models import Operation
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import client_of
from tests import harness, homes
from tests.kept import Kept, rows_of_tables


def _done_once() -> Operation:
    amina = Agent.objects.create(kind=Agent.Kind.PERSON, name="Amina", created_at=clock.now())
    return Operation.objects.create(code="test.deed", by=amina, at=clock.now(), key="1", fingerprint="", result=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_books_are_protected_in_each_test_and_emptied_after_it(time: int) -> None:
    assert not Operation.objects.filter(code="test.deed").exists()
    assert triggers.missing() == []
    row = _done_once()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_operation WHERE id = %s", [row.pk])
    assert Operation.objects.filter(code="test.deed").count() == 1


def test_a_run_keeps_to_its_own_folder(db: None) -> None:
    assert str(settings.HOME) == os.environ["COSMOLOCAL_HOME"]
    assert Path.cwd() / "data" != settings.HOME
    if connection.vendor == "sqlite":
        assert Path(connection.settings_dict["NAME"]).is_relative_to(settings.HOME)


def test_folders_of_killed_runs_are_removed_and_those_of_running_ones_stay(tmp_path: Path) -> None:
    for name in ("cosmolocal-test-left", "cosmolocal-test-runs", "cosmolocal-test-begins", "another"):
        (tmp_path / name / "gw0").mkdir(parents=True)
        if name != "cosmolocal-test-begins":
            (tmp_path / name / "held").touch()
    with (tmp_path / "cosmolocal-test-runs" / "held").open() as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        harness.remove_left_folders(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another", *_of("begins", "runs")]


def _of(*names: str) -> list[str]:
    return [f"cosmolocal-test-{name}" for name in names]


def test_this_run_holds_its_folder() -> None:
    assert settings.HOME.parent == harness.RUN
    harness.remove_left_folders(harness.RUN.parent)
    assert settings.HOME.exists()


def test_a_home_is_made_once_and_each_test_changes_its_own(tmp_path: Path) -> None:
    made = []

    def make(home: Path) -> None:
        made.append(home)
        home.mkdir()
        (home / "rows").write_text("as made")

    name = f"of-{os.getpid()}"
    for number in (1, 2):
        place = homes.made_once(name, make)
        assert (place / "rows").read_text() == "as made"
        shutil.copytree(place, tmp_path / str(number))
        (tmp_path / str(number) / "rows").write_text("changed")
    assert len(made) == 1


def test_a_home_that_could_not_be_made_is_made_by_the_next(tmp_path: Path) -> None:
    name = f"late-{os.getpid()}"

    def breaks(home: Path) -> None:
        home.mkdir()
        raise OSError

    with pytest.raises(OSError):
        homes.made_once(name, breaks)
    assert homes.made_once(name, Path.mkdir).is_dir()


def test_what_is_kept_has_the_rows_of_what_is_built(db: None) -> None:
    kept, made = Kept(builder.build), []
    for _time in range(2):
        with transaction.atomic(), frozen_at(builder.MONDAY):
            village = kept()
            made.append((village, {table: sorted(rows) for table, rows in rows_of_tables().items()}))
            client_of(village.people["Li Na"])  # what comes next has a number of its own
            transaction.set_rollback(True)
    (built, rows), (again, written) = made
    assert written == rows
    assert again.people == built.people
    assert again.home is not built.home


def test_a_node_that_begins_otherwise_is_built_anew(db: None) -> None:
    built = []
    kept = Kept(lambda: built.append(builder.build()))
    for name in ("", "", "Another"):
        with transaction.atomic(), frozen_at(builder.MONDAY):
            if name:
                Agent.objects.update(name=name)
            kept()
            transaction.set_rollback(True)
    assert len(built) == 2
