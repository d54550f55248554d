"""Days and series over the nights in which the clocks change, and times that nobody means."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from cosmolocal.bookings import operations, queries
from cosmolocal.bookings.operations import BookingDraft, TermsDraft
from cosmolocal.bookings.rules import Span
from cosmolocal.bookings.tests.village import states
from cosmolocal.bookings.views import booking as pages
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.tests.refusing import refused

TENT = TermsDraft(by_day=8000, longest_minutes=24 * 60)


def wall(day: int, hour: int, month: int = 10, year: int = 2026) -> datetime:
    return clock.from_wall(datetime.combine(date(year, month, day), time(hour)))


@pytest.fixture
def autumn(village):
    """The clocks are put back on Sunday 25 October."""
    node.configure(zone="Europe/Berlin")
    village.add("Tent", "tent", TENT)
    with clock.frozen_at(datetime(2026, 10, 19, 8, tzinfo=UTC)):
        yield village


def test_a_day_in_the_long_night_is_one_day_and_not_too_long(autumn):
    draft = BookingDraft(autumn.things["Tent"].pk, wall(24, 12), wall(25, 12))
    assert draft.span.minutes == 25 * 60
    [booking] = autumn.book_all(autumn.amina, [draft])
    assert queries.bookings().select_related("payment").get(pk=booking.pk).payment.quantity == 8000
    with refused("bookings.bad_time"):
        autumn.book_all(autumn.jo, [BookingDraft(autumn.things["Tent"].pk, wall(26, 12), wall(27, 13))])


def test_minutes_that_count(autumn):
    for begins, ends, minutes in (
        (wall(24, 12), wall(25, 12), 1440),
        (wall(24, 12), wall(26, 13), 2940),
        (wall(24, 20), wall(25, 8), 780),
        (wall(20, 12), wall(21, 12), 1440),
    ):
        assert queries.counted(Span(begins, ends)) == minutes
    assert queries.counted(Span(wall(27, 12, 3, 2027), wall(28, 12, 3, 2027))) == 23 * 60


def test_each_of_a_series_ends_when_the_wall_clock_says_so(autumn):
    data = {"begins": wall(24, 12), "ends": wall(25, 12), "weekly": date(2026, 11, 7)}
    drafts = pages._drafts(SimpleNamespace(pk=1), data)
    assert [clock.wall(one.begins).time() for one in drafts] == [time(12)] * 3
    assert [clock.wall(one.ends).time() for one in drafts] == [time(12)] * 3


def test_what_is_out_is_not_kept_for_a_century(village):
    booking = village.book(village.amina, "Mill", 2, 4)
    village.out(booking, 2)
    with clock.frozen_at(village.at(3)):
        with refused("bookings.bad_time"):
            operations.change(
                by=village.amina, booking=booking, begins=village.at(2), ends=village.at(3) + timedelta(days=36_500)
            )
        operations.change(by=village.amina, booking=booking, begins=village.at(2), ends=village.at(100))


def test_the_rest_of_a_series_is_read_once_its_things_are_held(village, monkeypatch):
    """Who fetches one of them in that moment has it: what was read before would cancel it under her hands."""
    made = village.book_all(village.amina, [village.wish("Mill", day, day + 1) for day in (24, 48)])
    from cosmolocal.bookings.operations import booking as deeds

    hold = deeds.lock_things

    def fetched_meanwhile(ids):
        village.out(made[1], 24)
        return hold(ids)

    monkeypatch.setattr(deeds, "lock_things", fetched_meanwhile)
    operations.cancel_rest(by=village.amina, booking=made[0])
    assert states(made) == ["off", "out"]
