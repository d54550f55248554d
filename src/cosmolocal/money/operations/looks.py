"""A second pair of eyes: what one person booked alone is recorded at once, and somebody else looks at it afterwards."""

from collections.abc import Sequence
from datetime import datetime
from textwrap import shorten

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import eyes, rights, sessions
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent, Role, in_force
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries, rules
from cosmolocal.money.models import Currency, MoneyBox, Note, Review
from cosmolocal.money.operations import journal


def look_needed(by: Agent, amount: int, holder: Agent | None, *, has_left: bool = False) -> None:
    """Puts the running deed on the list of what somebody else looks at, where one person could have helped herself.

    `has_left`: money went out of the house; else only where the account is her own, her household's or her farm's, or
    where her session is lent.
    """
    if agents_policy.is_house(by) or amount <= 0:
        return
    is_own = holder is not None and policy.is_own(by, holder)
    is_lent = sessions.lent_until() is not None
    if not (is_own or has_left or is_lent):
        return
    why = Review.Why
    to_look_at(by, why.OWN if is_own else why.LEFT if has_left else why.LENT, amount, holder)


def to_look_at(by: Agent, why: str, amount: int, holder: Agent | None, said: str = "") -> None:
    """Puts the running deed on the list for a reason of `Review.Why`; `said`: what was done, in words. `amount` in
    minor units. What one deed does for several holders, or for several reasons, is a row for each; more for the same
    one adds up. Neither who did it nor anybody of the holder's looks at it, nor who lives with them.
    """
    if not agents_policy.is_house(by):
        _add(running().id, why, amount, said, holder=holder)


def _add(deed_id: int, why: str, amount: int, said: str = "", **about: Agent | MoneyBox | None) -> None:
    """A row of the list for the holder or box it is about, or more in the one that waits; what was looked at already
    grows no more. Its words are the deed's, where that has none yet.
    """
    words = _short(said)
    wanted = {"deed_id": deed_id, "why": why, "state": Review.State.WAITING, **about}
    row, is_new = Review.objects.get_or_create(**wanted, defaults={"amount": amount, "said": words})
    if words:
        Note.objects.get_or_create(operation_id=deed_id, defaults={"words": words})
    if not is_new:
        told = [row.said] if words in row.said else [row.said, words]
        row.said = _short("; ".join(filter(None, told)))
        row.amount += amount
        row.save(update_fields=["said", "amount"])


def _short(said: str) -> str:
    return shorten(said, 240, placeholder=" …")


def _part(number: str) -> str:
    return shorten(number, 118, placeholder=" …")


def number_changed(by: Agent, box: MoneyBox, had: str, has: str) -> None:
    """Puts the running deed on the list: it changed the account number of `box` to which members pay, or the bank
    beside it.

    The first number of a household that keeps the house alone is nothing that another could compare.
    """
    keepers = Role.objects.filter(in_force(clock.today()), name__in=(agents_policy.TREASURER, agents_policy.STEWARD))
    if agents_policy.is_house(by) or had == has or not (had or keepers.exclude(agent__in=eyes.same([by.pk])).exists()):
        return
    _add(running().id, Review.Why.NUMBER, 0, f"{_part(had)} → {_part(has)}", box=box)


def charged_another(by: Agent, pays_less: Agent, amount: int) -> None:
    """Puts the running deed on the list: one person decided who of two members pays what. `amount`: minor units that
    `pays_less` pays less.
    """
    if amount and not agents_policy.is_house(by):
        _add(running().id, Review.Why.BETWEEN, amount, holder=pays_less)


def opening_looked_at(by: Agent, amount: int, said: str) -> None:
    """Puts the running deed on the list: a file set balances though the books run; with what it changed in words."""
    if not agents_policy.is_house(by):
        _add(running().id, Review.Why.OPENING, amount, said, holder=None)


def levels_lowered(by: Agent, lowered_by: int, said: str) -> None:
    """Puts the running deed on the list: new accounts may go further down, by so many minor units."""
    if lowered_by > 0:
        to_look_at(by, Review.Why.LEVELS, lowered_by, None, said)


def own_prices_set(by: Agent, farm: Agent, said: str) -> None:
    """Puts the running deed on the list: who set prices belongs to that farm."""
    to_look_at(by, Review.Why.PRICE, 0, farm, said)


def own_terms_set(by: Agent, farm: Agent, said: str) -> None:
    """Puts the running deed on the list: packs, terms or tax of a farm of her own."""
    to_look_at(by, Review.Why.TERMS, 0, farm, said)


def own_goods_changed(by: Agent, holder: Agent, amount: int, said: str) -> None:
    """Puts the running deed on the list: the goods are her own household's or farm's; `amount`: what they are worth."""
    to_look_at(by, Review.Why.GOODS, amount, holder, said)


def own_price_used(by: Agent, household: Agent, amount: int, said: str) -> None:
    """Puts the running deed on the list: the household ordered for `amount` at prices that one of it has just set."""
    to_look_at(by, Review.Why.PAYS, amount, household, said)


def own_condition_set(deed: Operation, household: Agent, amount: int, said: str) -> None:
    """Puts a deed on the list, after it: one of the household had set at what it ordered, for `amount`. The same words
    once.
    """
    if not Review.objects.filter(deed=deed, holder=household, said=_short(said)).exists():
        _add(deed.pk, Review.Why.PAYS, amount, said, holder=household)


def of_late() -> datetime:
    """Since when small things of one kind are added up: many of them are one."""
    return running().at - rules.MISSING_WITHIN


def is_much(amount: int, currency: Currency) -> bool:
    """Is what came together of late so much (minor units) that somebody else should know? So many smallest coins."""
    return amount >= rules.MISSING_COINS * currency.cash_step


def extra_came(by: Agent, farm: Agent, amount: int, said: str, *, priced: bool) -> None:
    """Puts the running deed on the list where what the farm brought of late beyond all orders is much, or has no price
    yet; `amount` and `said` are of all of it.
    """
    if not priced or is_much(amount, queries.default_currency()):
        to_look_at(by, Review.Why.EXTRA, amount, farm, said)


def lost_here(by: Agent, farm: Agent | None, amount: int, said: str) -> None:
    """The same for what was lost of late of a farm's goods at the local's cost."""
    if is_much(amount, queries.default_currency()):
        to_look_at(by, Review.Why.LOST, amount, farm, said)


def asked_last(by: Agent, why: str, since: datetime) -> datetime:
    """When somebody else was last asked to look at what she did, for this reason; `since` where that is later."""
    asked = Review.objects.filter(deed__by=by, why=why, deed__at__gt=since).order_by("-deed__at")
    return asked.values_list("deed__at", flat=True).first() or since


def much_given_back(by: Agent, holder: Agent, amount: int, said: str) -> None:
    """Puts the running deed on the list: she gave so much back for goods, most of it to `holder`."""
    to_look_at(by, Review.Why.GIVEN, amount, holder, said)


@operation("money.look_at_group", said=gettext_lazy("had somebody else look at a customer group"))
def look_at_group(*, by: Agent, deed: Operation, holder: Agent, said: str, key: str = "") -> None:
    """Puts a deed on the list, after it: it set at which prices `holder` buys, and who did it belongs there; else
    nothing. By the node, since people stand below money and know no list. Refuses: agents.not_allowed.
    """
    agents_policy.permit(by)
    if policy.is_own(deed.by, holder, deed.at):
        own_condition_set(deed, holder, 0, said)


def look_is_over(deed_id: int) -> None:
    """What was taken back needs no second pair of eyes any more."""
    Review.objects.filter(deed=deed_id, state__in=OPEN).update(state=Review.State.UNDONE, decided_by=running().id)


OPEN = (Review.State.WAITING, Review.State.QUESTIONED)


@operation("money.agree_entries", said=gettext_lazy("looked at entries of somebody else"))
def agree_entries(*, by: Agent, looks: Sequence[Review], key: str = "") -> None:
    """Somebody else has looked at these entries and finds them right; what is decided already stays as it is.

    Refuses: money.own_look (who booked one, or got its money, or lives with them), agents.not_allowed,
    agents.session_lent, agents.right_too_new.
    """
    sessions.require_own()
    rights.require_settled(by, agents_policy.TREASURER, agents_policy.STEWARD)
    for look in _locked(looks):
        policy.permit_look(by, look)
        if look.state in OPEN:
            look.state, look.decided_by_id = Review.State.AGREED, running().id
            look.save(update_fields=["state", "decided_by"])


@operation("money.question_entry", said=gettext_lazy("questioned an entry"))
def question_entry(*, by: Agent, look: Review, reason: str, key: str = "") -> None:
    """Somebody else has looked at an entry and asks about it: it stays on the list until it is agreed or taken back.

    Refuses: money.reason_missing, money.looked_at, money.own_look, agents.not_allowed.
    """
    journal.check_reason(reason)
    [locked] = _locked([look])
    policy.permit_look(by, locked)
    if locked.state not in OPEN:
        raise Refusal(
            "money.looked_at", _("Somebody has looked at this already, or it was taken back. Open the list again.")
        )
    locked.state, locked.asked_by_id = Review.State.QUESTIONED, running().id
    locked.save(update_fields=["state", "asked_by"])
    journal.note(reason)


def _locked(looks: Sequence[Review]) -> list[Review]:
    wanted = Review.objects.select_for_update(of=("self",)).select_related("deed", "holder")
    return list(wanted.filter(pk__in=[look.pk for look in looks]).order_by("pk"))
