"""When something may be booked and what it costs, for any numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.bookings import rules
from cosmolocal.bookings.rules import DAY, Span

pytestmark = pytest.mark.once
NINE = datetime(2031, 5, 3, 9, tzinfo=UTC)
SUMS, MINUTES = st.integers(0, 100_000), st.integers(0, 60 * DAY)


@dataclass
class Terms:
    by_hour: int = 0
    by_day: int = 0
    by_km: int = 0
    deposit: int = 0
    owner_bp: int = 0
    notice_minutes: int = 0
    longest_minutes: int = 7 * DAY
    ahead_days: int = 30
    rest_minutes: int = 0


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def span(begins: float, ends: float) -> Span:
    return Span(at(begins), at(ends))


@given(SUMS, SUMS, SUMS, MINUTES, MINUTES, st.integers(0, 9999))
def test_longer_never_costs_less_and_no_day_costs_more_than_a_day(hour, day, km, short, more, far):
    terms = Terms(hour, day, km)
    costs = rules.price(terms, short, 0)
    assert costs <= rules.price(terms, short + more, 0)
    assert rules.price(terms, short, far) == costs + far * km
    if day:
        assert costs <= day * -(-short // DAY)
    if not day:
        assert abs(costs * 60 - short * hour) <= 30


@given(SUMS, st.integers(0, 10_000))
def test_the_owner_gets_her_share_and_never_more_than_came_in(amount, share):
    owner = rules.share(amount, share)
    assert 0 <= owner <= amount
    assert rules.share(amount, 10_000) == amount


@pytest.mark.parametrize(
    ("minutes", "costs"), [(0, 0), (30, 200), (60, 400), (8 * 60, 3000), (DAY, 3000), (DAY + 90, 3600)]
)
def test_by_the_hour_up_to_a_day_s_price(minutes, costs):
    assert rules.price(Terms(by_hour=400, by_day=3000), minutes, 0) == costs


def test_by_the_day_a_day_that_has_begun_counts():
    assert [rules.price(Terms(by_day=3000), minutes, 0) for minutes in (0, 1, DAY, DAY + 1)] == [0, 3000, 3000, 6000]


@pytest.mark.parametrize(
    ("begins", "ends", "word"),
    [
        (1, 1, "backwards"),
        (-2, 3, "past"),
        (-3, -1, "past"),
        (-0.2, 3, ""),
        (0.5, 3, ""),
        (2, 2 + 7 * 24 + 0.5, "longest"),
        (31 * 24, 31 * 24 + 1, "ahead"),
    ],
)
def test_which_times_may_be_booked(begins, ends, word):
    assert rules.problem(Terms(), span(begins, ends), NINE) == word


def test_some_time_of_notice():
    assert rules.problem(Terms(notice_minutes=120), span(1, 3), NINE) == "notice"
    assert rules.problem(Terms(notice_minutes=120), span(2, 3), NINE) == ""


def test_charged_from_the_booked_beginning_or_an_earlier_one_until_it_is_back():
    booked = span(0, 3)
    assert rules.used(booked, at(0.5), at(2)) == span(0, 2)
    assert rules.used(booked, at(-1), at(4)) == span(-1, 4)
    assert rules.used(booked, at(0), at(-1)) == span(0, 0)


def test_kilometres_are_the_meter_s_where_somebody_read_it():
    assert rules.driven(100, 130, 5) == 30
    assert [rules.driven(*two, 5) for two in ((None, 130), (100, None), (130, 100))] == [5, 5, 5]


@given(st.lists(st.tuples(st.integers(-50, 100), st.integers(1, 30)), max_size=8), st.integers(0, 5))
def test_what_is_free_meets_nothing_that_is_taken_and_leaves_nothing_out(taken, rest):
    within, pause = span(0, 48), timedelta(hours=rest)
    spans = [span(begins, begins + hours) for begins, hours in taken]
    free = rules.gaps(spans, within, pause)
    assert not [1 for gap in free for one in spans if gap.meets(one, pause)]
    for hour in range(48):
        moment = span(hour, hour + 0.01)
        inside = any(gap.begins <= moment.begins < gap.ends for gap in free)
        assert inside != any(moment.meets(one, pause) for one in spans)


def test_every_week_until_a_day_and_not_for_ever():
    tuesday = date(2031, 5, 6)
    assert [day.day for day in rules.weekly(tuesday, date(2031, 5, 20))] == [6, 13, 20]
    assert list(rules.weekly(tuesday, date(2031, 5, 5))) == []
    assert len(list(rules.weekly(tuesday, date(2099, 1, 1)))) == rules.MOST_AT_ONCE + 1  # which is refused
