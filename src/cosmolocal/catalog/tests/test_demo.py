"""The demo goods are what they claim: 300, plausible, and without the word that needs a certificate."""

import pytest

from cosmolocal.catalog import demo, queries, rules
from cosmolocal.catalog.models import Item, PriceVersion, Product, SupplierTerms
from cosmolocal.catalog.tests import village as at

pytestmark = pytest.mark.django_db


def test_three_hundred_goods_of_nine_producers() -> None:
    village = at.found()
    producers = demo.add_producers(village.steward)
    ids = demo.build(village.steward, producers)
    assert len(ids) == len(set(Product.objects.values_list("name", flat=True))) == 300
    assert set(Product.objects.values_list("producer", flat=True)) == {producer.pk for producer in producers.values()}
    assert Product.objects.filter(origin__latitude__gt=23, origin__latitude__lt=26).count() == 300
    assert Item.objects.filter(billed_by="weight", tolerance_bp__gt=0).count() > 80
    assert Item.objects.filter(deposit__gt=0).count() > 20
    assert Item.objects.count() > 310
    assert len(set(Item.objects.values_list("sku", flat=True))) == Item.objects.count()
    assert SupplierTerms.objects.values("seller").distinct().count() == 3
    assert list(queries.search(Product.objects.all(), "莲藕 liucheng")) == [Product.objects.get(name="Lotus root 莲藕")]


def test_producers_get_their_share_of_every_price() -> None:
    village = at.found()
    demo.build(village.steward, demo.add_producers(village.steward))
    for price in PriceVersion.objects.select_related("item__product"):
        assert 0 < price.price < 70_000, price.item
        assert 7350 <= price.purchase * rules.WHOLE_BP // price.price <= 7950, price.item
    items = list(Item.objects.all())
    everybody, restaurants = (queries.current_prices([i.pk for i in items], group) for group in ("", "restaurant"))
    assert len(everybody) == len(items)
    cheaper = [pk for pk, price in everybody.items() if restaurants[pk].price < price.price]
    assert len(items) // 2 < len(cheaper) < len(items)


def test_a_larger_pack_costs_less_for_its_contents() -> None:
    village = at.found()
    demo.build(village.steward, demo.add_producers(village.steward))
    rice = queries.items_with_units().filter(product__name__startswith="Terrace rice, white").order_by("pack_quantity")
    prices = queries.current_prices(rice)
    small, large = rice
    assert (small.pack_quantity, large.pack_quantity) == (2500, 10_000)
    assert prices[large.pk].price * small.pack_quantity < prices[small.pk].price * large.pack_quantity
    assert large.label == "10 kg"


def test_a_large_catalog_names_its_goods_in_turn() -> None:
    village = at.found()
    names = [("Carrot", "Carotte"), ("Leek", "Poireau")]
    ids = demo.large_catalog(village.steward, [village.daxin, village.sanjiang], 700, names)
    assert len(ids) == len(set(Product.objects.values_list("name", flat=True))) == 700
    assert Product.objects.filter(name__startswith="Carrot Carotte").count() == 350
    assert len(queries.current_prices(Item.objects.all())) == 700
