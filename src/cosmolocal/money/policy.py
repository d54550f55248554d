"""Who may do what with money. Deeds of other apps ask their own policy, and then move it by `operations.ledger`."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cosmolocal.agents import eyes, rights
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Helping, Membership, Role
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money.models import MoneyBox, Payment, PaymentList, Review

COINS = (MoneyBox.Kind.CASH, MoneyBox.Kind.DRAWER)


def may_read_books(reader: Reader) -> bool:
    """Sees every account: treasurers and stewards; auditors, who change nothing."""
    return reader.has(agents_policy.TREASURER, agents_policy.STEWARD, agents_policy.AUDITOR)


def may_keep_house(reader: Reader) -> bool:
    """Opens and changes the places where money lies, and what every account starts with: treasurers and stewards."""
    return reader.has(agents_policy.TREASURER, agents_policy.STEWARD)


def may_read_list(reader: Reader, made: PaymentList) -> bool:
    """A reader of the books, or somebody of the circle that decides about this list."""
    if may_read_books(reader):
        return True
    asked = made.approval.circle_id if made.approval else None
    return (
        asked is not None
        and reader.agent is not None
        and asked in {g.pk for g in agents_queries.groups_of(reader.agent)}
    )


def own_holders(reader: Reader) -> set[int]:
    """Ids of those whose accounts are the reader's own: herself, households, organisations, farms."""
    if reader.person is None:
        return set()
    holders = [reader.person, *agents_queries.buying_agents(reader.person), *agents_queries.producers_of(reader.person)]
    return {holder.pk for holder in holders}


def permit_books(by: Agent) -> None:
    """Refuses `agents.not_allowed` unless a treasurer or the house is at work."""
    agents_policy.permit(by, agents_policy.TREASURER)


def permit_cash(by: Agent, box: MoneyBox) -> None:
    """Like `permit_books`; stewards may count and carry too, and keepers what lies in coins at their place or is the
    whole house's. Refuses agents.not_allowed, agents.other_place.
    """
    if box.kind in COINS:
        agents_policy.permit(by, agents_policy.TREASURER, agents_policy.STEWARD, agents_policy.KEEPER, place=box.place)
    else:
        agents_policy.permit(by, agents_policy.TREASURER, agents_policy.STEWARD)


def may_use_coins(reader: Reader, box: MoneyBox) -> bool:
    """What `permit_cash` says of a cash box or drawer, for a page."""
    roles = (agents_policy.TREASURER, agents_policy.STEWARD, agents_policy.KEEPER)
    return reader.has(*roles) if box.place_id is None else reader.has_at(box.place_id, *roles)


def permit_house(by: Agent) -> None:
    """Currencies and boxes are opened and changed by stewards and treasurers."""
    agents_policy.permit(by, agents_policy.TREASURER, agents_policy.STEWARD)


def own_to(by: Agent, since: datetime | None = None) -> QuerySet[Agent]:
    """Whose money is her own at any time since a moment (else since some days): herself, her households and farms, and
    of whom she helps those too, since she orders with that money. Who lives with her is one with her, so what is his is
    hers. Who joins, leaves or stops helping stays one of them.

    Everybody belongs to the local, and its funds are nobody's own; nothing is the house's own.
    """
    if agents_policy.is_house(by):
        return Agent.objects.none()
    held, home = eyes.held_since(since), eyes.same([by.pk], since).values("pk")
    helped = Helping.objects.filter(held, helper__in=home).values("member")
    groups = Membership.objects.filter(held, Q(member__in=home) | Q(member__in=helped)).values("group")
    named = Role.objects.filter(
        held, Q(agent__in=home) | Q(agent__in=helped), name=agents_policy.PRODUCER, scope__isnull=False
    )
    own = Q(pk__in=home) | Q(pk__in=helped) | Q(pk__in=groups) | Q(pk__in=named.values("scope"))
    return Agent.objects.filter(own, is_home=False)


def own_ids(by: Agent | None) -> set[int]:
    """Ids of `own_to`, for many rows at once (one statement). On a page: of who acts, whomever she acts for."""
    return set(own_to(by).values_list("pk", flat=True)) if by else set()


def is_own(by: Agent, holder: Agent, since: datetime | None = None) -> bool:
    """Is what this holder has her own, as `own_to` says? One statement."""
    return own_to(by, since).filter(pk=holder.pk).exists()


def forbid_own(by: Agent, holder: Agent) -> None:
    """Refuses `money.to_oneself`: nobody gives money to herself, her household, her farm, or to whom she helps."""
    if is_own(by, holder):
        raise Refusal(
            "money.to_oneself",
            _(
                "This concerns you, somebody of your household, or somebody whom you help. Please ask a treasurer of "
                "another household to do it."
            ),
        )


def may_agree(by: Agent, made: PaymentList) -> bool:
    """May she say yes to the list as it stands today: asked, of another household than who drew it up, and none of the
    money is her own?
    """
    if made.approval is None or not agents_policy.may_vote(by, made.approval):
        return False
    if eyes.are_one(by, [made.made_by_id], made.made_at):
        return False
    return not made.payments.filter(account__holder__in=own_to(by, made.made_at)).exists()


def may_look(by: Agent, look: Review) -> bool:
    """May she be the second pair of eyes: neither who booked it, nor whose account it is, nor who got the money, nor
    anybody who lives with one of these.
    """
    if not agents_policy.holds_any(by, agents_policy.TREASURER, agents_policy.STEWARD):
        return False
    if eyes.are_one(by, [look.deed.by_id], look.deed.at):
        return False
    return look.holder is None or not is_own(by, look.holder, look.deed.at)


def may_read_number(by: Agent, made: PaymentList) -> bool:
    """Treasurers, stewards and who is asked about the list say of a payee's new bank account that it is right."""
    if agents_policy.holds_any(by, agents_policy.TREASURER, agents_policy.STEWARD):
        return True
    return made.approval is not None and agents_policy.may_vote(by, made.approval)


def permit_number(by: Agent, made: PaymentList) -> None:
    """Refuses `agents.not_allowed` to all but these, and `agents.right_too_new` to whose task or place is too young."""
    if not may_read_number(by, made):
        agents_policy.permit(by, agents_policy.TREASURER, agents_policy.STEWARD)
    if agents_policy.holds_any(by, agents_policy.TREASURER, agents_policy.STEWARD):
        rights.require_settled(by, agents_policy.TREASURER, agents_policy.STEWARD)
    elif made.approval is not None:
        rights.require_settled(by, made.approval.role, circle=made.approval.circle)


def may_agree_number(by: Agent, payment: Payment, writers: Collection[int]) -> bool:
    """May she say yes to a payee's new bank account: no one of her household wrote it or is paid?"""
    if not may_read_number(by, payment.list) or eyes.are_one(by, writers, payment.list.made_at):
        return False
    return not is_own(by, payment.account.holder, payment.list.made_at)


def permit_look(by: Agent, look: Review) -> None:
    """Refuses `money.own_look` to all others."""
    agents_policy.permit(by, agents_policy.TREASURER, agents_policy.STEWARD)
    if not may_look(by, look):
        raise Refusal(
            "money.own_look",
            _(
                "Somebody of another household has to look at this: not who booked it, not who got the money, nor "
                "anybody who lives with them. Ask another steward or treasurer."
            ),
        )
