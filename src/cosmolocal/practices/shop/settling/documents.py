"""The rounds of a year as a table to take along."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.kernel import clock
from cosmolocal.kernel.quantity import to_decimal
from cosmolocal.paper.tables import Cell, Column, Table
from cosmolocal.practices.shop.settling.pages import Year


def year_table(year: Year, currency: Any) -> Table:
    """One row a round, the sums at the end."""
    code, decimals = currency.code, currency.decimals

    def sums(one: Any) -> list[Cell]:
        amounts = (one.sales, one.producers, one.transport, one.running + one.rounding, one.tax, one.deposits)
        return [one.orders, *(to_decimal(amount, decimals) for amount in amounts), to_decimal(one.share_bp, 2)]

    def amount(label: str) -> Column:
        return Column(f"{label}, {code}", kind="number", decimals=decimals)

    columns = [
        Column(_("Goods handed over"), kind="date"),
        Column(_("Where")),
        Column(_("Orders"), kind="number", decimals=0),
        amount(_("Sales")),
        amount(_("Farmers")),
        amount(_("Transport")),
        amount(_("Store and people")),
        amount(_("Tax")),
        amount(_("Deposits")),
        Column(_("Farmers' share, %"), kind="number", decimals=2),
        amount(_("Median order")),
    ]
    rows: list[Sequence[Cell]] = [
        [
            clock.day_of(row.round.handover.begins),
            row.round.handover.place.name,
            *sums(row.sums),
            to_decimal(row.median, decimals),
        ]
        for row in year.rows
    ]
    total: list[Cell] = [None, _("Together"), *sums(year.sums), to_decimal(year.median, decimals)]
    return Table(columns, rows, total, name=str(year.year))
