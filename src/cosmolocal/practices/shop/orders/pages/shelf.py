"""What is on sale in a round, as the shop lists it: goods with packs, prices, what is left, how far they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import Category, Item, PackVersion, PriceVersion, Product
from cosmolocal.catalog.packs import Words, unit_text, words_now, words_then
from cosmolocal.catalog.queries import Currency
from cosmolocal.kernel import clock
from cosmolocal.kernel.sets import among
from cosmolocal.look.numbers import format_money
from cosmolocal.measures import kilometres
from cosmolocal.practices.shop.models import OfferQuerySet, OrderLine, OrderRound, RoundOffer

PER_PAGE = 40
FEW = 12  # packs; from here down the page says how many are left


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see: words she typed, one kind of goods, one farm, which page."""

    words: str = ""
    kind: int = 0
    farm: int = 0
    page: int = 1

    def address(self, **changed: object) -> str:
        """The query of an address that shows the same with something changed; pages begin anew."""
        values = {"q": self.words, "kind": self.kind, "farm": self.farm, **changed}
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Filter:
    """One way to see less: a kind of goods or a farm, with how many things it has."""

    label: str
    count: int
    address: str
    is_chosen: bool


@dataclass
class Line:
    """One pack on sale: what one buys, for how much, how many of it there are and how many she has."""

    offer: RoundOffer
    price: PriceVersion | None
    money: Currency
    now: datetime
    count: int = 0
    ordered: int = 0
    pack: PackVersion | None = None  # the one in which she ordered it

    @property
    def id(self) -> int:
        return self.offer.pk

    @property
    def item(self) -> Item:
        return self.offer.item

    @property
    def field(self) -> str:
        """The id of its field, once on a page."""
        return f"count-{self.offer.pk}"

    @cached_property
    def pack_text(self) -> str:
        """A box of 10, a jin, about 700 g."""
        if self.is_weighed:
            return _("about %(weight)s") % {"weight": self._weight}
        return self.words.pack

    @property
    def label(self) -> str:
        """Product and pack, as a screen reader says it."""
        return f"{self.name}, {self.pack_text}" if self.words.label and not self.is_weighed else self.name

    @property
    def name(self) -> str:
        return self.pack.name if self.pack else self.item.product.name

    @cached_property
    def words(self) -> Words:
        """Of the pack that she has ordered already, else of the one on sale."""
        return words_then(self.pack) if self.pack else words_now(self.item)

    @property
    def unit(self) -> str:
        """What the stepper counts, where that is a measure and not packs."""
        return self.words.symbol if self.words.per == self.words.quantity else ""

    @property
    def price_text(self) -> str:
        return format_money(self.price.price, *self.money) if self.price else ""

    @property
    def per_text(self) -> str:
        return catalog_queries.per_words(self.price, self.words) if self.price else ""

    @property
    def base_text(self) -> str:
        """The price of a kilogram or a litre, where the price itself does not say it."""
        return catalog_queries.price_per_base_words(self.price, self.words, self.money) if self.price else ""

    @property
    def is_weighed(self) -> bool:
        """One piece of about so much, paid by what the scale says."""
        return self.words.weigh and not self.unit

    @property
    def weight_text(self) -> str:
        """about 700 g, you pay what it weighs."""
        return _("about %(weight)s, you pay what it weighs") % {"weight": self._weight}

    @property
    def _weight(self) -> str:
        return unit_text(*self.words.unit, self.words.quantity)

    @property
    def deposit_text(self) -> str:
        deposit = self.pack.deposit if self.pack else self.item.deposit
        return _("plus %(deposit)s deposit") % {"deposit": format_money(deposit, *self.money)} if deposit else ""

    @cached_property
    def left(self) -> int | None:
        """Packs she may have, with those in her own order; None: as many as she likes."""
        return packs_left(self.offer, self.ordered, self.words.quantity)

    @property
    def is_few(self) -> bool:
        return self.left is not None and self.left <= FEW

    @property
    def left_text(self) -> str:
        """The last 12 boxes; nothing where there is plenty."""
        if self.left is None or not self.is_few:
            return ""
        if self.left <= 0:
            return _("sold out")
        if self.unit:
            return _("last %(amount)s") % {"amount": self.words.amount(self.left * self.words.quantity)}
        return _("last %(count)s") % {"count": self.left}

    @property
    def is_closed(self) -> bool:
        """Its producer needed to know earlier than the round closes."""
        return self.offer.closes_at is not None and self.now >= self.offer.closes_at

    @property
    def is_off(self) -> bool:
        """Was it taken off sale: in this round, or in the catalog?"""
        is_active = self.offer.lot_id is not None or (self.item.is_active and self.item.product.is_active)
        return self.offer.withdrawn_at is not None or not is_active

    @property
    def closes_early(self) -> datetime | None:
        return None if self.is_closed else self.offer.closes_at

    @property
    def may_be_had(self) -> bool:
        """Can something of it be put into the basket now?"""
        return self.price is not None and not self.is_closed and not self.is_off and self.left != 0


@dataclass(frozen=True)
class Good:
    """One product with its packs on sale, where it comes from and how far that is."""

    product: Product
    km: int | None
    lines: Sequence[Line]

    @property
    def place(self) -> str:
        """The village, where it is not said by the name of the farm already."""
        origin = self.product.origin or self.product.producer.place
        name = origin.name if origin else ""
        return "" if name.partition(" ")[0] in self.product.producer.name else name

    @property
    def picture(self) -> str:
        """The address of the small photo."""
        return reverse("paper:picture", args=[self.product.picture_id, "small"]) if self.product.picture_id else ""

    @property
    def only(self) -> Line | None:
        """The one pack, where there is one."""
        return self.lines[0] if len(self.lines) == 1 else None


@dataclass(frozen=True)
class Section:
    """Goods of one kind, below one heading."""

    label: str
    goods: list[Good]


@dataclass(frozen=True)
class Shelf:
    """One page of the shop. `things`: how many there are at all; None where only some were looked for."""

    choice: Choice
    things: int | None
    farms: int
    found: int
    kinds: Sequence[Filter]
    farm_choices: Sequence[Filter]
    page: Page[int]
    sections: Sequence[Section] = field(default_factory=list)

    @property
    def all_kinds(self) -> str:
        """The address of this page with every kind of goods."""
        return self.choice.address(kind=0)

    @property
    def all_farms(self) -> str:
        return self.choice.address(farm=0)

    @property
    def without_words(self) -> str:
        return self.choice.address(q="")

    @property
    def nothing_chosen(self) -> str:
        return "?"

    @property
    def farm_label(self) -> str:
        """The farm that was chosen."""
        return next((farm.label for farm in self.farm_choices if farm.is_chosen), "")


def shelf(round: OrderRound, choice: Choice, group: str = "", had: Mapping[int, OrderLine] | None = None) -> Shelf:
    """One page of what a round offers. Seven statements, whatever its size; `had`: offer id -> what she ordered.

    While words are looked for, only what was found is counted.
    """
    chosen = catalog_queries.search(products_of(round), choice.words)
    counts = _counts(chosen)
    found = sum(row.count for row in counts if _fits(row, choice))
    page = Paginator(range(found), PER_PAGE).get_page(choice.page)
    products = _products_of_page(chosen, choice, page) if found else []
    is_whole = not choice.words.strip()
    return Shelf(
        choice=choice,
        things=sum(row.count for row in counts) if is_whole else None,
        farms=len({row.farm for row in counts}),
        found=found,
        kinds=_filters(counts, "kind", choice.kind, choice, farm=choice.farm),
        farm_choices=_filters(counts, "farm", choice.farm, choice, kind=choice.kind),
        page=page,
        sections=_sections(_goods_of(round, products, group, had or {})),
    )


def products_of(round: OrderRound) -> QuerySet[Product]:
    """Everything on sale in a round, whatever its packs."""
    offers = RoundOffer.objects.on_sale().filter(round=round)
    return Product.objects.filter(pk__in=offers.values("item__product_id"), is_active=True)


def _goods_of(round: OrderRound, products: Sequence[Product], group: str, had: Mapping[int, OrderLine]) -> list[Good]:
    """Products with their packs, prices and what is left; what she ordered in its pack of then (two statements)."""
    now, money, place = clock.now(), currency_of(round), round.handover.place
    known = {product.pk: product for product in products}
    offers = RoundOffer.objects.on_sale().filter(round=round, item__product__in=among(known))
    found = list(offers.select_related("item__measure", "intent", "lot").order_by("item__pack_quantity", "id"))
    prices = catalog_queries.current_prices([offer.item_id for offer in found], group) if found else {}
    lines: dict[int, list[Line]] = {}
    for offer in found:
        offer.item.product = known[offer.item.product_id]
        before = had.get(offer.pk)
        line = Line(offer, before.price if before else prices.get(offer.item_id), money, now)
        if before:
            before.pack.item = offer.item
            line.ordered, line.pack = before.count, before.pack
        lines.setdefault(offer.item.product_id, []).append(line)
    return [
        Good(product, kilometres.between(product.origin or product.producer.place, place), lines[product.pk])
        for product in products
        if product.pk in lines
    ]


def offers_of(round: OrderRound) -> OfferQuerySet:
    """The offers of a round, joined with all that a line of the shop says about them."""
    joined = ("item__measure", "item__product__specification__unit", "item__product__producer__place", "intent", "lot")
    return RoundOffer.objects.filter(round=round).select_related(*joined, "item__product__category")


def packs_left(offer: RoundOffer, ordered: int = 0, pack: int = 0) -> int | None:
    """Packs of an offer (of `pack` base units; 0: as it is now) that one household may have, with the `ordered` ones it
    has already; None: any number.
    """
    if offer.lot is not None:
        floor = offer.lot.floor or 0
        free: int | None = offer.lot.accounting_quantity - offer.lot.promised_quantity - floor
    elif offer.intent is not None and offer.intent.available_quantity is not None:
        free = offer.intent.available_quantity - offer.intent.promised_quantity
    else:
        free = None
    return None if free is None else max(free // (pack or offer.item.pack_quantity) + ordered, 0)


def currency_of(round: OrderRound) -> Currency:
    """Code and decimals of what a round is paid in."""
    return round.account.currency.code, round.account.currency.decimals


@dataclass(frozen=True)
class _Count:
    kind: int
    kind_name: str
    farm: int
    farm_name: str
    count: int


def _counts(products: QuerySet[Product]) -> list[_Count]:
    """How many things there are of each kind from each farm: every figure of the page in three statements.

    Names are read apart: beside each of ten thousand rows they would cost more than the counting.
    """
    rows = list(products.order_by().values_list("category_id", "producer_id").annotate(Count("pk")))
    kinds = Category.objects.in_bulk({row[0] for row in rows})
    farms = dict(Agent.objects.filter(pk__in={row[1] for row in rows}).values_list("pk", "name"))
    rows.sort(key=lambda row: (kinds[row[0]].weight, kinds[row[0]].name, farms[row[1]]))
    return [_Count(kind, kinds[kind].name, farm, farms[farm], count) for kind, farm, count in rows]


def _fits(row: _Count, choice: Choice) -> bool:
    return choice.kind in (0, row.kind) and choice.farm in (0, row.farm)


def _filters(counts: Sequence[_Count], name: str, chosen: int, choice: Choice, **other: int) -> list[Filter]:
    """Every kind (or farm) with how many things it would show beside what is chosen otherwise."""
    labels: dict[int, str] = {}
    sums: dict[int, int] = {}
    for row in counts:
        if all(wanted in (0, getattr(row, field)) for field, wanted in other.items()):
            key = getattr(row, name)
            labels[key] = getattr(row, f"{name}_name")
            sums[key] = sums.get(key, 0) + row.count
    return [Filter(labels[key], sums[key], choice.address(**{name: key}), key == chosen) for key in labels]


def _products_of_page(products: QuerySet[Product], choice: Choice, page: Page[int]) -> list[Product]:
    if choice.kind:
        products = products.filter(category=choice.kind)
    if choice.farm:
        products = products.filter(producer=choice.farm)
    start = page.start_index() - 1
    ids = products.order_by("category__weight", "category__name", "name", "id").values_list("pk", flat=True)
    wanted = list(ids[start : start + PER_PAGE])
    joined = Product.objects.select_related("producer__place", "category", "origin", "specification__unit")
    found = joined.defer("description", "search").in_bulk(wanted)
    return [found[id] for id in wanted]


def _sections(goods: Sequence[Good]) -> list[Section]:
    sections: list[Section] = []
    for good in goods:
        label = good.product.category.name
        if not sections or sections[-1].label != label:
            sections.append(Section(label, []))
        sections[-1].goods.append(good)
    return sections
