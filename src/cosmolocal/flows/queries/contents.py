"""What went through one lot, in order: what came in, out of which process, and what left it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from cosmolocal.flows.actions import ACTIONS
from cosmolocal.flows.models import EconomicEvent


class Moved(NamedTuple):
    """One event at a lot: `change` base units more (below 0: less) lie there; `at`: when it was written down.

    `process_id`: what it came out of. `gave_back_to`: to whom it left without having been promised.
    """

    event_id: int
    at: datetime
    change: int
    process_id: int | None
    gave_back_to: int | None


class Taken(NamedTuple):
    """What went into a process: base units of a lot, by which event, and when that was written down."""

    event_id: int
    at: datetime
    lot_id: int
    quantity: int


def moved_at(lot_id: int) -> list[Moved]:
    """What came into a lot and what left it, in the order it was written; only what stands: neither what was taken back
    nor what took it back (one statement).
    """
    events = _standing().filter(Q(resource=lot_id) | Q(to_resource=lot_id))
    columns = ("pk", "operation__at", "action", "quantity", "resource_id", "output_of_id", "receiver_id", "fulfils_id")
    rows = events.order_by("pk").values_list(*columns)
    return [one for one in _moves(lot_id, rows) if one.change]


def _moves(
    lot_id: int, rows: Iterable[tuple[int, datetime, str, int, int | None, int | None, int | None, int | None]]
) -> Iterable[Moved]:
    for pk, at, action, quantity, resource, process, receiver, fulfils in rows:
        is_from = resource == lot_id
        sign = ACTIONS[action].accounting_signs[0 if is_from else 1]
        back = receiver if is_from and sign < 0 and ACTIONS[action].has_two_sides and fulfils is None else None
        yield Moved(pk, at, sign * quantity, process, back)


def taken_by(process_id: int, kind: int) -> list[Taken]:
    """What a process took of one kind of goods, lot by lot (one statement)."""
    events = _standing().filter(input_of=process_id, specification=kind, action="consume", resource__isnull=False)
    return [Taken(*row) for row in events.order_by("pk").values_list(*_TAKEN)]


_TAKEN = ("pk", "operation__at", "resource_id", "quantity")


def _standing() -> QuerySet[EconomicEvent]:
    return EconomicEvent.objects.filter(quantity__gt=0, corrected_by=None)
