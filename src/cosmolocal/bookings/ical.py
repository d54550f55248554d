"""A calendar as other programs read it: iCalendar (RFC 5545), written by hand since it is a dozen lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cosmolocal.bookings.rules import Span

TYPE = "text/calendar; charset=utf-8"
LONGEST = 75  # octets of a line


@dataclass(frozen=True)
class Entry:
    """One entry: its number on this node, its time, what it says, where it is, its page."""

    uid: str
    span: Span
    title: str
    place: str = ""
    url: str = ""


def calendar(name: str, entries: Iterable[Entry], now: datetime) -> bytes:
    """The file of these entries."""
    return "".join(f"{part}\r\n" for line in _lines(name, entries, now) for part in _folded(line)).encode()


def _lines(name: str, entries: Iterable[Entry], now: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cosmolocal//bookings//EN", f"X-WR-CALNAME:{_text(name)}")
    for entry in entries:
        yield from ("BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{_moment(now)}")
        yield from (f"DTSTART:{_moment(entry.span.begins)}", f"DTEND:{_moment(entry.span.ends)}")
        yield f"SUMMARY:{_text(entry.title)}"
        if entry.place:
            yield f"LOCATION:{_text(entry.place)}"
        if entry.url:
            yield f"URL:{entry.url}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; what goes on begins with a space. No letter is cut in two."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST:
            yield part
            part = " "
        part += letter
    yield part
