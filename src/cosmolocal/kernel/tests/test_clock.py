"""The clock: days and hours where the node is at home, and the two nights on which clocks are changed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cosmolocal.kernel import clock, node
from cosmolocal.kernel.models import Node

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("zone", "day"), [("Asia/Shanghai", 24), ("America/Los_Angeles", 23), ("", 23)])
def test_today_is_the_day_of_the_node(zone: str, day: int) -> None:
    with node.at_home(Node(zone=zone)), clock.frozen_at(datetime(2026, 11, 23, 17, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, day)


@pytest.mark.parametrize(
    ("zone", "typed", "gap"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", ("02:00", "03:00")),
        ("Europe/Berlin", "2026-03-29T02:00", ("02:00", "03:00")),
        ("Europe/Berlin", "2026-03-29T02:59", ("02:00", "03:00")),
        ("Europe/Athens", "2026-03-29T03:01", ("03:00", "04:00")),
        ("America/Santiago", "2026-09-06T00:15", ("00:00", "01:00")),
        ("Australia/Lord_Howe", "2026-10-04T02:15", ("02:00", "02:30")),
    ],
)
def test_a_time_that_does_not_exist_is_known_with_those_around_it(zone: str, typed: str, gap: tuple[str, str]) -> None:
    naive = datetime.fromisoformat(typed)
    found = clock.skipped(naive, zone)
    assert found is not None
    assert (f"{found[0]:%H:%M}", f"{found[1]:%H:%M}") == gap
    assert clock.skipped(found[0] - timedelta(minutes=1), zone) is None
    assert clock.skipped(found[1], zone) is None
    assert clock.wall(clock.from_wall(naive, zone), zone).replace(tzinfo=None) == naive + (found[1] - found[0])


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    twice = datetime.fromisoformat("2026-10-25T02:30")
    assert clock.skipped(twice, "Europe/Berlin") is None
    assert clock.from_wall(twice, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
