"""Paying out: a list drawn up by one person, agreed by another, paid line by line, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import approvals, sessions
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft, EventDraft
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries, rules
from cosmolocal.money.models import Account, MoneyBox, Payment, PaymentList
from cosmolocal.money.operations import deciding, journal
from cosmolocal.money.operations.looks import look_needed


@dataclass(frozen=True)
class PaymentDraft:
    """One line of a payment list: from which account, how much (minor units), with which words for the bank."""

    account_id: int
    amount: int
    reference: str = ""


@operation("money.make_payment_list", said=gettext_lazy("drew up a payment list"))
def make_payment_list(
    *, by: Agent, lines: Sequence[PaymentDraft], box: MoneyBox, name: str, key: str = ""
) -> PaymentList:
    """Draws up payments from a box; each amount is set aside on its account until it is paid or dropped.

    A second treasurer (or a steward, where there is none) or people of the circle that decides must agree, never the
    maker or a payee; to a bank account to which nothing was paid yet, somebody who did not write it (`agree_number`).
    Refuses:
    money.nothing_to_pay, money.not_enough (`account_id` in its facts), money.nobody_to_agree, money.bad_amount,
    agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    wanted = [line for line in lines if line.amount]
    if not wanted:
        raise Refusal("money.nothing_to_pay", _("Choose at least one payment above 0."))
    for line in wanted:
        journal.check_amount(line.amount)
    accounts = Account.objects.labelled().in_bulk([line.account_id for line in wanted])
    journal.check_same_currency(box, *accounts.values())
    made = PaymentList.objects.create(
        currency=box.currency, box=box, name=name.strip()[:120], made_by=by, made_at=running().at
    )
    promises = _set_aside(by, wanted, accounts)
    marks = {} if box.kind in policy.COINS else queries.known_numbers({one.holder_id for one in accounts.values()})
    Payment.objects.bulk_create(
        Payment(
            list=made,
            account_id=line.account_id,
            amount=line.amount,
            reference=line.reference.strip()[:140],
            paid_to=marks.get(accounts[line.account_id].holder_id, ""),
            commitment_id=promise,
        )
        for line, promise in zip(wanted, promises, strict=True)
    )
    made.approval = deciding.ask(by, made, list(accounts.values()))
    made.save(update_fields=["approval"])
    return made


def _set_aside(by: Agent, lines: Sequence[PaymentDraft], accounts: dict[int, Account]) -> list[int]:
    home = agents_queries.home_local().pk
    drafts = [
        CommitmentDraft(
            action="lower",
            provider=home,
            receiver=accounts[line.account_id].holder_id,
            specification=accounts[line.account_id].currency.specification_id,
            quantity=line.amount,
            is_reciprocal=True,
            resource=accounts[line.account_id].resource_id,
        )
        for line in lines
    ]
    try:
        return [commitment.pk for commitment in flows.commit(by=by, drafts=drafts)]
    except Refusal as refusal:
        if refusal.code != "flows.not_enough":
            raise
        short = next(a for a in accounts.values() if a.resource_id in refusal.facts["resources"])
        raise Refusal(
            "money.not_enough",
            _("%(name)s does not have so much on the account. Pay at most %(most)s.")
            % {
                "name": short,
                "most": queries.format(max(queries.balance(short).spendable or 0, 0), short.currency),
            },
            account_id=short.pk,
        ) from refusal


@operation("money.agree_payment_list", said=gettext_lazy("said yes or no to a payment list"))
def agree_payment_list(
    *, by: Agent, payment_list: PaymentList, yes: bool, reason: str = "", key: str = ""
) -> PaymentList:
    """The word of somebody who was asked. Enough yes: it may be paid. A no drops the list and frees what was set
    aside; in a circle only once too few are left who could say yes.

    Refuses: agents.may_not_vote (the maker, a payee, who lives with one of them, who has not the task),
    money.list_decided,
    agents.session_lent.
    """
    made = _locked(payment_list, PaymentList.State.ASKED)
    if made.approval is None:
        raise Refusal("money.list_decided", _("This list has been decided already. Open it again."))
    if made.approval.state == "open" and yes and not policy.may_agree(by, made):
        raise Refusal(
            "agents.may_not_vote",
            _(
                "You cannot say yes to this yourself: neither who drew it up, nor who gets money of it, nor anybody "
                "who lives with them. Ask somebody of another household with the same task."
            ),
        )
    # Who has said yes and came to belong to a payee since.
    barred = [said.by for said in made.approval.votes.select_related("by") if not policy.may_agree(said.by, made)]
    vote = approvals.vote(by=by, approval=made.approval, yes=yes, reason=reason, barred=barred)
    if vote.state == "granted":
        made.state = PaymentList.State.AGREED
        made.save(update_fields=["state"])
    elif vote.state == "refused" or not (yes or made.approval.circle_id):
        _drop(by, made)
    return made


@operation("money.drop_payment_list", said=gettext_lazy("dropped a payment list"))
def drop_payment_list(*, by: Agent, payment_list: PaymentList, reason: str, key: str = "") -> PaymentList:
    """Gives up what is not paid yet, with a reason; the amounts are free again.

    Refuses: money.list_decided, money.reason_missing, agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    journal.check_reason(reason)
    made = _locked(payment_list, PaymentList.State.ASKED, PaymentList.State.AGREED)
    _drop(by, made)
    journal.note(reason)
    return made


def _drop(by: Agent, made: PaymentList) -> None:
    planned = list(made.payments.filter(state=Payment.State.PLANNED))
    flows.release(by=by, commitments=[p.commitment_id for p in planned if p.commitment_id])
    made.payments.filter(state=Payment.State.PLANNED).update(state=Payment.State.DROPPED)
    has_paid = made.payments.filter(state__in=[Payment.State.PAID, Payment.State.RETURNED]).exists()
    made.state = PaymentList.State.DONE if has_paid else PaymentList.State.DROPPED
    made.dropped_by_id = running().id
    made.save(update_fields=["state", "dropped_by"])


@operation("money.confirm_payment", said=gettext_lazy("booked that somebody was paid"))
def confirm_payment(*, by: Agent, payment: Payment, at: datetime | None = None, key: str = "") -> None:
    """Books that one payment of an agreed list has left.

    Refuses: money.not_agreed, money.paid_already, money.not_yet, money.before_it, agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    made = _locked(payment.list, PaymentList.State.AGREED)
    line = made.payments.select_related("account__currency").get(pk=payment.pk)
    if line.state != Payment.State.PLANNED:
        raise Refusal("money.paid_already", _("This payment is booked or dropped already. Open the list again."))
    _pay(by, made, [line], at)


@operation("money.confirm_list", said=gettext_lazy("booked that a payment list was paid"))
def confirm_list(*, by: Agent, payment_list: PaymentList, at: datetime | None = None, key: str = "") -> None:
    """Books that every payment still planned has left.

    Refuses: money.not_agreed, money.not_yet, money.before_it (before the list was drawn up), agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    made = _locked(payment_list, PaymentList.State.AGREED)
    _pay(by, made, list(made.payments.select_related("account__currency").filter(state=Payment.State.PLANNED)), at)


def _pay(by: Agent, made: PaymentList, lines: Sequence[Payment], at: datetime | None) -> None:
    """Per line: the account is lowered, the money leaves; cash in whole coins, the difference to "rounding"."""
    journal.check_follows(at, journal.day_of(made.made_at))
    box, when = made.box, journal.stamp("payout", at, after=made.made_at)
    in_coins = box.kind in (MoneyBox.Kind.CASH, MoneyBox.Kind.DRAWER)
    drafts: list[EventDraft] = []
    rest = 0
    for line in lines:
        paid = rules.round_cash(line.amount, made.currency.cash_step) if in_coins else line.amount
        rest += line.amount - paid
        drafts.append(journal.lowered(line.account, line.amount, when, line.commitment_id))
        drafts.append(journal.paid_from(box, paid, when, line.account.holder_id))
    drafts += _rounding(made, rest, when)
    ids = flows.record(by=by, drafts=drafts)
    for number, line in enumerate(lines):
        line.state, line.paid_by_id = Payment.State.PAID, running().id
        line.lowered_id, line.left_id = ids[2 * number], ids[2 * number + 1]
    Payment.objects.bulk_update(lines, ["state", "paid_by", "lowered", "left"])
    announce("money.tell_payees", [line.pk for line in lines])
    if not made.payments.filter(state=Payment.State.PLANNED).exists():
        made.state = PaymentList.State.DONE
        made.save(update_fields=["state"])


def _rounding(made: PaymentList, kept: int, when: journal.Stamp) -> list[EventDraft]:
    """What coins could not pay stays with the fund "rounding"; below 0: what they paid beyond the sum."""
    if not kept:
        return []
    change = journal.raised if kept > 0 else journal.lowered
    return [change(queries.fund("rounding", made.currency), abs(kept), replace(when, reason="rounding"))]


@operation("money.return_payment", said=gettext_lazy("booked that a payment came back"), fact=True)
def return_payment(*, by: Agent, payment: Payment, reason: str, at: datetime | None = None, key: str = "") -> None:
    """Books that a payment came back (closed account, wrong number): both its events are taken back, linked, and what
    was rounded to coins.

    Refuses: money.not_paid, money.reason_missing, money.before_it, money.not_yet.
    """
    policy.permit_books(by)
    journal.check_reason(reason)
    line = Payment.objects.select_for_update().get(pk=payment.pk)
    if line.state != Payment.State.PAID or line.lowered is None or line.left is None:
        raise Refusal("money.not_paid", _("This payment is not booked as paid, so it cannot come back."))
    journal.take_back(by, [(event.pk, event.at, event.value_on) for event in (line.lowered, line.left)], at)
    when = journal.stamp("payout", at, after=line.left.at)
    if undone := _rounding(line.list, line.left.quantity - line.amount, when):
        flows.record(by=by, drafts=undone)
    line.state = Payment.State.RETURNED
    line.save(update_fields=["state"])
    journal.note(reason)
    look_needed(by, line.amount, line.account.holder)


@operation("money.pay_back", said=gettext_lazy("drew up a payment back"))
def pay_back(
    *, by: Agent, account: Account, box: MoneyBox, amount: int, reference: str = "", key: str = ""
) -> PaymentList:
    """Draws up the payment of a balance to its holder (a leaver, a restaurant that paid too much).

    Like every payment out it needs a second person. Refuses: as `make_payment_list`, and money.nobodys.
    """
    journal.check_somebodys(account)
    return make_payment_list(
        by=by,
        lines=[PaymentDraft(account.pk, amount, reference)],
        box=box,
        name=_("Back to %(name)s") % {"name": account},
    )


def _locked(payment_list: PaymentList, *states: str) -> PaymentList:
    """The list, locked. Refuses money.not_agreed, money.list_decided unless it is in one of the states."""
    made = PaymentList.objects.select_for_update(of=("self",)).select_related("currency", "box__currency", "approval")
    found = made.get(pk=payment_list.pk)
    if found.state in states:
        return found
    if found.state == PaymentList.State.ASKED:
        raise Refusal("money.not_agreed", _("A second person has to agree to this list first."))
    raise Refusal("money.list_decided", _("This list has been decided already. Open it again."))
