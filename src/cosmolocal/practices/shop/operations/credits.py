"""Money that was given back for a line which then went out of the crate: settling takes it back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.operation import running
from cosmolocal.money import queries as purse
from cosmolocal.money.operations import Leg
from cosmolocal.practices.shop.models import LineCredit, OrderRound


def given(round: OrderRound) -> dict[int, list[LineCredit]]:
    """Line id -> what was given back for it, the last first (one statement)."""
    found: dict[int, list[LineCredit]] = defaultdict(list)
    credits = LineCredit.objects.filter(line__order__round=round)
    for credit in credits.select_related(*_NAMED).order_by("-id"):
        found[credit.line_id].append(credit)
    return found


def too_much(given: Mapping[int, Sequence[LineCredit]], charged: Mapping[int, int]) -> list[LineCredit]:
    """Rows that take back what was given beyond `charged` (line id -> minor units), written by nobody yet: who bore it
    last gets it first. Their quantity is 0, their amount below 0.
    """
    found = []
    for line_id, made in given.items():
        surplus = sum(credit.amount for credit in made) - charged.get(line_id, 0)
        for credit in made:
            part = min(credit.amount, surplus)
            if part <= 0:
                continue
            surplus -= part
            bearer = credit.borne_by
            found.append(LineCredit(line=credit.line, quantity=0, amount=-part, borne_by=bearer, reason="not_packed"))
    return found


def write_taken_back(by: Agent, surplus: Sequence[LineCredit]) -> None:
    """Writes them beside the lines, in the deed under way."""
    for credit in surplus:
        credit.by, credit.at = by, running().at
    LineCredit.objects.bulk_create(surplus)


def taken_back(surplus: Sequence[LineCredit], households: Mapping[int, int], goodwill: int) -> list[Leg]:
    """From the household (agent id -> account id) to who bore it: the producer, else the fund *goodwill*."""
    producers = purse.account_ids({_producer(credit) for credit in surplus}, "producer")
    return [
        Leg(
            households[credit.line.order.household_id],
            producers.get(_producer(credit), goodwill) if credit.borne_by == "producer" else goodwill,
            -credit.amount,
            "credit",
        )
        for credit in surplus
    ]


_NAMED = ("line__order__household", "line__pack", "line__offer__item__product")


def _producer(credit: LineCredit) -> int:
    return credit.line.offer.item.product.producer_id
