"""Money given back for lines, as a list: of one round, or of some days."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.listing import Column, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.look.dates import format_day
from cosmolocal.practices.shop import queries
from cosmolocal.practices.shop.door.pages import given_back as pages
from cosmolocal.practices.shop.door.queries import credits
from cosmolocal.practices.shop.models import LineCredit, OrderRound


def _title(round_id: int, since: str, until: str) -> str:
    if round_id:
        return _("Given back, %(round)s") % {"round": queries.name_of(round_id)}
    days = {"since": format_day(date.fromisoformat(since)), "until": format_day(date.fromisoformat(until))}
    return _("Given back %(since)s to %(until)s") % days


def _may_read(reader: Reader, round_id: int, *_days: str) -> bool:
    return not round_id or queries.visible_to(reader).filter(pk=round_id).exists()


def _rows(found: Sequence[LineCredit]) -> Sequence[Any]:
    return pages.rows(found)


@listing(
    "shop.given_back",
    _title,
    open_to="auditor_reads",
    columns=(
        Column("on", gettext_lazy("Day"), kind="date", sort="at"),
        Column(
            "household",
            gettext_lazy("Who"),
            sort="line__order__household__name",
            search=("line__order__household__name",),
            href=lambda row: reverse("shop:order", args=[row.credit.line.order_id]),
        ),
        Column(
            "credit.line.pack.name", gettext_lazy("For what"), sort="line__pack__name", search=("line__pack__name",)
        ),
        Column("quantity_text", gettext_lazy("How much"), under="credit.line.pack.name"),
        Column(
            "amount",
            gettext_lazy("Sum"),
            kind="money",
            value=lambda row: row.credit.amount,
            unit=lambda row: row.credit.line.order.round.account.currency,
            sort=True,
            total="amount",
        ),
        Column("bearer", gettext_lazy("Borne by"), sort="borne_by"),
        Column("why", gettext_lazy("Why"), sort="reason"),
        Column("credit.by.name", gettext_lazy("Given by"), sort="by__name", search=("by__name",)),
        Column(
            "credit.line.order.round.name",
            gettext_lazy("Round"),
            search=("line__order__round__name",),
            under="credit.line.pack.name",
        ),
    ),
    order=("at", "pk"),
    prepare=_rows,
    may_read=_may_read,
    hint=gettext_lazy("A household, goods, who gave it"),
    empty=(
        gettext_lazy("Nothing was given back"),
        gettext_lazy("What is given back for a line at the door stands here."),
        "coin",
    ),
)
def given_back(_reader: Reader, round_id: int, since: str, until: str) -> QuerySet[LineCredit]:
    """All of a round, or (0) from one day to another (ISO), both included."""
    if round_id:
        return credits.of_round(OrderRound(pk=round_id))
    return credits.between(date.fromisoformat(since), date.fromisoformat(until))
