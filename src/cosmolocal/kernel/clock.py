"""What time it is: one place to ask, so that demo data and tests can stand in another moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _standing.get() or datetime.now(UTC)


def today(zone: str | None = None) -> date:
    """The present date in `zone` (an IANA name), or in the active time zone."""
    return now().astimezone(ZoneInfo(zone) if zone else timezone.get_current_timezone()).date()


def wall(moment: datetime, zone: str) -> datetime:
    """`moment` as a wall clock in `zone` shows it."""
    return moment.astimezone(ZoneInfo(zone))


def from_wall(naive: datetime, zone: str) -> datetime:
    """The moment at which a wall clock in `zone` shows `naive`; a time skipped by summer time moves forward."""
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Everything inside happens at `moment` (demo data, tests, late entries)."""
    token = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(token)
