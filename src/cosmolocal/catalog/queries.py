"""What is read of the catalog: goods a reader may see, prices in force, tax, and how amounts and prices are said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import SEES_ALL, Reader, producers_of
from cosmolocal.catalog import rules
from cosmolocal.catalog.models import (
    AgreedTerms,
    Category,
    Item,
    Measure,
    PriceVersion,
    Product,
    SupplierTerms,
    TaxCode,
    TaxRate,
)
from cosmolocal.catalog.packs import Words, unit_text, words_now
from cosmolocal.kernel import node
from cosmolocal.kernel.models import Progress
from cosmolocal.kernel.prepared import Prepared, slots
from cosmolocal.kernel.sets import among
from cosmolocal.look.numbers import decimals_of, format_money
from cosmolocal.paper.models import Upload

UNIT = "product__specification__unit"
Currency = tuple[str, int]  # code and decimals


# Goods


def visible_products(reader: Reader) -> QuerySet[Product]:
    """Goods a reader may know of: what is on offer; her own resting goods; stewards, treasurers, auditors all."""
    products = Product.objects.select_related("producer", "category", "origin", "specification__unit")
    if reader.has(*SEES_ALL):
        return products
    on_offer = Q(is_active=True, producer__hidden_at=None)
    if reader.agent is None:
        return products.filter(on_offer)
    return products.filter(on_offer | Q(producer__in=producers_of(reader.agent)))


@dataclass(frozen=True)
class Origin:
    """Where goods grow or are made, and under which certificate, as their producer says; None: not said."""

    place_id: int | None
    certificate: str


def origins(specification_ids: Iterable[int]) -> dict[int, Origin]:
    """Of kinds of goods: specification id -> where they come from (one statement)."""
    wanted = list(specification_ids)
    rows = Product.objects.filter(specification__in=wanted).order_by("pk")
    found = {kind: Origin(place, certificate) for kind, place, certificate in rows.values_list(*_ORIGIN)}
    return {kind: found.get(kind, Origin(None, "")) for kind in wanted}


_ORIGIN = ("specification_id", "origin_id", "certificate")


def search(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Those that hold every word of the text, in any width or case; one LIKE a word."""
    for word in rules.search_words(text):
        products = products.filter(search__contains=word)
    return products


def items_with_units() -> QuerySet[Item]:
    """Items joined with product, unit and measure, for `quantity_text` and `price_text`."""
    return Item.objects.select_related(UNIT, "measure")


@dataclass(frozen=True)
class Pack:
    """One item with its price, said in words; `price` None: nobody has set one."""

    item: Item
    price: PriceVersion | None
    text: str
    price_text: str = ""
    base_text: str = ""
    note: str = ""  # the label, where the price does not say it already


@dataclass(frozen=True)
class Goods:
    """One product as a list shows it."""

    product: Product
    packs: list[Pack]


def goods(products: Sequence[Product], group: str = "") -> list[Goods]:
    """Products of one page with their items on offer and prices in words. Three statements."""
    money = currency()
    items = items_with_units().filter(product__in=[product.pk for product in products], is_active=True)
    of_product: dict[int, list[Item]] = {}
    for item in items.order_by("pack_quantity", "id"):
        of_product.setdefault(item.product_id, []).append(item)
    prices = current_prices([item.pk for found in of_product.values() for item in found], group)
    return [
        Goods(product, [_pack(item, prices.get(item.pk), money) for item in of_product.get(product.pk, [])])
        for product in products
    ]


def _pack(item: Item, price: PriceVersion | None, money: Currency) -> Pack:
    if price is None:
        return Pack(item, None, pack_text(item))
    note = item.label if rules.normal(item.label) != rules.normal(per_text(price, item)) else ""
    base_text = price_per_base_text(price, item, money)
    return Pack(item, price, pack_text(item), price_text(price, item, money), base_text, note)


# Prices


def current_prices(
    item_ids: Iterable[int] | QuerySet[Item], group: str = "", at: datetime | None = None
) -> dict[int, PriceVersion]:
    """Item id to the price in force at a moment for a customer group, else for everybody. One statement."""
    found = _in_force(item_ids, at).filter(group__in={"", group})
    last = found.annotate(turn=Window(RowNumber(), partition_by=F("item_id"), order_by=_LATEST)).filter(turn=1)
    return {price.item_id: price for price in last.select_related("tax_code")}


def standing_prices(
    item_ids: Iterable[int] | QuerySet[Item], groups: Collection[str] | None = None
) -> list[PriceVersion]:
    """The price in force now of each item and each customer group (all, or those named). One statement."""
    found = _in_force(item_ids, None)
    if groups is not None:
        found = found.filter(group__in=groups)
    ranked = found.annotate(turn=Window(RowNumber(), partition_by=[F("item_id"), F("group")], order_by=_LATEST))
    return list(ranked.filter(turn=1).select_related("tax_code").order_by("item_id", "group"))


def price_history(product: Product) -> QuerySet[PriceVersion]:
    """Every price the goods ever had, the newest first."""
    prices = PriceVersion.objects.filter(item__product=product).select_related(
        "item__measure", "tax_code", "operation__by"
    )
    return prices.order_by("-id")


_LATEST = [F("group").desc(), F("id").desc()]


def _in_force(item_ids: Iterable[int] | QuerySet[Item], at: datetime | None) -> QuerySet[PriceVersion]:
    """Those begun at a moment; now: all. The newest row holds, whatever the clock said when it was written: nobody sets
    a price for later, and one written while the clock was ahead must not come into force by itself over a newer one.
    """
    prices = PriceVersion.objects.filter(valid_from__lte=at) if at else PriceVersion.objects.all()
    if isinstance(item_ids, QuerySet):
        return prices.filter(item_id__in=item_ids.order_by().values_list("pk", flat=True))
    return prices.filter(item_id__in=among(set(item_ids)))


def customer_groups() -> list[str]:
    """Every customer group that somebody belongs to or that has a price of its own. Two statements."""
    of_agents = Agent.objects.exclude(group="").values_list("group", flat=True).distinct()
    of_prices = PriceVersion.objects.exclude(group="").values_list("group", flat=True).distinct()
    return sorted({*of_agents, *of_prices})


# Tax and terms


def tax_bp(tax_code_id: int, on: date) -> int:
    """The rate in force on a day, in hundredths of a per cent; 0 for zero rated, exempt and outside. One statement."""
    return tax_rates(on, [tax_code_id]).get(tax_code_id, 0)


def _rates() -> "QuerySet[TaxCode, tuple[int, str, date | None, int]]":
    return TaxCode.objects.values_list("id", "kind", "rates__since", "rates__rate_bp")


_RATES = Prepared(lambda: _rates().filter(pk__in=slots("codes")))


def tax_rates(on: date, tax_code_ids: Collection[int] | None = None) -> dict[int, int]:
    """Tax code id to its rate in force on a day, for all codes or those named. One statement."""
    codes = list(_RATES.all(codes=tax_code_ids)) if tax_code_ids is not None else list(_rates())
    dated: dict[int, tuple[str, list[tuple[date, int]]]] = {}
    for code_id, kind, since, rate_bp in codes:
        _kind, rates = dated.setdefault(code_id, (kind, []))
        if since is not None:
            rates.append((since, rate_bp))
    return {code_id: rules.rate_on(kind, rates, on) for code_id, (kind, rates) in dated.items()}


def terms_of(producer_ids: Iterable[int]) -> dict[int, SupplierTerms]:
    """Producer id to terms, with the usual terms where nothing was agreed. One statement."""
    ids = set(producer_ids)
    found = {terms.producer_id: terms for terms in SupplierTerms.objects.filter(producer_id__in=ids)}
    return {producer_id: found.get(producer_id) or SupplierTerms(producer_id=producer_id) for producer_id in ids}


def agreed_terms(agreement_ids: Iterable[int]) -> dict[int, AgreedTerms]:
    """Agreement id to the terms it was made under. One statement."""
    return {terms.agreement_id: terms for terms in AgreedTerms.objects.filter(agreement__in=set(agreement_ids))}


def products_by_producer() -> dict[int, int]:
    """Producer id to how many goods she has on offer. One statement."""
    offered = Product.objects.filter(is_active=True).order_by()
    return dict(offered.values_list("producer_id").annotate(Count("pk")))


# Lists


def counted_categories() -> QuerySet[Category]:
    """Kinds of goods in their order, each with `used`: how many goods are of it."""
    return Category.objects.annotate(used=Count("products")).order_by("weight", "name")


def dated_taxes(on: date) -> list[tuple[TaxCode, int, list[TaxRate]]]:
    """Every tax, its rate in force on a day in hundredths of a per cent, and all its rates, the newest first."""
    newest_first = Prefetch("rates", queryset=TaxRate.objects.order_by("-since"))
    rates = tax_rates(on)
    return [
        (code, rates[code.pk], list(code.rates.all()))
        for code in TaxCode.objects.prefetch_related(newest_first).order_by("name")
    ]


def measures() -> list[tuple[Measure, str]]:
    """The measures of goods, each with what it holds in words."""
    found = Measure.objects.select_related("unit").order_by("unit__code", "quantity", "code")
    return [(one, unit_text(one.unit.code, one.unit.symbol, one.unit.decimals, one.quantity)) for one in found]


def uploads() -> QuerySet[Upload]:
    """Lists of goods that were sent in, the newest first, without the files themselves."""
    return Upload.objects.filter(kind="products").defer("data").order_by("-at", "-id")


def upload_progress(upload_id: int) -> Progress | None:
    """Where the taking over of a list is."""
    return Progress.objects.filter(kind="catalog.import", subject_id=upload_id).first()


# How amounts and prices are said


def quantity_text(item: Item, base_units: int) -> str:
    """Base units in the words of the item: 2 jin, 700 g, 3 pieces. Needs `items_with_units`."""
    return words_now(item).amount(base_units)


def pack_text(item: Item) -> str:
    """What one pack is: its label, or its contents. Needs `items_with_units`."""
    return words_now(item).pack


def price_text(price: PriceVersion, item: Item, money: Currency | None = None) -> str:
    """A price and what it is for: ¥ 4.20 / jin. Needs `items_with_units`; `money` saves asking the node each time."""
    code, decimals = money or currency()
    return f"{format_money(price.price, code, decimals)} / {per_text(price, item)}"


def _per_base(price: PriceVersion, words: Words) -> int:
    return rules.unit_price(price.price, price.per_quantity, words.quantity, words.unit[2])


def price_per_base_text(price: PriceVersion, item: Item, money: Currency | None = None) -> str:
    """¥ 8.40 / kg, beside a pack's price; nothing where it would say the same. Needs `items_with_units`."""
    return price_per_base_words(price, words_now(item), money)


def price_per_base_words(price: PriceVersion, words: Words, money: Currency | None = None) -> str:
    """The same of a pack in its own words."""
    unit, symbol, decimals = words.unit
    if not rules.is_unit_price_useful(price.per_quantity, words.quantity, decimals):
        return ""
    return f"{format_money(_per_base(price, words), *(money or currency()))} / {symbol or unit}"


def per_text(price: PriceVersion, item: Item) -> str:
    """What a price is for: "jin" rather than "1 jin". Needs `items_with_units`."""
    return per_words(price, words_now(item))


def per_words(price: PriceVersion, words: Words) -> str:
    """The same of a pack in its own words."""
    base_units = price.per_quantity or words.quantity
    unit, symbol, decimals = words.unit
    if words.per == base_units:
        return words.symbol
    return (symbol or unit) if base_units == 10**decimals else words.amount(base_units)


def currency() -> Currency:
    """The code and decimals of this local's national currency, in which prices are."""
    code = node.current().currency
    return code, decimals_of(code)
