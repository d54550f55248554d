"""Who has something of a lot: for the day on which a farm calls and says, do not eat it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from cosmolocal.agents.models import Agent
from cosmolocal.flows.models import Commitment, EconomicEvent, EconomicResource
from cosmolocal.flows.queries.origins import leads
from cosmolocal.flows.queries.provenance import lots_beside
from cosmolocal.kernel.sets import among


@dataclass(frozen=True)
class Reached:
    """What one agent has, or was promised, of goods that are surely or possibly of a lot; in the smallest unit."""

    agent: Agent
    specification_id: int
    lot: EconomicResource
    quantity: int
    is_sure: bool
    has_it: bool  # handed over; else it still lies here
    at: datetime | None


@dataclass(frozen=True)
class Recall:
    """What became of a lot. `lots` hold something of it: id -> surely, or only possibly; `reached`: who got it."""

    lot: EconomicResource
    lots: Mapping[int, bool]
    reached: list[Reached]
    is_cut: bool


def recall(resource_id: int) -> Recall:
    """Who got of a lot, surely or possibly, also what still stands here in crates; a fixed number of statements.

    Possible is what was taken from a bin into which other lots went too, and what was packed where lots of the same
    goods lay beside each other.
    """
    way = leads(resource_id)
    downstream = {resource_id, *(step.brings_to.pk for step in way if step.brings_to)}
    sure = _sure(resource_id, downstream)
    lots = {lot: lot in sure for lot in downstream}
    for lot in _beside(downstream):
        lots.setdefault(lot, False)
    rows = EconomicResource.objects.select_related("conforms_to__unit").in_bulk(list(lots))
    reached = [*_promised(lots, rows), *_given(lots, rows)]
    reached.sort(key=lambda one: (one.agent.name, one.agent.pk, not one.is_sure, one.lot.pk))
    return Recall(rows[resource_id], lots, reached, way.is_cut)


def _sure(start: int, lots: set[int]) -> set[int]:
    """Those of the lots into which nothing else went: all that came in came out of lots of which that holds."""
    inputs: dict[int, set[int | None]] = defaultdict(set)
    arrivals = EconomicEvent.objects.filter(quantity__gt=0, corrected_by=None)
    moved = arrivals.filter(to_resource__in=lots).values_list("to_resource_id", "resource_id")
    brought = arrivals.filter(resource__in=lots, action="produce")
    made = list(brought.values_list("resource_id", "output_of_id"))
    taken: dict[int | None, set[int | None]] = defaultdict(set)
    consumed = arrivals.filter(input_of__in={process for _lot, process in made if process})
    for process, lot in consumed.values_list("input_of_id", "resource_id"):
        taken[process].add(lot)
    for lot, source in moved:
        inputs[lot or 0].add(source)
    for lot, process in made:
        inputs[lot or 0] |= taken[process] or {None}
    sure, grew = {start}, True
    while grew:
        more = {lot for lot in lots - sure if inputs[lot] and inputs[lot] <= sure}
        sure, grew = sure | more, bool(more)
    return sure


def _beside(lots: Iterable[int]) -> set[int]:
    """Lots of the same goods from which others were packed at the same hand-overs."""
    promised = _on(lots).filter(place__isnull=False).order_by()
    same = promised.values("place_id", "due", "specification_id", "provider_id").distinct()[:_HANDOVERS]
    return lots_beside([Commitment(**one) for one in same])


_HANDOVERS = 20  # a lot is packed at one hand-over, a stock at some


def _on(lots: Iterable[int]) -> QuerySet[Commitment]:
    """Promises that lie on lots: of some not all was done, what was done of others is among the events of the lots."""
    some = Commitment.objects.filter(resource__in=among(lots), quantity__gt=0)
    undone = Commitment.objects.filter(resource__in=among(lots), fulfilled_quantity__lt=F("quantity"))
    events = EconomicEvent.objects.filter(resource__in=among(lots), fulfils__isnull=False)
    return some.filter(Q(pk__in=undone.values("pk")) | Q(pk__in=events.values("fulfils")))


def _promised(lots: Mapping[int, bool], rows: Mapping[int, EconomicResource]) -> Iterable[Reached]:
    found = _on(lots).filter(is_reciprocal=False).select_related("receiver")
    for one in found.exclude(finished=True, fulfilled_quantity=0):
        assert one.resource_id is not None
        yield Reached(
            one.receiver,
            one.specification_id,
            rows[one.resource_id],
            one.fulfilled_quantity or one.quantity,
            lots[one.resource_id],
            one.fulfilled_quantity > 0,
            one.due,
        )


def _given(lots: Mapping[int, bool], rows: Mapping[int, EconomicResource]) -> Iterable[Reached]:
    """What left without having been promised: gifts, sales at the counter, what went back with the farm."""
    for event in _unpromised(lots):
        assert event.receiver is not None
        assert event.resource_id is not None
        yield Reached(
            event.receiver,
            event.specification_id,
            rows[event.resource_id],
            event.quantity,
            lots[event.resource_id],
            True,
            event.at,
        )


def _unpromised(lots: Iterable[int]) -> QuerySet[EconomicEvent]:
    found = EconomicEvent.objects.filter(resource__in=among(lots), to_resource=None, fulfils=None, quantity__gt=0)
    found = found.filter(action="transfer", corrected_by=None, receiver__isnull=False).exclude(receiver=F("provider"))
    return found.select_related("receiver")
