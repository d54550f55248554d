"""Money given back as a table to take along."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.kernel.quantity import to_decimal
from cosmolocal.look.dates import format_day
from cosmolocal.paper.tables import Cell, Column, Table
from cosmolocal.practices.shop.door.pages.given_back import GivenBack
from cosmolocal.practices.shop.models import OrderRound


def given_back_in(round: OrderRound) -> str:
    """The name of the list of a round."""
    return _("Given back, %(round)s") % {"round": round.name}


def given_back_between(since: date, until: date) -> str:
    """The name of the list of some days."""
    return _("Given back %(since)s to %(until)s") % {"since": format_day(since), "until": format_day(until)}


def given_back_table(rows: Sequence[GivenBack], sums: Mapping[str, int], currency: Any) -> Table:
    """One row each time that money was given or taken back; at the end what it comes to."""
    code, decimals = currency.code, currency.decimals
    columns = [
        Column(_("Day"), kind="date"),
        Column(_("Who"), width="1fr"),
        Column(_("For what"), width="1fr"),
        Column(_("How much")),
        Column(_("Sum, %(currency)s") % {"currency": code}, kind="number", decimals=decimals),
        Column(_("Borne by"), width="1fr"),
        Column(_("Why"), width="1fr"),
        Column(_("Given by")),
        Column(_("Round")),
    ]
    body: list[Sequence[Cell]] = [
        [
            row.on,
            row.household,
            row.credit.line.pack.name,
            row.quantity_text,
            to_decimal(row.credit.amount, decimals),
            row.bearer,
            row.why,
            row.credit.by.name,
            row.credit.line.order.round.name,
        ]
        for row in rows
    ]
    together = to_decimal(sums["local"] + sums["producer"] + sums["deposits"], decimals)
    return Table(columns, body, [None, _("Together"), "", "", together, "", "", "", ""], name=_("Given back"))
