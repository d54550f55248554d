"""Money that comes in: from members, from payers nobody knows yet, in coins; and taking a mistake back."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries, rules
from cosmolocal.money.models import Account, MoneyBox, Review, Unmatched
from cosmolocal.money.operations import journal
from cosmolocal.money.operations.looks import look_needed, to_look_at
from cosmolocal.money.operations.telling import tell_paid_in


@operation("money.top_up", said=gettext_lazy("took money in"), fact=True)
def top_up(
    *,
    by: Agent,
    account: Account,
    box: MoneyBox,
    amount: int,
    payer: Agent | None = None,
    at: datetime | None = None,
    reference: str = "",
    key: str = "",
) -> None:
    """Books money that came into a box for an account; `payer` where somebody else paid (a grandmother).

    Refuses only what cannot be: money.bad_amount, money.other_currency, money.not_yet.
    """
    if box.kind in policy.COINS:
        policy.permit_cash(by, box)
    else:
        policy.permit_books(by)
    journal.check_amount(amount)
    journal.check_same_currency(account, box)
    when = journal.stamp("cash" if box.kind in policy.COINS else "top_up", at)
    payer_id = payer.pk if payer else account.holder_id
    flows.record(
        by=by,
        drafts=[journal.paid_into(box, amount, when, payer_id), journal.raised(account, amount, when)],
    )
    journal.note(reference)
    look_needed(by, amount, account.holder)
    if box.kind not in policy.COINS:
        tell_paid_in(account, amount)


@operation("money.pay_in_coins", said=gettext_lazy("paid out in coins"), fact=True)
def pay_in_coins(
    *, by: Agent, account: Account, box: MoneyBox, amount: int, at: datetime | None = None, key: str = ""
) -> int:
    """Books cash paid for what is owed, rounded to the smallest coin; the difference goes to the fund "rounding".

    Returns what was taken in coins, in minor units.
    """
    policy.permit_cash(by, box)
    journal.check_amount(amount)
    journal.check_same_currency(account, box)
    taken = rules.round_cash(amount, account.currency.cash_step)
    when = journal.stamp("cash", at)
    drafts = [journal.raised(account, amount, when)]
    if taken:
        drafts.insert(0, journal.paid_into(box, taken, when, account.holder_id))
    if taken != amount:
        rounding = queries.fund("rounding", account.currency)
        change = journal.raised if taken > amount else journal.lowered
        drafts.append(change(rounding, abs(taken - amount), journal.stamp("rounding", at)))
    flows.record(by=by, drafts=drafts)
    look_needed(by, amount, account.holder)
    return taken


@operation("money.top_up_unmatched", said=gettext_lazy("took money in from somebody unknown"), fact=True)
def top_up_unmatched(
    *,
    by: Agent,
    box: MoneyBox,
    amount: int,
    payer: str = "",
    reference: str = "",
    at: datetime | None = None,
    key: str = "",
) -> Unmatched:
    """Books money whose payer nobody knows: it lies in the fund "unmatched" until somebody finds out.

    `payer` and `reference` are as the bank wrote them.
    """
    policy.permit_books(by)
    journal.check_amount(amount)
    when = journal.stamp("unmatched", at)
    fund = queries.fund("unmatched", box.currency)
    flows.record(by=by, drafts=[journal.paid_into(box, amount, when), journal.raised(fund, amount, when)])
    return Unmatched.objects.create(
        box=box,
        amount=amount,
        left=amount,
        on=journal.day_of(at or running().at),
        booked_at=when.at or running().at,
        payer=payer.strip()[:120],
        words=reference.strip()[:240],
        typed_by=by,
    )


@operation("money.match_unmatched", said=gettext_lazy("found out whose a payment was"), fact=True)
def match_unmatched(
    *,
    by: Agent,
    unmatched: Unmatched,
    account: Account,
    amount: int | None = None,
    at: datetime | None = None,
    key: str = "",
) -> None:
    """Gives unmatched money, or a part of it (two members in one payment), to the account it was meant for. Who typed
    that it came may be the only one who says so: where it is her own, somebody else looks at it.

    Refuses: money.to_oneself, money.more_than_came, money.bad_amount, money.before_it, money.not_yet.
    """
    policy.permit_books(by)
    policy.forbid_own(by, account.holder)
    part = unmatched.left if amount is None else amount
    journal.check_amount(part)
    _take(unmatched, part)
    fund = queries.fund("unmatched", unmatched.box.currency)
    when = _after(unmatched, "matched", at)
    flows.record(by=by, drafts=[journal.moved(fund, account, part, when)])
    look_needed(by, part, account.holder)
    if unmatched.typed_by is not None and policy.is_own(unmatched.typed_by, account.holder):
        to_look_at(by, Review.Why.TYPED, part, account.holder)
    tell_paid_in(account, part)


@operation("money.send_back", said=gettext_lazy("sent an unknown payment back"), fact=True)
def send_back(*, by: Agent, unmatched: Unmatched, reason: str = "", at: datetime | None = None, key: str = "") -> None:
    """Books that unmatched money (paid twice, paid by mistake) went back to where it came from, from the same box.

    Refuses: money.more_than_came, money.before_it, money.not_yet.
    """
    policy.permit_books(by)
    part = unmatched.left
    journal.check_amount(part)
    _take(unmatched, part)
    fund, when = queries.fund("unmatched", unmatched.box.currency), _after(unmatched, "sent_back", at)
    flows.record(by=by, drafts=[journal.lowered(fund, part, when), journal.paid_from(unmatched.box, part, when)])
    journal.note(reason)
    look_needed(by, part, None, has_left=True)


def _after(unmatched: Unmatched, reason: str, at: datetime | None) -> journal.Stamp:
    """When something became of the money: on or after the day on which it came."""
    journal.check_follows(at, unmatched.on)
    return journal.stamp(reason, at, after=unmatched.booked_at)


def _take(unmatched: Unmatched, part: int) -> None:
    """Takes a part off what is left; of two who match the same money, one is told."""
    taken = Unmatched.objects.filter(pk=unmatched.pk, left__gte=part).update(left=F("left") - part)
    if not taken:
        raise Refusal(
            "money.more_than_came",
            _("So much is not left of this payment; perhaps somebody else has just assigned it. Open it again."),
            field="amount",
        )
