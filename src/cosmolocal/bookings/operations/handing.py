"""A thing is picked up and given back: what happened is recorded, and its use is paid."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.bookings import policy, queries, rules
from cosmolocal.bookings.models import Booking, Damage, DamageWord, Report
from cosmolocal.bookings.operations.promising import FUND, lock_booking
from cosmolocal.bookings.operations.repairs import put_aside
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import EventDraft
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy as money_policy
from cosmolocal.money import queries as money_queries
from cosmolocal.money.operations import ledger
from cosmolocal.money.operations.ledger import Leg
from cosmolocal.paper import pictures
from cosmolocal.paper.pictures import KeptFiles

if TYPE_CHECKING:
    from cosmolocal.money.models import Account

State = Booking.State


@dataclass(frozen=True)
class Seen:
    """What somebody saw of a thing: its meter in kilometres, its state (a word of Report.State), words, a photo."""

    state: str = Report.State.GOOD
    meter: int | None = None
    words: str = ""
    photo: KeptFiles | None = None


@operation("bookings.pick_up", said=gettext_lazy("picked something up"), fact=True)
def pick_up(*, by: Agent, booking: Booking, seen: Seen, on_behalf_of: Agent | None = None, key: str = "") -> Booking:
    """It has gone. Was it still out with somebody else, then that one gave it back at this moment, with this meter.

    A fact. Refuses: agents.not_yours, bookings.done_already.
    """
    found = lock_booking(booking)
    policy.permit_use(by, found.household, on_behalf_of)
    if found.state not in Booking.COMING or found.purpose != Booking.Purpose.USE:
        raise _done_already()
    earlier = queries.still_out(found)
    if earlier is not None:
        _bring_back(by, lock_booking(earlier), Seen(meter=seen.meter))
    _report(by, found, Report.What.OUT, seen)
    found.state, found.held_until = State.OUT, None
    found.save(update_fields=["state", "held_until"])
    return found


@operation("bookings.give_back", said=gettext_lazy("gave something back"), fact=True)
def give_back(*, by: Agent, booking: Booking, seen: Seen, on_behalf_of: Agent | None = None, key: str = "") -> Booking:
    """It is back: its use is recorded and paid, what was set aside beyond is free. Damaged: a quiet case is opened;
    broken: it is set aside for repair, and later bookings move.

    A fact. Refuses: agents.not_yours, bookings.done_already.
    """
    found = lock_booking(booking)
    policy.permit_use(by, found.household, on_behalf_of)
    if found.state != State.OUT:
        raise _done_already()
    _bring_back(by, found, seen)
    if seen.state in (Report.State.DAMAGED, Report.State.BROKEN):
        open_case(by, found, seen.words)
    if seen.state == Report.State.BROKEN:
        put_aside(by, found.thing, seen.words)
    return found


def _done_already() -> Refusal:
    return Refusal("bookings.done_already", _("This is noted already. Look at the booking as it stands now."))


def _report(by: Agent, booking: Booking, what: str, seen: Seen, event: int | None = None) -> Report:
    return Report.objects.create(
        thing=booking.thing,
        booking=booking,
        what=what,
        at=running().at,
        meter=seen.meter,
        state=seen.state,
        words=seen.words[:500],
        picture=pictures.add_picture(seen.photo, public=False) if seen.photo else None,
        by=by,
        event_id=event,
    )


def _bring_back(by: Agent, booking: Booking, seen: Seen) -> None:
    now, out = running().at, booking.reports.filter(what=Report.What.OUT).order_by("-pk").first()
    span = rules.used(queries.span(booking), out.at if out else now, now)
    event = flows.record(
        by=by,
        drafts=[
            EventDraft(
                "use",
                resource_id=booking.thing.resource_id,
                fulfils_id=booking.commitment_id,
                effort_quantity=span.minutes,
                begins=span.begins,
                ends=span.ends,
            )
        ],
    )
    flows.finish(by=by, commitments=[booking.commitment_id])
    _report(by, booking, Report.What.BACK, seen, event[0])
    km = rules.driven(out.meter if out else None, seen.meter, booking.km)
    booking.state, booking.charged = State.BACK, rules.price(booking.terms, queries.counted(span), km)
    _charge(by, booking, booking.charged)
    booking.save(update_fields=["state", "charged"])


def _charge(by: Agent, booking: Booking, amount: int) -> None:
    """Moves the price from who used it to the fund, and the owner's share on to her; what was set aside beyond is free.

    A fact: no floor stops it.
    """
    fund, legs = money_queries.fund(FUND), []
    payer = _account(booking.household)
    if amount and payer is not None:
        legs.append(Leg(payer.pk, fund.pk, amount, "use", booking.payment_id, booking.agreement_id))
        owner = _account(booking.thing.holder)
        share = rules.share(amount, booking.terms.owner_bp)
        if share and owner is not None:
            legs.append(Leg(fund.pk, owner.pk, share, "owner", None, booking.agreement_id))
    ledger.move_many(by=by, legs=legs)
    if booking.payment_id is not None:
        flows.finish(by=by, commitments=[booking.payment_id])


def charge_damage(by: Agent, booking: Booking, amount: int) -> None:
    """What is paid for a damage, to whose the thing is: her account, or the fund where it is the local's or a circle's.
    Refuses money.to_oneself, and bookings.not_payable where one of them has no account, or both have the same.
    """
    holder = booking.thing.holder
    is_common = holder.is_home or holder.kind == Agent.Kind.CIRCLE
    payer, owner = _account(booking.household), money_queries.fund(FUND) if is_common else _account(holder)
    if payer is None or owner is None:
        sentence = _("%(name)s has no account, so nothing can be paid here. Write 0, and say in words what was agreed.")
        raise _not_payable(sentence % {"name": booking.household if payer is None else holder})
    if payer.pk == owner.pk:
        raise _not_payable(_("Both have the same account. Write 0, and say in words what was agreed."))
    money_policy.forbid_own(by, owner.holder)
    ledger.move_many(by=by, legs=[Leg(payer.pk, owner.pk, amount, "damage", None, booking.agreement_id)])


def _not_payable(sentence: str) -> Refusal:
    return Refusal("bookings.not_payable", sentence, field="amount")


def _account(holder: Agent) -> "Account | None":
    """The account of somebody, also one that was closed meanwhile: it has happened. The local and circles have none."""
    if holder.is_home:
        return None
    return money_queries.account_of_past(
        agents_queries.household_of(holder) or holder, money_queries.default_currency()
    )


def open_case(by: Agent, booking: Booking, words: str) -> Damage:
    """A quiet case about what was broken in this booking; again: the same one."""
    damage, _made = Damage.objects.get_or_create(booking=booking)
    DamageWord.objects.create(damage=damage, by=by, at=running().at, words=words[:1000])
    return damage
