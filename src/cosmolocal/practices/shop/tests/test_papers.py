"""What papers say: one tax sum, whole bags as whole numbers, and no purchase price above the price at any door."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.operations import ItemDraft, PriceDraft
from cosmolocal.paper import pdf
from cosmolocal.practices.shop.farms import papers as farm_papers
from cosmolocal.practices.shop.farms import queries as farms
from cosmolocal.practices.shop.models import Order
from cosmolocal.practices.shop.orders import documents
from cosmolocal.practices.shop.orders.pages.orders import order_view, taxes
from cosmolocal.practices.shop.tests.test_order_pages import pack_and_settle
from cosmolocal.practices.shop.tests.village import CLOSING, FIRST_CATEGORY, refused


def add(village, name, price, tax="cn-farm", **item):
    draft = ItemDraft(prices=(PriceDraft(price, price // 2, tax),), **item)
    village.items[name] = catalog.add_product(
        by=village.home,
        producer=village.producers["Baker Lan"],
        name=name,
        category=FIRST_CATEGORY,
        unit="piece",
        items=[draft],
    ).items.get()


@pytest.fixture
def taxed(village):
    """Three things at 13 % whose taxes, each rounded, come to 0.75, while the tax of their sum is 0.76."""
    rates = [(CLOSING.date().replace(year=2020), 1300)]
    catalog.define_tax_code(by=village.home, code="cn-food", name="Food", kind="rate", rates=rates)
    for name in ("Jam", "Honey", "Tea"):
        add(village, name, 221, "cn-food")
    return village


@pytest.mark.parametrize("is_settled", [False, True])
def test_a_receipt_has_one_tax_sum(taxed, is_settled):
    round = taxed.round()
    order = taxed.order(round, "Amina", {"Jam": 1, "Honey": 1, "Tea": 1, "Pak choi": 3})
    if is_settled:
        pack_and_settle(taxed, round)
    view = order_view(Order.objects.get(pk=order.pk))
    by_rate, parts = taxes(view), {tone: amount for _label, amount, tone in view.parts}
    assert 76 in [row.tax for row in by_rate.rows]
    assert parts["tax"] == sum(row.tax for row in by_rate.rows)
    assert sum(parts.values()) == view.total
    # The lines alone would say something else.
    assert parts["tax"] == sum(line.line.split.tax for line in view.lines) + 1
    assert pdf.render(documents.receipt(view, by_rate))


def test_a_farm_reads_14_bags_and_not_14000(village):
    add(village, "Flour", 600, label="bag", pack_quantity=2)
    round = village.round()
    village.order(round, "Amina", {"Flour": 9, "Pak choi": 3, "Bread": 2})
    village.order(round, "Jo", {"Flour": 5})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    said = {}
    for asked in farms.producer_orders(round):
        table = farm_papers.order_table(asked)
        assert table.columns[1].decimals is None
        said |= {row[0]: (str(row[1]), row[2]) for row in table.rows}
    assert said == {"Flour": ("14", "bag"), "Pak choi": ("3", "jin"), "Bread": ("2", "")}


def test_a_purchase_price_above_the_price_is_refused_at_every_door(village, steward):
    item, tax = village.items["Bread"], village.items["Bread"].prices.get().tax_code
    with refused("catalog.purchase_above_price"):
        catalog.set_price(by=village.home, item=item, price=1000, purchase=1001, tax_code=tax)
    with refused("catalog.purchase_above_price"):
        catalog.add_item(
            by=village.home, product=item.product, draft=ItemDraft(prices=(PriceDraft(1000, 1001, tax.code),))
        )
    typed = {"price": "10", "purchase": "10.01", "tax_code": tax.pk, "group": "", "price_for": "", "key": "k"}
    answer = steward.post(reverse("catalog:set_price", args=[item.pk]), typed)
    assert answer.status_code == 422
    assert "more than the price" in answer.content.decode()
    assert item.prices.count() == 1
    assert catalog.set_price(by=village.home, item=item, price=1000, purchase=1000, tax_code=tax)
