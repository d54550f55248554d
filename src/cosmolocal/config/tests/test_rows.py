"""Rows become lines of text and rows again, however many and whatever stands in them."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cosmolocal.config import rows
from cosmolocal.kernel.models import Progress

pytestmark = pytest.mark.django_db
ODD = ("", "plain", "tab\tand\nlines\r\n", "back\\slash", "\\N", "\\\\N", "Zürich 市", "'; --", "\\n")


def _told(count: int) -> bytes:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(count):
        changed = at + timedelta(seconds=number, microseconds=number % 2)
        sentence = ODD[number % len(ODD)] if number % 3 else "plain"
        Progress.objects.create(kind=f"k{number}", done=number, sentence=sentence, changed_at=changed)
    out: list[bytes] = []
    assert rows.write(Progress.objects.all(), "default", out.append) == count
    return b"".join(out)


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 65])
def test_any_number_of_rows_comes_back_as_it_was(count: int) -> None:
    told = _told(count)
    before = list(Progress.objects.order_by("pk").values_list())
    Progress.objects.all().delete()
    assert rows.read(io.BytesIO(told), Progress) == count
    assert list(Progress.objects.order_by("pk").values_list()) == before


def test_a_line_with_a_value_too_many_beside_one_with_too_few_is_refused() -> None:
    told = _told(4).split(b"\n")
    told[1], told[2] = told[1] + b"\t1", told[2].rsplit(b"\t", 1)[0]
    Progress.objects.all().delete()
    with pytest.raises(Exception, match="column"):
        rows.read(io.BytesIO(b"\n".join(told)), Progress)


def test_a_line_without_an_end_is_not_taken_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _told(4)
    monkeypatch.setattr(rows, "LONGEST_LINE", 3 * rows.BLOCK)
    endless = io.BytesIO(told[:-1] + b"x" * 9 * rows.BLOCK)
    Progress.objects.all().delete()
    if connection.vendor == "sqlite":  # PostgreSQL reads the lines itself
        with pytest.raises(ValueError, match="too long"):
            rows.read(endless, Progress)
        assert endless.tell() < 6 * rows.BLOCK
    with pytest.raises(ValueError, match="other columns"):
        rows.read(io.BytesIO(b"id" * 9 * rows.BLOCK), Progress)


def test_what_is_no_number_or_no_moment_is_refused_on_either_database() -> None:
    told = _told(3)
    Progress.objects.all().delete()
    header, first, *_more = told.decode().split("\n")
    for name, wrong in (("done", "many"), ("changed_at", "soon")):
        place = header.split("\t").index(name)
        values = first.split("\t")
        values[place] = wrong
        line = "\n".join([header, "\t".join(values), ""])
        with pytest.raises((ValueError, DatabaseError)), transaction.atomic():
            rows.read(io.BytesIO(line.encode()), Progress)


def test_a_line_that_says_that_none_follows_hides_none() -> None:
    header, *lines, _end = _told(3).split(b"\n")
    Progress.objects.all().delete()
    told = b"\n".join([header, lines[0], b"\\.", *lines[1:], b""])
    with pytest.raises((ValueError, DatabaseError)), transaction.atomic():
        rows.read(io.BytesIO(told), Progress)
