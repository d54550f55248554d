"""When a thing may be booked, what its use costs, which times a series has: decided without a database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

HOUR, DAY = 60, 24 * 60
LATE_AFTER = timedelta(minutes=15)  # of grace before anybody is told
NEVER_BACK_AFTER = timedelta(hours=24)
SOON = timedelta(hours=24)  # so far ahead somebody is told that a thing is not back
HELD_FOR = timedelta(hours=24)
FETCHED_WITHIN = timedelta(days=3)  # after its time: whoever fetched it notes it until then
FAR_AT_LEAST, FAR_UNSEEN = 50, 1000  # kilometres, in a use and between two of them
MOST_AT_ONCE = 60  # bookings of one deed: a series of a year, or things for a fair


class Prices(Protocol):
    """What of the terms says how much."""

    by_hour: int
    by_day: int
    by_km: int
    deposit: int
    owner_bp: int


class Limits(Protocol):
    """What of the terms says when."""

    notice_minutes: int
    longest_minutes: int
    ahead_days: int
    rest_minutes: int


@dataclass(frozen=True)
class Span:
    """A time, half-open."""

    begins: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        """How long it is; a minute that has begun counts."""
        return max(-(-int((self.ends - self.begins).total_seconds()) // 60), 0)

    def meets(self, other: "Span", rest: timedelta = timedelta()) -> bool:
        """Do they share a moment, or lie nearer to each other than `rest`?"""
        return self.begins < other.ends + rest and other.begins < self.ends + rest


def half_up(number: int, by: int) -> int:
    """A quotient of amounts that are not negative, rounded half up."""
    return (2 * number + by) // (2 * by)


def price(prices: Prices, minutes: int, km: int) -> int:
    """What a use costs, in minor units: by the hour, but never more a day than the day costs; by the kilometre."""
    if prices.by_day and prices.by_hour:
        days, rest = divmod(minutes, DAY)
        time = days * prices.by_day + min(prices.by_day, half_up(rest * prices.by_hour, HOUR))
    elif prices.by_day:
        time = -(-minutes // DAY) * prices.by_day
    else:
        time = half_up(minutes * prices.by_hour, HOUR)
    return time + km * prices.by_km


def is_gift(prices: Prices) -> bool:
    """Does its use cost nothing?"""
    return not (prices.by_hour or prices.by_day or prices.by_km)


def share(amount: int, owner_bp: int) -> int:
    """What of an income is the owner's, by the stated key."""
    return half_up(amount * owner_bp, 10_000)


def problem(limits: Limits, span: Span, now: datetime, minutes: int | None = None) -> str:
    """Why nobody may book this time, in one word; "" where it may be: `backwards`, `past`, `notice`, `longest`,
    `ahead`. `minutes`: how long it is, where the wall clock says it otherwise.
    """
    if span.begins >= span.ends:
        return "backwards"
    if span.ends <= now or span.begins < now - LATE_AFTER:
        return "past"
    if limits.notice_minutes and span.begins < now + timedelta(minutes=limits.notice_minutes):
        return "notice"
    if (span.minutes if minutes is None else minutes) > limits.longest_minutes:
        return "longest"
    if span.begins > now + timedelta(days=limits.ahead_days):
        return "ahead"
    return ""


def used(booked: Span, out: datetime, back: datetime) -> Span:
    """The time that is charged: from the booked beginning, or from when it was picked up before that, until it came
    back. Noted only when its time was over: the booked time, or how long it was gone where that is longer.
    """
    if out > booked.ends:
        late = Span(out, max(back, out))
        return late if late.minutes > booked.minutes else booked
    begins = min(booked.begins, out)
    return Span(begins, max(back, begins))


def driven(out: int | None, back: int | None, told: int) -> int:
    """Kilometres by the meter; where nobody read it, as many as were told."""
    return back - out if out is not None and back is not None and back >= out else told


def likely_km(told: int, gone: timedelta) -> int:
    """So many kilometres surprise nobody: three times what was told, or 100 an hour, of a day at most ten hours."""
    hours = min(gone / timedelta(hours=1), 10 * (1 + gone // timedelta(days=1)))
    return max(FAR_AT_LEAST, 3 * told, int(100 * hours))


def weekly(first: date, until: date) -> Iterator[date]:
    """The same day of each week, both ends included; of more than `MOST_AT_ONCE`, which is refused, one more."""
    for week in range(MOST_AT_ONCE + 1):
        day = first + timedelta(weeks=week)
        if day > until:
            return
        yield day


def gaps(taken: Iterable[Span], within: Span, rest: timedelta = timedelta()) -> list[Span]:
    """What is free within a span beside what is taken (in any order), with rest on both sides of each."""
    free, begins = [], within.begins
    for one in sorted(taken, key=lambda span: span.begins):
        if one.begins - rest > begins:
            free.append(Span(begins, min(one.begins - rest, within.ends)))
        begins = max(begins, one.ends + rest)
        if begins >= within.ends:
            break
    if begins < within.ends:
        free.append(Span(begins, within.ends))
    return [span for span in free if span.begins < span.ends]
