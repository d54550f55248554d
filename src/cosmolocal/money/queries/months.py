"""What accounts and places for money held at any moment: counted from the nearest one at which it is known."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock
from cosmolocal.money.models import Account, MoneyBox, MonthBalance, MonthClose, MonthEnd


def held_before(things: Collection[int] | QuerySet[Any], moment: datetime) -> dict[int, int]:
    """Resource id -> minor units just before a moment: from what it holds now, or held at the end of a closed month,
    whichever is nearer (two or three statements, which read the events of a month at most once months are closed).
    """
    known = _nearest(moment)
    if known is None:
        return flows_queries.held_before(things, moment)
    written = dict(MonthBalance.objects.filter(end=known.pk, resource__in=things).values_list("resource", "quantity"))
    if known.before == moment:
        return defaultdict(int, written)
    begin, end = sorted((known.before, moment))
    sign = 1 if moment > known.before else -1
    moved = flows_queries.moved_between(things, begin, end)
    return {pk: written.get(pk, 0) + sign * change for pk, change in moved.items()}


def _nearest(moment: datetime) -> MonthEnd | None:
    """The closed month whose end is nearest, None where now is nearer (one statement)."""
    ends = MonthEnd.objects.all()
    nearest = min(ends, key=lambda end: abs(end.before - moment), default=None)
    return nearest if nearest and abs(nearest.before - moment) < abs(clock.now() - moment) else None


def of_money() -> QuerySet[Any]:
    """The ids of every resource that is an account or a place for money."""
    accounts, boxes = Account.objects.order_by().values("resource"), MoneyBox.objects.order_by().values("resource")
    return accounts.union(boxes, all=True)


def without_balances() -> QuerySet[MonthClose]:
    """Closed months whose balances nobody has written down, the oldest first."""
    return MonthClose.objects.filter(end=None).order_by("until")


@dataclass(frozen=True)
class Differs:
    """A closed month, and of how many accounts and places for money its balance is not what their entries give."""

    until: date
    count: int


def wrong_balances() -> list[Differs]:
    """Closed months whose written balances differ from the sum of all entries before their end; empty: all is well
    (four statements that read every entry of money).
    """
    ends = list(MonthEnd.objects.select_related("close").order_by("before"))
    if not ends:
        return []
    written: dict[int, dict[int, int]] = defaultdict(dict)
    for month, resource, quantity in MonthBalance.objects.values_list("end", "resource", "quantity"):
        written[month][resource] = quantity
    summed = dict.fromkeys((pk for balances in written.values() for pk in balances), 0)
    moved = flows_queries.moved_by(of_money(), [end.before for end in ends])
    found = []
    for place, end in enumerate(ends):
        for pk, changes in moved.items():
            summed[pk] = summed.get(pk, 0) + changes[place]
        if wrong := sum(written[end.pk].get(pk, 0) != balance for pk, balance in summed.items()):
            found.append(Differs(end.close.until, wrong))
    return found
