"""Money from one account to another: at once, set aside for later, given back, taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import Happening
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries
from cosmolocal.money.models import Account
from cosmolocal.money.operations import journal
from cosmolocal.money.operations.looks import look_needed
from cosmolocal.money.queries.accounts import LedgerKey
from cosmolocal.money.words import REASONS


class Leg(NamedTuple):
    """One transfer among many: account ids, minor units. `guard`: refused where it would fall below its floor.

    A tuple, since a settled round has thousands of them.
    """

    source_id: int
    target_id: int
    amount: int
    reason: str = ""
    fulfils_id: int | None = None
    agreement_id: int | None = None
    guard: bool = False


@operation("money.transfer")
def transfer(
    *,
    by: Agent,
    source: Account,
    target: Account,
    amount: int,
    reason: str = "",
    guard: bool = True,
    at: datetime | None = None,
    key: str = "",
) -> None:
    """Moves `amount` minor units from one account to another; `guard=False` for facts, which no floor stops.

    `reason` is one of words.REASONS, or a sentence that is kept beside the deed; a treasurer always gives one, and
    never moves money to herself. With an agreement or a promise to fulfil: `transfer_many`. Refuses: money.to_oneself,
    money.reason_missing, money.bad_amount, money.other_currency, money.same_account, money.not_enough, money.not_yet,
    agents.not_allowed.
    """
    policy.permit_books(by)
    if policy.is_deed_of_a_person(by):
        policy.forbid_own(by, target.holder)
        journal.check_reason(reason)
    journal.check_amount(amount)
    journal.check_same_currency(source, target)
    if source.pk == target.pk:
        raise Refusal("money.same_account", _("Choose two different accounts."), field="target")
    code = reason if reason in REASONS else ""
    happening = journal.moved(source, target, amount, journal.stamp(code, at))
    happening.guard = guard
    try:
        flows.transfer(by=by, happening=happening)
    except Refusal as refusal:
        raise _short(refusal, source, amount) from refusal
    if code != reason:
        journal.note(reason)
    if policy.is_deed_of_a_person(by):
        look_needed(by, amount, source.holder)


@operation("money.transfer_many")
def transfer_many(*, by: Agent, legs: Sequence[Leg], at: datetime | None = None, key: str = "") -> None:
    """Moves many amounts between accounts in one set: settling, splitting. Legs of 0 are left out.

    A leg with `fulfils_id` keeps a promise that lies on its source. Refuses: money.bad_amount, money.not_enough,
    money.no_such_account, agents.not_allowed.
    """
    policy.permit_books(by)
    wanted = [leg for leg in legs if leg.amount]
    if any(leg.amount < 0 for leg in wanted):
        journal.check_amount(0)
    known = queries.ledger_keys({leg.source_id for leg in wanted} | {leg.target_id for leg in wanted})
    stamps = {reason: journal.stamp(reason, at) for reason in {leg.reason for leg in wanted}}
    happenings = [_happening(leg, known[leg.source_id], known[leg.target_id], stamps[leg.reason]) for leg in wanted]
    try:
        flows.record(by=by, happenings=happenings)
    except Refusal as refusal:
        raise _short(refusal) from refusal


def _happening(leg: Leg, source: LedgerKey, target: LedgerKey, stamp: journal.Stamp) -> Happening:
    _source_id, resource, provider, specification = source
    _target_id, to_resource, receiver, _specification = target
    return Happening(
        "transfer",
        leg.amount,
        specification,
        provider,
        receiver,
        resource,
        to_resource,
        leg.agreement_id,
        leg.fulfils_id,
        stamp.at,
        stamp.value_on,
        reason=leg.reason,
        guard=leg.guard,
    )


@operation("money.release_reservation")
def release_reservation(*, by: Agent, commitment_id: int, keep: int = 0, key: str = "") -> None:
    """Gives back what was set aside, all but `keep` minor units. Refuses: agents.not_allowed."""
    policy.permit_books(by)
    flows.release(by=by, commitments=[commitment_id], keep={commitment_id: keep} if keep else None)


@operation("money.refund")
def refund(
    *, by: Agent, source: Account, account: Account, amount: int, reason: str, at: datetime | None = None, key: str = ""
) -> None:
    """Gives money back to a member from a fund, a round or (by agreement) a producer: a fact with a reason.

    `reason` is one of words.REASONS, or a sentence that is kept beside the deed. Refuses: money.reason_missing,
    money.bad_amount, money.to_oneself.
    """
    policy.permit_books(by)
    policy.forbid_own(by, account.holder)
    journal.check_amount(amount)
    journal.check_same_currency(source, account)
    journal.check_reason(reason)
    code = reason if reason in REASONS else "refund"
    flows.record(by=by, happenings=[journal.moved(source, account, amount, journal.stamp(code, at))])
    if code != reason:
        journal.note(reason)


def _short(refusal: Refusal, account: Account | None = None, amount: int = 0) -> Refusal:
    """`flows.not_enough` in words of money, with what is missing; every other refusal as it is."""
    if refusal.code != "flows.not_enough":
        return refusal
    if account is None:
        return Refusal("money.not_enough", _("One of these accounts does not hold enough."), **refusal.facts)
    spendable = queries.balance(account).spendable or 0
    missing = amount - max(spendable, 0)
    return Refusal(
        "money.not_enough",
        _("%(missing)s is missing on this account. Put money on it first, or take less.")
        % {"missing": queries.format(missing, account.currency)},
        field="amount",
        missing=missing,
    )
