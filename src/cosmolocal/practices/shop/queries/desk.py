"""What a steward sees of one round: what needs doing, what is on sale, who ordered, what settling would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from cosmolocal.catalog import queries as catalog
from cosmolocal.catalog.models import Item, Product
from cosmolocal.handovers.models import Crate, Receipt
from cosmolocal.handovers.queries import Measured, measured
from cosmolocal.practices.shop.models import OrderLine, OrderRound, ProducerOrder, RoundOffer


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
        return catalog.pack_text(self.item)


@dataclass(frozen=True)
class FarmGoods:
    """All packs of one farm."""

    producer: str
    goods: list[Choosable]

    @property
    def chosen(self) -> int:
        return sum(one.offer is not None for one in self.goods)


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
    received: int
    crates: int
    packed: int
    collected: int


def goods_to_offer(round: OrderRound) -> list[FarmGoods]:
    """Everything in the catalog by farm, with what this round offers (two statements)."""
    offers = {offer.item_id: offer for offer in round.offers.filter(lot=None).annotate(line_count=Count("lines"))}
    items = (
        catalog.items_with_units()
        .filter(Q(is_active=True, product__is_active=True) | Q(pk__in=list(offers)))
        .select_related("product__producer", "product__specification__unit", "measure")
        .order_by("product__producer__name", "product__name", "pack_quantity", "id")
    )
    farms: dict[str, list[Choosable]] = {}
    for item in items:
        offer = offers.get(item.pk)
        count = int(getattr(offer, "line_count", 0)) if offer else 0
        farms.setdefault(item.product.producer.name, []).append(Choosable(item, offer, count))
    return [FarmGoods(producer, goods) for producer, goods in farms.items()]


def sold(round: OrderRound) -> list[Sold]:
    """What is ordered of each kind of goods, the short ones first (four statements)."""
    rows = list(
        OrderLine.objects.filter(order__round=round, offer__intent__isnull=False)
        .exclude(order__state="cancelled")
        .values_list("offer__intent_id", "offer__item__product__specification_id", "offer__intent__available_quantity")
        .annotate(households=Count("order", distinct=True), wished=Sum("wished"), granted=Sum("granted"))
        .order_by()
    )
    goods = measured({row[1] for row in rows})
    came = _received(round)
    found = [Sold(row[0] or 0, goods[row[1]], row[3], row[4], row[5], row[2], came.get(row[1])) for row in rows]
    return sorted(found, key=lambda one: (not one.is_short, one.goods.producer, one.goods.name))


def _received(round: OrderRound) -> Mapping[int, int]:
    """Specification id -> base units accepted of what this round asked for."""
    asked = ProducerOrder.objects.filter(round=round).values("lines__commitment_id")
    rows = Receipt.objects.filter(commitment__in=asked).values_list("specification_id").annotate(Sum("accepted"))
    return dict(rows.order_by())


def progress(round: OrderRound) -> Progress:
    """How far telling, receiving, packing and collecting are (three statements)."""
    told = round.producer_orders.aggregate(count=Count("id"), told=Count("told_at"))
    asked = round.producer_orders.values("lines__commitment_id")
    received = Receipt.objects.filter(commitment__in=asked).values("producer").distinct().count()
    crates = Crate.objects.filter(handover=round.handover).aggregate(
        count=Count("id"),
        packed=Count("id", filter=~Q(state=Crate.State.TO_PACK)),
        collected=Count("id", filter=Q(state=Crate.State.COLLECTED)),
    )
    return Progress(told["count"], told["told"], received, crates["count"], crates["packed"], crates["collected"])


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
