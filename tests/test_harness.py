"""The test run itself: real transactions leave an empty database behind, and the books are protected again."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, triggers
from cosmolocal.kernel.clock import standing_at
from cosmolocal.kernel.models import Operation
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import client_of
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


def test_what_is_kept_has_the_rows_of_what_is_built(db: None) -> None:
    kept, made = Kept(builder.build), []
    for _time in range(2):
        with transaction.atomic(), standing_at(builder.MONDAY):
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
        with transaction.atomic(), standing_at(builder.MONDAY):
            if name:
                Agent.objects.update(name=name)
            kept()
            transaction.set_rollback(True)
    assert len(built) == 2
