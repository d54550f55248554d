"""The shop in figures for everybody: rounds of a year, where their money went; totals and medians of five or more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, F, IntegerField, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, node
from cosmolocal.practices.shop import queries, rules
from cosmolocal.practices.shop.models import Order, OrderRound
from cosmolocal.practices.shop.pages.rounds import LEAST, Part
from cosmolocal.practices.shop.queries import Sums

RESTAURANTS = "restaurant"


@dataclass(frozen=True)
class RoundFigures:
    """One settled round: its sums and the median of its orders in minor units."""

    round: OrderRound
    sums: Sums
    median: int


@dataclass(frozen=True)
class Year:
    """The settled rounds of one year that may be shown, newest first. `hidden`: how many had fewer than five orders."""

    year: int
    years: Sequence[int]
    rows: Sequence[RoundFigures]
    hidden: int
    sums: Sums
    median: int
    sources: Sequence[Part]
    target_bp: int

    @property
    def share_tenths(self) -> int:
        """The farmers' share in tenths of a per cent."""
        return rules.scaled(self.sums.share_bp, 1, 10)

    @property
    def is_on_target(self) -> bool:
        return self.sums.share_bp >= self.target_bp

    @property
    def uses(self) -> list[Part]:
        """Where the money went, deposits among it; what came to nothing is left out."""
        parts = [*self.sums.parts, (_("deposits"), self.sums.deposits, "deposit")]
        return [part for part in parts if part[1] > 0]


def year(wanted: int | None = None) -> Year:
    """The figures of a year, this one where nobody says otherwise. Six statements, however many rounds."""
    zone = node.zone()
    current = clock.today().year
    years = sorted(_years(zone) | {current}, reverse=True)
    chosen = wanted if wanted in years else current
    rounds = queries.settled_between(datetime(chosen, 1, 1, tzinfo=zone), datetime(chosen + 1, 1, 1, tzinfo=zone))
    shown = [round for round in rounds if round.result.get("orders", 0) >= LEAST]
    medians = _medians(shown)
    rows = [RoundFigures(round, queries.sums_of([round]), medians.get(round.pk, 0)) for round in shown]
    return Year(
        year=chosen,
        years=years,
        rows=rows,
        hidden=len(rounds) - len(shown),
        sums=queries.sums_of(shown),
        median=_median(shown),
        sources=_sources(shown),
        target_bp=queries.settings().target_bp,
    )


def _years(zone: ZoneInfo) -> set[int]:
    settled = OrderRound.objects.filter(state=OrderRound.State.SETTLED)
    return {moment.year for moment in settled.datetimes("handover__begins", "year", tzinfo=zone)}


def _orders(rounds: Sequence[OrderRound]) -> QuerySet[Order]:
    return Order.objects.filter(round__in=[round.pk for round in rounds], final__gt=0)


def _medians(rounds: Sequence[OrderRound]) -> dict[int, int]:
    """Round id -> the median of its orders; the lower of two in the middle. One statement."""
    ranked = _orders(rounds).annotate(
        turn=Window(RowNumber(), partition_by=F("round"), order_by=[F("final"), F("id")]),
        of=Window(Count("id"), partition_by=F("round"), output_field=IntegerField()),
    )
    middle = ranked.filter(turn=(F("of") + 1) / 2)
    return {round: final or 0 for round, final in middle.values_list("round_id", "final")}


def _median(rounds: Sequence[OrderRound]) -> int:
    """The median of all orders together. One statement."""
    ranked = _orders(rounds).annotate(
        turn=Window(RowNumber(), order_by=[F("final"), F("id")]),
        of=Window(Count("id"), output_field=IntegerField()),
    )
    return ranked.filter(turn=(F("of") + 1) / 2).values_list("final", flat=True).first() or 0


def _sources(rounds: Sequence[OrderRound]) -> list[Part]:
    """Where the money came from: households and restaurants apart, if each had five orders. One statement."""
    rows = _orders(rounds).order_by().values_list("household__group").annotate(Count("pk"), Sum("final"))
    sums, counts = {True: 0, False: 0}, {True: 0, False: 0}
    for group, count, final in rows:
        sums[group == RESTAURANTS] += final or 0
        counts[group == RESTAURANTS] += count
    if not all(count == 0 or count >= LEAST for count in counts.values()):
        return [(_("all orders"), sum(sums.values()), "rest")]
    named = [(_("households"), sums[False], "rest"), (_("restaurants"), sums[True], "solidarity")]
    return [part for part in named if part[1]]
