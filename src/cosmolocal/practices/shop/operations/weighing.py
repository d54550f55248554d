"""What the scale settles: the sum of each line of a round, and where its price goes, by one rule for all who ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from cosmolocal.catalog.rules import line_amount
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.rules import SoldLine


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold of a producer's goods."""

    producer_id: int
    sold: SoldLine


@dataclass(frozen=True, slots=True)
class Weighed(Sold):
    """One line as the scale settles it: base units, minor units, and where its price goes."""

    id: int
    order_id: int
    weighed: int

    @property
    def charged(self) -> int:
        """Minor units that its household pays, deposit included."""
        return self.sold.final + self.sold.deposit


# All that decides what a line comes to. A region's round has twenty thousand lines: rows, not models.
_DECIDES = (
    *("offer__item__product__producer_id", "granted", "cap", "pack__deposit", "tax_bp", "seller", "for_producer"),
    *("wished", "count", "price__price", "price__per_quantity", "commitment__packed__quantity"),
)


def weigh(round: OrderRound, lines: Iterable[int] | None = None) -> list[Weighed]:
    """Every line, or these, with what the scale said, and the sum and split of that (one statement)."""
    asked = _lines(round) if lines is None else _lines(round).filter(pk__in=among(lines))
    rows = asked.order_by("id").values_list("id", "order_id", *_DECIDES)
    return [
        Weighed(decides[0], _sold(decides, round.transport_bp), id, order_id, decides[-1] or 0)
        for id, order_id, *decides in rows.iterator()
    ]


def weigh_alike(round: OrderRound) -> list[Sold]:
    """The same in sum: one entry for all lines that are alike (one statement)."""
    rows = _lines(round).order_by().values_list(*_DECIDES).annotate(Count("id"))
    return [Sold(decides[0], _sold(decides, round.transport_bp).taken(alike)) for *decides, alike in rows.iterator()]


def _lines(round: OrderRound) -> "QuerySet[OrderLine]":
    return OrderLine.objects.filter(order__round=round).exclude(order__state=Order.State.CANCELLED)


def _sold(decides: Sequence[Any], transport_bp: int) -> SoldLine:
    _producer, granted, cap, each, tax_bp, seller, planned, *priced, packed = decides
    wished, count, price, per_quantity = priced
    weighed = packed or 0  # nobody packed it: nothing was given
    charged = rules.charged_quantity(weighed, cap)
    pack = wished // count
    final = line_amount(price=price, per_quantity=per_quantity, pack_quantity=pack, count=0, weight=charged)
    return SoldLine(
        final=final,
        deposit=rules.deposits_of(each, pack, granted, weighed),
        tax_bp=tax_bp,
        local_owes_tax=seller == "local",
        split=rules.split(final, rules.scaled(planned or 0, charged, granted), tax_bp, transport_bp),
    )
