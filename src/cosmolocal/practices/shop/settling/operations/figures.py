"""Figures of settled rounds are put together once, after settling, so that no page reads every order of a year."""

from django.db import transaction

from cosmolocal.practices.shop.models import RoundFigures, YearFigures
from cosmolocal.practices.shop.settling.queries import figures


def keep_figures() -> None:
    """Puts together what is missing: figures of settled rounds, medians of years whose rounds are others than kept.

    No deed of anybody: nothing is decided, and what is kept can be put together again at any time.
    """
    made = figures.put_together(figures.without_figures()).values()
    RoundFigures.objects.bulk_create(made, ignore_conflicts=True)
    for year in figures.years():
        _keep_year(year)


def _keep_year(year: int) -> None:
    rounds = sorted(round.pk for round in figures.shown_of(figures.rounds_of(year)))
    if YearFigures.objects.filter(year=year).values_list("rounds", flat=True).first() == rounds:
        return
    with transaction.atomic():
        defaults = {"rounds": rounds, "median": figures.median(rounds)}
        YearFigures.objects.update_or_create(year=year, defaults=defaults)
