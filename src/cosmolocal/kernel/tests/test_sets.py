"""Many rows in one statement, on both databases, with every kind of value."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.kernel import clock, sets
from cosmolocal.kernel.models import JobTrouble, TimerRun

pytestmark = pytest.mark.django_db
THEN = datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


def test_many_rows_get_their_values_in_one_statement() -> None:
    made = [JobTrouble.objects.create(name=f"n{n}", sentence="", at=clock.now()) for n in range(3)]
    rows = [
        ("O'Hara %s \\ 苹果", ["a", {"b": None}], THEN, None, made[0].pk),
        ('"', {}, THEN, THEN, made[1].pk),
    ]
    with CaptureQueriesContext(connection) as asked:
        sets.rewrite(JobTrouble, ["sentence", "args", "at", "settled_at"], rows)
    assert len(asked) == 1
    found = list(JobTrouble.objects.order_by("id").values_list("sentence", "args", "at", "settled_at"))
    assert found[0] == ("O'Hara %s \\ 苹果", ["a", {"b": None}], THEN, None)
    assert found[1] == ('"', {}, THEN, THEN)
    assert found[2][0] == ""


def test_rows_are_put_or_taken_over() -> None:
    TimerRun.objects.create(name="old", at=clock.now())
    sets.put(TimerRun, ["name", "at"], [("old", THEN), ("young", THEN)], unique="name")
    assert set(TimerRun.objects.values_list("name", "at")) == {("old", THEN), ("young", THEN)}


def test_what_is_kept_stays_as_it_was() -> None:
    first = JobTrouble.objects.create(name="n", sentence="first", at=THEN)
    row = (first.pk, "n", [], "key", "", "second", "", THEN)
    fields = ["id", "name", "args", "key", "code", "sentence", "mark", "at"]
    sets.put(JobTrouble, fields, [row], unique="id", kept=["sentence"])
    first.refresh_from_db()
    assert (first.key, first.sentence) == ("key", "first")
