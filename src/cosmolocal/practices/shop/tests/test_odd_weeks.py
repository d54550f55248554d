"""Weeks in which two odd things happen at once: each still ends in a way people can live with."""

from datetime import timedelta

from django.urls import reverse

from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.operations import ItemDraft
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate, Receipt
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.models import ProducerOrderLine
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.rounds.queries.rounds import due_to_tell_ready
from cosmolocal.practices.shop.tests.test_cases import heavier_than_agreed, line_of, settle
from cosmolocal.practices.shop.tests.village import MONDAY, THURSDAY, client_of, refused


def came_unordered(village, round, name, quantity, producer):
    [receipt] = handovers.receive(
        by=village.people["Tan Mei"],
        handover=round.handover,
        producer=village.producers[producer],
        lines=[ReceiptLine(village.items[name].product.specification_id, quantity, quantity)],
    )
    return receipt


def all_out(village, round):
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)


def test_a_pack_that_changes_between_ordering_and_closing(village):
    """The farm is asked for the box that was ordered, at the sum agreed for it."""
    round, eggs = village.round(), village.items["Eggs"]
    village.order(round, "Amina", {"Eggs": 3})
    draft = ItemDraft(label="box of 12", pack_quantity=12, deposit=50)
    catalog.change_item(by=village.home, item=eggs, draft=draft)
    village.close(round)
    asked = ProducerOrderLine.objects.select_related("commitment").get()
    assert (asked.commitment.quantity, asked.purchase) == (30, 3 * 1400)
    village.receive(round)
    all_out(village, round)
    settled = settle(village, round)
    assert settled.result["producers"] == {str(village.producers["Sanjiang farm"].pk): 3 * 1400}
    assert village.balance("Amina") == 20_000 - 3 * 1850


def test_case_5_given_back_is_never_more_than_was_charged(village):
    """Heavier than agreed is given and not charged; refused at the door, it brings back what it cost."""
    round, jo = heavier_than_agreed(village)
    all_out(village, round)
    line = line_of(jo, "Lotus root")
    credit = operations.credit_line(by=village.people["Keeper Lu"], line=line, quantity=900, reason="refused")
    settle(village, round)
    jo.refresh_from_db()
    assert jo.final == credit.amount == 1170
    assert village.balance("Jo") == 20_000


def test_case_6_with_a_household_that_got_nothing(village):
    """Her cabbage was short, so she has no crate; who took the neighbour's all the same is told in a sentence."""
    round = village.round(stocks={"Cabbage": 1})
    amina = village.order(round, "Amina", {"Bread": 1})
    jo = village.order(round, "Jo", {"Cabbage": 1})
    operations.set_shortage(
        by=village.people["Li Na"],
        round=round,
        intent_id=village.offer(round, "Cabbage").intent_id,
        available=0,
    )
    village.close(round)
    assert not Crate.objects.filter(receiver=village.households["Jo"]).exists()
    village.receive(round)
    with refused("shop.no_crate"):
        operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    all_out(village, round)
    settle(village, round)
    assert village.balance("Jo") == 20_000


def test_case_11_an_order_that_shrinks_to_nothing_holds_nobody_up(village):
    """The cabbages did not come at all, after crates were made: nothing is to be packed for her."""
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.order(round, "Jo", {"Cabbage": 1})
    village.close(round)
    village.receive(round, Cabbage=0)
    offer = village.offer(round, "Cabbage")
    operations.set_shortage(by=village.people["Li Na"], round=round, intent_id=offer.intent_id, available=0)
    assert [crate.receiver.name for crate in round.handover.crates.all()] == ["Amina's household"]
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    assert due_to_tell_ready(MONDAY) == [round]
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Amina"))
    settle(village, round)
    assert village.balance("Jo") == 20_000


def test_case_14_a_late_change_takes_out_the_only_line(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.order(round, "Jo", {"Cabbage": 1})
    village.close(round)
    operations.late_change(
        by=village.people["Li Na"],
        round=round,
        household=village.households["Jo"],
        lines=[LineDraft(village.offer(round, "Cabbage").pk, 0)],
    )
    village.receive(round)
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Amina"))
    settle(village, round)
    assert village.balance("Jo") == 20_000
    assert village.spendable("Jo") == 20_000


def test_case_1_what_comes_after_the_first_of_two_rounds_was_settled(village):
    """Two rounds share one hand-over: what nobody ordered is paid once, with the round that is settled next."""
    first, second = village.round(), village.round()
    assert first.handover_id == second.handover_id
    village.order(first, "Amina", {"Bread": 1})
    village.order(second, "Jo", {"Eggs": 1})
    village.close(first)
    village.close(second)
    village.receive(first)
    village.receive(second)
    early = came_unordered(village, first, "Cabbage", 2, "Huang Dacheng")
    all_out(village, first)
    huang = str(village.producers["Huang Dacheng"].pk)
    with village.at(MONDAY + timedelta(hours=1)):
        assert settle(village, first).result["producers"][huang] == 2 * 450
    with village.at(MONDAY + timedelta(hours=2)):
        late = came_unordered(village, second, "Cabbage", 3, "Huang Dacheng")
        assert early.lot_id == late.lot_id
    with village.at(MONDAY + timedelta(hours=3)):
        assert settle(village, second).result["producers"][huang] == 3 * 450
    assert (
        money_queries.balance(money_queries.account_for(village.producers["Huang Dacheng"], "producer")).balance
        == 5 * 450
    )


def test_case_1_a_pack_nobody_sells_any_more_sets_no_price(village):
    round, cabbage = village.round(), village.items["Cabbage"]
    village.order(round, "Amina", {"Bread": 1})
    draft = ItemDraft(label="new head", prices=())
    fresh = catalog.add_item(by=village.home, product=cabbage.product, draft=draft)
    tax = cabbage.prices.get().tax_code
    catalog.set_price(by=village.home, item=fresh, price=700, purchase=500, tax_code=tax)
    catalog.retire_item(by=village.home, item=cabbage)
    village.close(round)
    village.receive(round)
    came_unordered(village, round, "Cabbage", 2, "Huang Dacheng")
    all_out(village, round)
    settled = settle(village, round)
    assert settled.result["producers"][str(village.producers["Huang Dacheng"].pk)] == 2 * 500


def test_case_7_refused_at_the_door_and_paid_in_cash(village):
    """What came back is not asked for in cash, neither on her page nor beside her name at the door."""
    round = village.round()
    qin = village.order(round, "Qin", {"Bread": 2}, pays="cash")
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    operations.credit_line(by=village.people["Keeper Lu"], line=line_of(qin, "Bread"), quantity=1, reason="refused")
    assert queries.orders.due_now(qin) == 1500
    assert queries.orders.cash_due(round) == {village.households["Qin"].pk: 1500}


def test_case_9_reopened_until_before_goods_change_hands(village):
    round = village.round()
    operations.close_round(by=village.people["Li Na"], round=round)
    with refused("shop.closes_after_handover"):
        operations.reopen_round(by=village.people["Li Na"], round=round, closes_at=THURSDAY + timedelta(hours=1))


def test_case_1_typed_wrong_after_some_went_back(village):
    """Ten cabbages came, four went home again; then somebody sees that it were twelve: eight are here and paid for."""
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    receipt = came_unordered(village, round, "Cabbage", 10, "Huang Dacheng")
    packer = village.people["Tan Mei"]
    handovers.give_back(by=packer, receipt=receipt, quantity=4)
    handovers.correct_receipt(by=packer, receipt=receipt, received=12, accepted=8)
    [lot] = flows_queries.lots_at(village.place, [village.items["Cabbage"].product.specification_id])
    assert lot.accounting_quantity == 8
    handovers.give_back(by=packer, receipt=receipt, quantity=8)
    handovers.correct_receipt(by=packer, receipt=receipt, received=13, accepted=1)
    all_out(village, round)
    settled = settle(village, round)
    assert settled.result["producers"][str(village.producers["Huang Dacheng"].pk)] == 450


def test_everywhere_a_correction_after_settling_is_said_to_change_no_payment(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    village.close(round)
    village.receive(round)
    receipt = Receipt.objects.get()
    packer, address = client_of(village.people["Tan Mei"]), reverse("handovers:correct", args=[receipt.pk])
    said = "The difference stands on the first page"
    assert said not in packer.post(address, {"came": "3", "good": "3", "key": "a"}, follow=True).content.decode()
    all_out(village, round)
    settle(village, round)
    assert said in packer.post(address, {"came": "2", "good": "2", "key": "b"}, follow=True).content.decode()
    baker = money_queries.account_for(village.producers["Baker Lan"], "producer")
    assert money_queries.balance(baker).balance == 3 * 1100
