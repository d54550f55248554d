"""Whose the goods in a lot are: how much of what lies there came by which receipt."""

from collections.abc import Mapping
from datetime import datetime

from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import rules
from cosmolocal.handovers.models import Receipt
from cosmolocal.kernel.quantity import shares

DEPTH = 12  # how many times what was put together is followed back

Source = int | None  # a receipt; None: no receipt says where it came from


def contents(lot_id: int) -> dict[Source, int]:
    """Base units that lie in a lot, by the receipt they came with; what was divided or put together here is followed
    back to the receipts of the same goods. Of what leaves a lot each receipt's goods leave in proportion.

    Where nothing is left by the books: what came. Empty: nobody has written down yet what came.
    """
    kind = flows_queries.stocks([lot_id])[lot_id].specification_id
    moves = _Reading(kind).moves(lot_id)
    lies = rules.lies(moves)
    if not any(lies.values()):
        lies = rules.lies([(source, change) for source, change in moves if change > 0])
    return {source: quantity for source, quantity in lies.items() if quantity}


_Order = tuple[datetime, int]  # when it was written down, and the event


class _Reading:
    """Lots of one kind of goods, each read once as it was before an event."""

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.seen: dict[tuple[int, _Order], Mapping[Source, int]] = {}

    def moves(self, lot_id: int, before: _Order | None = None, depth: int = 0) -> list[tuple[Source, int]]:
        """What came (by source) and what left (below 0), in order. What a farm took back is off its receipt already,
        and what was typed anew stands where it was first written.
        """
        receipts = list(Receipt.objects.filter(lot=lot_id).order_by("pk"))
        arrived, farms = {one.event_id for one in receipts}, {one.producer_id for one in receipts}
        written = flows_queries.moved_at(lot_id)
        when = {one.event_id: one.at for one in written}
        found: list[tuple[_Order, Mapping[Source, int]]] = []
        for one in receipts:
            first = one.event_id if one.event_id and when.get(one.event_id) == one.at else 0
            found.append(((one.at, first), {one.pk: one.accepted}))
        for move in written:
            went_back = move.change < 0 and move.gave_back_to in farms
            if move.event_id not in arrived and not went_back and (before is None or (move.at, move.event_id) < before):
                found.append(((move.at, move.event_id), self._came(move, depth)))
        found.sort(key=lambda one: one[0])
        counted = [parts for order, parts in found if before is None or order < before]
        return [(source, change) for parts in counted for source, change in parts.items()]

    def _came(self, move: flows_queries.Moved, depth: int) -> Mapping[Source, int]:
        """A move by its sources: what came out of a process is of what went into it."""
        inside: dict[Source, int] = {}
        if move.change > 0 and move.process_id is not None and depth < DEPTH:
            for taken in flows_queries.taken_by(move.process_id, self.kind):
                lies = self._before(taken.lot_id, (taken.at, taken.event_id), depth + 1) or {None: 1}
                for source, part in zip(lies, shares(taken.quantity, list(lies.values())), strict=True):
                    inside[source] = inside.get(source, 0) + part
        parts = inside or {None: 1}
        return dict(zip(parts, shares(move.change, list(parts.values())), strict=True))

    def _before(self, lot_id: int, at: _Order, depth: int) -> Mapping[Source, int]:
        if (lot_id, at) not in self.seen:
            lies = rules.lies(self.moves(lot_id, at, depth))
            self.seen[lot_id, at] = {source: quantity for source, quantity in lies.items() if quantity}
        return self.seen[lot_id, at]
