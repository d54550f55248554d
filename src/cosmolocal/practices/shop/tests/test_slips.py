"""Slips of the hand in a round: a hundred for one, grams for kilograms, cents for a whole. Asked, never refused."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import correct_receipt, pack_all, pack_line
from cosmolocal.handovers.queries import crate_sheet
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import queries
from cosmolocal.practices.shop.models import LineCredit, Order, OrderLine
from cosmolocal.practices.shop.orders.pages import asking
from cosmolocal.practices.shop.orders.pages import basket as baskets
from cosmolocal.practices.shop.settling.queries import oddities
from cosmolocal.practices.shop.tests.village import CLOSING, THURSDAY, client_of


@pytest.fixture
def round(village):
    """Jo and Chen took 1 and 3 boxes of eggs; Amina has money for a hundred."""
    made = village.round()
    village.order(made, "Jo", {"Eggs": 1})
    village.order(made, "Chen", {"Eggs": 3})
    account = money_queries.account_for(village.households["Amina"])
    money.top_up(by=village.home, account=account, box=money_queries.boxes()[0], amount=1_000_000)
    return made


def put(village, round, name, count):
    """Amina's browser, with so many in the basket; the offer; what the page that is read once more would send."""
    browser, offer = client_of(village.people["Amina"]), village.offer(round, name)
    browser.post(reverse("shop:put", args=[offer.pk]), {"count": str(count), "kind": "stepper"})
    return browser, offer, {"line": f"{offer.pk}:{count}", "pays": "prepaid", "key": "k"}


def test_a_hundred_where_everybody_takes_one_to_three_is_asked_about(village, round):
    browser, offer, wish = put(village, round, "Eggs", 100)
    address = reverse("shop:check", args=[round.pk])
    assert "is about 33 times what is usual" in browser.get(address).content.decode()
    asked = browser.post(address, wish)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert f'name="sure" value="count-{offer.pk}=1"' in page
    assert f'name="sure" value="count-{offer.pk}=100"' in page
    assert not Order.objects.filter(household=village.households["Amina"]).exists()
    assert browser.post(address, {**wish, "sure": f"count-{offer.pk}=100"}).status_code == 302
    assert OrderLine.objects.get(order__household=village.households["Amina"]).count == 100


def test_the_other_reading_goes_into_the_basket_and_is_read_once_more(village, round):
    browser, offer, wish = put(village, round, "Eggs", 100)
    address = reverse("shop:check", args=[round.pk])
    answer = browser.post(address, {**wish, "sure": f"count-{offer.pk}=1"})
    assert answer.headers["Location"] == address
    assert baskets.counts_of(round, village.households["Amina"]) == {offer.pk: 1}
    assert browser.post(address, {**wish, "line": f"{offer.pk}:1"}).status_code == 302
    assert OrderLine.objects.get(order__household=village.households["Amina"]).count == 1


def test_an_answer_to_one_of_two_questions_goes_along_with_the_next_press(village, round):
    village.order(round, "Wei", {"Cabbage": 2})
    browser, eggs, wish = put(village, round, "Eggs", 20)
    _same, cabbage, _wish = put(village, round, "Cabbage", 30)
    wish = {**wish, "line": [f"{eggs.pk}:20", f"{cabbage.pk}:30"], "sure": f"count-{eggs.pk}=20"}
    address = reverse("shop:check", args=[round.pk])
    page = browser.post(address, wish).content.decode()
    assert f'<input type="hidden" name="sure" value="count-{eggs.pk}=20">' in page
    assert f'type="submit" name="sure" value="count-{cabbage.pk}=30"' in page
    wish["sure"] = [f"count-{eggs.pk}=20", f"count-{cabbage.pk}=30"]
    assert browser.post(address, wish).status_code == 302
    assert Order.objects.filter(household=village.households["Amina"]).exists()


def test_nobody_is_asked_about_fifteen_nor_about_what_nobody_ordered_before(village, round):
    for name, count in (("Eggs", 15), ("Bread", 40)):
        browser, _offer, wish = put(village, round, name, count)
        view = baskets.basket(round, village.households["Amina"])
        assert asking.asked(view, {}).open == []
        wish["line"] = [f"{offer}:{count}" for offer, count in view.counts.items()]
    assert browser.post(reverse("shop:check", args=[round.pk]), wish).status_code == 302


def test_a_restaurant_is_compared_with_restaurants_and_with_itself(village, round):
    village.order(round, "kitchen", {"Eggs": 20}, by=village.people["Zhou"])
    kitchen = baskets.basket(round, village.households["kitchen"])
    kitchen.lines[0].count = 90
    assert asking.asked(kitchen, {}).open == []
    kitchen.lines[0].count = 101
    [question] = asking.asked(kitchen, {}).open
    assert "20" in question.sentence
    other = agents.add_organisation(by=village.home, name="Canteen", group="restaurant")
    view = baskets.basket(round, other)
    view.lines = kitchen.lines
    assert len(asking.asked(view, {}).open) == 1


def test_small_orders_cost_no_statement_more(village, round):
    put(village, round, "Eggs", 3)
    view = baskets.basket(round, village.households["Amina"])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        asking.asked(view, {})
    assert len(asked) == 0


def test_a_hundred_keyed_in_after_closing_is_asked_about(village, round):
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    offer = village.offer(round, "Eggs")
    keeper = client_of(village.people["Keeper Lu"])
    address = reverse("shop:late", args=[round.pk, village.households["Jo"].pk])
    with village.at(THURSDAY):
        wish = {"offer": offer.pk, "count": "100", "key": "k"}
        asked = keeper.post(address, wish)
        assert asked.status_code == 422
        assert 'name="sure" value="count=1"' in asked.content.decode()
        assert keeper.post(address, {**wish, "sure": "count=1"}).status_code == 302
    assert OrderLine.objects.get(order__household=village.households["Jo"]).count == 1


def test_cash_far_from_what_is_to_pay_is_asked_about(village, round):
    order = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        pack_all(by=village.people["Tan Mei"], handover=round.handover)
        box = next(box for box in money_queries.boxes() if box.kind == "cash")
        address = reverse("shop:cash", args=[order.pk])
        keeper = client_of(village.people["Keeper Lu"])
        asked = keeper.post(address, {"amount": "1500", "box": box.pk, "key": "c"})
        assert asked.status_code == 422
        assert 'name="sure" value="amount=1500"' in asked.content.decode()
        assert 'name="sure" value="amount=150000"' in asked.content.decode()
        taken = {"amount": "1500", "box": box.pk, "key": "c", "sure": "amount=1500"}
        assert keeper.post(address, taken).status_code == 302
    assert village.balance("Qin") == 1500


def test_grams_announced_for_kilograms_are_asked_about(village, round):
    baker = client_of(village.people["Li Na"])
    choi = village.offer(round, "Pak choi")
    address = reverse("shop:stock", args=[choi.pk])
    asked = baker.post(address, {"available": "40000", "key": "s"})
    assert asked.status_code == 422
    assert 'name="sure" value="available=20000"' in asked.content.decode()
    assert baker.post(address, {"available": "40000", "key": "s", "sure": "available=20000"}).status_code == 302
    choi.refresh_from_db()
    assert choi.intent.available_quantity == 20_000
    for few in ("300", "1", "0"):
        assert baker.post(address, {"available": few, "key": f"t{few}"}).status_code == 302


def _not_enough(village, round, **sent):
    """Thirteen jin (6.5 kg) of pak choi are ordered; what the steward's page answers to so much there is."""
    if not round.orders.filter(household=village.households["Amina"]).exists():
        village.order(round, "Amina", {"Pak choi": 13})
    choi = village.offer(round, "Pak choi")
    address = reverse("shop:shortage", args=[round.pk, choi.intent_id])
    return client_of(village.people["Li Na"]).post(address, {"key": "s", **sent}, follow=True), choi.intent_id


def test_grams_where_there_is_not_enough_are_asked_about(village, round):
    asked, intent = _not_enough(village, round, available="6500")
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "times what was ordered" in page
    assert 'name="sure" value="available=3250"' in page
    assert 'name="sure" value="available=3250000"' in page
    assert queries.shortages(round) == {}
    _not_enough(village, round, available="6500", sure="available=3250")
    assert queries.shortages(round) == {intent: 3250}


@pytest.mark.parametrize("typed", ["1,873", "1 873", "1.873"])
def test_what_was_ordered_decides_how_much_there_is_and_the_page_says_so(village, round, typed):
    answer, intent = _not_enough(village, round, available=typed)
    assert queries.shortages(round) == {intent: 937}
    assert "was read as 1.874 jin" in answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("typed", ["0", "1", "12"])
def test_little_or_none_of_it_is_not_asked_about(village, round, typed):
    _answer, intent = _not_enough(village, round, available=typed)
    assert queries.shortages(round) == {intent: int(typed) * 500}


def test_what_is_credited_is_read_by_what_lay_in_the_crate(village, round):
    """2 kg lay there: 1,873 jin cannot be meant."""
    order = village.order(round, "Amina", {"Pak choi": 4})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        pack_all(by=village.people["Tan Mei"], handover=round.handover)
        address = reverse("shop:credit", args=[order.lines.get().pk])
        keeper = client_of(village.people["Keeper Lu"])
        assert keeper.post(address, {"quantity": "1873", "reason": "spoiled", "key": "c"}).status_code == 422
        page = keeper.post(address, {"quantity": "1,873", "reason": "spoiled", "key": "c"}, follow=True)
    assert LineCredit.objects.get().quantity == 937
    assert "was read as" in page.content.decode()


@pytest.mark.parametrize("weight", [2_000_000, 2])
def test_a_crate_far_from_what_was_ordered_stands_in_red_before_settling(village, round, weight):
    """A fact that somebody insisted on is there; whoever settles sees whose it is, and the way to put it right."""
    village.order(round, "Amina", {"Pak choi": 4})
    village.order(round, "Wei", {"Pak choi": 4})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        crate = village.crate(round, "Amina")
        line = next(line for line in crate_sheet(crate).lines if line.goods.name == "Pak choi")
        pack_line(by=village.people["Tan Mei"], crate=crate, commitment_id=line.commitment_id, quantity=weight)
        pack_all(by=village.people["Tan Mei"], handover=round.handover)
        page = client_of(village.people["Li Na"]).get(reverse("shop:settle", args=[round.pk])).content.decode()
    [odd] = oddities.lines(round)
    assert (odd.name, odd.goods, odd.crate, odd.receipt) == ("Amina's household", "Pak choi", crate.pk, None)
    assert "Out of proportion: please look before you settle" in page
    assert reverse("handovers:crate", args=[crate.pk]) in page


def test_an_arrival_far_too_small_stands_in_red_before_settling(village, round):
    """2 g where 2 kg were promised; 0.4 kg, or nothing, comes short every week."""
    village.order(round, "Amina", {"Pak choi": 4})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round, Pak_choi=2)
        [odd] = oddities.lines(round)
        receipt = Receipt.objects.get(producer=village.producers["Huang Dacheng"])
        assert (odd.name, odd.receipt, odd.crate) == ("Huang Dacheng", receipt.pk, None)
        for fine in (400, 0):
            correct_receipt(by=village.people["Tan Mei"], receipt=receipt, received=fine, accepted=fine)
            assert oddities.lines(round) == []
