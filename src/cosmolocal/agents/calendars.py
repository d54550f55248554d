"""Holidays out of an iCalendar file (RFC 5545), as states, schools and churches publish them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.kernel.refusal import Refusal

LARGEST_BYTES = 2 * 1024 * 1024
MOST_DAYS = 60  # of one entry: longer ones are seasons, not holidays
MOST_TURNS = 20  # of an entry that repeats
_LONGEST_NAME = 120


def read(data: bytes, since: date, until: date) -> dict[date, str]:
    """Day -> name of each whole-day entry from `since` to `until`; entries with a time of day are no holidays.

    Refuses agents.not_a_calendar, agents.calendar_too_large.
    """
    from icalendar import Calendar  # noqa: PLC0415 - read once a year

    if len(data) > LARGEST_BYTES:
        raise Refusal(
            "agents.calendar_too_large", _("This file is larger than 2 MB. Choose a calendar of holidays only."), "file"
        )
    try:
        events = list(Calendar.from_ical(data).walk("VEVENT"))
        found = {day: name for event in events for day, name in _days_of(event, since, until)}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise _no_calendar() from error
    if not events:
        raise _no_calendar()
    return found


def _no_calendar() -> Refusal:
    return Refusal(
        "agents.not_a_calendar",
        _("This is no calendar that we can read. Choose a file that ends in .ics, as calendar programs save it."),
        "file",
    )


def _days_of(event: Any, since: date, until: date) -> Iterator[tuple[date, str]]:
    first = event.decoded("DTSTART")
    if isinstance(first, datetime) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    last = event.decoded("DTEND") - timedelta(days=1) if "DTEND" in event else first
    length = min(max((last - first).days, 0), MOST_DAYS)
    name = " ".join(str(event.get("SUMMARY", "")).split())[:_LONGEST_NAME]
    for begin in _turns(event, first, since - timedelta(days=length), until):
        for day in (begin + timedelta(days=more) for more in range(length + 1)):
            if since <= day <= until:
                yield day, name


def _turns(event: Any, first: date, since: date, until: date) -> Iterator[date]:
    """The first day of each time it takes place."""
    if "RRULE" not in event:
        yield first
        return
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - comes with icalendar

    midnight = datetime.min.time()
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=datetime.combine(first, midnight), ignoretz=True)
    turns = rule.between(datetime.combine(since, midnight), datetime.combine(until, midnight), inc=True)
    yield from (turn.date() for turn in turns[:MOST_TURNS])
