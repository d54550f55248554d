"""Who may do what in the shop, and when: asked by operations and by templates, so button and rule cannot disagree."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import Order, OrderRound

# What somebody finds at home she says at one of the next hand-overs; what comes later is a matter of books.
CREDITED_AT_THE_DOOR = timedelta(days=60)


def permit_steward(by: Agent) -> None:
    """Rounds are planned, closed and settled by stewards (and timers). Refuses agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)


def permit_treasurer(by: Agent) -> None:
    """Payments are drawn up by treasurers. Refuses agents.not_allowed."""
    agents_policy.permit(by, agents_policy.TREASURER)


def permit_books(by: Agent) -> None:
    """What follows from facts after settling is booked by stewards and treasurers. Refuses agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD, agents_policy.TREASURER)


def may_book(reader: Reader) -> bool:
    """What `permit_books` says, for a page."""
    return reader.has(agents_policy.STEWARD, agents_policy.TREASURER)


def permit_keeper(by: Agent, round: OrderRound) -> None:
    """At the door: the keeper of this place, stewards. Refuses agents.not_allowed, agents.other_place."""
    agents_policy.permit(by, agents_policy.KEEPER, agents_policy.STEWARD, place=round.handover.place)


def permit_credit(by: Agent, round: OrderRound, now: datetime) -> None:
    """Money back for a line, or crates that were swapped: who is at the door, while people still come with what was
    wrong. Later it is a treasurer's refund. Refuses agents.not_allowed, agents.other_place, shop.too_long_ago.
    """
    permit_keeper(by, round)
    if not is_recent(round, now):
        raise Refusal(
            "shop.too_long_ago",
            _("This was handed over more than %(days)s days ago. Ask a treasurer, who can still put the money right.")
            % {"days": CREDITED_AT_THE_DOOR.days},
        )


def is_recent(round: OrderRound, now: datetime) -> bool:
    """Is what was wrong with its goods still put right by who keeps the door?"""
    return now <= round.handover.begins + CREDITED_AT_THE_DOOR


def permit_order(by: Agent, household: Agent, on_behalf_of: Agent | None) -> None:
    """Members of the household, who helps one of them, and stewards who key in paper. Refuses agents.not_yours."""
    agents_policy.require(
        agents_policy.is_house(by)
        or agents_policy.may_act_for_group(by, household, on_behalf_of)
        or (on_behalf_of is None and agents_policy.is_steward(by))
    )


def permit_announce(by: Agent, producer: Agent) -> None:
    """How much there is: the producer's own people, stewards. Refuses agents.not_yours."""
    agents_policy.require(
        agents_policy.is_house(by) or agents_policy.is_steward(by) or agents_policy.may_act_for_producer(by, producer)
    )


def is_taking_orders(round: OrderRound, now: datetime) -> bool:
    """Open, begun, and not yet closed by the clock."""
    return round.state == OrderRound.State.OPEN and round.opens_at <= now and not rules.has_closed(now, round.closes_at)


def may_change(order: Order, now: datetime) -> bool:
    """May this order still be changed by its household?"""
    return order.state == Order.State.OPEN and is_taking_orders(order.round, now)


def may_reopen(round: OrderRound, now: datetime) -> bool:
    """In the grace after closing, before anything went to the producers."""
    return (
        round.state == OrderRound.State.GRACE
        and round.closed_at is not None
        and now < rules.grace_ends(round.closed_at, round.grace_minutes)
    )


def may_run(reader: Reader) -> bool:
    """May she plan, close and settle rounds?"""
    return reader.has(agents_policy.STEWARD)
