"""How goods enter the catalog, change and rest: one at a time by a person, many at once by an import or a demo."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent, Place
from cosmolocal.catalog import policy, queries, rules
from cosmolocal.catalog.drafts import ItemDraft, ItemPriceDraft, ProductDraft, ProductFacts
from cosmolocal.catalog.models import Category, Item, Measure, Product, TaxCode
from cosmolocal.catalog.operations import own_farm
from cosmolocal.catalog.operations.lists import check_name, check_pack
from cosmolocal.catalog.operations.prices import set_prices
from cosmolocal.flows import operations as flows
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import pictures
from cosmolocal.paper.pictures import KeptFiles

LONGEST_DESCRIPTION = 5000
NO_FACTS = ProductFacts()
Row = TypeVar("Row", Category, Measure, TaxCode)


@operation("catalog.add_product", said=gettext_lazy("added a product"))
def add_product(
    *,
    by: Agent,
    producer: Agent,
    name: str,
    category: str,
    unit: str,
    items: Sequence[ItemDraft] = (),
    facts: ProductFacts = NO_FACTS,
    key: str = "",
) -> Product:
    """New goods of one producer, counted in `unit` (kg, l, piece), with packs and prices. Refuses as `add_products`."""
    draft = ProductDraft(producer.pk, name, category, unit, tuple(items), facts)
    [product_id] = add_products(by=by, drafts=[draft])
    return Product.objects.get(pk=product_id)


@operation("catalog.add_products", said=gettext_lazy("added products"))
def add_products(*, by: Agent, drafts: Sequence[ProductDraft], key: str = "") -> list[int]:
    """Many new goods at once, in few statements whatever their number; returns their ids in order.

    Refuses with agents.not_allowed, catalog.not_a_producer, catalog.unknown_name (a category, measure or tax code),
    catalog.name_missing, catalog.name_too_long, catalog.description_too_long, catalog.organic_without_certificate,
    catalog.pack_out_of_range, catalog.price_out_of_range, catalog.unknown_unit.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    producers = Agent.objects.filter(is_producer=True).in_bulk({draft.producer_id for draft in drafts})
    if any(draft.producer_id not in producers for draft in drafts):
        raise Refusal("catalog.not_a_producer", _("Choose a producer of this local."), "producer")
    if any(draft.unit not in rules.UNITS for draft in drafts):
        raise Refusal(
            "catalog.unknown_unit", _("Goods are counted in kilograms, litres or pieces. Choose one."), "unit"
        )
    categories = _by_name(Category.objects.in_bulk(field_name="name"), {d.category for d in drafts}, "category")
    origins = Place.objects.in_bulk({draft.facts.origin_id for draft in drafts if draft.facts.origin_id})
    specifications = flows.define_specifications(
        by=by, wishes=[(check_name(draft.name, 160), draft.unit, (draft.category,)) for draft in drafts]
    )
    products = [
        Product(
            specification_id=specification.pk,
            producer=producers[draft.producer_id],
            category=categories[draft.category],
            **_told(draft.name, draft.facts),
            changed_at=running().at,
        )
        for draft, specification in zip(drafts, specifications, strict=True)
    ]
    for product, draft in zip(products, drafts, strict=True):
        product.origin = origins.get(draft.facts.origin_id or 0)
        product.search = _findable(product, [item.sku for item in draft.items], [item.label for item in draft.items])
    Product.objects.bulk_create(products)
    pairs = zip(products, drafts, strict=True)
    add_items(by=by, drafts=[(product.pk, item) for product, draft in pairs for item in draft.items])
    return [product.pk for product in products]


def add_items(*, by: Agent, drafts: Sequence[tuple[int, ItemDraft]]) -> list[int]:
    """Items for products (by id), with their prices; inside an operation that has permitted it. Ids in order."""
    measures = _by_name(
        Measure.objects.in_bulk(field_name="code"), {draft.measure for _id, draft in drafts if draft.measure}, "measure"
    )
    codes = _by_name(
        TaxCode.objects.in_bulk(field_name="code"), {p.tax_code for _id, draft in drafts for p in draft.prices}, "tax"
    )
    items = [Item(product_id=product_id, **_packed(draft, measures)) for product_id, draft in drafts]
    Item.objects.bulk_create(items)
    prices = [
        ItemPriceDraft(item.pk, price.price, price.purchase, codes[price.tax_code].pk, price.per_quantity, price.group)
        for item, (_id, draft) in zip(items, drafts, strict=True)
        for price in draft.prices
    ]
    set_prices(by=by, drafts=prices)
    return [item.pk for item in items]


@operation("catalog.change_product", said=gettext_lazy("changed a product"))
def change_product(
    *,
    by: Agent,
    product: Product,
    name: str | None = None,
    category: Category | None = None,
    facts: ProductFacts | None = None,
    key: str = "",
) -> Product:
    """What is told about goods. A producer tells about her own; name and category are agreed with a steward.

    None leaves it as it is. `facts` replaces description, origin and certificate; its picture and activity are left to
    `show_picture`, `retire_product` and `return_product`. Refuses with agents.not_yours, agents.not_allowed,
    catalog.organic_without_certificate, catalog.name_missing, catalog.name_too_long, catalog.description_too_long.
    """
    product = (
        Product.objects.select_for_update(of=("self",))
        .select_related("producer", "category", "origin")
        .get(pk=product.pk)
    )
    agents_policy.require(policy.may_describe(by, product.producer))
    agreed = facts is not None and facts.certificate != product.certificate
    if name is not None or category is not None or agreed:
        agents_policy.permit(by, agents_policy.STEWARD)
    told = facts or ProductFacts(product.description, product.origin_id, product.certificate)
    for field, value in _told(name if name is not None else product.name, told).items():
        if field not in ("picture_id", "is_active"):
            setattr(product, field, value)
    product.origin = Place.objects.filter(pk=told.origin_id or 0).first()
    product.category = category or product.category
    _refresh(product)
    return product


@operation("catalog.show_picture", said=gettext_lazy("changed a photo"))
def show_picture(*, by: Agent, product: Product, files: KeptFiles | None, key: str = "") -> Product:
    """The photo of goods, kept before by `paper.pictures.keep`; None takes it away. Refuses with agents.not_yours."""
    agents_policy.require(policy.may_describe(by, product.producer))
    picture_id = pictures.add_picture(files, public=True).pk if files else None
    Product.objects.filter(pk=product.pk).update(picture_id=picture_id, changed_at=running().at)
    return Product.objects.get(pk=product.pk)


@operation("catalog.retire_product", said=gettext_lazy("took a product off the list"))
def retire_product(*, by: Agent, product: Product, key: str = "") -> Product:
    """No longer on offer; orders and history keep it. Refuses with agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)
    Product.objects.filter(pk=product.pk).update(is_active=False, changed_at=running().at)
    own_farm.note_changed(Item.objects.filter(product=product, is_active=True).values_list("pk", flat=True))
    return Product.objects.get(pk=product.pk)


@operation("catalog.return_product", said=gettext_lazy("put a product back on the list"))
def return_product(*, by: Agent, product: Product, key: str = "") -> Product:
    """On offer again. Refuses with agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)
    Product.objects.filter(pk=product.pk).update(is_active=True, changed_at=running().at)
    return Product.objects.get(pk=product.pk)


@operation("catalog.add_item", said=gettext_lazy("added a pack size"))
def add_item(*, by: Agent, product: Product, draft: ItemDraft, key: str = "") -> Item:
    """One more pack of the same goods.

    Refuses with agents.not_allowed, catalog.unknown_name, catalog.name_too_long, catalog.pack_out_of_range,
    catalog.tolerance_out_of_range, catalog.deposit_out_of_range, catalog.price_out_of_range.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    [item_id] = add_items(by=by, drafts=[(product.pk, draft)])
    _refresh(Product.objects.select_related("producer", "category", "origin").get(pk=product.pk))
    return Item.objects.get(pk=item_id)


@operation("catalog.change_item", said=gettext_lazy("changed a pack size"))
def change_item(*, by: Agent, item: Item, draft: ItemDraft, key: str = "") -> Item:
    """Label, number, pack, tolerance, deposit and stock of an item; its prices have their own deed.

    What is ordered already keeps the contents it was ordered with; goods of a farm of her own are looked at by somebody
    else. Refuses as `add_item`.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    item = queries.items_with_units().select_for_update(of=("self",)).get(pk=item.pk)
    before = copy(item)
    measures = _by_name(Measure.objects.in_bulk(field_name="code"), {draft.measure} - {""}, "measure")
    for field, value in _packed(draft, measures).items():
        setattr(item, field, value)
    item.save()
    own_farm.item_changed(by, before, item)
    _refresh(Product.objects.select_related("producer", "category", "origin").get(pk=item.product_id))
    return item


@operation("catalog.retire_item", said=gettext_lazy("took a pack size off the list"))
def retire_item(*, by: Agent, item: Item, key: str = "") -> Item:
    """This pack is no longer on offer; orders and history keep it. Refuses with agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)
    Item.objects.filter(pk=item.pk).update(is_active=False)
    own_farm.note_changed([item.pk])
    return Item.objects.get(pk=item.pk)


@operation("catalog.return_item", said=gettext_lazy("put a pack size back on the list"))
def return_item(*, by: Agent, item: Item, key: str = "") -> Item:
    """This pack is on offer again. Refuses with agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)
    Item.objects.filter(pk=item.pk).update(is_active=True)
    return Item.objects.get(pk=item.pk)


@operation("catalog.announce_stock", said=gettext_lazy("said how much there is"))
def announce_stock(*, by: Agent, stocks: Mapping[int, int | None], key: str = "") -> list[int]:
    """How many packs a producer can give in a round: item id to packs, None for as many as are wished.

    Refuses with agents.not_yours (goods of somebody else), catalog.stock_out_of_range.
    """
    items = list(Item.objects.select_for_update(of=("self",)).select_related("product__producer").filter(pk__in=stocks))
    for producer in {item.product.producer_id: item.product.producer for item in items}.values():
        agents_policy.require(policy.may_describe(by, producer))
    for item in items:
        item.stock = _stock(stocks[item.pk])
    Item.objects.bulk_update(items, ["stock"], batch_size=500)
    return [item.pk for item in items]


def _told(name: str, facts: ProductFacts) -> dict[str, object]:
    """The fields of a product that hold words, checked."""
    description = rules.plain_text(facts.description)
    if len(description) > LONGEST_DESCRIPTION:
        raise Refusal(
            "catalog.description_too_long", _("A description has at most 5,000 letters. Shorten it."), "description"
        )
    certificate = one_line(facts.certificate)[:160]
    name = check_name(name, 160)
    if not certificate and rules.claims_organic(name, description):
        raise Refusal(
            "catalog.organic_without_certificate",
            _("“Organic” may be said only with a certificate. Name it, or leave the word out."),
            "certificate",
        )
    return {
        "name": name,
        "description": description,
        "certificate": certificate,
        "picture_id": facts.picture_id,
        "is_active": facts.is_active,
    }


def _packed(draft: ItemDraft, measures: Mapping[str, Measure]) -> dict[str, object]:
    """The fields of an item, checked."""
    check_pack(draft.pack_quantity)
    check_pack(draft.case_count, "case_count")
    if not 0 <= draft.tolerance_bp <= rules.WHOLE_BP:
        raise Refusal("catalog.tolerance_out_of_range", _("A tolerance lies between 0 and 100 per cent."), "tolerance")
    if not 0 <= draft.deposit < rules.LARGEST:
        raise Refusal("catalog.deposit_out_of_range", _("A deposit is 0 or more."), "deposit")
    if len(one_line(draft.label)) > 80 or len(one_line(draft.sku)) > 60:
        raise Refusal("catalog.name_too_long", _("This name is too long. Shorten it."), "label")
    return {
        "label": one_line(draft.label),
        "sku": one_line(draft.sku),
        "billed_by": Item.Billed(draft.billed_by),
        "pack_quantity": draft.pack_quantity,
        "tolerance_bp": draft.tolerance_bp,
        "measure": measures[draft.measure] if draft.measure else None,
        "deposit": draft.deposit,
        "case_count": draft.case_count,
        "stock": _stock(draft.stock),
        "is_active": draft.is_active,
    }


def _stock(packs: int | None) -> int | None:
    if packs is not None and not 0 <= packs < rules.LARGEST:
        raise Refusal("catalog.stock_out_of_range", _("Say how many packs there are: 0 or more."), "stock")
    return packs


def _by_name(known: Mapping[str, Row], wanted: set[str], field: str) -> Mapping[str, Row]:
    """The rows that are wanted. Refuses with catalog.unknown_name when one is missing."""
    for name in sorted(wanted - known.keys()):
        raise Refusal("catalog.unknown_name", _("“%(name)s” is not known here. Add it first.") % {"name": name}, field)
    return known


def _findable(product: Product, skus: Sequence[str], labels: Sequence[str]) -> str:
    place = product.origin.name if product.origin else ""
    return rules.search_text(product.name, product.producer.name, product.category.name, place, *skus, *labels)


def _refresh(product: Product) -> None:
    """Writes a product whose words changed, and what is searched in it."""
    words = list(product.items.values_list("sku", "label"))
    product.search = _findable(product, [sku for sku, _label in words], [label for _sku, label in words])
    product.changed_at = running().at
    product.save()
