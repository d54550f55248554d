"""What is read of bookings: things and their terms, who has what when, what waits for whom, how much was used."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.bookings import rules
from cosmolocal.bookings.models import Booking, Damage, Introduction, Report, Terms, Thing, UsualTerms
from cosmolocal.bookings.rules import Span
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock
from cosmolocal.kernel.sets import among

_WITH = ("thing__holder", "thing__place", "commitment", "agent", "household", "terms")


_OPEN = ("held", "booked", "out")


@dataclass(frozen=True)
class Slot:
    """Somebody has a thing: when, and by which booking."""

    span: Span
    booking: Booking


@dataclass(frozen=True)
class Figures:
    """How much one thing was used in a time, by nobody's name. Money is in minor units."""

    thing: Thing
    times: int
    minutes: int
    km: int
    income: int
    free_percent: int

    @property
    def is_used(self) -> bool:
        return bool(self.times or self.minutes)


def things(practice: str, *, gone: bool = False) -> QuerySet[Thing]:
    """Things of a practice that can be booked; with `gone`, all of them."""
    found = Thing.objects.filter(practice=practice).select_related("holder", "place", "picture")
    return (found if gone else found.exclude(state__in=Thing.GONE)).order_by("kind", "name", "pk")


def terms_of(thing_ids: Iterable[int]) -> dict[int, Terms]:
    """Thing id -> the terms that hold (one statement)."""
    found = Terms.objects.filter(thing__in=among(thing_ids)).select_related("circle")
    return {terms.thing_id: terms for terms in found.order_by("pk")}


def usual_terms(practice: str) -> UsualTerms:
    """What a new thing of a practice starts from; as the house has it where nobody chose."""
    return UsualTerms.objects.filter(practice=practice).order_by("pk").first() or UsualTerms(practice=practice)


def terms(thing: Thing) -> Terms:
    """The terms that hold for one thing."""
    return thing.terms.select_related("circle").order_by("-pk")[0]


def bookings() -> QuerySet[Booking]:
    """With all that a page says of one."""
    return Booking.objects.select_related(*_WITH)


def span(booking: Booking) -> Span:
    """Its time."""
    begins, ends = booking.commitment.begins, booking.commitment.ends
    assert begins is not None
    assert ends is not None
    return Span(begins, ends)


def counted(span: Span) -> int:
    """Minutes that are paid and limited: the real ones, but no day is longer than a day for the night in which the
    clocks are put back.
    """
    begins, ends = (clock.wall(moment).replace(tzinfo=None) for moment in (span.begins, span.ends))
    shown = Span(begins, ends).minutes
    return min(span.minutes, max(shown, rules.DAY))


def slots(resources: Collection[int], since: datetime, until: datetime) -> list[Slot]:
    """Who has these things (ids of their resources) at any time between two moments, by beginning (two statements)."""
    promised = {one.pk: one for one in flows_queries.booked(resources, since, until)}
    found = Booking.objects.filter(commitment__in=among(promised)).select_related("agent", "household", "thing")
    of = {booking.commitment_id: booking for booking in found}
    return [
        Slot(Span(one.begins, one.ends), of[pk])
        for pk, one in promised.items()
        if pk in of and one.begins is not None and one.ends is not None
    ]


def who_has(things: Collection[Thing], now: datetime) -> dict[int, Booking]:
    """Thing id -> who has it at this moment: it is booked or in repair now, or it was never brought back (one
    statement).
    """
    ids = among(thing.pk for thing in things)
    running = Q(state__in=Booking.COMING, commitment__begins__lte=now, commitment__ends__gt=now)
    # The states stand beside it for the index over what is open: what is over grows with the years.
    found = bookings().filter(running | Q(state=Booking.State.OUT), thing__in=ids, state__in=_OPEN)
    return {one.thing_id: one for one in found.order_by("-state", "pk")}


def own(reader: Reader) -> QuerySet[Booking]:
    """Bookings of the person whose pages these are, and of her households and organisations."""
    if reader.person is None:
        return Booking.objects.none()
    groups = reader.groups or ()
    mine = [reader.person.pk, *(group.pk for group in groups if group.kind in _PAYING)]
    return bookings().filter(household__in=mine, purpose=Booking.Purpose.USE)


_PAYING = (Agent.Kind.HOUSEHOLD, Agent.Kind.ORGANISATION)


def coming(practice: str = "") -> QuerySet[Booking]:
    """Held, booked or picked up, by beginning; of one practice, or of all."""
    found = bookings().filter(state__in=[*Booking.COMING, Booking.State.OUT])
    return (found.filter(thing__practice=practice) if practice else found).order_by("commitment__begins", "pk")


def to_come(now: datetime) -> QuerySet[Booking]:
    """Picked up, or of a time that is not over."""
    return coming().filter(Q(state=Booking.State.OUT) | Q(commitment__ends__gt=now))


def late(now: datetime, practice: str = "") -> QuerySet[Booking]:
    """Picked up, and not back after its time and the grace."""
    found = bookings().filter(state=Booking.State.OUT, commitment__ends__lt=now - rules.LATE_AFTER)
    return (found.filter(thing__practice=practice) if practice else found).order_by("commitment__ends", "pk")


def still_out(booking: Booking) -> Booking | None:
    """Who has the thing at the moment, where it is somebody else than this booking."""
    return bookings().filter(thing=booking.thing_id, state=Booking.State.OUT).exclude(pk=booking.pk).first()


def next_after(booking: Booking, now: datetime) -> Booking | None:
    """Who waits for the same thing next: has it booked now, or within a day."""
    found = bookings().filter(thing=booking.thing_id, state__in=Booking.COMING, purpose=Booking.Purpose.USE)
    found = found.filter(commitment__ends__gt=now, commitment__begins__lt=now + rules.SOON)
    return found.exclude(pk=booking.pk).order_by("commitment__begins", "pk").first()


def repairs(practice: str) -> QuerySet[Booking]:
    """Things under repair, now or planned."""
    return coming(practice).filter(purpose=Booking.Purpose.REPAIR)


def asked(practice: str) -> QuerySet[Introduction]:
    """Who asks to be shown how a thing is used."""
    found = Introduction.objects.filter(since=None, thing__practice=practice).exclude(thing__state__in=Thing.GONE)
    return found.select_related("thing__holder", "agent").order_by("pk")


def cases(practice: str) -> QuerySet[Damage]:
    """Damages that are not settled yet."""
    found = Damage.objects.filter(closed_at=None, booking__thing__practice=practice)
    return found.select_related(*(f"booking__{name}" for name in _WITH)).order_by("pk")


def last_meter(thing: Thing) -> int | None:
    """What its meter showed when somebody last read it."""
    found = thing.seen.exclude(meter=None).order_by("-at", "-pk").values_list("meter", flat=True)
    return found.first()


def meter_before(booking: Booking, now: datetime) -> tuple[int | None, int]:
    """What the meter showed when it was picked up (before: when somebody last read it), and how many kilometres more
    nobody asks about: what was told, or as far as one drives in that time.
    """
    out = booking.reports.filter(what=Report.What.OUT).order_by("-pk").first()
    if out is None:
        return last_meter(booking.thing), rules.FAR_UNSEEN
    return last_meter(booking.thing) if out.meter is None else out.meter, rules.likely_km(booking.km, now - out.at)


def alike(thing: Thing) -> list[Thing]:
    """Other things of its kind in the same practice that can be booked."""
    found = Thing.objects.filter(practice=thing.practice, kind=thing.kind, state=Thing.State.READY)
    return list(found.exclude(pk=thing.pk).filter(holder__hidden_at=None).select_related("holder").order_by("pk"))


def figures(practice: str, since: datetime, until: datetime) -> list[Figures]:
    """How each thing was used between two moments: from what happened, and by nobody's name (three statements)."""
    found = list(things(practice, gone=True))
    minutes: dict[int, int] = {}
    fulfilled: list[int] = []
    for event in flows_queries.events_of([thing.resource_id for thing in found], since, until).filter(action="use"):
        assert event.resource_id is not None
        minutes[event.resource_id] = minutes.get(event.resource_id, 0) + (event.effort_quantity or 0)
        if event.fulfils_id is not None:
            fulfilled.append(event.fulfils_id)
    back = Booking.objects.filter(commitment__in=among(fulfilled), charged__isnull=False).prefetch_related("reports")
    whole, rows = Span(since, until).minutes, []
    of: dict[int, list[Booking]] = {}
    for booking in back:
        of.setdefault(booking.thing_id, []).append(booking)
    for thing in found:
        own, used = of.get(thing.pk, []), minutes.get(thing.resource_id, 0)
        income, km = sum(one.charged or 0 for one in own), sum(driven(one) for one in own)
        rows.append(Figures(thing, len(own), used, km, income, max(100 - 100 * used // whole, 0)))
    return rows


def driven(booking: Booking) -> int:
    """How far it went, once it is back; reads the reports that were prefetched."""
    of = {report.what: report.meter for report in booking.reports.all()}
    return rules.driven(of.get(Report.What.OUT), of.get(Report.What.BACK), booking.km)


def of_who_left() -> QuerySet[Booking]:
    """Bookings to come of who has left."""
    return coming().filter(
        Q(agent__hidden_at__isnull=False) | Q(household__hidden_at__isnull=False), state__in=["held", "booked"]
    )


def things_left() -> QuerySet[Thing]:
    """Things whose owner has left, and that nobody has taken over."""
    return Thing.objects.exclude(state__in=Thing.GONE).filter(holder__hidden_at__isnull=False).select_related("holder")


def over(now: datetime) -> QuerySet[Booking]:
    """What ended by itself: repairs whose time is over, and what nobody fetched in its time or soon after."""
    repaired = Q(purpose=Booking.Purpose.REPAIR, commitment__ends__lte=now)
    missed = Q(purpose=Booking.Purpose.USE, commitment__ends__lte=now - rules.FETCHED_WITHIN)
    return bookings().filter(repaired | missed, state__in=Booking.COMING).order_by("commitment__ends", "pk")


def held_too_long(now: datetime) -> QuerySet[Booking]:
    """Held, and not booked in time."""
    return bookings().filter(state=Booking.State.HELD, held_until__lte=now)
