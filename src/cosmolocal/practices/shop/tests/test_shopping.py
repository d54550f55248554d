"""Shopping as people do it: strangers, members, two devices, a helper, a cook; sums as they will be charged."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents.queries import ACTING_FOR
from cosmolocal.catalog import operations as catalog
from cosmolocal.kernel import ids
from cosmolocal.kernel.models import Operation
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import Basket, Order, RoundOffer
from cosmolocal.practices.shop.operations import OfferDraft
from cosmolocal.practices.shop.orders.pages.basket import basket
from cosmolocal.practices.shop.tests.village import MONDAY, client_of


@pytest.fixture
def amina(village):
    return client_of(village.people["Amina"])


def put(client, offer, count, **more):
    return client.post(reverse("shop:put", args=[offer.pk]), {"count": str(count), **more})


def fill(village, round, name, **wishes):
    """The basket of a household, filled as its person would."""
    counts = {village.offer(round, item.replace("_", " ")).pk: count for item, count in wishes.items()}
    operations.fill_basket(by=village.people[name], round=round, household=village.households[name], counts=counts)
    return [f"{offer}:{count}" for offer, count in counts.items()]


def order(client, round, **changed):
    """Opens the page that is read once more and presses the binding button."""
    page = client.get(reverse("shop:check", args=[round.pk])).content.decode()
    fields = {
        "key": re.search(r'name="key" value="([^"]+)"', page)[1],
        "version": (re.search(r'name="version"(?: value="(\d+)")?', page) or [0, ""])[1] or "",
        "line": re.findall(r'name="line" value="([^"]+)"', page),
        "pays": "prepaid",
    }
    return client.post(reverse("shop:check", args=[round.pk]), fields | changed), fields | changed


def test_a_stranger_reads_and_cannot_order(village):
    round = village.round(stocks={"Bread": 5})
    page = Client().get(reverse("shop:home")).content.decode()
    for words in ("Pak choi", "Huang Dacheng", "¥ 4.20", "¥ 8.40 / kg", "5 things from 3 farms", "last 5"):
        assert words in page.replace("\xa0", " "), words
    assert "Ask to join" in page
    assert '<form method="post"' not in page.split('id="shelf"')[1].split("</main>")[0]
    for name in ("basket", "check", "last_week"):
        assert Client().get(reverse(f"shop:{name}", args=[round.pk])).status_code == 302
    assert put(Client(), village.offer(round, "Bread"), 1).status_code == 302
    assert not Basket.objects.exists()


def test_without_javascript_the_buttons_of_a_line_work(village, amina):
    round = village.round()
    bread = village.offer(round, "Bread")
    shop = reverse("shop:shop", args=[round.pk])
    answer = amina.post(reverse("shop:put", args=[bread.pk]), {"more": "count", "back": f"{shop}?q=bread"})
    assert answer["Location"] == f"{shop}?q=bread#line-{bread.pk}"
    put(amina, bread, 1, more="count")
    assert Basket.objects.get().counts == {str(bread.pk): 2}
    put(amina, bread, 2, less="count")
    put(amina, bread, 1, less="count")
    assert Basket.objects.get().counts == {}
    evil = amina.post(reverse("shop:put", args=[bread.pk]), {"more": "count", "back": "https://example.org/"})
    assert evil["Location"].startswith(shop)
    for back in ("nowhere", "9" * 20, "//example.org/"):
        assert amina.post(reverse("shop:put", args=[bread.pk]), {"back": back})["Location"].startswith(shop)


def test_less_than_nothing_is_no_number(village, amina):
    round = village.round()
    bread = village.offer(round, "Bread")
    put(amina, bread, 2)
    put(amina, bread, -1)
    assert Basket.objects.get().counts == {str(bread.pk): 2}


def test_cash_is_chosen_where_the_account_does_not_suffice(village, amina):
    round = village.round()
    fill(village, round, "Amina", Bread=1)
    chosen = re.compile(r'value="(\w+)"[^>]* checked')
    assert chosen.findall(amina.get(reverse("shop:check", args=[round.pk])).content.decode()) == ["prepaid"]
    fill(village, round, "Amina", Bread=900)
    assert chosen.findall(amina.get(reverse("shop:check", args=[round.pk])).content.decode()) == ["cash"]


def test_a_part_of_the_page_answers_htmx(village, amina):
    round = village.round(stocks={"Eggs": 3})
    eggs = village.offer(round, "Eggs")
    htmx = {"HX-Request": "true"}
    address = reverse("shop:put", args=[eggs.pk])
    added = amina.post(address, {"more": "count", "kind": "add"}, headers=htmx)
    assert "HX-Reswap" not in added
    assert 'id="basket-bar"' in added.content.decode()
    # The script has counted: the pressed button is not counted again.
    pressed = amina.post(address, {"count": "2", "more": "count", "kind": "stepper"}, headers=htmx)
    assert pressed["HX-Reswap"] == "none"
    assert "Eggs: 2" in pressed["HX-Trigger"]
    assert Basket.objects.get().counts == {str(eggs.pk): 2}
    much = amina.post(address, {"count": "9", "kind": "stepper"}, headers=htmx)
    assert "only 3 left" in much.content.decode()
    assert Basket.objects.get().counts == {str(eggs.pk): 3}
    unclear = amina.post(address, {"count": "many", "kind": "stepper"}, headers=htmx)
    assert "whole number" in unclear.content.decode()
    assert Basket.objects.get().counts == {str(eggs.pk): 3}


def test_the_basket_comes_to_what_ordering_charges(village, amina):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 1, "Bread": 1})
    fill(village, round, "Amina", Pak_choi=3, Lotus_root=2, Eggs=2)
    seen = basket(round, village.households["Amina"])
    answer, _fields = order(amina, round)
    assert answer.status_code == 302
    placed = Order.objects.get()
    assert (seen.estimate, seen.upper) == (placed.estimate, placed.upper)
    assert seen.is_weighed
    assert seen.purse.may_spend == 20_000
    assert seen.counts == {line.offer_id: line.count for line in placed.lines.all()}


def test_ordering_twice_is_ordering_once(village, amina):
    round = village.round()
    fill(village, round, "Amina", Bread=2)
    first, fields = order(amina, round)
    again = amina.post(reverse("shop:check", args=[round.pk]), fields)
    assert first["Location"] == again["Location"]
    placed = Order.objects.get()
    assert placed.version == 1
    assert Operation.objects.filter(code="shop.place_order").count() == 1
    assert "Change it" in amina.get(first["Location"]).content.decode()


def test_what_is_gone_meanwhile_is_marked_and_mended(village, amina):
    round = village.round(stocks={"Eggs": 3})
    fill(village, round, "Amina", Eggs=3, Bread=1)
    page = amina.get(reverse("shop:check", args=[round.pk])).content.decode()
    village.order(round, "Jo", {"Eggs": 2})
    lines = re.findall(r'name="line" value="([^"]+)"', page)
    refused = amina.post(
        reverse("shop:check", args=[round.pk]), {"key": ids.fresh_key(), "pays": "prepaid", "line": lines}
    )
    assert refused.status_code == 422
    said = refused.content.decode()
    assert "Only 1 left." in said
    assert "your basket is kept" in said
    eggs = village.offer(round, "Eggs")
    back = reverse("shop:check", args=[round.pk])
    mended = amina.post(reverse("shop:fill", args=[round.pk]), {"line": [f"{eggs.pk}:1"], "back": back})
    assert mended["Location"] == back
    answer, _fields = order(amina, round)
    assert answer.status_code == 302
    assert sorted(Order.objects.get(household=village.households["Amina"]).lines.values_list("count", flat=True)) == [
        1,
        1,
    ]


def test_missing_money_is_said_early_with_a_way_out(village, amina):
    round = village.round()
    fill(village, round, "Amina", Bread=14)
    page = amina.get(reverse("shop:shop", args=[round.pk])).content.decode().replace("\xa0", " ")
    assert "¥ 10.00 is missing" in page
    assert "/money/accounts/" in page
    refused, fields = order(amina, round)
    assert refused.status_code == 422
    assert "10.00" in refused.content.decode()
    assert Basket.objects.get().counts
    paid = amina.post(reverse("shop:check", args=[round.pk]), fields | {"pays": "cash"})
    assert paid.status_code == 302
    assert Order.objects.get().pays == "cash"


def test_two_windows_show_the_order_as_it_is(village, amina):
    round = village.round()
    standing = village.order(round, "Amina", {"Bread": 1})
    lines = fill(village, round, "Amina", Bread=2)
    fields = {"key": ids.fresh_key(), "pays": "prepaid", "line": lines, "version": standing.version}
    village.order(round, "Amina", {"Bread": 5}, version=standing.version)
    fill(village, round, "Amina", Bread=2)
    answer = amina.post(reverse("shop:check", args=[round.pk]), fields)
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "changed elsewhere" in said
    assert "5 × loaf" in said
    assert Order.objects.get().lines.get().count == 5
    kept = amina.post(reverse("shop:as_ordered", args=[round.pk]))
    assert kept["Location"] == reverse("shop:order", args=[standing.pk])
    assert not basket(round, village.households["Amina"]).is_changed


def test_a_basket_changed_while_reading_is_read_again(village, amina):
    round = village.round()
    fill(village, round, "Amina", Bread=1)
    page = amina.get(reverse("shop:check", args=[round.pk])).content.decode()
    lines = re.findall(r'name="line" value="([^"]+)"', page)
    fill(village, round, "Amina", Eggs=1)
    answer = amina.post(
        reverse("shop:check", args=[round.pk]),
        {"key": ids.fresh_key(), "pays": "prepaid", "line": lines},
        follow=True,
    )
    assert "Nothing is ordered yet" in answer.content.decode()
    assert not Order.objects.exists()
    assert len(Basket.objects.get().counts) == 2


def test_what_closes_early_says_so_and_then_stays(village, amina):
    round = village.round()
    noon = MONDAY + timedelta(hours=4)
    operations.offer_items(
        by=village.people["Li Na"], round=round, items=[OfferDraft(village.items["Bread"].pk, closes_at=noon)]
    )
    shop = reverse("shop:shop", args=[round.pk])
    assert "order until" in amina.get(shop).content.decode()
    village.order(round, "Amina", {"Bread": 1})
    with village.at(noon + timedelta(minutes=1)):
        page = amina.get(shop).content.decode()
        assert "closed for this round" in page
        bread = village.offer(round, "Bread")
        put(amina, bread, 4)
        fill(village, round, "Amina", Eggs=1)
        answer, _fields = order(amina, round)
        assert answer.status_code == 302
        page = amina.get(answer["Location"]).content.decode()
    assert "fixed already" in page
    assert {line.offer_id: line.count for line in Order.objects.get().lines.all()}[bread.pk] == 1


def test_words_kinds_and_farms(village, amina):
    round = village.round()
    shop = reverse("shop:shop", args=[round.pk])

    def names(query):
        return re.findall(r'class="good-title">\s*<a [^>]*>([^<]+)', amina.get(f"{shop}?{query}").content.decode())

    assert len(names("")) == 5
    assert names("q=PAK") == ["Pak choi"]
    assert names("q=sanjiang") == ["Eggs"]
    assert names("q=nothing+like+it") == []
    huang = village.producers["Huang Dacheng"].pk
    assert set(names(f"farm={huang}")) == {"Pak choi", "Cabbage", "Lotus root"}
    assert names(f"farm={huang}&q=root") == ["Lotus root"]
    assert names("kind=999999") == []
    assert len(names("kind=abc&page=99")) == 5
    part = amina.get(f"{shop}?q=egg", headers={"HX-Request": "true"})
    assert part.content.decode().startswith('<div id="shelf"')
    assert "1 thing found" in part["HX-Trigger"]


@pytest.mark.parametrize("state", ["empty", "ordered", "ordered and changed", "cancelled", "bread has closed"])
def test_shelf_alone_shows_what_the_whole_page_shows(village, amina, state):
    round = village.round(stocks={"Eggs": 3})
    shop = reverse("shop:shop", args=[round.pk])
    order = village.order(round, "Amina", {"Eggs": 2, "Bread": 1}) if state != "empty" else None
    household, person = village.households["Amina"], village.people["Amina"]
    if state in ("ordered and changed", "bread has closed"):
        counts = {village.offer(round, "Eggs").pk: 3, village.offer(round, "Bread").pk: 2}
        operations.fill_basket(by=person, round=round, household=household, counts=counts)
    if state == "cancelled":
        operations.cancel_order(by=person, order=order)
    if state == "bread has closed":
        RoundOffer.objects.filter(pk=village.offer(round, "Bread").pk).update(closes_at=MONDAY)

    def shelf(headers):
        page = amina.get(shop, headers=headers).content.decode()
        part = page[page.index('<div id="shelf"') :].split('id="basket', 1)[0]
        deeds = re.findall(r'<div class="good-deed" id="deed-(\d+)">(.*?)</div>', part, re.DOTALL)
        return [(pk, re.findall(r'value="(\d+)"|max="(\d+)"|good-fixed">(\d+)', deed)) for pk, deed in deeds]

    assert shelf({}) == shelf({"HX-Request": "true"})
    assert len(shelf({})) >= 5


def test_how_far_and_from_which_village(village):
    village.round()
    page = Client().get(reverse("shop:home")).content.decode()
    assert re.search(r"Huang Dacheng[^<]*· 70 km", page)


def test_what_i_had_last_time(village, amina):
    earlier = village.round()
    village.order(earlier, "Amina", {"Pak choi": 2, "Eggs": 3, "Cabbage": 1})
    with village.at(MONDAY + timedelta(days=3)):
        village.close(earlier)
    with village.at(MONDAY + timedelta(days=7)):
        catalog.announce_stock(by=village.home, stocks={village.items["Eggs"].pk: 2})
        wish = operations.RoundDraft(
            "Next", village.place, *(MONDAY + timedelta(days=day) for day in (7, 9, 10)), MONDAY + timedelta(days=11)
        )
        round = operations.plan_round(by=village.home, draft=wish)
        kept = [OfferDraft(village.items[name].pk) for name in ("Pak choi", "Eggs", "Bread")]
        operations.offer_items(by=village.home, round=round, items=kept)
        operations.open_round(by=village.home, round=round)
        assert "What I had last time" in amina.get(reverse("shop:home")).content.decode()
        answer = amina.post(reverse("shop:last_week", args=[round.pk]), follow=True)
        said = answer.content.decode()
        assert "Not on offer this time: Cabbage." in said
        counts = Basket.objects.get().counts
        assert counts == {str(village.offer(round, "Pak choi").pk): 2, str(village.offer(round, "Eggs").pk): 2}


def test_a_helper_orders_for_her_member(village):
    round = village.round()
    jo, qin = village.people["Jo"], village.people["Qin"]
    agents.start_helping(by=village.home, helper=jo, member=qin, consent="asked at her door")
    client = client_of(jo)
    session = client.session
    session[ACTING_FOR] = qin.pk
    session.save()
    put(client, village.offer(round, "Bread"), 1)
    answer, _fields = order(client, round, pays="cash")
    assert answer.status_code == 302
    placed = Order.objects.get()
    assert (placed.household, placed.placed_by) == (village.households["Qin"], jo)
    assert Operation.objects.get(code="shop.place_order").on_behalf_of == qin
    assert client.get(answer["Location"]).status_code == 200


def test_a_cook_orders_for_the_kitchen_at_its_price(village):
    bread = village.items["Bread"]
    catalog.set_price(
        by=village.home, item=bread, price=1300, purchase=1100, tax_code=bread.prices.get().tax_code, group="restaurant"
    )
    with village.at(MONDAY + timedelta(minutes=1)):
        round = village.round()
        client = client_of(village.people["Zhou"])
        shop = reverse("shop:shop", args=[round.pk])
        assert "¥ 15.00" in client.get(shop).content.decode().replace("\xa0", " ")
        kitchen = village.households["kitchen"]
        client.post(reverse("shop:buy_for"), {"agent": kitchen.pk, "back": shop})
        page = client.get(shop).content.decode().replace("\xa0", " ")
        assert "¥ 13.00" in page
        assert "¥ 15.00" not in page
        put(client, village.offer(round, "Bread"), 2)
        assert "You may spend up to ¥ 1,000.00" in client.get(shop).content.decode().replace("\xa0", " ")
        order(client, round)
        # Nobody may choose a household that is not hers.
        client.post(reverse("shop:buy_for"), {"agent": village.households["Amina"].pk})
    placed = Order.objects.get()
    assert (placed.household, placed.estimate) == (kitchen, 2600)
    assert "Tudi kitchen" in client.get(shop).content.decode()


def test_a_steward_keys_in_an_order_that_came_on_paper(village):
    round, steward = village.round(), client_of(village.people["Li Na"])
    jo = village.households["Jo"]
    with village.at(MONDAY + timedelta(minutes=1)):
        desk = steward.get(reverse("shop:round_desk", args=[round.pk])).content.decode()
        assert f'<option value="{jo.pk}">' in desk
        steward.post(reverse("shop:buy_for"), {"agent": jo.pk})
        put(steward, village.offer(round, "Bread"), 2)
        assert "This order is for Jo" in steward.get(reverse("shop:check", args=[round.pk])).content.decode()
        order(steward, round)
    placed = Order.objects.get()
    assert (placed.household, placed.placed_by.name) == (jo, "Li Na")
    # Her next order is her own again, where she has a household.
    assert "shop_buying_for" not in steward.session
    # Nobody else may; a farm buys nothing.
    farm = village.producers["Baker Lan"]
    steward.post(reverse("shop:buy_for"), {"agent": farm.pk})
    assert "shop_buying_for" not in steward.session


def test_a_closed_round_is_read_but_takes_nothing(village, amina):
    round = village.round()
    with village.at(MONDAY + timedelta(days=4)):
        page = amina.get(reverse("shop:home")).content.decode()
        assert "No round is open now" in page
        assert reverse("shop:rounds") not in page
        steward = client_of(village.people["Li Na"])
        assert reverse("shop:rounds") in steward.get(reverse("shop:home")).content.decode()
        shop = reverse("shop:shop", args=[round.pk])
        page = amina.get(shop).content.decode()
        assert "takes no more orders" in page
        assert reverse("shop:put", args=[village.offer(round, "Bread").pk]) not in page
        put(amina, village.offer(round, "Bread"), 1)
        assert not Basket.objects.exists()
        assert Client().get(shop).status_code == 200
    draft = village.round(opens=False)
    assert amina.get(reverse("shop:shop", args=[draft.pk])).status_code == 404
