"""A damage is a quiet case between who had the thing, whose it is, and a steward, until it is settled."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.bookings import policy, queries
from cosmolocal.bookings.models import Booking, Damage
from cosmolocal.bookings.operations.handing import charge_damage, open_case
from cosmolocal.kernel import jobs
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal


@operation("bookings.say_damage", said=gettext_lazy("said something about a damage"))
def say_damage(*, by: Agent, booking: Booking, words: str, on_behalf_of: Agent | None = None, key: str = "") -> Damage:
    """Opens a quiet case about this booking, or says more in it; the others are told that something was said.

    Refuses: agents.not_yours, bookings.words_missing.
    """
    found = queries.bookings().get(pk=booking.pk)
    policy.permit_case(by, found, on_behalf_of)
    if not words.strip():
        raise Refusal("bookings.words_missing", _("Write what happened, in a sentence or two."), field="words")
    damage = open_case(by, found, words)
    jobs.announce("bookings.tell_case", damage.pk, by.pk)
    return damage


@operation("bookings.settle_damage", said=gettext_lazy("settled a damage"))
def settle_damage(*, by: Agent, damage: Damage, amount: int, words: str = "", key: str = "") -> Damage:
    """What is paid for it (minor units; 0: nothing) moves from who had the thing to whose it is; the case is closed.

    Refuses: agents.not_allowed, agents.session_lent, money.to_oneself, bookings.settled, bookings.bad_amount,
    bookings.not_payable.
    """
    policy.permit_keep(by)
    sessions.require_own_or_house(by)
    found = Damage.objects.select_for_update().get(pk=damage.pk)
    booking = queries.bookings().get(pk=found.booking_id)
    if found.closed_at is not None:
        raise Refusal("bookings.settled", _("This was settled before. Look at it as it stands now."))
    if amount < 0:
        raise Refusal("bookings.bad_amount", _("Write what is paid, or 0 for nothing."), field="amount")
    if amount:
        charge_damage(by, booking, amount)
    if words.strip():
        open_case(by, booking, words)
    found.amount, found.closed_at, found.closed_by = amount, running().at, by
    found.save(update_fields=["amount", "closed_at", "closed_by"])
    jobs.announce("bookings.tell_case", found.pk, by.pk)
    return found
