"""The shop in figures for everybody: rounds of a year, where their money went; totals and medians of five or more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cosmolocal.kernel import clock
from cosmolocal.practices.shop import queries, rules
from cosmolocal.practices.shop.models import OrderRound, RoundFigures
from cosmolocal.practices.shop.queries import Sums
from cosmolocal.practices.shop.rounds.pages import Part
from cosmolocal.practices.shop.settling.queries import figures
from cosmolocal.practices.shop.settling.queries.figures import LEAST


@dataclass(frozen=True)
class RoundRow:
    """One settled round: its sums and the median of its orders in minor units."""

    round: OrderRound
    sums: Sums
    median: int


@dataclass(frozen=True)
class Year:
    """The settled rounds of one year that may be shown, newest first. `hidden`: how many had fewer than five orders."""

    year: int
    years: Sequence[int]
    rows: Sequence[RoundRow]
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
    """The figures of a year, this one where nobody says otherwise. Five statements, however many rounds and orders."""
    current = clock.today().year
    years = sorted(figures.years() | {current}, reverse=True)
    chosen = wanted if wanted in years else current
    rounds = figures.rounds_of(chosen)
    shown = figures.shown_of(rounds)
    kept = figures.of_rounds(shown)
    rows = [RoundRow(round, queries.sums_of([round]), kept[round.pk].median) for round in shown]
    return Year(
        year=chosen,
        years=years,
        rows=rows,
        hidden=len(rounds) - len(shown),
        sums=queries.sums_of(shown),
        median=figures.median_of(chosen, shown),
        sources=_sources(kept.values()),
        target_bp=queries.settings().target_bp,
    )


def _sources(kept: Collection[RoundFigures]) -> list[Part]:
    """Where the money came from: households and restaurants apart, if each had five orders."""
    households, restaurants = sum(one.households_sum for one in kept), sum(one.restaurants_sum for one in kept)
    counts = sum(one.households for one in kept), sum(one.restaurants for one in kept)
    if not all(count == 0 or count >= LEAST for count in counts):
        return [(_("all orders"), households + restaurants, "rest")]
    named = [(_("households"), households, "rest"), (_("restaurants"), restaurants, "solidarity")]
    return [part for part in named if part[1]]
