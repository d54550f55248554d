"""What stands in the books now: kinds, quantities, offers, promises, events."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows.models import (
    Commitment,
    EconomicEvent,
    EconomicResource,
    Intent,
    ResourceSpecification,
    Unit,
    row_id,
)
from cosmolocal.flows.rules import EventDraft, Promise, Stock
from cosmolocal.kernel.sets import among


def balance(resource: EconomicResource | int) -> int:
    """The accounting quantity now, in the smallest unit."""
    return EconomicResource.objects.values_list("accounting_quantity", flat=True).get(pk=row_id(resource))


def resource(resource_id: int) -> EconomicResource:
    """One resource, with specification and unit."""
    return EconomicResource.objects.select_related("conforms_to__unit").get(pk=resource_id)


def resources(ids: Iterable[int]) -> dict[int, EconomicResource]:
    """Resources by id, with specification and unit."""
    return EconomicResource.objects.select_related("conforms_to__unit").in_bulk(list(ids))


def unit(code: str) -> Unit:
    """The unit of that code, such as `kg` or `piece`."""
    return Unit.objects.get(code=code)


def specification(specification_id: int) -> ResourceSpecification:
    """One specification, with its unit."""
    return ResourceSpecification.objects.select_related("unit").get(pk=specification_id)


def intents(ids: Iterable[int]) -> dict[int, Intent]:
    """Intents by id."""
    return Intent.objects.in_bulk(list(ids))


def left_of(intent: Intent) -> int | None:
    """How much may still be promised; None: unlimited."""
    if intent.available_quantity is None:
        return None
    return max(intent.available_quantity - intent.promised_quantity, 0)


def spendable(ids: Iterable[int]) -> dict[int, int | None]:
    """Accounting - promised - floor by resource; None: it may fall freely."""
    rows = EconomicResource.objects.filter(pk__in=among(ids))
    return {r.pk: None if r.floor is None else r.accounting_quantity - r.promised_quantity - r.floor for r in rows}


def below_floor() -> QuerySet[EconomicResource]:
    """What lies below its floor with its promises counted: takes no new promise, stands on the steward's list."""
    return EconomicResource.objects.filter(
        floor__isnull=False, accounting_quantity__lt=F("floor") + F("promised_quantity")
    ).select_related("conforms_to__unit", "primary_accountable")


def lots_at(place: Place | int | None, specification_ids: Collection[int]) -> QuerySet[EconomicResource]:
    """Lots on hand at a place (None: anywhere) of these kinds, the one that expires first, first."""
    found = EconomicResource.objects.filter(conforms_to__in=among(specification_ids), onhand_quantity__gt=0)
    if place is not None:
        found = found.filter(location_id=row_id(place))
    return found.select_related("conforms_to__unit").order_by(F("expires_on").asc(nulls_last=True), "pk")


def lots_of(holder_id: int, place: Place | int) -> QuerySet[EconomicResource]:
    """What somebody has at a place now: lots of every kind, by name of the goods."""
    found = EconomicResource.objects.filter(primary_accountable=holder_id, location_id=row_id(place))
    found = found.filter(onhand_quantity__gt=0, conforms_to__medium_of_exchange=False)
    return found.select_related("conforms_to__unit").order_by("conforms_to__name", "pk")


def lot_codes(place: Place | int, beginning: str) -> list[str]:
    """The codes of lots at a place that begin so, also of those that are empty."""
    found = EconomicResource.objects.filter(location_id=row_id(place), lot__startswith=beginning)
    return list(found.values_list("lot", flat=True))


def made_at(place: Place | int, lot_ids: Collection[int]) -> dict[int, int]:
    """How much came into lots by what was done at a place (divided, put together): lot id -> smallest units."""
    made = EconomicEvent.objects.filter(resource__in=among(lot_ids), action="produce", output_of__place=row_id(place))
    totals = made.order_by().values("resource_id").annotate(total=Sum("quantity"))
    return {row["resource_id"]: row["total"] for row in totals}


def events_of(
    resource_ids: Collection[int], since: datetime | None = None, until: datetime | None = None
) -> QuerySet[EconomicEvent]:
    """Events on either side of these resources, oldest first; from `since`, and before `until`."""
    found = EconomicEvent.objects.filter(Q(resource__in=resource_ids) | Q(to_resource__in=resource_ids))
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found.order_by("at", "pk")


_LOWERS = Q(action__in=["transfer", "lower"])
_OWN = Case(When(_LOWERS, then=-F("quantity")), default=F("quantity"), output_field=BigIntegerField())


def events_by(ids: Collection[int]) -> QuerySet[EconomicEvent]:
    """Events of these ids, in the order in which they were booked."""
    return EconomicEvent.objects.filter(pk__in=among(ids)).order_by("at", "pk")


def held_before(things: Collection[int] | QuerySet[Any], moment: datetime) -> dict[int, int]:
    """Resource id -> accounting quantity just before a moment: what it holds, without what happened since (one
    statement, so that both are of the same instant).
    """
    rows = _with_moves(things, Q(at__gte=moment)).values_list("pk", "accounting_quantity", "own", "came")
    return {pk: has - own - came for pk, has, own, came in rows}


def moved_between(things: Collection[int] | QuerySet[Any], since: datetime, until: datetime) -> dict[int, int]:
    """Resource id -> by how much it rose from `since` on, and before `until` (one statement)."""
    rows = _with_moves(things, Q(at__gte=since, at__lt=until)).values_list("pk", "own", "came")
    return {pk: own + came for pk, own, came in rows}


def moved_late(things: Collection[int], since: datetime, day: date) -> dict[int, int]:
    """Resource id -> by how much it rose by what counts from `since` on and happened up to `day` (one statement)."""
    rows = _with_moves(things, Q(at__gte=since, value_on__lte=day)).values_list("pk", "own", "came")
    return {pk: own + came for pk, own, came in rows}


def _with_moves(things: Collection[int] | QuerySet[Any], when: Q) -> QuerySet[Any]:
    events = EconomicEvent.objects.filter(when).order_by()
    own = events.filter(resource=OuterRef("pk")).values("resource").annotate(sum=Sum(_OWN))
    came = events.filter(to_resource=OuterRef("pk")).values("to_resource").annotate(sum=Sum("quantity"))
    return EconomicResource.objects.filter(pk__in=things).annotate(
        own=Coalesce(Subquery(own.values("sum")), 0), came=Coalesce(Subquery(came.values("sum")), 0)
    )


def moved_by(things: QuerySet[Any], moments: Sequence[datetime]) -> dict[int, list[int]]:
    """Resource id -> by how much it rose before the first of the rising moments, from it to the second, and so on; what
    came after the last is left out (two statements, each reads every event of these).
    """
    turn = Case(*(When(at__lt=moment, then=place) for place, moment in enumerate(moments)), output_field=IntegerField())
    found: dict[int, list[int]] = defaultdict(lambda: [0] * len(moments))
    events = EconomicEvent.objects.filter(at__lt=moments[-1]).order_by().annotate(turn=turn)
    for side, amount in (("resource", _OWN), ("to_resource", F("quantity"))):
        rows = events.filter(**{f"{side}__in": things}).values_list(side, "turn").annotate(sum=Sum(amount))
        for pk, place, change in rows:
            found[pk][place] += change
    return found


def came_from_outside(things: QuerySet[Any], since: datetime) -> int:
    """What these resources got from somebody outside our books since a moment (one statement)."""
    events = EconomicEvent.objects.filter(to_resource__in=things, resource=None, at__gte=since)
    return int(events.aggregate(sum=Sum("quantity", default=0))["sum"])


def left_for_outside(things: QuerySet[Any], since: datetime) -> int:
    """What was transferred out of our books from these resources since a moment (one statement)."""
    events = EconomicEvent.objects.filter(resource__in=things, to_resource=None, action="transfer", at__gte=since)
    return int(events.aggregate(sum=Sum("quantity", default=0))["sum"])


@dataclass(frozen=True)
class Moves:
    """What one resource gained and lost in a time (smallest units, `lost` below 0), and in how many events."""

    gained: int
    lost: int
    count: int


def moves_of(resource_id: int, since: datetime, until: datetime) -> Moves:
    """Sums of the events of one resource, however many; each side is read by its own index (two statements)."""
    sums = []
    for events, amount in _sides(resource_id, since, until):
        own = events.annotate(own=amount)
        sums.append(
            own.aggregate(
                gained=Sum("own", filter=Q(own__gt=0), default=0),
                lost=Sum("own", filter=Q(own__lt=0), default=0),
                count=Count("pk"),
            )
        )
    return Moves(*(sum(side[name] for side in sums) for name in ("gained", "lost", "count")))


def moved_from(resource_id: int, first: tuple[datetime, int], until: datetime) -> int:
    """By how much one resource rose from an event (moment and id) on, before `until` (two statements)."""
    moment, pk = first
    later = Q(at__gt=moment) | Q(pk__gte=pk)
    sides = _sides(resource_id, moment, until)
    return sum(events.filter(later).aggregate(sum=Sum(amount, default=0))["sum"] for events, amount in sides)


def ids_between(resource_id: int, since: datetime, until: datetime, places: slice) -> list[tuple[datetime, int]]:
    """Moment and id of the events of one resource by their places in the order of booking; counted from the end, newest
    first, where the step is -1 (one statement that reads no other row).
    """
    (own, _amount), (others, _amount) = _sides(resource_id, since, until)
    rows = own.values_list("at", "id").union(others.values_list("at", "id"), all=True)
    ordered = rows.order_by("-at", "-id") if places.step == -1 else rows.order_by("at", "id")
    return list(ordered[places.start : places.stop])


def latest_quantities(resource_id: int, most: int) -> list[int]:
    """What the last events of one resource moved, each side's (one statement)."""
    sides = (EconomicEvent.objects.filter(**{side: resource_id}) for side in ("resource", "to_resource"))
    own, others = (side.order_by().values_list("at", "id", "quantity") for side in sides)
    return [quantity for _at, _id, quantity in own.union(others, all=True).order_by("-at", "-id")[:most]]


def _sides(resource_id: int, since: datetime, until: datetime) -> "list[tuple[QuerySet[EconomicEvent], Any]]":
    """The events that name a resource first, and those that name it second, with what each adds to it."""
    events = EconomicEvent.objects.filter(at__gte=since, at__lt=until).order_by()
    own, others = events.filter(resource=resource_id), events.filter(to_resource=resource_id)
    return [(own, _OWN), (others, F("quantity"))]


def events_in(operation_id: int) -> QuerySet[EconomicEvent]:
    """What one deed wrote, in the order of writing, with names of parties, things and units (one statement)."""
    found = EconomicEvent.objects.filter(operation=operation_id).order_by("pk")
    return found.select_related(
        "provider", "receiver", "resource", "to_resource", "specification__unit", "corrects__operation"
    )


def due_at(
    place: Place | int, due: datetime, *, finished: bool | None = False, ours: bool = False
) -> QuerySet[Commitment]:
    """What is promised for a hand-over (place and beginning of the window); `finished` None: all of it; `ours`: by this
    local only.
    """
    found = Commitment.objects.filter(place_id=row_id(place), due=due, is_reciprocal=False)
    if ours:
        # Compared as a value: joined, SQLite would read all that this local ever promised.
        found = found.filter(provider=Agent.objects.filter(is_home=True).values("pk")[:1])
    if finished is not None:
        found = found.filter(finished=finished)
    return found.select_related("specification__unit", "receiver", "provider", "resource").order_by("pk")


def is_something_due(receiver_id: int, since: datetime) -> bool:
    """Whether goods are promised to somebody at a hand-over that begins after that moment."""
    found = Commitment.objects.filter(receiver=receiver_id, is_reciprocal=False, finished=False, due__gte=since)
    return found.filter(quantity__gt=0).exists()


def commitments(ids: Iterable[int]) -> dict[int, Commitment]:
    """Commitments by id."""
    return Commitment.objects.in_bulk(list(ids))


def commitments_of(agreement_ids: Collection[int]) -> QuerySet[Commitment]:
    """The clauses of agreements, in the order they were made."""
    return Commitment.objects.filter(agreement__in=among(agreement_ids)).order_by("pk")


def promises(ids: Iterable[int]) -> dict[int, Promise]:
    """What the rules need to know of commitments."""
    columns = (
        *("pk", "specification_id", "provider_id", "receiver_id", "resource_id", "satisfies_id", "agreement_id"),
        *("quantity", "fulfilled_quantity", "finished", "output_of_id", "action", "begins", "ends"),
    )
    rows = Commitment.objects.filter(pk__in=among(ids)).values_list(*columns)
    return {row[0]: Promise(*row) for row in rows}


def packed_since(commitments: Mapping[int, datetime]) -> set[int]:
    """Of these promises (id -> a moment) those of which a process that packed goods for the same hand-over, and for no
    other, was written since then.
    """
    others = Commitment.objects.filter(output_of=OuterRef("output_of")).exclude(
        place=OuterRef("place"), due=OuterRef("due")
    )
    found = Commitment.objects.filter(pk__in=among(commitments), output_of__isnull=False).exclude(Exists(others))
    return {pk for pk, at in found.values_list("pk", "output_of__at") if at >= commitments[pk]}


def fulfilling(commitment_ids: Iterable[int]) -> dict[int, int]:
    """Event id -> commitment id: what happened against promises, as it stands now. Where an event was taken back and
    written anew, the new one counts, whoever it names (a statement for each time that this was done, at least one).
    """
    events = EconomicEvent.objects.filter(quantity__gt=0)
    corrected = Exists(EconomicEvent.objects.filter(corrects=OuterRef("pk")))
    found: dict[int, int] = {}
    rows = list(events.filter(fulfils__in=among(commitment_ids)).values_list("pk", "fulfils_id", corrected))
    while rows:
        found |= {pk: promise for pk, promise, is_corrected in rows if promise and not is_corrected}
        before = {pk: promise for pk, promise, is_corrected in rows if is_corrected}
        later = events.filter(corrects__in=among(before)) if before else events.none()
        rows = [
            (pk, before[earlier], is_corrected)
            for pk, earlier, is_corrected in later.values_list("pk", "corrects_id", corrected)
            if earlier is not None
        ]
    return found


def standing_under(agreement_id: int, reason: str) -> list[EconomicEvent]:
    """What came to accounts of ours under an agreement for a reason, as it stands: neither taken back nor what takes
    back.
    """
    events = EconomicEvent.objects.filter(agreement=agreement_id, to_resource__isnull=False, reason=reason)
    return list(events.filter(quantity__gt=0, corrected_by=None).order_by("pk"))


def booked(resource_ids: Collection[int], since: datetime, until: datetime) -> QuerySet[Commitment]:
    """Who has these things to herself at any time between two moments (half-open): open promises, by beginning."""
    found = Commitment.objects.filter(resource__in=among(resource_ids), finished=False)
    return found.filter(begins__isnull=False, begins__lt=until, ends__gt=since).order_by("begins", "pk")


def stocks(ids: Iterable[int]) -> dict[int, Stock]:
    """What the rules need to know of resources."""
    columns = ("pk", "conforms_to_id", "primary_accountable_id", "conforms_to__medium_of_exchange")
    contents = Exists(EconomicResource.objects.filter(contained_in=OuterRef("pk")))
    rows = (
        EconomicResource.objects.filter(pk__in=among(ids))
        .annotate(has_contents=contents)
        .values_list(*columns, "accounting_quantity", "onhand_quantity", "contained_in_id", "has_contents")
    )
    return {row[0]: Stock(*row) for row in rows}


def currencies(specification_ids: Collection[int]) -> set[int]:
    """Which of these kinds are a medium of exchange."""
    found = ResourceSpecification.objects.filter(pk__in=among(specification_ids), medium_of_exchange=True)
    return set(found.values_list("pk", flat=True))


def draft_of(event: EconomicEvent) -> EventDraft:
    """An event as it was told."""
    return EventDraft(
        event.action,
        event.quantity,
        specification_id=event.specification_id,
        provider_id=event.provider_id,
        receiver_id=event.receiver_id,
        resource_id=event.resource_id,
        to_resource_id=event.to_resource_id,
        agreement_id=event.agreement_id,
        fulfils_id=event.fulfils_id,
        at=event.at,
        value_on=event.value_on,
        to_location_id=event.to_location_id,
        state=event.state,
        reason=event.reason,
        corrects_id=event.corrects_id,
        input_of_id=event.input_of_id,
        output_of_id=event.output_of_id,
        effort_quantity=event.effort_quantity,
        begins=event.begins,
        ends=event.ends,
    )
