"""How rows of a file enter the catalog: a batch at a time, each row judged again at the moment it is written."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.catalog.drafts import ItemDraft, ItemPriceDraft, ProductDraft, ProductFacts
from cosmolocal.catalog.intake.judging import Judge
from cosmolocal.catalog.intake.known import KnownItem, KnownProduct, lists
from cosmolocal.catalog.intake.names import Names, to_make
from cosmolocal.catalog.intake.rows import Row
from cosmolocal.catalog.models import Category, TaxCode
from cosmolocal.catalog.operations.lists import BEGINNING, define_category, define_tax_code
from cosmolocal.catalog.operations.prices import set_prices
from cosmolocal.catalog.operations.products import (
    add_items,
    add_products,
    announce_stock,
    change_item,
    change_product,
)
from cosmolocal.kernel import outside
from cosmolocal.kernel.operation import operation


@operation("catalog.make_names", said=gettext_lazy("wrote names for a list of products"))
def make_names(*, by: Agent, rows: Sequence[Row], names: Names, key: str = "") -> None:
    """Producers, categories, taxes and places that rows name and `names` lets be made. Again makes nothing.

    A tax without a stated rate is made as "outside the tax": nothing is charged until the treasurer says the rate.
    Refuses with agents.not_allowed.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    _wait_for_others(Agent.objects.filter(is_home=True))
    wanted = to_make(rows, names, lists())
    for row in wanted["producers"]:
        agents.add_producer(by=by, name=row.producer)
    for row in wanted["categories"]:
        define_category(by=by, name=row.category)
    for row in wanted["origins"]:
        agents.add_place(by=by, name=row.origin or "")
    for row in wanted["taxes"]:
        rate_bp = outside.whole(row.tax_rate)
        define_tax_code(
            by=by,
            code=row.tax,
            name=row.tax,
            kind=TaxCode.Kind.RATE if rate_bp is not None else row.tax_rate or TaxCode.Kind.OUTSIDE,
            rates=[(BEGINNING, rate_bp)] if rate_bp is not None else (),
        )


@operation("catalog.import_rows", said=gettext_lazy("brought products in"))
def import_rows(
    *, by: Agent, rows: Sequence[Row], names: Names, shared: Iterable[tuple[str, str]] = (), key: str = ""
) -> list[str]:
    """Writes one batch of a file; answers the verdict of each row in order. A refused row changes nothing.

    Names and sentences stay out of the answer, since it is kept with the operation for good. The statements grow with
    the goods that change, not with those that are new or the same. Refuses with agents.not_allowed.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    judge = Judge(names, lists(), shared)
    _wait_for_others(Agent.objects.filter(pk__in=judge.producer_ids(rows)))
    judge.load(rows, only_these=True)
    judged = [judge.verdict(row) for row in rows]
    _add_new(by, judge)
    _change_products(by, judge)
    _change_items(by, judge)
    return [verdict.verdict for verdict in judged]


def _wait_for_others(agents: QuerySet[Agent]) -> None:
    """Two files with the same goods, taken over at the same moment, must not make them twice."""
    list(agents.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _add_new(by: Agent, judge: Judge) -> None:
    """Goods that are not here yet, and new items of goods that are."""
    places = {place.name: place.pk for place in judge.known.origins.values()}
    drafts = []
    for product in (product for product in judge.touched if product.row is None):
        producer = judge.resolve["producers"].found(product.producer)
        drafts.append(
            ProductDraft(
                producer_id=producer.pk,
                name=product.values["name"],
                category=product.values["category"],
                unit=product.unit,
                items=tuple(_item_draft(item) for item in product.items),
                facts=_facts(product, places),
            )
        )
    if drafts:
        add_products(by=by, drafts=drafts)
    more = [
        (product.row.pk, _item_draft(item))
        for product in judge.touched
        if product.row is not None
        for item in product.items
        if item.row is None
    ]
    if more:
        add_items(by=by, drafts=more)


def _change_products(by: Agent, judge: Judge) -> None:
    places = {place.name: place.pk for place in judge.known.origins.values()}
    categories = Category.objects.in_bulk(field_name="name")
    for product in judge.touched:
        has_new_item = any(item.row is None for item in product.items)
        if product.row is None or not (product.changed or has_new_item):
            continue
        change_product(
            by=by,
            product=product.row,
            name=product.values["name"],
            category=categories[product.values["category"]],
            facts=_facts(product, places),
        )


def _change_items(by: Agent, judge: Judge) -> None:
    """Stock and prices of all at once; other changes item by item."""
    taxes = TaxCode.objects.in_bulk(field_name="code")
    stocks: dict[int, int | None] = {}
    drafts: list[ItemPriceDraft] = []
    for item in (item for product in judge.touched for item in product.items):
        if item.row is None:
            continue
        if item.changed - {"stock"}:
            change_item(by=by, item=item.row, draft=_item_draft(item))
        elif item.changed:
            stocks[item.row.pk] = item.values["stock"]
        drafts += [
            ItemPriceDraft(
                item.row.pk, fresh.price, fresh.purchase, taxes[fresh.tax_code].pk, fresh.per_quantity, group
            )
            for group, fresh in item.fresh.items()
        ]
    if stocks:
        announce_stock(by=by, stocks=stocks)
    if drafts:
        set_prices(by=by, drafts=drafts)


def _facts(product: KnownProduct, places: dict[str, int]) -> ProductFacts:
    return ProductFacts(
        description=product.values["description"],
        origin_id=places.get(product.values["origin"]),
        certificate=product.values["certificate"],
    )


def _item_draft(item: KnownItem) -> ItemDraft:
    return ItemDraft(**item.values, prices=tuple(item.fresh.values()))
