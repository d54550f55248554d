"""Where what somebody ordered came from: everything the page from field to door says, read from the journal alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows.actions import ACTIONS
from cosmolocal.flows.models import Commitment, EconomicEvent, Process, ProcessSpecification
from cosmolocal.flows.queries.books import fulfilling
from cosmolocal.flows.queries.origins import Step, Way, steps_of, trace, trace_all


@dataclass(frozen=True)
class Source:
    """One lot as it came: whose, from which field, and whether what was asked for is surely, or only possibly, of it.

    `quantity` is all that came of it, for everybody, in the smallest unit. `at`, `place`, `by_id`: when and where it
    came in, and who wrote it down. `field`, `day`, `certificate`: where, when and how it grew, as far as that is known.
    """

    lot_id: int
    lot: str
    producer: Agent | None
    quantity: int
    at: datetime
    place: Place | None
    by_id: int
    field: Place | None
    day: date | None
    certificate: str
    is_sure: bool


@dataclass(frozen=True)
class Provenance:
    """The way of one promise. `sources` is empty as long as nothing has come."""

    promise: Commitment
    way: Way  # of the lot it was packed from
    sources: Sequence[Source]  # the sure ones first
    packing: Process | None
    handed: Sequence[Step]  # what was handed over of it

    @property
    def is_missing(self) -> bool:
        """It was to be packed, and there was none."""
        return self.packing is not None and self.promise.quantity == 0

    @property
    def works(self) -> list[Step]:
        """What was made here of the goods on their way (divided, put together), the earliest first."""
        made = {
            step.process.pk: step
            for step in self.way
            if step.process is not None and step.action == "produce" and not _is_grown(step)
        }
        return sorted(made.values(), key=lambda step: step.event_id)


def provenance(commitment_id: int) -> Provenance:
    """The way of what somebody ordered, back to the field and on into her hands; at most nine statements.

    Once it is packed the lot says it. Where other lots of the same goods lay beside, it is possibly of those too;
    before packing it is possibly of everything that came for that hand-over.
    """
    promise = Commitment.objects.select_related(
        *("specification__unit", "place", "output_of__place", "output_of__operation")
    ).get(pk=commitment_id)
    way = trace(resource_id=promise.resource_id) if promise.resource_id else Way()
    passed = {lot.pk for step in way for lot in (step.brings_to, step.takes_from) if lot}
    beside = sorted(lots_beside([promise]) - passed) if promise.quantity else []
    sure = _sources(way, is_sure=True)
    if len(sure) > 1:
        sure = _sources(way, is_sure=False)
    possible = _sources(trace_all(beside), is_sure=False) if beside else []
    if not way and len(possible) == 1:
        possible = _sources(trace_all(beside), is_sure=True)
    was_handed = promise.fulfilled_quantity or (promise.finished and promise.quantity)
    handed = steps_of(sorted(fulfilling([promise.pk]))) if was_handed else Way()
    return Provenance(
        promise=promise,
        way=way,
        sources=[*sure, *possible],
        packing=promise.output_of,
        handed=handed,
    )


def lots_beside(promises: Iterable[Commitment]) -> set[int]:
    """The lots of these goods at the places and moments of promises: those that came for them, and those packed from;
    two statements. A promise is read for its place, moment, goods and provider.
    """
    same, providers = Q(), set[int]()
    for promise in promises:
        providers.add(promise.provider_id)
        if promise.place_id is not None and promise.due is not None:
            same |= Q(place=promise.place_id, due=promise.due, specification=promise.specification_id)
    if not same:
        return set()
    due = Commitment.objects.filter(same, is_reciprocal=False)
    arrivals = EconomicEvent.objects.filter(quantity__gt=0, to_resource__isnull=False, corrected_by=None)
    came = arrivals.filter(fulfils__in=due.filter(receiver__in=providers)).values_list("to_resource_id", flat=True)
    packed = due.filter(resource__isnull=False, quantity__gt=0).values_list("resource_id", flat=True)
    return {*came, *packed.distinct()}


def _sources(way: Way, *, is_sure: bool) -> list[Source]:
    """What came in from outside or from a producer, lot by lot; several deliveries into one lot are one source."""
    grown = {step.resource.pk: step for step in way if step.resource is not None and _is_grown(step)}
    found: dict[int, Source] = {}
    for step in sorted(way, key=lambda step: step.event_id):
        lot = step.brings_to
        is_first = step.takes_from is None or step.takes_from.pk in grown
        if lot is None or not is_first or not ACTIONS[step.action].has_two_sides:
            continue  # on its way already; or grown, made or counted, which is no arrival
        origin = grown.get(step.resource.pk) if step.resource is not None else None
        process = origin.process if origin else None
        before = found.get(lot.pk)
        found[lot.pk] = Source(
            lot_id=lot.pk,
            lot=lot.lot,
            producer=step.provider,
            quantity=step.quantity + (before.quantity if before else 0),
            at=before.at if before else step.at,
            place=step.place or lot.location,
            by_id=before.by_id if before else step.by_id,
            field=process.place if process else None,
            day=process.day if process else None,
            certificate=process.certificate if process else "",
            is_sure=is_sure,
        )
    return list(found.values())


def _is_grown(step: Step) -> bool:
    return step.process is not None and step.process.based_on == ProcessSpecification.GROW
