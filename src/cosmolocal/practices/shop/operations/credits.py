"""Money that was given back for a line: the line stays; where it goes out of the crate, settling takes it back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.operation import running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries as purse
from cosmolocal.money.operations import Leg
from cosmolocal.practices.shop.models import LineCredit, OrderLine, OrderRound


def check_not_credited(lines: Iterable[OrderLine]) -> None:
    """Lines that would go, or become more. Refuses shop.credited where money was given back for one of them."""
    ids = [line.pk for line in lines]
    if ids and LineCredit.objects.filter(line__in=ids).exists():
        raise Refusal(
            "shop.credited",
            _(
                "Money was given back for this line, so it stays in the order and does not become more. Whoever keeps "
                "the hand-over writes on the crate's page that it is missing: settling then takes the money back."
            ),
        )


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
    bearers = {_producer(credit) for credit in surplus if credit.borne_by == "producer"}
    past = {bearer: purse.account_of_past(bearer, purse.default_currency(), "producer") for bearer in bearers}
    producers = {bearer: account.pk for bearer, account in past.items() if account}
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
