"""What time it is, and on which wall clock: one place to ask, so that demo data and tests can stand elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cosmolocal.kernel import node

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _standing.get() or datetime.now(UTC)


def today(zone: str | None = None) -> date:
    """The present date where this node is at home, or in `zone` (an IANA name)."""
    return day_of(now(), zone)


def day_of(moment: datetime, zone: str | None = None) -> date:
    """The date of `moment` where this node is at home, or in `zone`."""
    return wall(moment, zone).date()


def wall(moment: datetime, zone: str | None = None) -> datetime:
    """`moment` as a wall clock shows it where this node is at home, or in `zone`."""
    return moment.astimezone(ZoneInfo(zone) if zone else node.zone())


def from_wall(naive: datetime, zone: str | None = None) -> datetime:
    """The moment at which a wall clock shows `naive`; a time skipped by summer time moves forward."""
    return naive.replace(tzinfo=ZoneInfo(zone) if zone else node.zone()).astimezone(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Everything inside happens at `moment` (demo data, tests, late entries)."""
    token = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(token)
