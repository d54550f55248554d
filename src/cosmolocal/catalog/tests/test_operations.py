"""Goods come in, change, cost something else, and rest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import operations as agents
from cosmolocal.agents.queries import STRANGER, Reader
from cosmolocal.catalog import operations, queries
from cosmolocal.catalog.models import Item, PriceVersion, Product, TaxRate
from cosmolocal.catalog.operations import ItemDraft, ItemPriceDraft, PriceDraft, ProductDraft, ProductFacts
from cosmolocal.catalog.tests import village as at
from cosmolocal.kernel import clock
from cosmolocal.kernel.tests.refusing import refused
from cosmolocal.money.models import Review

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> at.Village:
    return at.found()


def test_a_product_is_one_specification_with_items_and_prices(village: at.Village) -> None:
    product = at.pak_choi(village)
    item = queries.items_with_units().get(product=product)
    assert product.specification.name == product.name
    assert product.specification.unit.code == "kg"
    assert product.specification.classifications == ["Leafy greens"]
    prices = queries.current_prices([item.pk])
    assert (prices[item.pk].price, prices[item.pk].purchase) == (420, 320)
    assert queries.current_prices([item.pk], "restaurant")[item.pk].price == 390
    assert queries.current_prices([item.pk], "school")[item.pk].price == 420


def test_prices_are_read_in_one_statement_and_of_any_moment(village: at.Village) -> None:
    product, other = at.pak_choi(village), at.eggs(village)
    item = product.items.get()
    before = clock.now()
    with clock.frozen_at(before + timedelta(hours=1)):
        operations.set_price(
            by=village.steward, item=item, price=480, purchase=360, tax_code=at.tax("cn-grower"), per_quantity=500
        )
    ids = [item.pk, other.items.get().pk]
    with CaptureQueriesContext(
        connection,
    ) as statements:
        now = queries.current_prices(ids, at=before)
        later = queries.current_prices(Item.objects.filter(pk__in=ids), at=before + timedelta(hours=2))
        assert now[item.pk].tax_code.code == "cn-grower"
    assert len(statements) == 2
    assert now[item.pk].price == 420
    assert later[item.pk].price == 480
    assert queries.current_prices([item.pk], "restaurant", before + timedelta(hours=2))[item.pk].price == 390
    assert PriceVersion.objects.filter(item=item).count() == 3


def test_the_same_price_again_is_no_new_version(village: at.Village) -> None:
    item = at.pak_choi(village).items.get()
    first = queries.current_prices([item.pk])[item.pk]
    again = operations.set_price(
        by=village.steward, item=item, price=420, purchase=320, tax_code=at.tax("cn-grower"), per_quantity=500
    )
    assert again == first
    assert PriceVersion.objects.filter(item=item).count() == 2


def test_a_price_of_her_own_farm_is_looked_at_by_somebody_else(village: at.Village) -> None:
    item, code = at.pak_choi(village).items.get(), at.tax("cn-grower")
    wish = {"item": item, "tax_code": code, "per_quantity": 500}
    operations.set_price(by=village.steward, price=430, purchase=320, **wish)
    agents.join(by=village.house, member=village.steward, group=village.sanjiang)
    operations.set_price(by=village.steward, price=440, purchase=320, **wish)
    assert not Review.objects.exists()
    agents.join(by=village.house, member=village.steward, group=village.daxin)
    for _twice in range(2):
        operations.set_price(by=village.steward, price=450, purchase=450, **wish)
    [look] = Review.objects.all()
    assert (look.why, look.holder, look.deed.by) == ("price", village.daxin, village.steward)
    said = look.deed.money_note.words
    assert all(words in said for words in ("1 price", item.product.name, "4.40", "→", "4.50"))


def test_the_look_at_a_price_says_for_how_much_and_how_taxed(village: at.Village) -> None:
    item = at.pak_choi(village).items.get()
    agents.join(by=village.house, member=village.steward, group=village.daxin)
    wish = {"price": 420, "purchase": 320}
    operations.set_price(by=village.steward, item=item, per_quantity=50, tax_code=at.tax("cn-general"), **wish)
    said = Review.objects.get().deed.money_note.words
    assert ["/ jin, cn-grower" in said, "/ 0.1 jin, cn-general" in said] == [True, True], said


def test_who_helps_at_a_farm_or_laid_its_task_down_for_the_price_is_looked_at(village: at.Village) -> None:
    item, code = at.pak_choi(village).items.get(), at.tax("cn-grower")
    wish = {"item": item, "tax_code": code, "per_quantity": 500, "purchase": 320}
    task = agents.give_role(by=village.house, agent=village.steward, role="producer", scope=village.daxin)
    agents.end_role(by=village.steward, role=task)
    operations.set_price(by=village.steward, price=500, **wish)
    assert Review.objects.get().holder == village.daxin


def test_who_helps_somebody_of_the_farm_is_looked_at(village: at.Village) -> None:
    item, code = at.pak_choi(village).items.get(), at.tax("cn-grower")
    farmer = village.farmer
    agents.start_helping(by=farmer, helper=village.steward, member=farmer, consent="yes")
    operations.set_price(by=village.steward, item=item, price=500, purchase=320, tax_code=code, per_quantity=500)
    assert Review.objects.get().holder == village.daxin


def test_a_price_for_the_restaurant_to_which_she_belongs_is_looked_at(village: at.Village) -> None:
    """Nobody else sees it, or buys at it."""
    item, code = at.pak_choi(village).items.get(), at.tax("cn-grower")
    kitchen = agents.add_organisation(by=village.house, name="Kitchen", group="restaurant")
    wish = {"item": item, "purchase": 1, "tax_code": code, "per_quantity": 500, "group": "restaurant"}
    operations.set_price(by=village.steward, price=380, **wish)
    assert not Review.objects.exists()
    agents.join(by=village.house, member=village.steward, group=kitchen)
    operations.set_price(by=village.steward, price=5, **wish)
    look = Review.objects.get()
    assert (look.why, look.holder) == ("price", kitchen)
    assert "restaurant" in look.deed.money_note.words


def test_packs_terms_and_tax_of_her_own_farm_are_looked_at_with_what_was_and_is(village: at.Village) -> None:
    item = at.pak_choi(village).items.get()
    kept = ItemDraft(label=item.label, sku=item.sku, pack_quantity=item.pack_quantity, measure="jin")
    deeds: list[tuple[Callable[..., object], dict[str, object], str]] = [
        (operations.change_item, {"item": item, "draft": replace(kept, pack_quantity=250)}, "pack: 1 jin → "),
        (operations.change_item, {"item": item, "draft": replace(kept, pack_quantity=250, deposit=50)}, "deposit: "),
        (operations.set_terms, {"producer": village.daxin, "list_is_gross": False}, "holds the tax: yes → no"),
        (operations.set_terms, {"producer": village.daxin, "loss_after_packing": "producer"}, "the local → the farm"),
        (
            operations.define_tax_code,
            {"code": "cn-grower", "name": "Growers", "kind": "rate", "rates": [(date(2026, 1, 1), 900)]},
            "cn-grower: 9",
        ),
    ]
    operations.change_item(by=village.steward, item=item, draft=kept)
    assert not Review.objects.exists(), "of other farms nobody looks"
    agents.join(by=village.house, member=village.steward, group=village.daxin)
    operations.change_item(by=village.steward, item=item, draft=replace(kept, stock=7))
    assert not Review.objects.exists(), "how much there is decides nothing"
    for many, (deed, wish, said) in enumerate(deeds, 1):
        deed(by=village.steward, **wish)
        look = Review.objects.latest("pk")
        assert (Review.objects.count(), look.why, look.holder) == (many, "terms", village.daxin)
        assert said in look.deed.money_note.words


def test_a_price_version_is_never_changed(village: at.Village) -> None:
    at.pak_choi(village)
    with pytest.raises(Exception, match="append-only"):
        PriceVersion.objects.update(price=1)


def test_two_wishes_for_one_price_leave_the_later_one(village: at.Village) -> None:
    item, code = at.eggs(village).items.get(), at.tax("cn-farm")
    wishes = [ItemPriceDraft(item.pk, 1900, 1500, code.pk), ItemPriceDraft(item.pk, 2000, 1600, code.pk)]
    ids = operations.set_prices(by=village.steward, drafts=wishes)
    assert ids[0] == ids[1]
    assert queries.current_prices([item.pk])[item.pk].price == 2000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "catalog.name_missing"),
        ({"name": "x" * 161}, "catalog.name_too_long"),
        ({"name": "Organic rice"}, "catalog.organic_without_certificate"),
        ({"facts": ProductFacts("x" * 5001)}, "catalog.description_too_long"),
        ({"category": "Clouds"}, "catalog.unknown_name"),
        ({"unit": "furlong"}, "catalog.unknown_unit"),
        ({"items": (ItemDraft(pack_quantity=0),)}, "catalog.pack_out_of_range"),
        ({"items": (ItemDraft(case_count=0),)}, "catalog.pack_out_of_range"),
        ({"items": (ItemDraft(measure="cubit"),)}, "catalog.unknown_name"),
        ({"items": (ItemDraft(tolerance_bp=10001),)}, "catalog.tolerance_out_of_range"),
        ({"items": (ItemDraft(deposit=-1),)}, "catalog.deposit_out_of_range"),
        ({"items": (ItemDraft(stock=-1),)}, "catalog.stock_out_of_range"),
        ({"items": (ItemDraft(label="x" * 81),)}, "catalog.name_too_long"),
        ({"items": (ItemDraft(prices=(PriceDraft(-1, 0, "zero"),)),)}, "catalog.price_out_of_range"),
        ({"items": (ItemDraft(prices=(PriceDraft(1, 0, "none"),)),)}, "catalog.unknown_name"),
    ],
)
def test_what_is_wrong_is_refused_whole(village: at.Village, change: dict[str, object], code: str) -> None:
    wish = {"producer_id": village.daxin.pk, "name": "Rice 大米", "category": "Rice and grain", "unit": "kg"} | change
    with refused(code):
        operations.add_products(by=village.steward, drafts=[ProductDraft(**wish)])
    assert not Product.objects.exists()


def test_only_producers_have_goods_and_terms(village: at.Village) -> None:
    with refused("catalog.not_a_producer"):
        operations.add_product(by=village.steward, producer=village.member, name="Rice", category="Eggs", unit="kg")
    with refused("catalog.not_a_producer"):
        operations.set_terms(by=village.steward, producer=village.member)


def test_a_certificate_allows_the_word_organic(village: at.Village) -> None:
    product = at.pak_choi(village, description="Organic since 2020.", certificate="GB/T 19630, no. 12")
    assert product.certificate
    with refused("catalog.organic_without_certificate"):
        operations.change_product(by=village.steward, product=product, facts=ProductFacts("Organic since 2020."))


def test_a_producer_tells_about_her_own_goods_only(village: at.Village) -> None:
    own, other = at.pak_choi(village), at.eggs(village)
    told = operations.change_product(by=village.farmer, product=own, facts=ProductFacts("Picked at dawn."))
    assert told.description == "Picked at dawn."
    operations.announce_stock(by=village.farmer, stocks={own.items.get().pk: 80})
    assert own.items.get().stock == 80
    with refused("agents.not_yours"):
        operations.change_product(by=village.farmer, product=other, facts=ProductFacts("Mine?"))
    with refused("agents.not_yours"):
        operations.announce_stock(by=village.farmer, stocks={own.items.get().pk: 5, other.items.get().pk: 0})
    assert own.items.get().stock == 80
    with refused("agents.not_allowed"):
        operations.change_product(by=village.farmer, product=own, name="Gold")
    with refused("agents.not_allowed"):
        operations.change_product(by=village.farmer, product=own, facts=ProductFacts(certificate="I say so"))
    with refused("agents.not_allowed"):
        operations.set_price(by=village.farmer, item=own.items.get(), price=1, purchase=1, tax_code=at.tax("zero"))
    with refused("agents.not_yours"):
        operations.change_product(by=village.member, product=own, facts=ProductFacts("Hm"))


def test_a_change_keeps_what_it_does_not_name(village: at.Village) -> None:
    product = at.pak_choi(village, description="Picked at dawn.", certificate="GB/T 19630")
    renamed = operations.change_product(by=village.steward, product=product, name="Pak choi, small")
    assert (renamed.description, renamed.certificate, renamed.is_active) == ("Picked at dawn.", "GB/T 19630", True)
    assert list(queries.search(Product.objects.all(), "small DX-1 daxin")) == [product]


def test_goods_rest_and_return(village: at.Village) -> None:
    product = at.pak_choi(village)
    operations.retire_product(by=village.steward, product=product)
    member = Reader(agent=village.member, roles=frozenset({"member"}))
    farmer = Reader(agent=village.farmer, roles=frozenset({"producer"}))
    steward = Reader(agent=village.steward, roles=frozenset({"steward"}))
    assert [queries.visible_products(reader).exists() for reader in (STRANGER, member)] == [False, False]
    assert [queries.visible_products(reader).exists() for reader in (farmer, steward)] == [True, True]
    operations.return_product(by=village.steward, product=product)
    assert queries.visible_products(STRANGER).get() == product


def test_items_are_added_changed_and_retired(village: at.Village) -> None:
    product = at.eggs(village)
    dozen = ItemDraft("dozen", "SJ-12", pack_quantity=12, measure="dozen", prices=(PriceDraft(2100, 1600, "cn-farm"),))
    item = operations.add_item(by=village.steward, product=product, draft=dozen)
    assert list(queries.search(Product.objects.all(), "sj-12")) == [product]
    operations.change_item(by=village.steward, item=item, draft=ItemDraft("box of 12", "SJ-13", pack_quantity=12))
    item.refresh_from_db()
    assert (item.label, item.measure) == ("box of 12", None)
    assert list(queries.search(Product.objects.all(), "sj-12")) == []
    operations.retire_item(by=village.steward, item=item)
    assert product.items.filter(is_active=True).count() == 1


def test_tax_of_a_day(village: at.Village) -> None:
    farm, exempt = at.tax("cn-farm"), at.tax("cn-grower")
    assert queries.tax_bp(farm.pk, date(2018, 6, 1)) == 1000
    assert queries.tax_bp(farm.pk, date(2026, 11, 22)) == 900
    assert queries.tax_bp(exempt.pk, date(2026, 11, 22)) == 0
    operations.define_tax_code(
        by=village.steward, code="cn-farm", name="Farm goods", kind="rate", rates=[(date(2027, 1, 1), 800)]
    )
    assert queries.tax_rates(date(2027, 1, 1))[farm.pk] == 800
    assert queries.tax_bp(farm.pk, date(2026, 12, 31)) == 900
    with refused("catalog.tax_without_rate"):
        operations.define_tax_code(by=village.steward, code="new", name="New", kind="rate")
    with refused("catalog.tax_out_of_range"):
        operations.define_tax_code(
            by=village.steward, code="new", name="New", kind="rate", rates=[(date(2027, 1, 1), 10_000)]
        )


def test_standard_lists_are_made_once(village: at.Village) -> None:
    rates = TaxRate.objects.count()
    for build in (
        operations.standard_measures,
        operations.standard_categories,
        operations.standard_taxes,
        operations.chinese_taxes,
    ):
        assert [row.pk for row in build(by=village.house)] == [row.pk for row in build(by=village.house)]
    assert TaxRate.objects.count() == rates
    with refused("catalog.measure_in_use"):
        operations.define_measure(by=village.steward, code="jin", symbol="jin", unit="kg", quantity=600)
    with refused("catalog.unknown_unit"):
        operations.define_measure(by=village.steward, code="mu", symbol="mu", unit="acre", quantity=1)


def test_how_amounts_and_prices_are_said(village: at.Village) -> None:
    greens = queries.items_with_units().get(product=at.pak_choi(village))
    box = queries.items_with_units().get(product=at.eggs(village))
    price, other = queries.current_prices([greens.pk])[greens.pk], queries.current_prices([box.pk])[box.pk]
    said = [
        text.replace("\N{NO-BREAK SPACE}", " ")
        for text in (
            queries.quantity_text(greens, 1000),
            queries.quantity_text(greens, 970),
            queries.price_text(price, greens),
            queries.price_per_base_text(price, greens),
            queries.quantity_text(box, 7),
            queries.price_text(other, box),
            queries.price_per_base_text(other, box),
        )
    ]
    assert said == ["2 jin", "1.94 jin", "¥ 4.20 / jin", "¥ 8.40 / kg", "7 pieces", "¥ 18.00 / 10 pieces", ""]


def test_many_products_take_as_many_statements_as_few(village: at.Village) -> None:
    def drafts(count: int, name: str) -> list[ProductDraft]:
        item = ItemDraft(
            pack_quantity=500, prices=(PriceDraft(420, 320, "zero", 500), PriceDraft(400, 320, "zero", 500, "r"))
        )
        return [
            ProductDraft(village.daxin.pk, f"{name} {number}", "Eggs", "kg", (item, item)) for number in range(count)
        ]

    counts = []
    for count in (2, 10):  # more would be split, since SQLite takes 999 values a statement
        with CaptureQueriesContext(connection) as statements:
            operations.add_products(by=village.steward, drafts=drafts(count, f"n{count}"))
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_price_written_while_the_clock_was_ahead_never_comes_back_over_a_newer_one(village: at.Village) -> None:
    """Nobody sets a price for later: the newest row holds, and what was written on that machine holds at once."""
    item, now = at.pak_choi(village).items.get(), clock.now()
    tax = at.tax("cn-grower")
    with clock.frozen_at(now + timedelta(days=3)):
        operations.set_price(by=village.steward, item=item, price=500, purchase=300, tax_code=tax, per_quantity=500)
    assert queries.current_prices([item.pk])[item.pk].price == 500
    operations.set_price(by=village.steward, item=item, price=700, purchase=300, tax_code=tax, per_quantity=500)
    for days in (0, 4):
        with clock.frozen_at(now + timedelta(days=days, minutes=1)):
            assert queries.current_prices([item.pk])[item.pk].price == 700
            assert [price.price for price in queries.standing_prices([item.pk], [""])] == [700]
    assert queries.price_history(item.product)[0].price == 700
