"""Money given back for lines: of one round, or of all of them in some time."""

from collections import defaultdict
from datetime import date

from django.db.models import Q, QuerySet, Sum

from cosmolocal.agents.models import Agent
from cosmolocal.money.queries import moment_after, moment_of
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import LineCredit, OrderRound


def between(since: date, until: date) -> QuerySet[LineCredit]:
    """Given back, or taken back by settling, from one day to another, both included."""
    return _named(LineCredit.objects.filter(at__gte=moment_of(since), at__lt=moment_after(until)))


def of_round(round: OrderRound) -> QuerySet[LineCredit]:
    """All that was given back for the lines of a round, whenever that was."""
    return _named(LineCredit.objects.filter(line__order__round=round))


def at_farms_cost(day: date) -> dict[Agent, list[LineCredit]]:
    """What each farm bears of what was given back, or taken back by settling, on one day (one statement)."""
    found: dict[Agent, list[LineCredit]] = defaultdict(list)
    borne = between(day, day).filter(borne_by="producer").exclude(reason=rules.PUT_RIGHT)
    for credit in borne:
        found[credit.line.offer.item.product.producer].append(credit)
    return found


def sums(credits: QuerySet[LineCredit]) -> dict[str, int]:
    """Minor units: `local` and `producer` bear them, or they were `deposits`, less what was taken back; `taken_back` of
    all (one statement).
    """
    found = credits.order_by().aggregate(
        local=Sum("amount", filter=Q(borne_by="local"), default=0),
        producer=Sum("amount", filter=Q(borne_by="producer"), default=0),
        deposits=Sum("amount", filter=Q(borne_by=rules.DEPOSITS), default=0),
        taken_back=-Sum("amount", filter=Q(amount__lt=0), default=0),
    )
    return {name: int(amount) for name, amount in found.items()}


def _named(credits: QuerySet[LineCredit]) -> QuerySet[LineCredit]:
    goods = ("line__pack__item__product__specification__unit", "line__offer__item__product__producer")
    orders = ("line__order__household", "line__order__round__account__currency")
    return credits.select_related("by", *orders, *goods).order_by("at", "pk")
