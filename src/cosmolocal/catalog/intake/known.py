"""What the catalog knows already, loaded in a fixed number of statements, so that rows can be compared in memory."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from cosmolocal.agents.models import Agent, Place
from cosmolocal.catalog import queries, rules
from cosmolocal.catalog.drafts import PriceDraft
from cosmolocal.catalog.models import Category, Item, Measure, PriceVersion, Product, SupplierTerms, TaxCode
from cosmolocal.kernel import clock

Owner = Hashable  # the id of a producer, or her name while she is not made yet


@dataclass(eq=False)
class KnownProduct:
    """Goods that stand in the catalog (`row`), or that the file makes; `values` as they will be."""

    producer: str
    unit: str
    values: dict[str, Any]
    row: Product | None = None
    items: list["KnownItem"] = field(default_factory=list)
    stated: set[str] = field(default_factory=set)  # by earlier rows of the file
    changed: set[str] = field(default_factory=set)


@dataclass(eq=False)
class KnownItem:
    """An item that stands in the catalog (`row`), or that the file makes; with its prices by customer group."""

    product: KnownProduct
    values: dict[str, Any]
    row: Item | None = None
    prices: dict[str, PriceDraft] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    fresh: dict[str, PriceDraft] = field(default_factory=dict)


@dataclass
class Known:
    """Ours by name, as names are compared; goods of each producer by name and by number."""

    producers: dict[str, Agent] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    taxes: dict[str, TaxCode] = field(default_factory=dict)
    origins: dict[str, Place] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    rates: dict[int, int] = field(default_factory=dict)
    terms: dict[int, SupplierTerms] = field(default_factory=dict)
    products: dict[tuple[Owner, str], KnownProduct] = field(default_factory=dict)
    by_sku: dict[tuple[Owner, str], list[KnownItem]] = field(default_factory=dict)


def lists() -> Known:
    """The names, without the goods. Where two of ours share a name, the older one is meant."""
    known = Known(
        categories={rules.normal(category.name): category for category in Category.objects.order_by("-id")},
        origins={rules.normal(place.name): place for place in Place.objects.filter(is_private=False).order_by("-id")},
        rates=queries.tax_rates(clock.today()),
        terms={terms.producer_id: terms for terms in SupplierTerms.objects.all()},
    )
    producers = list(Agent.objects.present().filter(is_producer=True).order_by("-id"))
    known.producers = {rules.normal(producer.code): producer for producer in producers if producer.code}
    known.producers |= {rules.normal(producer.name): producer for producer in producers}
    taxes = list(TaxCode.objects.order_by("-id"))
    known.taxes = {rules.normal(tax_code.name): tax_code for tax_code in taxes}
    known.taxes |= {rules.normal(tax_code.code): tax_code for tax_code in taxes}
    measures = list(Measure.objects.select_related("unit").order_by("-id"))
    known.measures = {rules.normal(measure.symbol): measure for measure in measures}
    known.measures |= {rules.normal(measure.code): measure for measure in measures}
    return known


def load_goods(
    known: Known, producer_ids: Collection[int], names: Collection[str] | None = None, skus: Collection[str] = ()
) -> None:
    """Adds the goods of some producers: all, or those of the names and numbers given. Three statements."""
    products = Product.objects.filter(producer_id__in=producer_ids)
    if names is not None:
        numbered = Item.objects.filter(sku__in=set(skus) - {""}, product__producer_id__in=producer_ids)
        products = products.filter(Q(name__in=names) | Q(pk__in=numbered.values("product")))
    found: dict[int, KnownProduct] = {}
    related = products.select_related("specification__unit", "category", "origin", "producer")
    for product in related.order_by("-id"):
        entry = _product(product)
        found[product.pk] = known.products[product.producer_id, product.name] = entry
    by_id: dict[int, KnownItem] = {}
    chosen = products.order_by().values("pk")
    for item in Item.objects.filter(product__in=chosen).select_related("measure").order_by("id"):
        entry = found[item.product_id]
        by_id[item.pk] = KnownItem(entry, _item_values(item), item)
        entry.items.append(by_id[item.pk])
        if item.sku and entry.row:
            known.by_sku.setdefault((entry.row.producer_id, item.sku), []).append(by_id[item.pk])
    for price in queries.standing_prices(Item.objects.filter(product__in=chosen)):
        by_id[price.item_id].prices[price.group] = price_draft(price)


def price_draft(price: PriceVersion) -> PriceDraft:
    """A price version as somebody would say it."""
    return PriceDraft(price.price, price.purchase, price.tax_code.code, price.per_quantity, price.group)


def _product(product: Product) -> KnownProduct:
    values = {
        "name": product.name,
        "category": product.category.name,
        "description": product.description,
        "certificate": product.certificate,
        "origin": product.origin.name if product.origin else "",
    }
    return KnownProduct(product.producer.name, product.specification.unit.code, values, product)


def _item_values(item: Item) -> dict[str, Any]:
    return {
        "label": item.label,
        "sku": item.sku,
        "billed_by": item.billed_by,
        "pack_quantity": item.pack_quantity,
        "tolerance_bp": item.tolerance_bp,
        "measure": item.measure.code if item.measure else "",
        "deposit": item.deposit,
        "case_count": item.case_count,
        "stock": item.stock,
        "is_active": item.is_active,
    }
