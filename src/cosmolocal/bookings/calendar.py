"""What a week and a month of a thing look like: which hours are taken, which are free, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from cosmolocal.agents.queries import Reader
from cosmolocal.bookings import policy, queries
from cosmolocal.bookings.models import Booking, Terms, Thing
from cosmolocal.bookings.queries import Slot
from cosmolocal.bookings.rules import Span, gaps
from cosmolocal.kernel import clock
from cosmolocal.look.dates import format_clock

SHORTEST = timedelta(minutes=15)  # of a gap that is worth showing
MORNING = timedelta(hours=9)


@dataclass(frozen=True)
class Taken:
    """One stretch of a day that is taken. `tone`: mine, taken or repair; `name` where the reader may know whose."""

    span: Span
    left: int  # minutes from midnight, for the bar
    wide: int
    tone: str
    name: str = ""
    booking: Booking | None = None


@dataclass(frozen=True)
class Free:
    """A time that may still be booked, in words, and when a form about it begins."""

    span: Span
    words: str
    start: datetime


@dataclass
class Day:
    """One day of the calendar."""

    day: date
    taken: list[Taken] = field(default_factory=list)
    free: list[Free] = field(default_factory=list)
    is_past: bool = False
    is_other: bool = False  # of the month before or after

    @property
    def tone(self) -> str:
        """free, some or full: what a month shows of it."""
        if self.is_past:
            return "past"
        return "full" if not self.free else "some" if self.taken else "free"


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def week(reader: Reader, thing: Thing, terms: Terms, first: date) -> list[Day]:
    """Seven days of one thing (two statements)."""
    return _days(reader, thing, terms, first, 7)


def month(reader: Reader, thing: Thing, terms: Terms, of: date) -> list[list[Day]]:
    """The weeks of a month (two statements)."""
    first = monday(of.replace(day=1))
    following = (of.replace(day=28) + timedelta(days=4)).replace(day=1)
    weeks = -(-(following - first).days // 7)
    days = _days(reader, thing, terms, first, 7 * weeks)
    for one in days:
        one.is_other = one.day.month != of.month
    return [days[number : number + 7] for number in range(0, len(days), 7)]


def _days(reader: Reader, thing: Thing, terms: Terms, first: date, count: int) -> list[Day]:
    begins, ends = _midnight(first), _midnight(first + timedelta(days=count))
    slots = queries.slots([thing.resource_id], begins - timedelta(minutes=terms.rest_minutes), ends)
    mine = {group.pk for group in (*(reader.groups or ()), *([reader.person] if reader.person else []))}
    cares, now = policy.looks_after(reader, thing), clock.now()
    days = []
    for number in range(count):
        day = first + timedelta(days=number)
        whole = Span(_midnight(day), _midnight(day + timedelta(days=1)))
        shown = [_taken(slot, whole, mine, cares) for slot in slots if slot.span.meets(whole)]
        days.append(Day(day, shown, _free(slots, whole, terms, thing, now), whole.ends <= now))
    return days


def _midnight(day: date) -> datetime:
    return clock.from_wall(datetime.combine(day, time()))


def _taken(slot: Slot, day: Span, mine: set[int], cares: bool) -> Taken:
    begins, ends = max(slot.span.begins, day.begins), min(slot.span.ends, day.ends)
    is_mine = slot.booking.household_id in mine and slot.booking.purpose == Booking.Purpose.USE
    is_repair = slot.booking.purpose == Booking.Purpose.REPAIR
    tone = "repair" if is_repair else "mine" if is_mine else "taken"
    is_known = is_mine or cares
    # The bar is drawn in minutes of the day it is: on two days of a year it has 23 or 25 hours.
    left = 1440 * int((begins - day.begins).total_seconds()) // int((day.ends - day.begins).total_seconds())
    wide = 1440 * int((ends - begins).total_seconds()) // int((day.ends - day.begins).total_seconds())
    name = slot.booking.agent.name if is_known and not is_repair else ""
    return Taken(Span(begins, ends), left, max(wide, 8), tone, name, slot.booking if is_known else None)


def _free(slots: Sequence[Slot], day: Span, terms: Terms, thing: Thing, now: datetime) -> list[Free]:
    """What may be booked of a day: not what is over, needs more notice, or lies too far ahead."""
    if thing.state != Thing.State.READY:
        return []
    earliest = now + timedelta(minutes=terms.notice_minutes)
    latest = now + timedelta(days=terms.ahead_days)
    within = Span(max(day.begins, earliest), day.ends)
    if within.begins >= within.ends or within.begins > latest:
        return []
    rest = timedelta(minutes=terms.rest_minutes)
    found = gaps([slot.span for slot in slots], within, rest)
    return [_as_free(one, day) for one in found if one.ends - one.begins >= SHORTEST]


def _as_free(span: Span, day: Span) -> Free:
    """Nobody fetches a bike at midnight: a form about a whole day begins in the morning, else at a quarter."""
    words = {"begins": format_clock(span.begins), "ends": format_clock(span.ends)}
    if span == day:
        said = _("free all day")
    elif span.ends == day.ends:
        said = _("free from %(begins)s") % words
    elif span.begins == day.begins:
        said = _("free until %(ends)s") % words
    else:
        said = _("free %(begins)s to %(ends)s") % words
    quarter = timedelta(minutes=15)
    start = day.begins + -(-(span.begins - day.begins) // quarter) * quarter
    morning = day.begins + MORNING
    return Free(span, said, morning if start < morning < span.ends - quarter and span.begins == day.begins else start)
