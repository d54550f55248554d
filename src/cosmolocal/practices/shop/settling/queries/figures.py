"""What settled orders come to, as the page of figures shows it: kept where it was put together already."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Count, F, IntegerField, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from cosmolocal.kernel import node
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop.models import Order, OrderRound, RoundFigures, YearFigures
from cosmolocal.practices.shop.rounds.queries.rounds import settled_between

LEAST = 5  # figures of fewer orders are nobody else's business
RESTAURANTS = "restaurant"


def rounds_of(year: int) -> list[OrderRound]:
    """Settled rounds of a year on the local's calendar, the newest first (one statement)."""
    zone = node.zone()
    return settled_between(datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone))


def years() -> set[int]:
    """The years in which goods of a settled round changed hands (one statement)."""
    settled = OrderRound.objects.filter(state=OrderRound.State.SETTLED)
    return {moment.year for moment in settled.datetimes("handover__begins", "year", tzinfo=node.zone())}


def shown_of(rounds: Iterable[OrderRound]) -> list[OrderRound]:
    """Those that have orders enough to be shown."""
    return [round for round in rounds if round.result.get("orders", 0) >= LEAST]


def of_rounds(rounds: Sequence[OrderRound]) -> dict[int, RoundFigures]:
    """Round id -> its figures: kept ones, the others put together now (one statement, three where one is missing)."""
    wanted = {round.pk for round in rounds}
    kept = {figures.round_id: figures for figures in RoundFigures.objects.filter(round__in=among(wanted))}
    missing = wanted - kept.keys()
    return kept | put_together(missing) if missing else kept


def median_of(year: int, rounds: Iterable[OrderRound]) -> int:
    """The median of all orders of these rounds together: the kept one where it is of exactly these."""
    wanted = sorted(round.pk for round in rounds)
    kept = YearFigures.objects.filter(year=year).first()
    return kept.median if kept and kept.rounds == wanted else median(wanted)


def put_together(round_ids: Collection[int]) -> dict[int, RoundFigures]:
    """Round id -> its figures, from its orders, however many rounds (two statements); nothing is written."""
    is_restaurant = Q(household__group=RESTAURANTS)
    counted = _orders(round_ids).order_by().values_list("round_id")
    counted = counted.annotate(
        rest=Count("pk", filter=~is_restaurant),
        rest_sum=Sum("final", filter=~is_restaurant, default=0),
        guests=Count("pk", filter=is_restaurant),
        guests_sum=Sum("final", filter=is_restaurant, default=0),
    )
    ranked = _orders(round_ids).annotate(
        turn=Window(RowNumber(), partition_by=F("round"), order_by=[F("final"), F("id")]),
        of=Window(Count("id"), partition_by=F("round"), output_field=IntegerField()),
    )
    medians = dict(ranked.filter(turn=(F("of") + 1) / 2).values_list("round_id", "final"))
    found = {row[0]: (medians[row[0]], *row[1:]) for row in counted}
    nothing = (0, 0, 0, 0, 0)
    names = ("median", "households", "households_sum", "restaurants", "restaurants_sum")
    return {
        round: RoundFigures(round_id=round, **dict(zip(names, found.get(round, nothing), strict=True)))
        for round in round_ids
    }


def median(round_ids: Collection[int]) -> int:
    """The median of all orders of these rounds, from the orders (two statements); 0 where there is none."""
    orders = _orders(round_ids)
    count = orders.count()
    return (orders.order_by("final", "id").values_list("final", flat=True)[(count + 1) // 2 - 1] or 0) if count else 0


def without_figures() -> list[int]:
    """Ids of settled rounds whose figures nobody has put together yet (one statement)."""
    settled = OrderRound.objects.filter(state=OrderRound.State.SETTLED, figures=None)
    return list(settled.order_by("id").values_list("id", flat=True))


def _orders(round_ids: Collection[int]) -> QuerySet[Order]:
    return Order.objects.filter(round__in=among(round_ids), final__gt=0)
