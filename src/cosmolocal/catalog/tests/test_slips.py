"""Slips of the hand about packs: grams for kilograms, cents for a whole, grams for packs are asked about before."""

from typing import Any

import pytest
from django.test import Client

from cosmolocal.catalog import operations
from cosmolocal.catalog.models import Item, Product
from cosmolocal.catalog.operations import ItemDraft, PriceDraft, ProductFacts
from cosmolocal.catalog.tests import village as at
from cosmolocal.catalog.tests.conftest import Browser
from cosmolocal.catalog.tests.test_pages import page
from cosmolocal.kernel import ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def rice(village: at.Village) -> Product:
    return _goods(village, "Rice 大米", "kg")


@pytest.fixture
def steward(village: at.Village, signed_in: Browser) -> Client:
    return signed_in(village.steward)


def _goods(village: at.Village, name: str, unit: str, *packs: ItemDraft) -> Product:
    return operations.add_product(
        by=village.steward,
        producer=village.daxin,
        name=name,
        category="Rice and grain",
        unit=unit,
        facts=ProductFacts(),
        items=packs,
    )


def _wish(**typed: Any) -> dict[str, Any]:
    usual = {"pack": "500 g", "billed_by": "piece", "price": "6.00", "purchase": "4.50"}
    return {**usual, "tax_code": at.tax("cn-farm").pk, "key": ids.fresh_key(), **typed}


def _asks(client: Client, address: str, wish: dict[str, Any], *answers: str) -> str:
    """Nothing is written, and each answer is a button."""
    before = list(Item.objects.order_by("pk").values())
    answer = client.post(address, wish)
    text = answer.content.decode().replace("\xa0", " ")
    assert answer.status_code == 422, text
    assert text.count('class="question"') == 1
    for one in answers:
        assert f'type="submit" name="sure" value="{one}"' in text
    assert list(Item.objects.order_by("pk").values()) == before
    return text


def test_grams_typed_for_kilograms_are_asked_about_in_the_first_pack(rice: Product, steward: Client) -> None:
    address, wish = page("add_item", rice.pk), _wish(pack="500")
    text = _asks(steward, address, wish, "pack=500", "pack=500000")
    assert "500 kg is about 100 times what is usual, 5 kg." in text
    assert ">500 g<" in text
    assert steward.post(address, {**wish, "sure": "pack=500"}).status_code == 302
    assert rice.items.get().pack_quantity == 500


def test_another_pack_is_compared_with_those_of_the_same_goods(rice: Product, steward: Client) -> None:
    address = page("add_item", rice.pk)
    assert steward.post(address, _wish(pack="2.5 kg")).status_code == 302
    assert steward.post(address, _wish(pack="25 kg", price="200", purchase="150")).status_code == 302
    text = _asks(steward, address, _wish(pack="500"), "pack=500", "pack=500000")
    assert "500 kg is about 20 times the largest pack of these goods, 25 kg." in text
    assert steward.post(address, _wish(pack="500", sure="pack=500000")).status_code == 302
    assert rice.items.latest("pk").pack_quantity == 500_000


def test_new_goods_are_compared_with_their_kind(village: at.Village, steward: Client) -> None:
    _goods(village, "Barley", "kg", ItemDraft(pack_quantity=20_000))
    millet = _goods(village, "Millet", "kg")
    assert steward.post(page("add_item", millet.pk), _wish(pack="50 kg")).status_code == 302
    oats = _goods(village, "Oats", "kg")
    _asks(steward, page("add_item", oats.pk), _wish(pack="500"), "pack=500", "pack=500000")


def test_a_pack_that_becomes_much_more_or_less_is_asked_about(rice: Product, steward: Client) -> None:
    steward.post(page("add_item", rice.pk), _wish())
    item = rice.items.get()
    address, kept = page("edit_item", item.pk), {"billed_by": "piece"}
    _asks(steward, address, {**kept, "pack": "450", "key": ids.fresh_key()}, "pack=450", "pack=450000")
    _asks(steward, address, {**kept, "pack": "0.5 g", "key": ids.fresh_key()}, "pack=1")
    assert steward.post(address, {**kept, "pack": "0.45", "key": ids.fresh_key()}).status_code == 302
    item.refresh_from_db()
    assert item.pack_quantity == 450


def test_cents_typed_for_a_whole_deposit_are_asked_about(village: at.Village, rice: Product, steward: Client) -> None:
    """The first deposit of all is compared with the price of its pack, others with those that stand."""
    address = page("add_item", rice.pk)
    text = _asks(steward, address, _wish(deposit="50"), "deposit=50", "deposit=5000")
    assert "¥ 50.00 is about 8 times the price of the pack, ¥ 6.00." in text
    assert steward.post(address, _wish(deposit="0.50")).status_code == 302
    text = _asks(steward, address, _wish(deposit="50", price="40", purchase="30"), "deposit=50", "deposit=5000")
    assert "¥ 50.00 is about 100 times what is usual, ¥ 0.50." in text
    item = rice.items.get()
    edited = {"billed_by": "piece", "pack": "500 g", "deposit": "50", "key": ids.fresh_key()}
    _asks(steward, page("edit_item", item.pk), edited, "deposit=50", "deposit=5000")
    assert steward.post(page("edit_item", item.pk), {**edited, "sure": "deposit=5000"}).status_code == 302
    item.refresh_from_db()
    assert item.deposit == 5000


def test_for_how_much_a_price_is_and_how_many_packs_there_are_is_asked_about(rice: Product, steward: Client) -> None:
    address = page("add_item", rice.pk)
    _asks(steward, address, _wish(price_for="500"), "price_for=500", "price_for=500000")
    _asks(steward, address, _wish(stock="80000"), "stock=80", "stock=80000")
    _asks(steward, address, _wish(case_count="12000"), "case_count=12", "case_count=12000")
    assert steward.post(address, _wish(price_for="1 kg", stock="1900", case_count="12")).status_code == 302
    item = rice.items.get()
    price = PriceDraft(600, 450, "cn-farm", 1000)
    assert (item.stock, item.case_count, item.prices.get().per_quantity) == (1900, 12, price.per_quantity)
