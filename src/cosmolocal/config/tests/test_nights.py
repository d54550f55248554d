"""A backup each night of the local's own zone, once, whatever its clocks do and however long the node slept."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from cosmolocal.config import backup
from cosmolocal.kernel import clock, node, timers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("timeless")]
MINUTE = timedelta(minutes=1)


def local_in(zone: str, ready_at: datetime) -> None:
    node.configure(name="Home", zone=zone, ready_at=ready_at)


def backups(moments: Iterable[datetime]) -> list[str]:
    """The local times at which a backup is asked for while the node ticks at these moments."""
    asked = []
    for moment in moments:
        with clock.frozen_at(moment):
            before = DBTaskResult.objects.count()
            timers.run_due()
            asked += [f"{clock.wall(moment):%d. %H:%M}"] * (DBTaskResult.objects.count() - before)
    return asked


def minutes(start: datetime, hours: int) -> list[datetime]:
    return [start + n * MINUTE for n in range(hours * 60)]


@pytest.fixture(autouse=True)
def only_the_nightly(monkeypatch) -> None:
    monkeypatch.setattr(timers, "all_timers", lambda: backup.timers)


@pytest.mark.parametrize(
    ("zone", "start", "asked"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 12, 0, tzinfo=UTC), ["29. 03:00", "30. 03:00"]),
        ("Europe/Berlin", datetime(2026, 10, 24, 12, 0, tzinfo=UTC), ["25. 03:00", "26. 03:00"]),
        ("Europe/Athens", datetime(2026, 3, 28, 12, 0, tzinfo=UTC), ["29. 04:00", "30. 03:00"]),  # no 03:00
        ("Europe/Athens", datetime(2026, 10, 24, 12, 0, tzinfo=UTC), ["25. 03:00", "26. 03:00"]),  # 03:00 twice
    ],
)
def test_each_night_of_summer_time_has_one_backup(zone: str, start: datetime, asked: list[str]) -> None:
    local_in(zone, start)
    night = start + timedelta(hours=9)
    day_after = [night + timedelta(hours=6) + n * 10 * MINUTE for n in range(24 * 6)]
    assert backups([start, *minutes(night, 6), *day_after]) == asked


def test_many_nights_in_a_row_miss_none() -> None:
    start = datetime(2026, 6, 1, 12, 0, 7, tzinfo=UTC)
    local_in("Europe/Berlin", start)
    seldom = [start + n * 37 * MINUTE for n in range(30 * 24 * 60 // 37)]
    assert len(backups(seldom)) == 30


def test_a_node_that_slept_makes_one_when_it_wakes() -> None:
    start = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    local_in("Europe/Berlin", start)
    woken = datetime(2026, 10, 27, 8, 17, tzinfo=UTC)
    assert backups([start, *minutes(woken, 2), *minutes(woken + timedelta(hours=17), 2)]) == ["27. 09:17", "28. 03:00"]


def test_a_local_without_setup_and_one_just_set_up_have_nothing_to_save() -> None:
    start = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    assert backups(minutes(start, 1)) == []
    local_in("Europe/Berlin", start)
    assert backups(minutes(start, 1)) == []
