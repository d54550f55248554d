"""A query that is compiled once finds what the same query of the ORM finds, whatever its values."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import system
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.prepared import Prepared, Slot, slots

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

AMONG = Prepared(lambda: Agent.objects.filter(pk__in=slots("ids")).order_by("pk").values_list("pk", "name", "is_home"))
SINCE = Prepared(
    lambda: (
        Operation.objects.filter(code=Slot("code", models.CharField()), at__gte=Slot("at", models.DateTimeField()))
        .select_related("by", "on_behalf_of")
        .order_by("-at", "pk")
    )
)
NAMES = Prepared(lambda: Agent.objects.filter(name=Slot("name", models.CharField())).values_list("kind", flat=True)[:1])


def _deeds() -> list[Operation]:
    by = system()
    made = []
    for number in range(4):
        other = Agent.objects.create(kind="person", name=f"Amina {number}", created_at=NOON)
        row = Operation(
            code="test.deed" if number else "test.other",
            by=by,
            on_behalf_of=other if number % 2 else None,
            at=NOON + timedelta(hours=number),
            key=f"k{number}",
            fingerprint="",
            result={"number": number},
        )
        row.save()
        made.append(row)
    return made


def test_many_whole_numbers_and_tuples() -> None:
    _deeds()
    for ids in ([], list(Agent.objects.values_list("pk", flat=True)), [10**12]):
        expected = list(Agent.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name", "is_home"))
        assert AMONG.all(ids=ids) == expected


def test_rows_come_with_what_was_selected_beside_them() -> None:
    _deeds()
    for since in (NOON, NOON + timedelta(hours=2), NOON + timedelta(days=1)):
        with CaptureQueriesContext(connection) as asked:
            found = SINCE.all(code="test.deed", at=since)
            told = [
                (row.pk, row.at, row.by.name, row.on_behalf_of and row.on_behalf_of.name, row.result) for row in found
            ]
        assert len(asked) == 1
        same = Operation.objects.filter(code="test.deed", at__gte=since).order_by("-at", "pk")
        assert told == [
            (row.pk, row.at, row.by.name, row.on_behalf_of and row.on_behalf_of.name, row.result) for row in same
        ]
    first = SINCE.all(code="test.deed", at=NOON)[0]
    assert not first._state.adding
    assert first == Operation.objects.get(pk=first.pk)


def test_the_first_of_a_value_and_a_text_that_looks_like_sql() -> None:
    _deeds()
    assert NAMES.first(name="Amina 1") == "person"
    assert NAMES.first(name="' OR 1 = 1 --") is None
    assert NAMES.first(name="100%s") is None
