"""A child process: the whole days of an iCalendar file (RFC 5545), as JSON `{"days": {"2026-05-01": "..."}}`.

Runs apart because a rule of a few bytes may recur for hours without meeting a day.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from dateutil.rrule import DAILY, rrulestr
from icalendar import Calendar

from cosmolocal.paper import child

MOST_DAYS = 60  # of one entry: longer ones are seasons, not holidays
MOST_TURNS = 20  # of an entry that repeats
MOST_ENTRIES = 5_000
LONGEST_NAME = 120


def days(data: bytes, since: date, until: date) -> dict[str, str] | None:
    """Day -> name of each whole-day entry from `since` to `until`; None where there is no entry at all."""
    events = list(islice(Calendar.from_ical(data).walk("VEVENT"), MOST_ENTRIES))
    if not events:
        return None
    return {day.isoformat(): name for event in events for day, name in _days_of(event, since, until)}


def _days_of(event: Any, since: date, until: date) -> Iterator[tuple[date, str]]:
    first = event.decoded("DTSTART")
    if isinstance(first, datetime) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    last = event.decoded("DTEND") - timedelta(days=1) if "DTEND" in event else first
    length = min(max((last - first).days, 0), MOST_DAYS)
    name = " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_NAME]
    for begin in _turns(event, first, since - timedelta(days=length), until):
        for day in (begin + timedelta(days=more) for more in range(length + 1)):
            if since <= day <= until:
                yield day, name


def _turns(event: Any, first: date, since: date, until: date) -> Iterator[date]:
    """The first day of each time it takes place; what recurs within a day is no holiday, and does not repeat."""
    if "RRULE" not in event:
        yield first
        return
    midnight = datetime.min.time()
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=datetime.combine(first, midnight), ignoretz=True)
    if getattr(rule, "_freq", DAILY) > DAILY:
        yield first
        return
    begin, end = datetime.combine(since, midnight), datetime.combine(until, midnight)
    turns = (turn for turn in takewhile(lambda turn: turn <= end, rule) if turn >= begin)
    yield from (turn.date() for turn in islice(turns, MOST_TURNS))


def answer(payload: bytes) -> dict[str, Any]:
    """Payload: a line of JSON with `since` and `until`, then the file."""
    head, _newline, data = payload.partition(b"\n")
    wish = {name: date.fromisoformat(day) for name, day in json.loads(head).items()}
    try:
        found = days(data, wish["since"], wish["until"])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        found = None
    return {"problem": "not_a_calendar"} if found is None else {"days": found}


if __name__ == "__main__":
    json.dump(answer(child.received()), sys.stdout)
