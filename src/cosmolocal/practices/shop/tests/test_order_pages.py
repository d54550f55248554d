"""After ordering: who reads an order, its receipt, the way of a line, figures for everybody, cards of the week."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents.queries import Reader
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.operations import ItemDraft, PriceDraft, ProductFacts
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel import ids, node
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.cards import member_cards
from cosmolocal.practices.shop.farms.queries import orders_for
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.settling import pages as figures
from cosmolocal.practices.shop.tests.village import CLOSING, FIRST_CATEGORY, MONDAY, THURSDAY, client_of

WISHES = {"Pak choi": 2, "Eggs": 1}


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\xa0", " ")


def pack_and_settle(village, round, *, settle=True):
    """Closed, received, packed and collected; Amina's pak choi weighs 970 g."""
    tan, lu = village.people["Tan Mei"], village.people["Keeper Lu"]
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        amina = OrderLine.objects.filter(order__household=village.households["Amina"], price__per_quantity=500)
        for line in amina.filter(order__round=round):
            crate = village.crate(round, "Amina")
            handovers.pack_line(by=tan, crate=crate, commitment_id=line.commitment_id, quantity=970)
        handovers.pack_all(by=tan, handover=round.handover)
        handovers.hand_over_all(by=lu, handover=round.handover)
        if settle:
            operations.settle_round(by=village.people["Li Na"], round=round)


@pytest.fixture
def settled(village):
    """A round in which six households ordered, settled on Thursday."""
    round = village.round()
    for name in ("Amina", "Jo", "Chen", "Zhou", "Wei"):
        village.order(round, name, WISHES)
    village.order(round, "Qin", {"Bread": 1}, pays="cash")
    pack_and_settle(village, round)
    return round


@pytest.mark.parametrize("who", ["Jo", None])
def test_nobody_reads_the_orders_of_others(village, who):
    round = village.round()
    order = village.order(round, "Amina", WISHES)
    client = client_of(village.people[who]) if who else Client()
    wanted = 404 if who else 302
    line = order.lines.first().pk
    for name, pk in (("order", order.pk), ("receipt", order.pk), ("cancel", order.pk), ("line", line)):
        assert client.get(reverse(f"shop:{name}", args=[pk])).status_code == wanted, name
    cancelled = client.post(reverse("shop:cancel", args=[order.pk]), {"key": ids.fresh_key(), "version": 1})
    assert cancelled.status_code == wanted
    order.refresh_from_db()
    assert order.state == Order.State.OPEN


def test_a_steward_reads_every_order_without_the_buttons_of_the_household(village):
    order = village.order(village.round(), "Amina", WISHES)
    page = text_of(client_of(village.people["Li Na"]), reverse("shop:order", args=[order.pk]))
    assert "Amina&#x27;s household" in page
    assert reverse("shop:cancel", args=[order.pk]) not in page


def test_cancelling_asks_once(village):
    order = village.order(village.round(), "Amina", WISHES)
    client, address = client_of(village.people["Amina"]), reverse("shop:cancel", args=[order.pk])
    assert "Cancel the whole order?" in text_of(client, address)
    stale = client.post(address, {"key": ids.fresh_key(), "version": 0}, follow=True)
    assert "changed in another window" in stale.content.decode()
    said = client.post(address, {"key": ids.fresh_key(), "version": 1}, follow=True)
    assert "Your order is cancelled." in said.content.decode()
    assert village.spendable("Amina") == 20_000
    page = text_of(client, reverse("shop:order", args=[order.pk]))
    assert "This order is cancelled." in page
    assert client.get(address).status_code == 302


def test_a_receipt_says_what_was_weighed_and_where_it_went(village, settled):
    order = Order.objects.get(household=village.households["Amina"])
    client = client_of(village.people["Amina"])
    page = text_of(client, reverse("shop:order", args=[order.pk]))
    # 970 g at 4.20 per 500 g is 8.15; eggs 18.00; deposit 0.50.
    for words in ("1.94 jin", "¥ 8.15", "¥ 18.00", "¥ 0.50", "¥ 26.65", "Where your money goes", "Tax inside"):
        assert words in page, words
    # 26.15 with 9 % inside: 2.16, on the sum and not line by line.
    assert "¥ 23.99" in page
    assert "¥ 2.16" in page
    paper = client.get(reverse("shop:receipt", args=[order.pk]))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    listed = text_of(client, reverse("shop:orders"))
    assert "¥ 26.65" in listed


def test_the_way_of_a_line_from_field_to_door(village):
    field = agents.add_place(by=village.home, name="Terrace", latitude=23.86, longitude=109.6)
    told = ProductFacts(origin_id=field.pk, certificate="organic")
    choi = village.items["Pak choi"].product
    catalog.change_product(by=village.home, product=choi, name=choi.name, facts=told)
    round = village.round()
    order = village.order(round, "Amina", WISHES)
    client = client_of(village.people["Amina"])
    line = order.lines.get(offer__item=village.items["Pak choi"])
    address = reverse("shop:line", args=[line.pk])
    before = text_of(client, address)
    assert "Comes to Yufeng Street store" in before
    assert "70 km" in before
    pack_and_settle(village, round, settle=False)
    # What the farm says of its goods later changes nothing about what came.
    catalog.change_product(by=village.home, product=choi, name=choi.name, facts=ProductFacts(certificate="none"))
    page = text_of(client, address)
    for words in ("Came to Yufeng Street store", "lot 1126-HD", "1.94 jin", "packed by Tan Mei", "In your hands"):
        assert words in page, words
    for words in ("weighed by Tan Mei", "handed over by", "Grown or made by Huang Dacheng", "Terrace", "organic"):
        assert words in page, words


def test_hands_are_named_only_to_who_may_know(village):
    round = village.round()
    order = village.order(round, "Amina", WISHES)
    pack_and_settle(village, round, settle=False)
    for role in village.people["Tan Mei"].roles.all():
        agents.end_role(by=village.home, role=role)
    page = text_of(client_of(village.people["Amina"]), reverse("shop:line", args=[order.lines.first().pk]))
    assert "Tan Mei" not in page


def test_figures_are_for_everybody_and_show_no_single_household(village, settled):
    page = text_of(Client(), reverse("shop:figures"))
    assert "Rounds of 2026" in page
    assert "Amina" not in page
    year = figures.year()
    assert year.sums.orders == 6
    assert year.sums.sales == sum(Order.objects.values_list("final", flat=True))
    finals = sorted(Order.objects.values_list("final", flat=True))
    assert year.rows[0].median == year.median == finals[2]
    assert f"{year.sums.share_bp / 100:.1f} %" in page
    table = Client().get(reverse("shop:figures"), {"as": "csv"})
    assert table["Content-Type"].startswith("text/csv")
    assert "Yufeng Street store" in table.content.decode("utf-8-sig")
    assert Client().get(reverse("shop:figures"), {"year": "1999"}).status_code == 200
    assert Client().get(reverse("shop:figures"), {"as": "exe"}).status_code == 404


def test_a_round_of_four_orders_is_left_out(village):
    round = village.round()
    for name in ("Amina", "Jo", "Chen", "Wei"):
        village.order(round, name, WISHES)
    pack_and_settle(village, round)
    year = figures.year()
    assert (year.rows, year.hidden, year.sums.sales) == ([], 1, 0)
    assert "Nothing settled yet" in text_of(Client(), reverse("shop:figures"))


def test_the_cards_of_the_week_follow_the_order(village):
    amina = village.people["Amina"]

    def titles(moment=None):
        with village.at(moment or MONDAY):
            return [(card.title, card.tone, card.deed) for card in member_cards(Reader(amina))]

    assert titles() == []
    round = village.round()
    assert titles() == [("The shop is open", "quiet", "See what there is")]
    bread = village.offer(round, "Bread").pk
    operations.fill_basket(by=amina, round=round, household=village.households["Amina"], counts={bread: 1})
    assert titles() == [("Your basket is not ordered yet", "today", "Check and order")]
    order = village.order(round, "Amina", WISHES)
    [(title, tone, deed)] = titles(CLOSING - timedelta(hours=3))
    assert (title[:17], tone, deed) == ("Your order closes", "today", "Look at it again")
    text = member_cards(Reader(amina))[0].text.replace("\xa0", " ")
    assert "2 things, about ¥ 26.90." in text
    assert "16:00–19:00, Yufeng Street store" in text
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    assert titles(CLOSING + timedelta(hours=1)) == [("Your order is fixed", "quiet", "See what is in it")]
    with village.at(THURSDAY - timedelta(hours=2)):
        village.receive(round)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    assert titles(THURSDAY) == [("Your crate is packed", "ready", "See what is in it")]
    assert titles(THURSDAY + timedelta(hours=4)) == [("Collecting is over", "quiet", "See what is in it")]
    with village.at(THURSDAY + timedelta(hours=1)):
        handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
        assert titles(THURSDAY + timedelta(hours=1)) == []
        operations.settle_round(by=village.people["Li Na"], round=round)
    order.refresh_from_db()
    [(title, _tone, _deed)] = titles(THURSDAY + timedelta(days=1))
    assert title == "Receipt"
    assert titles(THURSDAY + timedelta(days=9)) == []


def test_a_cook_has_cards_for_her_household_and_her_kitchen(village):
    village.round()
    cards = member_cards(Reader(village.people["Zhou"]))
    assert [card.title for card in cards] == ["The shop is open · Zhou's household", "The shop is open · Tudi kitchen"]


def statements(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def more_goods(village, count):
    """So many more kinds of goods from all farms, two packs each."""
    farms = list(village.producers.values())
    draft = tuple(
        ItemDraft(pack_quantity=pack, prices=(PriceDraft(price, price * 3 // 4, "cn-farm"),))
        for pack, price in ((500, 500), (2500, 2300))
    )
    for number in range(count):
        product = catalog.add_product(
            by=village.home,
            producer=farms[number % len(farms)],
            name=f"Kind {number}",
            category=FIRST_CATEGORY,
            unit="kg",
            items=draft,
        )
        for item in product.items.all():
            village.items[f"Kind {number} {item.pack_quantity}"] = item


def test_pages_ask_as_often_for_thirty_things_as_for_three(village):
    round = village.round()
    client = client_of(village.people["Amina"])
    three = {"Pak choi": 1, "Eggs": 1, "Bread": 1}
    order = village.order(round, "Amina", three)
    pages = {
        "shop": (round.pk,),
        "basket": (round.pk,),
        "order": (order.pk,),
        "orders": (),
    }
    few = {name: statements(client, reverse(f"shop:{name}", args=args)) for name, args in pages.items()}
    search = statements(client, reverse("shop:shop", args=[round.pk]) + "?q=a")
    more_goods(village, 30)
    operations.offer_items(
        by=village.home, round=round, items=[operations.OfferDraft(item.pk) for item in village.items.values()]
    )
    many = dict(three) | {f"Kind {number} 500": 1 for number in range(27)}
    village.order(round, "Amina", many, version=order.version)
    assert {name: statements(client, reverse(f"shop:{name}", args=args)) for name, args in pages.items()} == few
    assert statements(client, reverse("shop:shop", args=[round.pk]) + "?q=a") == search
    assert few["shop"] <= 32
    with node.at_home(), CaptureQueriesContext(connection) as asked:
        member_cards(Reader(village.people["Amina"]))
    assert len(asked) <= 5


def test_a_farm_reads_on_its_first_page_what_to_bring(village):
    huang = village.producers["Huang Dacheng"]
    farmer = Reader(agent=huang, roles=frozenset({"producer"}))
    first, second = village.round(), village.round()
    for round in (first, second):
        village.order(round, "Amina", {"Pak choi": 2})
    assert "What to bring" not in [card.title for card in member_cards(farmer)]
    village.close(second)
    village.close(first)
    bring = [card for card in member_cards(farmer) if card.title == "What to bring"]
    assert [card.text for card in bring] == ["1 thing to Yufeng Street store."] * 2
    assert bring[0].url == f"{reverse('shop:farm')}?of={huang.pk}"
    with village.at(THURSDAY + timedelta(hours=3)):
        assert "What to bring" not in [card.title for card in member_cards(farmer)]
    later = THURSDAY + timedelta(days=7)
    planned = handovers.plan_handover(
        by=village.people["Li Na"], place=village.place, begins=later, ends=later + timedelta(hours=3)
    )
    OrderRound.objects.filter(pk=first.pk).update(handover=planned)
    assert [one.order.round_id for one in orders_for(huang)] == [first.pk, second.pk]
