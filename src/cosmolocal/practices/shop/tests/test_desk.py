"""The steward's desk, the farm's page and the keeper's household page, walked through as people would."""

from datetime import date, timedelta
from io import BytesIO

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Place
from cosmolocal.agents.queries import household_of, readers
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import ReceiptLine, correct_receipt, give_back, hand_over, pack_all, receive
from cosmolocal.kernel import ids
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import desk_cards, operations, queries
from cosmolocal.practices.shop.models import LineCredit, Order, OrderRound, ProducerOrder
from cosmolocal.practices.shop.orders.pages.orders import order_view
from cosmolocal.practices.shop.steps import steps_of
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, client_of


def do(client, round, name):
    return client.post(reverse("shop:deed", args=[round.pk, name]), {"key": ids.fresh_key()}, follow=True)


def test_a_round_from_plan_to_payment(village, steward):
    place = Place.objects.get(is_handover=True)
    typed = {
        "name": "Thursday",
        "place": place.pk,
        "opens_at": "2026-11-23T08:00",
        "closes_at": "2026-11-25T20:00",
        "begins": "2026-11-26T16:00",
        "ends": "2026-11-26T19:00",
        "allow_cash": "on",
    }
    wrong = steward.post(reverse("shop:plan"), {**typed, "closes_at": "2026-11-22T20:00"})
    assert wrong.status_code == 422
    assert "must close after it opens" in wrong.content.decode()
    steward.post(reverse("shop:plan"), {**typed, "key": "plan"})
    round = OrderRound.objects.get()
    assert round.closes_at == CLOSING  # typed on the wall clock of Liuzhou
    items = [item.pk for item in village.items.values()]
    bread = village.items["Bread"].pk
    steward.post(
        reverse("shop:round_goods", args=[round.pk]), {"item": items, f"closes_{bread}": "2026-11-24T12:00", "key": "g"}
    )
    assert round.offers.count() == 5
    assert round.offers.get(item=bread).closes_at == MONDAY + timedelta(days=1, hours=4)
    do(steward, round, "open")
    village.order(round, "Amina", {"Pak choi": 4, "Eggs": 1})
    order = village.order(round, "Jo", {"Pak choi": 2}, pays="cash")
    intent = village.offer(round, "Pak choi").intent_id
    steward.post(reverse("shop:shortage", args=[round.pk, intent]), {"available": "3", "key": "s"})
    assert "jin short" in steward.get(reverse("shop:round_desk", args=[round.pk])).content.decode()
    do(steward, round, "close")
    again = steward.post(reverse("shop:reopen", args=[round.pk]), {"closes_at": "2026-11-25T20:00", "key": "r"})
    assert again.status_code == 302
    do(steward, round, "close")
    do(steward, OrderRound.objects.get(), "send")
    round.refresh_from_db()
    assert round.state == "ordered"
    order.refresh_from_db()
    assert order.lines.get().granted == 500
    for asked in ProducerOrder.objects.all():
        steward.post(reverse("shop:told", args=[asked.pk]), {"key": f"t{asked.pk}"})
    assert "to call" not in steward.get(reverse("shop:round_farms", args=[round.pk])).content.decode()
    blocked = steward.get(reverse("shop:settle", args=[round.pk])).content.decode()
    assert "crates are not packed yet" in blocked
    assert "whom it belongs" not in blocked  # half of a round says nothing about who gets what
    with village.at(THURSDAY):
        village.receive(round)
        steward.post(reverse("handovers:weights", args=[round.handover_id]), {"allowed": "1"})
        pack_all(by=village.people["Tan Mei"], handover=round.handover)
        keeper = client_of(village.people["Keeper Lu"])
        box = next(box for box in money_queries.boxes() if box.kind == "cash")
        keeper.post(reverse("shop:cash", args=[order.pk]), {"amount": "4.20", "box": box.pk, "key": "c"})
        assert village.balance("Jo") == 20_420
        shown = steward.get(reverse("shop:settle", args=[round.pk])).content.decode()
        assert "Huang Dacheng" in shown
        steward.post(reverse("shop:settle", args=[round.pk]), {"key": "settle"})
    round.refresh_from_db()
    assert round.state == "settled"
    treasurer = client_of(village.people["Wei Guo"])
    bank = next(box for box in money_queries.boxes() if box.kind == "bank")
    paid = treasurer.post(reverse("shop:pay", args=[round.pk]), {"box": bank.pk, "key": "p"})
    round.refresh_from_db()
    assert paid.headers["Location"] == reverse("money:payout", args=[round.payments_id])
    assert "Farmers" in steward.get(reverse("shop:round_desk", args=[round.pk])).content.decode()


def test_a_refused_list_of_payments_counts_as_none(village, steward):
    """The second person said no: the round waits for its payments again, and the treasurer draws up another list."""
    round = village.round()
    village.order(round, "Jo", {"Eggs": 1})
    village.close(round)
    wei, second = village.people["Wei Guo"], village.people["Second Treasurer"]
    with village.at(THURSDAY):
        village.receive(round)
        pack_all(by=village.people["Tan Mei"], handover=round.handover)
        operations.settle_round(by=village.people["Li Na"], round=round)
    page, bank = reverse("shop:pay", args=[round.pk]), next(box for box in money_queries.boxes() if box.kind == "bank")

    def pay_step() -> str:
        round.refresh_from_db()
        return steps_of(round, next(readers(wei.pk)))[-1]["state"]

    def is_asked() -> bool:
        return page in [card.url for card in desk_cards.steward_cards(wei)]

    assert (pay_step(), is_asked()) == ("now", True)
    made = operations.pay_producers(by=wei, round=round, box=bank)
    treasurer = client_of(wei)
    assert (pay_step(), is_asked()) == ("done", False)
    assert 'name="box"' not in treasurer.get(page).content.decode()
    money.agree_payment_list(by=second, payment_list=made, yes=False, reason="the eggs were broken")
    assert (pay_step(), is_asked()) == ("now", True)
    shown = treasurer.get(page).content.decode()
    assert 'name="box"' in shown
    assert reverse("money:payout", args=[made.pk]) in shown
    assert page in steward.get(reverse("shop:round_desk", args=[round.pk])).content.decode()
    paid = treasurer.post(page, {"box": bank.pk, "key": "again"})
    round.refresh_from_db()
    assert round.payments_id != made.pk
    assert paid.headers["Location"] == reverse("money:payout", args=[round.payments_id])


def test_a_keeper_reads_the_names_of_those_who_come_and_of_nobody_else(village, steward):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 2})
    village.close(round)
    jo = household_of(village.people["Jo"])
    keeper = client_of(village.people["Keeper Lu"])
    for name in ("shop:at_the_door", "shop:late"):
        pages = {who: reverse(name, args=[round.pk, who]) for who in (order.household_id, jo.pk, order.placed_by_id)}
        assert [keeper.get(page).status_code for page in pages.values()] == [200, 404, 404]
        assert [steward.get(page).status_code for page in pages.values()] == [200, 200, 404]


def test_one_household_at_the_door(village, steward):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 2})
    other = village.order(round, "Jo", {"Eggs": 1})
    village.close(round)
    village.receive(round)
    cabbage = village.items["Cabbage"]
    [receipt] = receive(
        by=village.people["Tan Mei"],
        handover=round.handover,
        producer=village.producers["Huang Dacheng"],
        lines=[ReceiptLine(cabbage.product.specification_id, received=5, accepted=5)],
    )
    keeper = client_of(village.people["Keeper Lu"])
    sell = reverse("shop:offer_extra", args=[round.pk, receipt.pk])
    page = reverse("shop:at_the_door", args=[round.pk, order.household_id])
    before = keeper.get(page).content.decode()
    assert sell in before
    assert f'name="household" value="{order.household_id}"' in before
    back = keeper.post(sell, {"key": "x", "household": order.household_id}, follow=True)
    assert back.redirect_chain == [(page, 302)]
    assert "She takes some" in back.content.decode()
    assert sell not in back.content.decode()
    extra = round.offers.get(lot=receipt.lot_id)
    late = reverse("shop:late", args=[round.pk, order.household_id])
    refused = keeper.post(late, {"offer": extra.pk, "count": 9, "key": "l"})
    assert refused.status_code == 422
    assert "5 left" in refused.content.decode() or "at most 5" in refused.content.decode()
    keeper.post(late, {"offer": extra.pk, "count": 2, "key": "l2"})
    assert order.lines.count() == 2
    pack_all(by=village.people["Tan Mei"], handover=round.handover)
    bread = order.lines.get(offer__item=village.items["Bread"])
    keeper.post(reverse("shop:credit", args=[bread.pk]), {"quantity": "1", "reason": "refused", "key": "b"})
    assert LineCredit.objects.get().amount == 1500
    keeper.post(reverse("shop:swap", args=[order.pk]), {"other": other.pk, "key": "s"})
    order.refresh_from_db()
    assert order.household == village.households["Jo"]
    give_back(by=village.people["Tan Mei"], receipt=Receipt.objects.get(pk=receipt.pk), quantity=1)


def test_what_nobody_ordered_goes_on_sale_by_one_press(village, steward):
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    village.close(round)
    specification = village.items["Cabbage"].product.specification_id
    receipts = [
        receive(
            by=village.people["Tan Mei"],
            handover=round.handover,
            producer=village.producers["Huang Dacheng"],
            lines=[ReceiptLine(specification, received=count, accepted=count, lot=lot)],
        )[0]
        for count, lot in ((5, "first"), (3, "second"))
    ]
    first, second = [reverse("shop:offer_extra", args=[round.pk, receipt.pk]) for receipt in receipts]
    desk = reverse("shop:round_orders", args=[round.pk])
    shown = steward.get(desk).content.decode()
    assert "Came without an order" in shown
    assert first in shown
    back = steward.post(first, {"key": "x"}, follow=True)
    assert back.redirect_chain == [(desk, 302)]
    assert first not in back.content.decode()
    assert second in back.content.decode()
    keeper = client_of(village.people["Keeper Lu"])
    assert keeper.get(desk).status_code == 403
    back = keeper.post(second, {"key": "y"}, follow=True)
    assert back.status_code == 200
    assert back.redirect_chain == [(reverse("handovers:door", args=[round.handover_id]), 302)]
    assert round.offers.filter(lot__isnull=False).count() == 2


def test_a_farm_sees_its_own_orders_only(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 2, "Eggs": 1})
    baker = agents.add_member(by=village.home, name="Lan", household_name="Lan")
    agents.join(by=village.home, member=baker, group=village.producers["Baker Lan"])
    client = client_of(baker)
    offer = village.offer(round, "Bread")
    page = client.get(reverse("shop:farm")).content.decode()
    assert "Bread" in page
    assert "Eggs" not in page
    client.post(reverse("shop:stock", args=[offer.pk]), {"available": "1", "key": "k"})
    offer.intent.refresh_from_db()
    assert offer.intent.available_quantity == 1
    foreign = reverse("shop:stock", args=[village.offer(round, "Eggs").pk])
    assert client.post(foreign, {"available": "1"}).status_code == 404
    village.close(round)
    own = ProducerOrder.objects.get(producer=village.producers["Baker Lan"])
    eggs = ProducerOrder.objects.get(producer=village.producers["Sanjiang farm"])
    assert "Bread" in client.get(reverse("shop:order_file", args=[own.pk]), {"as": "csv"}).content.decode("utf-8-sig")
    assert client.get(reverse("shop:order_file", args=[own.pk])).content.startswith(b"%PDF")
    assert client.get(reverse("shop:order_file", args=[eggs.pk])).status_code == 404
    assert "Bring on" in client.get(reverse("shop:farm")).content.decode()


def test_only_stewards_stand_at_the_desk(village):
    round = village.round()
    amina = client_of(village.people["Amina"])
    for name in ("round_desk", "round_goods", "round_orders", "round_farms", "settle", "pay", "reopen"):
        address = reverse(f"shop:{name}", args=[round.pk])
        assert amina.get(address).status_code == 403
        assert Client().get(address).status_code == 302
    assert amina.post(reverse("shop:deed", args=[round.pk, "cancel"])).status_code == 403
    assert OrderRound.objects.get().state == "open"


def test_cards_on_the_stewards_home(village):
    round = village.round(stocks={"Bread": 5})
    li = village.people["Li Na"]
    village.order(round, "Amina", {"Bread": 5})
    operations.announce_stock(by=village.home, offer=village.offer(round, "Bread"), available=3)

    def titles():
        return [card.title for card in desk_cards.steward_cards(li)]

    assert titles() == ["Round closes", "Order rounds"]
    assert "Bread −2" in desk_cards.steward_cards(li)[0].text.replace(" × loaf", "")
    operations.close_round(by=li, round=round)
    assert titles()[0] == "A round has closed"
    village.close(round)
    assert titles()[:2] == ["3 farms to call", "Next hand-over"] or titles()[0] == "1 farm to call"
    with village.at(THURSDAY + timedelta(hours=4)):
        assert titles()[0] == "Settle the round"
        village.receive(round)
        pack_all(by=village.people["Tan Mei"], handover=round.handover)
        operations.settle_round(by=li, round=round)
        assert titles()[0] == "Pay 1 farm"
    assert desk_cards.steward_cards(village.people["Amina"]) == []


def test_as_many_statements_for_thirty_orders_as_for_three(village, steward):
    counts = []
    for households in (3, 30):
        with village.at(MONDAY + timedelta(days=households // 30, hours=1)):
            round = village.round() if households == 3 else village.next_round()
            for number in range(households):
                village.newcomer(f"N{households}-{number}")
                village.order(round, f"N{households}-{number}", {"Pak choi": 1, "Bread": 1})
            village.close(round)
        with village.at(THURSDAY):
            counts.append([_statements(steward, round, name) for name in _PAGES])
    assert counts[0] == counts[1]
    assert Order.objects.count() == 33


_PAGES = ("round_orders", "round_farms", "round_desk", "settle")


def _statements(client, round, name):
    client.get(reverse(f"shop:{name}", args=[round.pk]))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse(f"shop:{name}", args=[round.pk])).status_code == 200
    return len(seen)


def test_the_order_form_on_paper(village, steward):
    """What is on sale by category, with its price and a box; not what has closed, is sold out, or is no round's."""
    round = village.round(stocks={"Cabbage": 0})
    early = operations.OfferDraft(village.items["Bread"].pk, MONDAY + timedelta(hours=2))
    operations.offer_items(by=village.people["Li Na"], round=round, items=[early])
    address = reverse("shop:order_form", args=[round.pk])
    assert address in steward.get(reverse("shop:round_desk", args=[round.pk])).content.decode()
    paper = words_of(steward.get(address))
    for said in ("Order form", "Leafy greens", "Pak choi · Huang Dacheng", "about 700 g", "plus ¥ 0.50 deposit"):
        assert said in paper
    assert "Bread · Baker Lan (until Monday 23 November" in paper.replace(", loaf", "")
    assert "Cabbage" not in paper
    with village.at(MONDAY + timedelta(hours=2)):
        assert "Bread" not in words_of(steward.get(address))
    assert client_of(village.people["Amina"]).get(address).status_code == 403
    village.close(round)
    assert steward.get(address).status_code == 404


def words_of(answer):
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    return " ".join(text.split()).replace("\xa0", " ")


def test_cash_keyed_in_a_day_later_stands_on_the_day_it_was_taken(village):
    round = village.round()
    order = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    keeper = client_of(village.people["Keeper Lu"])
    address = reverse("shop:cash", args=[order.pk])
    box = next(box for box in money_queries.boxes() if box.kind == "cash")
    paid = {"amount": "15.00", "box": box.pk}
    with village.at(THURSDAY + timedelta(hours=1)):
        assert "On which day" not in keeper.get(address).content.decode()
    with village.at(THURSDAY + timedelta(days=1)):
        assert "On which day" in keeper.get(address).content.decode()
        assert keeper.post(address, paid | {"on": "2026-11-28"}).status_code == 422
        assert keeper.post(address, paid | {"on": "2026-11-26"}).status_code == 302
        day = date(2026, 11, 26)
        assert [line.amount for line in money_queries.box_statement(box, day, day).lines] == [1500]


def test_settled_before_she_came_her_crate_still_waits(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    pack_all(by=village.people["Tan Mei"], handover=round.handover)
    steward = client_of(village.people["Li Na"])
    assert "1 household has not collected yet" in steward.get(reverse("shop:settle", args=[round.pk])).content.decode()
    steward.post(reverse("shop:settle", args=[round.pk]), {"key": "s"})
    order = Order.objects.get()
    assert order.state == Order.State.SETTLED
    assert {step["label"]: step["state"] for step in order_view(order).steps}["Collected"] == "next"
    home = client_of(village.people["Amina"]).get("/home/").content.decode()
    assert "What was weighed on" in home
    assert "Your order is fixed" in home


def test_who_has_collected_and_still_owes_cash_stands_at_the_door(village):
    round = village.round()
    order = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    village.close(round)
    village.receive(round)
    pack_all(by=village.people["Tan Mei"], handover=round.handover)
    keeper = village.people["Keeper Lu"]
    hand_over(by=keeper, crate=village.crate(round, "Qin"))
    box = next(box for box in money_queries.boxes() if box.kind == "cash")
    door = reverse("handovers:door", args=[round.handover_id])
    due = queries.orders.due_now(order)
    operations.take_cash(by=keeper, order=order, box=box, amount=due - 600)
    page = client_of(keeper).get(door).content.decode()
    assert "6.00 in cash" in page.replace("\N{NO-BREAK SPACE}", " ")
    operations.take_cash(by=keeper, order=order, box=box, amount=600)
    assert "in cash" not in client_of(keeper).get(door).content.decode()


def test_settling_shows_in_red_what_is_out_of_proportion(village):
    round, steward = village.round(), client_of(village.people["Li Na"])
    village.order(round, "Amina", {"Pak choi": 4})
    village.order(round, "Jo", {"Bread": 1})
    village.close(round)
    with village.at(THURSDAY):
        village.receive(round, Pak_choi=2_000_000)
        pack_all(by=village.people["Tan Mei"], handover=round.handover)
        page = steward.get(reverse("shop:settle", args=[round.pk])).content.decode()
    receipt = Receipt.objects.get(accepted=2_000_000)
    assert "Out of proportion" in page
    assert reverse("handovers:correct", args=[receipt.pk]) in page
    assert ">out of proportion<" in page
    with village.at(THURSDAY):
        correct_receipt(by=village.people["Tan Mei"], receipt=receipt, received=2000, accepted=2000)
        page = steward.get(reverse("shop:settle", args=[round.pk])).content.decode()
    assert "ut of proportion" not in page
