"""Our own list of goods as a table: what `intake.own` reads again exactly, so that it may be edited and sent back."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet
from django.http import QueryDict

from cosmolocal.agents.queries import Reader
from cosmolocal.catalog import queries
from cosmolocal.catalog.intake.cells import amount_text
from cosmolocal.catalog.intake.own import COLUMNS
from cosmolocal.catalog.models import Item, PriceVersion, Product
from cosmolocal.kernel import clock, outside
from cosmolocal.kernel.quantity import to_text
from cosmolocal.paper.tables import Cell, Column, Table, csv_bytes

NUMBERS = frozenset({"case", "tolerance_percent", "deposit", "stock", "price", "purchase"})


def chosen(reader: Reader, asked: QueryDict) -> QuerySet[Product]:
    """The goods that a reader looks for, as the page of goods is asked for them: words, producer, category, state."""
    found = queries.search(queries.visible_products(reader), asked.get("q", ""))
    for name in ("producer", "category"):
        if (wanted := outside.whole(asked.get(name))) is not None:
            found = found.filter(**{f"{name}_id": wanted})
    if asked.get("state") in ("offer", "rest"):
        found = found.filter(is_active=asked["state"] == "offer")
    return found.order_by("name", "id")


def count_rows(products: QuerySet[Product]) -> int:
    """How many rows the table of these goods has at most: a price for each pack and group (one statement)."""
    prices = PriceVersion.objects.filter(item__in=_items_of(products).order_by().values("pk"))
    return prices.order_by().values("item_id", "group").distinct().count()


def products_table(products: QuerySet[Product]) -> Table:
    """One row for each item and customer group, in the order of producer and name. Four statements."""
    items = _items_of(products).select_related(
        "measure", "product__specification__unit", "product__producer", "product__category", "product__origin"
    )
    prices: dict[int, list[PriceVersion]] = {}
    for price in queries.standing_prices(items):
        prices.setdefault(price.item_id, []).append(price)
    rates = queries.tax_rates(clock.today())
    decimals = queries.currency()[1]
    rows: list[list[Cell]] = [
        [*_told(item), *_packed(item, decimals), *_priced(item, price, rates, decimals)]
        for item in items.order_by(
            "product__producer__name", "product__producer_id", "product__name", "product_id", "id"
        )
        for price in prices.get(item.pk, [])
    ]
    columns = [Column(title, kind="number" if title in NUMBERS else "text") for title in COLUMNS]
    return Table(columns=columns, rows=rows, name="products")


def products_csv(products: QuerySet[Product] | None = None) -> bytes:
    """The table as CSV; all goods, or those given."""
    table = products_table(Product.objects.all() if products is None else products)
    return csv_bytes(table.columns, table.plain_rows())


def _items_of(products: QuerySet[Product]) -> QuerySet[Item]:
    return queries.items_with_units().filter(product__in=products.order_by().values("pk"))


def _told(item: Item) -> Iterable[Cell]:
    product = item.product
    yield product.producer.name
    yield product.name
    yield product.category.name
    yield product.description
    yield product.origin.name if product.origin else ""
    yield product.certificate
    yield product.specification.unit.code


def _packed(item: Item, decimals: int) -> Iterable[Cell]:
    yield item.label
    yield item.sku
    yield item.billed_by
    yield amount_text(item.pack_quantity, item.product.specification.unit.code)
    yield item.measure.code if item.measure else ""
    yield item.case_count
    yield Decimal(to_text(item.tolerance_bp, 2, trim=True))
    yield Decimal(item.deposit).scaleb(-decimals)
    yield item.stock
    yield "yes" if item.is_active else "no"


def _priced(item: Item, price: PriceVersion, rates: dict[int, int], decimals: int) -> Iterable[Cell]:
    code = price.tax_code
    yield price.group
    yield Decimal(price.price).scaleb(-decimals)
    yield Decimal(price.purchase).scaleb(-decimals)
    yield amount_text(price.per_quantity, item.product.specification.unit.code) if price.per_quantity else ""
    yield code.code
    yield to_text(rates[code.pk], 2, trim=True) if code.kind == code.Kind.RATE else code.kind
