"""Money from one account to another: at once, set aside for later, given back, taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy
from cosmolocal.money.models import Account
from cosmolocal.money.operations import journal, ledger
from cosmolocal.money.operations.ledger import Leg
from cosmolocal.money.operations.looks import look_needed
from cosmolocal.money.words import REASONS


@operation("money.transfer", said=gettext_lazy("moved money between accounts"))
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
    agents.not_allowed, agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    if not agents_policy.is_house(by):
        policy.forbid_own(by, target.holder)
        journal.check_reason(reason)
    journal.check_amount(amount)
    journal.check_same_currency(source, target)
    if source.pk == target.pk:
        raise Refusal("money.same_account", _("Choose two different accounts."), field="target")
    code = reason if reason in REASONS else ""
    draft = journal.moved(source, target, amount, journal.stamp(code, at))
    draft.guard = guard
    try:
        flows.transfer(by=by, draft=draft)
    except Refusal as refusal:
        raise ledger.in_money_words(refusal, source, amount) from refusal
    if code != reason:
        journal.note(reason)
    if not agents_policy.is_house(by):
        look_needed(by, amount, source.holder)


@operation("money.transfer_many", said=gettext_lazy("moved money between accounts"))
def transfer_many(*, by: Agent, legs: Sequence[Leg], at: datetime | None = None, key: str = "") -> None:
    """Moves many amounts between accounts in one set: settling, splitting. Legs of 0 are left out.

    A leg with `fulfils_id` keeps a promise that lies on its source. Refuses: money.bad_amount, money.not_enough,
    money.no_such_account, agents.not_allowed, agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    ledger.move_many(by=by, legs=legs, at=at)


@operation("money.release_reservation", said=gettext_lazy("freed what was set aside"))
def release_reservation(*, by: Agent, commitment_id: int, keep: int = 0, key: str = "") -> None:
    """Gives back what was set aside, all but `keep` minor units. Refuses: agents.not_allowed, agents.session_lent."""
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    ledger.free(by=by, commitment_id=commitment_id, keep=keep)


@operation("money.refund", said=gettext_lazy("gave money back to an account"))
def refund(
    *, by: Agent, source: Account, account: Account, amount: int, reason: str, at: datetime | None = None, key: str = ""
) -> None:
    """Gives money back to a member from a fund, a round or (by agreement) a producer: a fact with a reason.

    `reason` is one of words.REASONS, or a sentence that is kept beside the deed. Refuses: money.reason_missing,
    money.bad_amount, money.to_oneself, agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    ledger.give_back(by=by, source=source, account=account, amount=amount, reason=reason, at=at)
