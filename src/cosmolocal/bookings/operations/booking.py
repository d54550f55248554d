"""Somebody holds, books, changes or cancels: all or nothing, one or many at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.bookings import policy, queries, rules
from cosmolocal.bookings.models import Booking, Terms, Thing
from cosmolocal.bookings.operations.promising import (
    BookingDraft,
    bad_time,
    check_free,
    check_rest,
    check_times,
    commit_all,
    free,
    lock_booking,
    lock_things,
    pay_anew,
    payment_draft,
    taken,
    times_of,
    upper,
    use_draft,
)
from cosmolocal.bookings.rules import Span
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft, TimeMove
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal

State = Booking.State


@operation("bookings.book", said=gettext_lazy("booked"))
def book(
    *,
    by: Agent,
    person: Agent,
    household: Agent,
    drafts: Sequence[BookingDraft],
    held: bool = False,
    words: str = "",
    on_behalf_of: Agent | None = None,
    key: str = "",
) -> list[Booking]:
    """Books things for a person and her household, all or none: a series, or several things for a fair. `held`: kept
    for a day, until she books or not; nothing is set aside.

    Refuses: agents.not_yours, what `policy.check_who` says, bookings.bad_time, bookings.taken, bookings.no_rest,
    bookings.no_account, bookings.not_enough_money, bookings.nothing_chosen, bookings.too_many.
    """
    things = lock_things({draft.thing_id for draft in drafts})
    terms = queries.terms_of(things)
    policy.permit_use(by, household, on_behalf_of)
    _permit_person(by, person, household, on_behalf_of)
    _check_number(drafts)
    drafts = [replace(draft, km=_far(things[draft.thing_id], draft.km)) for draft in drafts]
    _check_wishes(drafts, things, person, household, running().at)
    agreement = flows.agree(by=by)
    chosen = [things[draft.thing_id] for draft in drafts]
    pairs = zip(chosen, drafts, strict=True)
    promised = [use_draft(thing, household, draft.span, agreement.pk) for thing, draft in pairs]
    paid = [None if held else _payment(household, terms[draft.thing_id], draft, agreement.pk) for draft in drafts]
    made = commit_all(by, [*promised, *filter(None, paid)], chosen, household)
    uses, sums = made[: len(drafts)], iter(made[len(drafts) :])
    for thing, draft, use in zip(chosen, drafts, uses, strict=True):
        check_rest(thing, terms[thing.pk], draft.span, [use])
    until = min(running().at + rules.HELD_FOR, *(draft.begins for draft in drafts)) if held else None
    return Booking.objects.bulk_create(
        Booking(
            thing=thing,
            commitment_id=use,
            agreement=agreement,
            agent=person,
            household=household,
            terms=terms[thing.pk],
            state=State.HELD if held else State.BOOKED,
            held_until=until,
            km=draft.km,
            payment_id=next(sums) if sum is not None else None,
            words=words[:160],
            made_by=by,
        )
        for thing, draft, use, sum in zip(chosen, drafts, uses, paid, strict=True)
    )


def foresee(drafts: Sequence[BookingDraft], *, person: Agent, household: Agent) -> None:
    """What `book` would refuse of these wishes as things stand, for a page that asks before anything is booked. Money
    and who may act for whom are asked only then.

    Refuses: what `policy.check_who` says, bookings.bad_time, bookings.taken, bookings.no_rest, bookings.nothing_chosen,
    bookings.too_many.
    """
    _check_number(drafts)
    things = Thing.objects.select_related("holder").in_bulk({draft.thing_id for draft in drafts})
    terms = queries.terms_of(things)
    _check_wishes(drafts, things, person, household, clock.now())
    for draft in drafts:
        thing = things[draft.thing_id]
        check_free(thing, draft.span)
        check_rest(thing, terms[thing.pk], draft.span, [])


def _check_wishes(
    drafts: Sequence[BookingDraft], things: dict[int, Thing], person: Agent, household: Agent, now: datetime
) -> None:
    terms = queries.terms_of(things)
    for draft in drafts:
        thing = things[draft.thing_id]
        policy.check_who(thing, terms[thing.pk], person, household, draft.ends)
        check_times(thing, terms[thing.pk], draft.span, now)


def _far(thing: Thing, km: int) -> int:
    """How far she thinks to go with it; 0 for what goes nowhere, whatever is said of what she takes beside it."""
    return km if thing.has_meter else 0


def _payment(household: Agent, terms: Terms, draft: BookingDraft, agreement_id: int) -> CommitmentDraft | None:
    return payment_draft(household, terms, upper(terms, draft.span, draft.km), agreement_id)


def _permit_person(by: Agent, person: Agent, household: Agent, on_behalf_of: Agent | None) -> None:
    """She books for herself or whom she helps; a steward for anybody. The person belongs to who pays."""
    acting = on_behalf_of or by
    agents_policy.require(agents_policy.is_house(by) or agents_policy.is_steward(by) or person.pk == acting.pk)
    agents_policy.require(agents_policy.belongs_to(person, household))


def _check_number(drafts: Sequence[BookingDraft]) -> None:
    if not drafts:
        raise Refusal("bookings.nothing_chosen", _("Choose at least one thing and a time."))
    if len(drafts) > rules.MOST_AT_ONCE:
        words = {"most": rules.MOST_AT_ONCE}
        raise Refusal("bookings.too_many", _("At most %(most)s bookings at once. Book the rest later.") % words)


@operation("bookings.confirm", said=gettext_lazy("booked what was held"))
def confirm(*, by: Agent, booking: Booking, on_behalf_of: Agent | None = None, key: str = "") -> Booking:
    """What was held is booked, and its money set aside.

    Refuses: agents.not_yours, bookings.not_held, bookings.no_account, bookings.not_enough_money.
    """
    found = lock_booking(booking)
    policy.permit_use(by, found.household, on_behalf_of)
    if found.state != State.HELD:
        raise Refusal("bookings.not_held", _("This is not held any more. Book it anew if it is still free."))
    pay_anew(by, found, upper(found.terms, queries.span(found), found.km))
    found.state, found.held_until = State.BOOKED, None
    found.save(update_fields=["state", "held_until", "payment"])
    return found


@operation("bookings.change", said=gettext_lazy("changed a booking"))
def change(
    *,
    by: Agent,
    booking: Booking,
    begins: datetime,
    ends: datetime,
    km: int = 0,
    on_behalf_of: Agent | None = None,
    key: str = "",
) -> Booking:
    """Another time, at the price it was booked at. What is picked up keeps its beginning, and may last longer.

    Refuses: agents.not_yours, bookings.over, bookings.bad_time, bookings.taken, bookings.no_rest,
    bookings.introduction_over, bookings.no_account, bookings.not_enough_money.
    """
    found = lock_booking(booking)
    policy.permit_use(by, found.household, on_behalf_of)
    _check_not_over(found)
    km = _far(found.thing, km)
    span = Span(queries.span(found).begins if found.state == State.OUT else begins, ends)
    terms = queries.terms(found.thing)
    if found.state == State.OUT:
        if ends <= running().at:
            raise Refusal(
                "bookings.bad_time", _("This time is over. Choose a later one."), field="ends", problem="past"
            )
        if queries.counted(Span(running().at, ends)) > terms.longest_minutes:
            raise bad_time(found.thing, terms, "longest")
    else:
        check_times(found.thing, terms, span, running().at)
    policy.check_who(found.thing, terms, found.agent, found.household, ends)
    _move(by, found, span, found.thing)
    check_rest(found.thing, terms, span, [found.commitment_id])
    if found.state != State.HELD:
        pay_anew(by, found, upper(found.terms, span, km))
    found.km, found.reminded_at = km, None
    found.save(update_fields=["km", "payment", "reminded_at"])
    return found


def _check_not_over(booking: Booking) -> None:
    if booking.state not in (*Booking.COMING, State.OUT) or booking.purpose != Booking.Purpose.USE:
        raise Refusal("bookings.over", _("This booking is over, so nothing of it changes any more. Make another one."))


def _move(by: Agent, booking: Booking, span: Span, thing: Thing) -> None:
    move = TimeMove(booking.commitment_id, span.begins, span.ends, span.minutes, thing.resource_id)
    try:
        flows.reschedule(by=by, moves=[move])
    except Refusal as refusal:
        if refusal.code == "flows.taken":
            raise taken({thing.pk: thing}, times_of(refusal)) from refusal
        raise


@operation("bookings.cancel", said=gettext_lazy("cancelled a booking"))
def cancel(*, by: Agent, booking: Booking, on_behalf_of: Agent | None = None, key: str = "") -> Booking:
    """Gives it free, with the money; again: nothing. What is picked up is given back instead.

    Refuses: agents.not_yours, bookings.over.
    """
    found = lock_booking(booking)
    policy.permit_use(by, found.household, on_behalf_of)
    if found.state == State.CANCELLED:
        return found
    if found.state not in Booking.COMING:
        raise Refusal("bookings.over", _("It is picked up already. Give it back instead."))
    set_free(by, found)
    return found


@operation("bookings.cancel_rest", said=gettext_lazy("cancelled the rest of a series"))
def cancel_rest(*, by: Agent, booking: Booking, on_behalf_of: Agent | None = None, key: str = "") -> list[Booking]:
    """Cancels this one and all later ones of the same deed. Refuses: agents.not_yours."""
    policy.permit_use(by, booking.household, on_behalf_of)
    of_series = queries.bookings().filter(agreement=booking.agreement_id)
    lock_things(set(of_series.values_list("thing_id", flat=True)))
    begins = queries.span(queries.bookings().get(pk=booking.pk)).begins
    coming = queries.coming().filter(agreement=booking.agreement_id, state__in=Booking.COMING)
    rest = [one for one in coming if queries.span(one).begins >= begins]
    for one in rest:
        set_free(by, one)
    return rest


def set_free(by: Agent, booking: Booking, state: str = State.CANCELLED) -> None:
    """The time and the money of a booking that will not be, or was not; its thing is locked."""
    free(by, booking)
    booking.state, booking.held_until = state, None
    booking.save(update_fields=["state", "held_until"])
