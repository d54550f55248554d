"""A pack changes while orders are open: whoever ordered it, the farm and packers go on reading what was ordered."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.models import Item, PackVersion
from cosmolocal.catalog.operations import ItemDraft, PriceDraft
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Packed
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.farms import papers as farm_papers
from cosmolocal.practices.shop.farms import queries as farms
from cosmolocal.practices.shop.models import Order
from cosmolocal.practices.shop.orders.queries.orders import lines_of
from cosmolocal.practices.shop.rounds.queries import desk
from cosmolocal.practices.shop.tests.test_order_pages import pack_and_settle
from cosmolocal.practices.shop.tests.village import CLOSING, FIRST_CATEGORY, THURSDAY, client_of


@pytest.fixture
def sacks(village):
    """A sack of two pieces, at 3.00."""
    draft = ItemDraft(label="Sack", pack_quantity=2, prices=(PriceDraft(300, 200, "cn-farm"),))
    product = catalog.add_product(
        by=village.home,
        producer=village.producers["Baker Lan"],
        name="Rolls",
        category=FIRST_CATEGORY,
        unit="piece",
        items=[draft],
    )
    village.items["Rolls"] = product.items.get()
    return village


def change(village, **more):
    """A sack holds five pieces from now on."""
    item = Item.objects.get(pk=village.items["Rolls"].pk)
    catalog.change_item(by=village.home, item=item, draft=ItemDraft(**{"label": "Sack", "pack_quantity": 5, **more}))


def test_an_order_keeps_pack_words_and_price(sacks):
    round = sacks.round()
    order = sacks.order(round, "Amina", {"Rolls": 2})
    change(sacks, label="Big bag", deposit=100)
    catalog.change_product(by=sacks.home, product=sacks.items["Rolls"].product, name="Buns")
    [view] = lines_of(Order.objects.get(pk=order.pk))
    assert (view.name, view.wished_text, view.got_text) == ("Rolls", "2 × Sack", "4\xa0pieces")
    # One sack more is one more of those she has, at its price and without a deposit.
    more = sacks.order(round, "Amina", {"Rolls": 3}, version=order.version)
    line = more.lines.get()
    assert (line.wished, line.estimate, line.deposit, more.estimate) == (6, 900, 0, 900)
    less = sacks.order(round, "Amina", {"Rolls": 1}, version=more.version)
    assert (less.lines.get().wished, less.estimate) == (2, 300)
    # Who orders now gets the new one.
    other = sacks.order(round, "Jo", {"Rolls": 1}).lines.get()
    assert (other.wished, other.estimate, other.deposit, other.pack.label) == (5, 300, 100, "Big bag")
    assert PackVersion.objects.filter(item=sacks.items["Rolls"]).count() == 2


def test_shop_and_basket_show_the_pack_that_was_ordered(sacks):
    round = sacks.round()
    sacks.order(round, "Amina", {"Rolls": 2})
    change(sacks)
    client = client_of(sacks.people["Amina"])
    for name in ("shop", "basket", "check"):
        page = client.get(reverse(f"shop:{name}", args=[round.pk])).content.decode()
        assert "5\xa0pieces" not in page
    basket = client.get(reverse("shop:basket", args=[round.pk])).context["basket"]
    [entry] = basket.lines
    assert (entry.amount_text, entry.estimate, basket.is_changed) == ("2 × Sack", 600, False)


def test_farm_and_packers_read_what_was_ordered(sacks):
    round = sacks.round()
    sacks.order(round, "Amina", {"Rolls": 2})
    sacks.order(round, "Jo", {"Rolls": 1})
    change(sacks)
    [sold] = desk.named(desk.sold(round))
    assert sold.wished_text == "3 × Sack"
    with sacks.at(CLOSING + timedelta(minutes=31)):
        sacks.close(round)
    [asked] = farms.producer_orders(round)
    assert [line.text for line in asked.lines] == ["3 × Sack"]
    assert [str(row[1]) for row in farm_papers.order_table(asked).rows] == ["3"]
    [delivery] = handovers_queries.receiving_list(round.handover)
    [arrival] = delivery.arrivals
    assert (arrival.promised_text, arrival.goods.value(arrival.promised)) == ("3 × Sack", "3")
    texts = [line.asked_text for sheet in handovers_queries.crate_sheets(round.handover) for line in sheet.lines]
    assert sorted(texts) == ["1 × Sack", "2 × Sack"]
    assert [sheet.total_text for sheet in handovers_queries.product_sheets(round.handover)] == ["3 × Sack"]


def test_two_contents_of_one_pack_are_told_apart(sacks):
    round = sacks.round()
    sacks.order(round, "Amina", {"Rolls": 2})
    change(sacks)
    sacks.order(round, "Jo", {"Rolls": 3})
    with sacks.at(CLOSING + timedelta(minutes=31)):
        sacks.close(round)
    [asked] = farms.producer_orders(round)
    [line] = asked.lines
    assert line.text == "2 × Sack (2\xa0pieces) + 3 × Sack (5\xa0pieces)"
    assert line.purchase == 5 * 200
    assert [str(row[1]) for row in farm_papers.order_table(asked).rows] == ["19"]
    totals = sorted(sheet.total_text for sheet in handovers_queries.product_sheets(round.handover))
    assert totals == ["2 × Sack", "3 × Sack"]
    [arrival] = handovers_queries.receiving_list(round.handover)[0].arrivals
    assert (arrival.promised_text, arrival.goods.text(18)) == (line.text, "18\xa0pieces")


def test_a_swapped_crate_keeps_its_words(sacks):
    round = sacks.round()
    first, second = sacks.order(round, "Amina", {"Rolls": 2}), sacks.order(round, "Jo", {"Bread": 1})
    change(sacks)
    with sacks.at(CLOSING + timedelta(minutes=31)):
        sacks.close(round)
    with sacks.at(THURSDAY):
        sacks.receive(round)
        operations.swap_orders(by=sacks.people["Keeper Lu"], order=first, other=second)
    assert Packed.objects.filter(crate__handover=round.handover).exists()
    sheet = handovers_queries.crate_sheets(round.handover, sacks.crate(round, "Jo"))[0]
    assert [line.asked_text for line in sheet.lines] == ["2 × Sack"]


def test_a_receipt_says_next_year_what_was_bought(sacks):
    round = sacks.round()
    order = sacks.order(round, "Amina", {"Rolls": 2})
    pack_and_settle(sacks, round)
    change(sacks, label="Box")
    [view] = lines_of(Order.objects.get(pk=order.pk))
    assert (view.wished_text, view.got_text, view.amount) == ("2 × Sack", "4\xa0pieces", 600)


def test_a_round_that_follows_prices_does_not_take_the_price_of_another_pack(sacks):
    round = sacks.round()
    type(round).objects.filter(pk=round.pk).update(follows_prices=True)
    order = sacks.order(round, "Amina", {"Rolls": 2, "Bread": 1})
    change(sacks)
    for name, price in (("Rolls", 750), ("Bread", 1600)):
        item = sacks.items[name]
        tax = item.prices.get().tax_code
        with sacks.at(CLOSING - timedelta(hours=1)):
            catalog.set_price(by=sacks.home, item=item, price=price, purchase=200, tax_code=tax)
    with sacks.at(CLOSING + timedelta(minutes=31)):
        sacks.close(round)
    assert Order.objects.get(pk=order.pk).estimate == 600 + 1600


def test_a_measure_that_is_called_otherwise_leaves_orders_as_they_were(village):
    round = village.round()
    order = village.order(round, "Amina", {"Pak choi": 2})
    measure = village.items["Pak choi"].measure
    type(measure).objects.filter(pk=measure.pk).update(symbol="catty", quantity=600)
    [view] = lines_of(Order.objects.get(pk=order.pk))
    assert (view.wished_text, view.got_text) == ("2 jin", "2\xa0jin")
    village.order(round, "Jo", {"Pak choi": 1})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    texts = [line.asked_text for sheet in handovers_queries.crate_sheets(round.handover) for line in sheet.lines]
    assert "2\xa0jin" in texts
