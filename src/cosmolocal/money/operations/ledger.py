"""Money is moved: for operations that have asked who may, of this app and of others. It asks nobody itself.

A person reaches it through an operation only, and a test finds for each of them who permitted it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import EventDraft
from cosmolocal.flows.queries import draft_of, standing_under
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries
from cosmolocal.money.models import Account
from cosmolocal.money.operations import journal, looks
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


def move_many(*, by: Agent, legs: Sequence[Leg], at: datetime | None = None) -> None:
    """Moves many amounts between accounts in one set. Refuses as `money.transfer_many`, but for the permission."""
    wanted = [leg for leg in legs if leg.amount]
    if any(leg.amount < 0 for leg in wanted):
        journal.check_amount(0)
    known = queries.ledger_keys({leg.source_id for leg in wanted} | {leg.target_id for leg in wanted})
    stamps = {reason: journal.stamp(reason, at) for reason in {leg.reason for leg in wanted}}
    drafts = [_draft(leg, known[leg.source_id], known[leg.target_id], stamps[leg.reason]) for leg in wanted]
    try:
        flows.record(by=by, drafts=drafts)
    except Refusal as refusal:
        raise in_money_words(refusal) from refusal


def free(*, by: Agent, commitment_id: int, keep: int = 0) -> None:
    """Gives back what was set aside, all but `keep` minor units."""
    flows.release(by=by, commitments=[commitment_id], keep={commitment_id: keep} if keep else None)


def give_back(
    *, by: Agent, source: Account, account: Account, amount: int, reason: str, at: datetime | None = None
) -> None:
    """Gives money back to a member, never to oneself. Refuses as `money.refund`, but for the permission."""
    policy.forbid_own(by, account.holder)
    journal.check_amount(amount)
    journal.check_same_currency(source, account)
    journal.check_reason(reason)
    code = reason if reason in REASONS else "refund"
    flows.record(by=by, drafts=[journal.moved(source, account, amount, journal.stamp(code, at))])
    if code != reason:
        journal.note(reason)


def charge_another(*, by: Agent, agreement_id: int, source: Account) -> None:
    """What was charged by an agreement (an order) is taken back, and charged to `source` instead: today, whatever day
    it was, so that no statement that somebody has read changes. No floor stops it: it is used already.
    """
    for event in standing_under(agreement_id, "order"):
        right = replace(draft_of(event), at=None, value_on=None, fulfils_id=None)
        right.provider_id, right.resource_id = source.holder_id, source.resource_id
        flows.correct(by=by, event_id=event.pk, replacement=right)


def take_back(*, by: Agent, deed: Operation, reason: str, at: datetime | None = None, has_left: bool = False) -> None:
    """Reverses every event of a deed, and puts that on the list of what somebody else looks at where it is her own, or
    (`has_left`) in any case. Refuses money.reason_missing, money.before_it, money.not_yet, flows.already_corrected.
    """
    journal.check_reason(reason)
    journal.take_back(by, deed.events.order_by("pk").values_list("pk", "at", "value_on"), at)
    journal.note(reason)
    looks.look_is_over(deed.pk)
    for holder, amount in queries.touched_by(deed):
        looks.look_needed(by, amount, holder, has_left=has_left)


def in_money_words(refusal: Refusal, account: Account | None = None, amount: int = 0) -> Refusal:
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


def _draft(leg: Leg, source: LedgerKey, target: LedgerKey, stamp: journal.Stamp) -> EventDraft:
    _source_id, resource, provider, specification = source
    _target_id, to_resource, receiver, _specification = target
    return EventDraft(
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
