"""A thing cannot be used for a while, or never again: who has booked it moves to one of its kind, or is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.bookings import policy, queries
from cosmolocal.bookings.models import Booking, Thing
from cosmolocal.bookings.operations.booking import set_free
from cosmolocal.bookings.operations.promising import check_kept, lock, use_draft
from cosmolocal.bookings.rules import Span
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import jobs
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal

LONGEST_REPAIR = timedelta(days=366)
REPAIRED_IN = timedelta(days=7)  # as long as nobody says otherwise
State = Booking.State


@operation("bookings.block", said=gettext_lazy("set something aside for repair"))
def block(*, by: Agent, thing: Thing, begins: datetime, ends: datetime, words: str = "", key: str = "") -> Booking:
    """It is under repair in that time. Who has booked it gets another of its kind, or her booking ends: with a letter.

    Refuses: agents.not_yours, bookings.bad_time, bookings.gone, bookings.out_now where it is with somebody all that
    time.
    """
    found = lock(_with_alike(thing))[thing.pk]
    policy.permit_care(by, found)
    if begins >= ends or ends <= running().at:
        sentence = _("It would end before it begins. Choose a later end.")
        raise Refusal("bookings.bad_time", sentence, field="ends", problem="backwards")
    check_kept(found)
    if ends - begins > LONGEST_REPAIR:
        sentence = _("A repair lasts at most a year. Is the year right?")
        raise Refusal("bookings.bad_time", sentence, field="ends", problem="longest")
    made = _block(by, found, Span(begins, ends), words)
    if made is None:
        sentence = _("Somebody has it in that time, or it is in repair already. Choose a later end.")
        raise Refusal("bookings.out_now", sentence, field="ends")
    return made


def put_aside(by: Agent, thing: Thing, words: str) -> None:
    """It came back broken: a fact, so it is blocked at once, for as long as a repair takes; unless it is already."""
    found = lock(_with_alike(thing))[thing.pk]
    now = running().at
    _block(by, found, Span(now, now + REPAIRED_IN), words)


def _block(by: Agent, thing: Thing, span: Span, words: str) -> Booking | None:
    """Nothing where somebody has it all that time, or it is in repair."""
    for one in _in_the_way(thing, span):
        if one.state == State.OUT or one.purpose == Booking.Purpose.REPAIR:
            span = Span(max(span.begins, queries.span(one).ends), span.ends)
    if span.begins >= span.ends:
        return None
    clear(by, thing, [one for one in _in_the_way(thing, span) if one.state in Booking.COMING])
    agreement = flows.agree(by=by)
    home = agents_queries.home_local()
    [promise] = flows.commit(by=by, drafts=[use_draft(thing, home, span, agreement.pk)])
    return Booking.objects.create(
        thing=thing,
        commitment=promise,
        agreement=agreement,
        agent=home,
        household=home,
        terms=queries.terms(thing),
        purpose=Booking.Purpose.REPAIR,
        words=words[:160],
        made_by=by,
    )


def _with_alike(thing: Thing) -> set[int]:
    return {thing.pk, *(other.pk for other in queries.alike(thing))}


def _in_the_way(thing: Thing, span: Span) -> list[Booking]:
    ids = flows_queries.booked([thing.resource_id], span.begins, span.ends).values_list("pk", flat=True)
    return list(queries.bookings().filter(commitment__in=list(ids)))


def clear(by: Agent, thing: Thing, bookings: Sequence[Booking]) -> None:
    """Each of these moves to another thing of its kind that is free then, at its price, or ends; its person is told.

    The thing and those of its kind are locked.
    """
    others = queries.alike(thing)
    for one in bookings:
        if one.purpose == Booking.Purpose.USE:
            became = "moved" if _take_another(by, one, others) else "ended"
            if became == "ended":
                set_free(by, one)
            jobs.announce("bookings.tell_moved", one.pk, became, thing.pk)
        else:
            set_free(by, one)


def _take_another(by: Agent, booking: Booking, others: Sequence[Thing]) -> bool:
    span = queries.span(booking)
    for other in others:
        terms = queries.terms(other)
        rest = timedelta(minutes=terms.rest_minutes)
        is_free = not flows_queries.booked([other.resource_id], span.begins - rest, span.ends + rest).exists()
        if is_free and not policy.hindrance(other, terms, booking.agent, booking.household, span.ends):
            promise_anew(by, booking, other)
            return True
    return False


def promise_anew(by: Agent, booking: Booking, thing: Thing) -> None:
    """The same time of another thing, or of the same one with another owner; the price stays as it was agreed."""
    flows.release(by=by, commitments=[booking.commitment_id])
    draft = use_draft(thing, booking.household, queries.span(booking), booking.agreement_id)
    [booking.commitment] = flows.commit(by=by, drafts=[draft])
    booking.thing = thing
    booking.save(update_fields=["thing", "commitment"])


@operation("bookings.end_block", said=gettext_lazy("noted that something is repaired"))
def end_block(*, by: Agent, booking: Booking, key: str = "") -> Booking:
    """It can be used again from now on. Refuses: agents.not_yours."""
    found = queries.bookings().select_for_update(of=("self",)).get(pk=booking.pk)
    policy.permit_care(by, found.thing)
    if found.purpose == Booking.Purpose.REPAIR and found.state in Booking.COMING:
        end_repair(by, found)
    return found


def end_repair(by: Agent, block: Booking) -> None:
    """Nothing more is promised by it."""
    flows.finish(by=by, commitments=[block.commitment_id])
    block.state = State.BACK
    block.save(update_fields=["state"])
