"""What a steward sees of one round: what needs doing, what is on sale, who ordered, what settling would do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import Item, Product
from cosmolocal.handovers.models import Crate, Receipt
from cosmolocal.handovers.queries import Measured, measured, measured_kinds
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop.farms.queries import mail_on_its_way
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, ProducerOrder, RoundOffer
from cosmolocal.practices.shop.rounds.queries.rounds import packs_ordered

MOST_WORDS = 8  # of a search
STANDING = [state for state in Order.State.values if state != Order.State.CANCELLED]

PACKS_ON_A_PAGE = 200  # each sends two fields, and no page sends more than a person has read


@dataclass
class Choosable:
    """One pack that a round may offer, beside what it offers now. `is_ticked`, `closes`: as the page shows it."""

    item: Item
    offer: RoundOffer | None
    lines: int
    is_ticked: bool = False
    closes: str = ""  # its own closing time as a native picker writes it
    is_unreadable: bool = False

    @property
    def pack(self) -> str:
        return catalog_queries.pack_text(self.item)

    @property
    def is_offered(self) -> bool:
        return self.offer is not None and self.offer.withdrawn_at is None


@dataclass(frozen=True)
class FarmGoods:
    """The packs of one farm that stand on one page."""

    producer: str
    goods: list[Choosable]

    @property
    def chosen(self) -> int:
        return sum(one.is_offered for one in self.goods)


@dataclass(frozen=True)
class Sold:
    """How much of one kind of goods is ordered, granted and there (base units)."""

    intent_id: int
    goods: Measured
    households: int
    wished: int
    granted: int
    available: int | None
    received: int | None

    @property
    def wished_text(self) -> str:
        return self.goods.text(self.wished)

    @property
    def granted_text(self) -> str:
        return self.goods.text(self.granted)

    @property
    def available_text(self) -> str:
        return _("as much as wished") if self.available is None else self.goods.text(self.available)

    @property
    def received_text(self) -> str:
        return "" if self.received is None else self.goods.text(self.received)

    @property
    def is_short(self) -> bool:
        """More is granted than there is, or than came."""
        there = self.available if self.received is None else self.received
        return there is not None and self.granted > there

    @property
    def there(self) -> int:
        """What can be shared out: what came, else what was announced."""
        return (self.received if self.received is not None else self.available) or 0


@dataclass(frozen=True)
class Unordered:
    """What came without being ordered, and is not for sale yet."""

    receipt: Receipt
    goods: Measured

    @property
    def text(self) -> str:
        return self.goods.text(self.receipt.accepted)


@dataclass(frozen=True)
class Progress:
    """How far the deeds after closing are: counts of what is done and of what there is."""

    farms: int
    told: int
    written: int  # their mail is on its way
    received: int
    crates: int
    packed: int
    collected: int

    @property
    def to_call(self) -> int:
        """Farms that know nothing yet, and to whom no mail is on its way."""
        return self.farms - self.told - self.written


def is_fresh(round: OrderRound) -> bool:
    """A round that offers nothing yet; it begins with everything. Once something was chosen, only that is on sale."""
    return round.state == OrderRound.State.DRAFT and not round.offers.on_sale().exists()


def sold_here() -> list[int]:
    """Ids of all packs that the local sells."""
    return list(Item.objects.filter(is_active=True, product__is_active=True).values_list("pk", flat=True))


def goods_to_offer(round: OrderRound) -> Paginator[Item]:
    """Everything in the catalog, and what this round offers beside it, by farm and name, a page at a time."""
    items = (
        catalog_queries.items_with_units()
        .filter(Q(is_active=True, product__is_active=True) | Q(pk__in=round.offers.filter(lot=None).values("item_id")))
        .select_related("product__producer", "product__specification__unit", "measure")
        .order_by("product__producer__name", "product__name", "pack_quantity", "id")
    )
    return Paginator(items, PACKS_ON_A_PAGE)


def by_farm(round: OrderRound, items: Sequence[Item]) -> list[FarmGoods]:
    """The items of one page by farm, with what this round offers of them (one statement)."""
    shown = round.offers.filter(lot=None, item__in=among(item.pk for item in items))
    offers = {offer.item_id: offer for offer in shown.annotate(line_count=Count("lines"))}
    farms: dict[str, list[Choosable]] = {}
    for item in items:
        offer = offers.get(item.pk)
        count = int(getattr(offer, "line_count", 0)) if offer else 0
        farms.setdefault(item.product.producer.name, []).append(Choosable(item, offer, count))
    return [FarmGoods(producer, goods) for producer, goods in farms.items()]


def sold(round: OrderRound) -> "QuerySet[Any, Any]":
    """What is ordered of each kind of goods, the short ones first, then by farm and name: rows to search and to page
    through, which `named` puts into words. The database adds up; no line is read.
    """
    came = Receipt.objects.filter(
        handover=round.handover_id,
        commitment__in=ProducerOrder.objects.filter(round=round).values("lines__commitment_id"),
        specification=OuterRef("item__product__specification"),
    )
    rows = (
        RoundOffer.objects.filter(round=round, intent__isnull=False, lines__order__state__in=STANDING)
        .values("intent_id", kind=F("item__product__specification_id"), available=F("intent__available_quantity"))
        .annotate(
            households=Count("lines__order", distinct=True),
            wished=Sum("lines__wished"),
            granted=Sum("lines__granted"),
            received=Subquery(came.order_by().values("specification").annotate(all=Sum("accepted")).values("all")),
        )
    )
    there = Coalesce("received", "available")
    is_short = Case(When(granted__gt=there, then=0), default=1, output_field=IntegerField())
    return rows.annotate(is_fine=is_short).order_by(
        "is_fine", "item__product__producer__name", "item__product__name", "intent_id"
    )


def count_sold(round: OrderRound) -> int:
    """How many kinds of goods somebody has ordered (one statement)."""
    lines = OrderLine.objects.filter(offer=OuterRef("pk"), order__state__in=STANDING)
    asked = RoundOffer.objects.filter(Exists(lines), round=round, intent__isnull=False)
    return asked.values("intent_id").distinct().count()


def found(rows: "QuerySet[Any, Any]", words: str) -> "QuerySet[Any, Any]":
    """Rows of `sold` whose goods or farm have each of the words in their names."""
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(Q(item__product__name__icontains=word) | Q(item__product__producer__name__icontains=word))
    return rows


def named(rows: Iterable[Mapping[str, Any]]) -> list[Sold]:
    """Rows of `sold` as a page shows them (three statements)."""
    shown = list(rows)
    goods = measured_kinds(packs_ordered({row["intent_id"]: row["kind"] for row in shown}))
    columns = ("households", "wished", "granted", "available", "received")
    return [Sold(row["intent_id"], goods[row["kind"]], *(row[name] for name in columns)) for row in shown]


def progress(round: OrderRound) -> Progress:
    """How far telling, receiving, packing and collecting are (three statements)."""
    told = round.producer_orders.aggregate(
        count=Count("id"), told=Count("told_at"), written=Count("id", filter=mail_on_its_way())
    )
    asked = round.producer_orders.values("lines__commitment_id")
    received = Receipt.objects.filter(commitment__in=asked).values("producer").distinct().count()
    crates = Crate.objects.filter(handover=round.handover).aggregate(
        count=Count("id"),
        packed=Count("id", filter=~Q(state=Crate.State.TO_PACK)),
        collected=Count("id", filter=Q(state=Crate.State.COLLECTED)),
    )
    farms = told["count"], told["told"], told["written"]
    return Progress(*farms, received, crates["count"], crates["packed"], crates["collected"])


def unordered(round: OrderRound) -> list[Unordered]:
    """What came to this round's hand-over without being ordered, has a pack to be sold in and is not for sale yet;
    nothing where selling it at the door is over, or has not begun (two statements).
    """
    if round.state != OrderRound.State.ORDERED:
        return []
    on_sale = RoundOffer.objects.filter(round=round, lot__isnull=False).values("lot_id")
    packs = Item.objects.filter(is_active=True).values("product__specification_id")
    receipts = Receipt.objects.filter(handover=round.handover, commitment=None, accepted__gt=0, lot__isnull=False)
    found = list(receipts.filter(specification__in=packs).exclude(lot__in=on_sale).order_by("id"))
    goods = measured({receipt.specification_id for receipt in found}) if found else {}
    return [Unordered(receipt, goods[receipt.specification_id]) for receipt in found]


def pack_of(specification_id: int) -> Item | None:
    """The pack at whose price something unordered is sold: the smallest on sale (two statements)."""
    product = Product.objects.filter(specification=specification_id).first()
    items = Item.objects.filter(product=product, is_active=True).select_related("product")
    return items.order_by("pack_quantity", "id").first() if product else None


def next_from(now: datetime) -> OrderRound | None:
    """The round from which the next one is planned: the last that is not cancelled."""
    rounds = OrderRound.objects.exclude(state=OrderRound.State.CANCELLED).select_related("handover__place")
    return rounds.order_by("-handover__begins", "-id").first()
