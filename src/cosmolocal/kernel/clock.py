"""What time it is, and on which wall clock: one place to ask, so that demo data and tests can stand elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cosmolocal.kernel import node

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


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
    """The moment at which a wall clock shows `naive`.

    A time that summer time skips moves forward by what is skipped; of a time that comes twice it is the first.
    """
    return naive.replace(tzinfo=ZoneInfo(zone) if zone else node.zone(), fold=0).astimezone(UTC)


def skipped(naive: datetime, zone: str | None = None) -> tuple[datetime, datetime] | None:
    """The times on the wall between which no clock shows `naive` (first one left out, first one shown again); or None.

    On the days on which clocks are put forward.
    """
    place = ZoneInfo(zone) if zone else node.zone()
    there = naive.replace(tzinfo=place, fold=0)
    before, after = there.utcoffset(), there.replace(fold=1).utcoffset()
    if before is None or after is None or before >= after:
        return None
    # The change lies between both readings of `naive`; zones change at whole minutes of UTC.
    early, late = (naive - after).replace(tzinfo=UTC, second=0, microsecond=0), (naive - before).replace(tzinfo=UTC)
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) // 2
        if middle.astimezone(place).utcoffset() == before:
            early = middle
        else:
            late = middle
    change = late.replace(second=0, microsecond=0, tzinfo=None)
    return change + before, change + after


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Everything inside happens at `moment` (demo data, tests, late entries)."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
