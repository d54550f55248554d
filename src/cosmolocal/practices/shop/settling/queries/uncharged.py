"""Goods that left for a household and that no line of an order charges."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.handovers.models import Packed
from cosmolocal.kernel import clock
from cosmolocal.kernel.ahead import Wrong
from cosmolocal.look.dates import format_day
from cosmolocal.practices.shop.models import Order, OrderLine

if TYPE_CHECKING:
    from django.db.models import QuerySet


def strays() -> "QuerySet[Packed]":
    """What lies, or lay, in a crate for an order in none of whose lines it stands."""
    ordered = Exists(Order.objects.filter(agreement=OuterRef("commitment__agreement")))
    charged = Exists(
        OrderLine.objects.filter(commitment=OuterRef("commitment")).exclude(order__state=Order.State.CANCELLED)
    )
    return Packed.objects.filter(ordered, ~charged, quantity__gt=0)


def still_to_pay(household: Agent) -> str:
    """The order of a household that is neither settled nor cancelled, in words: its round."""
    over = [Order.State.CANCELLED, Order.State.SETTLED]
    order = Order.objects.filter(household=household).exclude(state__in=over).select_related("round").first()
    return _("The order in “%(round)s”") % {"round": order.round.name} if order else ""


def wrong() -> Iterator[Wrong]:
    """For `cosmolocal doctor`: each crate with goods of an order that stand in none of its lines any more."""
    columns = ("crate__number", "crate__receiver__name", "crate__handover__begins")
    found = strays().order_by("crate_id").values_list(*columns)
    for number, name, begins, count in found.annotate(count=Count("pk")):
        yield Wrong(
            _("Crate %(number)s of %(name)s, %(day)s, holds goods that nobody is charged for (lines: %(count)s).")
            % {"number": number, "name": name, "day": format_day(clock.day_of(begins)), "count": count},
            _(
                "Ask the keeper what was taken. Before settling, write these lines as missing on the crate's page and "
                "add the goods to the order as a late change; afterwards, talk with the household."
            ),
        )
