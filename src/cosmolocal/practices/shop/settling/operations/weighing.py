"""What the scale settles: the sum of each line of a round, and where its price goes, by one rule for all who ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from cosmolocal.catalog.models import PackVersion, PriceVersion
from cosmolocal.catalog.rules import line_amount
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, RoundOffer
from cosmolocal.practices.shop.rules import SoldLine


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold of a producer's goods: `alike` lines, of each of which so much was granted and packed (base units;
    `packed` None: neither packed nor missing).
    """

    producer_id: int
    sold: SoldLine
    granted: int
    packed: int | None
    alike: int


@dataclass(frozen=True, slots=True)
class Weighed(Sold):
    """One line as the scale settles it: `alike` is 1."""

    id: int
    order_id: int

    @property
    def weighed(self) -> int:
        """Base units that were handed over: what nobody packed was not given."""
        return self.packed or 0

    @property
    def charged(self) -> int:
        """Minor units that its household pays, deposit included."""
        return self.sold.final + self.sold.deposit


# All that decides what a line comes to. A region's round has twenty thousand lines: rows, not models, and what stands
# behind an offer, a pack or a price is asked once for each of these.
_DECIDES = (
    *("offer_id", "pack_id", "price_id", "granted", "cap", "tax_bp", "seller", "for_producer", "wished", "count"),
    "commitment__packed__quantity",
)
_GRANTED = _DECIDES.index("granted")


def weigh(round: OrderRound, lines: Iterable[int] | None = None) -> list[Weighed]:
    """Every line, or these, with what the scale said, and the sum and split of that (four statements)."""
    asked = _lines(round) if lines is None else _lines(round).filter(pk__in=among(lines))
    rows = list(asked.order_by("id").values_list("id", "order_id", *_DECIDES))
    behind = _behind(row[2:] for row in rows)
    return [
        Weighed(
            *(behind.farms[decides[0]], behind.sold(decides, round.transport_bp)),
            *(decides[_GRANTED], decides[-1], 1),
            *(id, order_id),
        )
        for id, order_id, *decides in rows
    ]


def weigh_alike(round: OrderRound) -> list[Sold]:
    """The same in sum: one entry for all lines that are alike (four statements)."""
    rows = list(_lines(round).order_by().values_list(*_DECIDES).annotate(Count("id")))
    behind = _behind(rows)
    return [
        Sold(
            *(behind.farms[decides[0]], behind.sold(decides, round.transport_bp).taken(alike)),
            *(decides[_GRANTED], decides[-1], alike),
        )
        for *decides, alike in rows
    ]


def _lines(round: OrderRound) -> "QuerySet[OrderLine]":
    return OrderLine.objects.filter(order__round=round).exclude(order__state=Order.State.CANCELLED)


@dataclass(frozen=True, slots=True)
class _Behind:
    """What stands behind lines: the producer of each offer, the deposit of each pack, each price and what it is for."""

    farms: Mapping[int, int]
    deposits: Mapping[int, int]
    prices: Mapping[int, tuple[int, int]]

    def sold(self, decides: Sequence[Any], transport_bp: int) -> SoldLine:
        """What a line comes to; `decides` as in `_DECIDES`."""
        _offer, pack_id, price_id, granted, cap, tax_bp, seller, planned, wished, count, packed = decides
        price, per_quantity = self.prices[price_id]
        weighed = packed or 0  # nobody packed it: nothing was given
        charged = rules.charged_quantity(weighed, cap)
        pack = wished // count
        final = line_amount(price, per_quantity=per_quantity, pack=pack, quantity=charged)
        return SoldLine(
            final=final,
            deposit=rules.deposits_of(self.deposits[pack_id], pack, granted, weighed),
            tax_bp=tax_bp,
            local_owes_tax=seller == "local",
            split=rules.split(final, rules.scaled(planned or 0, charged, granted), tax_bp, transport_bp),
        )


def _behind(lines: Iterable[Sequence[Any]]) -> _Behind:
    offers, packs, prices = set[int](), set[int](), set[int]()
    for offer, pack, price, *_others in lines:
        offers.add(offer)
        packs.add(pack)
        prices.add(price)
    priced = PriceVersion.objects.filter(pk__in=among(prices)).values_list("id", "price", "per_quantity")
    sold = RoundOffer.objects.filter(pk__in=among(offers)).values_list("id", "item__product__producer_id")
    return _Behind(
        farms=dict(sold),
        deposits=dict(PackVersion.objects.filter(pk__in=among(packs)).values_list("id", "deposit")),
        prices={id: (price, per_quantity) for id, price, per_quantity in priced},
    )
