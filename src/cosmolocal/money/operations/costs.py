"""What the local itself pays and counts: costs out of funds, cash in the box."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import EventDraft
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries, rules
from cosmolocal.money.models import Currency, MoneyBox
from cosmolocal.money.operations import journal, ledger
from cosmolocal.money.operations.looks import is_much, look_needed, of_late
from cosmolocal.money.words import REASONS


@operation("money.pay_cost", said=gettext_lazy("booked a cost"), fact=True)
def pay_cost(
    *,
    by: Agent,
    fund_code: str,
    box: MoneyBox,
    amount: int,
    payee: Agent | None = None,
    reason: str = "cost",
    at: datetime | None = None,
    key: str = "",
) -> None:
    """Books a cost that was paid: bank fee, rent, wages, tax. `reason`: one of words.COSTS, or a sentence.

    A fact, whoever was paid: somebody else looks at it. Refuses: money.bad_amount, money.reason_missing, money.not_yet.
    """
    policy.permit_books(by)
    journal.check_amount(amount)
    journal.check_reason(reason)
    code = reason if reason in REASONS else "cost"
    when = journal.stamp(code, at)
    fund = queries.fund(fund_code, box.currency)
    journal.check_same_currency(fund, box)
    flows.record(
        by=by,
        drafts=[
            journal.lowered(fund, amount, when),
            journal.paid_from(box, amount, when, payee.pk if payee else None),
        ],
    )
    if code != reason:
        journal.note(reason)
    look_needed(by, amount, payee, has_left=True)


@operation("money.count_cash", said=gettext_lazy("counted cash"), fact=True)
def count_cash(*, by: Agent, box: MoneyBox, counted: int, at: datetime | None = None, key: str = "") -> int:
    """Books what was found in a box: `counted` minor units. The difference goes to the fund "drawer_difference".

    `at` on an earlier day: at the end of that day, against what lay there by then; where the box was counted again
    since, that later count still holds. A fact whatever it shows; returns the difference (below 0: missing).
    What is missing is looked at by somebody else: always in a lent session, else from rules.MISSING_COINS on.
    Refuses: money.bad_amount below 0, money.not_yet.
    """
    policy.permit_cash(by, box)
    if counted < 0:
        raise Refusal("money.bad_amount", _("Write how much is in the box; 0 when it is empty."), field="counted")
    MoneyBox.objects.select_for_update().get(pk=box.pk)  # of two who count at once, the second sees the first's count
    locked = queries.boxes(box.currency).get(pk=box.pk)
    day = journal.day_of(at or running().at)
    if at is None or day == journal.day_of(running().at):
        moment, when, has = running().at, journal.stamp("count"), locked.resource.accounting_quantity
    else:
        moment = queries.moment_of(day + timedelta(days=1)) - timedelta(microseconds=1)
        when, has = journal.stamp("count", moment), queries.held_on(locked, day)
    difference, missing = counted - has, 0
    drafts = _found(locked, difference, when)
    if locked.counted_at is not None and locked.counted_at > moment:
        drafts += _found(locked, -difference, journal.stamp("count", locked.counted_at))
    else:
        locked.counted_at = moment
        locked.save(update_fields=["counted_at"])
        missing = max(-difference, 0)
    if drafts:
        flows.record(by=by, drafts=drafts)
    look_needed(by, missing, None, has_left=_is_much(locked.currency))
    return difference


def _is_much(currency: Currency) -> bool:
    """Has so much been missing of late, this time and before, that somebody else should know?"""
    missing = queries.lowered_since(queries.fund("drawer_difference", currency), of_late())
    return is_much(missing, currency)


def _found(box: MoneyBox, difference: int, when: journal.Stamp) -> list[EventDraft]:
    """What counting found too much (above 0) or too little, in the box and beside it in its fund; nothing for 0."""
    if not difference:
        return []
    fund = queries.fund("drawer_difference", box.currency)
    action, change = ("raise", journal.raised) if difference > 0 else ("lower", journal.lowered)
    return [journal.counted(action, box, abs(difference), when), change(fund, abs(difference), when)]


@operation("money.undo", said=gettext_lazy("took an entry back"), fact=True)
def undo(*, by: Agent, deed_id: int, reason: str, at: datetime | None = None, key: str = "") -> None:
    """Takes a deed of money back as a whole: a returned debit, a top-up for the wrong household, a wrong cost.

    A fact: what was spent since may lie below its floor, and stands on the list. Refuses: money.cannot_undo,
    money.reason_missing, money.before_it, money.not_yet, flows.already_corrected.
    """
    policy.permit_books(by)
    journal.check_reason(reason)
    deed = Operation.objects.filter(pk=deed_id, code__in=rules.MAY_BE_UNDONE).first()
    if deed is None or not deed.events.exists():
        raise Refusal("money.cannot_undo", _("This entry cannot be taken back here. Correct it where it was made."))
    ledger.take_back(by=by, deed=deed, reason=reason, at=at)
