"""The ugly cases of real weeks (shop cases of docs/practices/shop.md): each ends in a way people can live with."""

from datetime import timedelta

from cosmolocal.catalog import operations as catalog
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Loss, Receipt
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.kernel.models import Operation
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.operations import LineDraft, RoundDraft
from cosmolocal.practices.shop.orders.queries import orders
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, refused


def line_of(order, name):
    return OrderLine.objects.select_related("commitment").get(order=order, offer__item__product__name=name)


def settle(village, round):
    """Settles, and sees that the page before said the same."""
    told = operations.preview(round)
    settled = operations.settle_round(by=village.people["Li Na"], round=round)
    parts = told.parts
    assert {str(producer): amount for producer, amount in parts.producers.items()} == settled.result["producers"]
    assert {str(rate): amount for rate, amount in parts.tax.items()} == settled.result["tax_by_rate"]
    sums = {name: getattr(parts, name) for name in ("deposits", "transport", "running", "rounding")}
    assert sums | {"sales": told.sales, "orders": told.orders} == {
        name: settled.result[name] for name in (*sums, "sales", "orders")
    }
    assert money_queries.balance(round.account).balance == 0
    assert flows_queries.replay() == []
    return settled


def test_case_1_delivered_but_not_ordered(village):
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    farm, cabbage = village.producers["Huang Dacheng"], village.items["Cabbage"]
    [receipt] = handovers.receive(
        by=village.people["Tan Mei"],
        handover=round.handover,
        producer=farm,
        lines=[ReceiptLine(cabbage.product.specification_id, received=10, accepted=10, lot="")],
    )
    assert receipt.commitment_id is None
    # Offered at the door: Amina takes two; four go back with the farmer; four are left over.
    extra = operations.offer_extra(by=village.people["Keeper Lu"], round=round, receipt=receipt, item=cabbage)
    operations.late_change(
        by=village.people["Keeper Lu"],
        round=round,
        household=village.households["Amina"],
        lines=[LineDraft(extra.pk, 2)],
    )
    with refused("shop.not_enough_left"):
        operations.late_change(
            by=village.people["Keeper Lu"],
            round=round,
            household=village.households["Jo"],
            lines=[LineDraft(extra.pk, 9)],
        )
    handovers.give_back(by=village.people["Tan Mei"], receipt=receipt, quantity=4)
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Amina"))
    settled = settle(village, round)
    amina.refresh_from_db()
    assert amina.final == 1500 + 2 * 600
    # Six were accepted in the end, and are paid for.
    assert settled.result["producers"][str(farm.pk)] == 6 * 450
    assert [
        lot.accounting_quantity for lot in flows_queries.lots_at(village.place, [cabbage.product.specification_id])
    ] == [4]


def test_case_2_spoiled_after_packing(village):
    catalog.set_terms(by=village.home, producer=village.producers["Baker Lan"], loss_after_packing="producer")
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 2, "Eggs": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    crate = village.crate(round, "Amina")
    for name, quantity in (("Bread", 1), ("Eggs", 10)):
        handovers.lose_packed(
            by=village.people["Tan Mei"],
            crate=crate,
            commitment_id=line_of(amina, name).commitment_id,
            quantity=quantity,
            reason="spoiled",
        )
    assert {loss.borne_by for loss in Loss.objects.all()} == {"producer", "local"}
    handovers.hand_over(by=village.people["Keeper Lu"], crate=crate)
    settled = settle(village, round)
    amina.refresh_from_db()
    assert amina.final == 1500
    # The baker bears her loaf; the eggs are paid, and the local bears them out of running costs.
    assert settled.result["producers"] == {
        str(village.producers["Baker Lan"].pk): 1100,
        str(village.producers["Sanjiang farm"].pk): 1400,
    }
    assert settled.result["running"] < 0


def test_case_2_spoiled_in_a_bin_of_two_farms(village):
    """Two loaves of the baker, who bears what spoils, and four of another farm, at our cost: three of six spoil."""
    catalog.set_terms(by=village.home, producer=village.producers["Baker Lan"], loss_after_packing="producer")
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    village.close(round)
    village.receive(round)
    bread, packer = village.items["Bread"].product.specification_id, village.people["Tan Mei"]
    lot, huang = Receipt.objects.get().lot, village.producers["Huang Dacheng"]
    came = [ReceiptLine(bread, 4, 4, lot=lot.lot)]
    handovers.receive(by=packer, handover=round.handover, producer=huang, lines=came)
    handovers.lose(by=packer, handover=round.handover, lot_id=lot.pk, quantity=3, reason="spoiled")
    handovers.pack_all(by=packer, handover=round.handover)
    settled = settle(village, round)
    assert settled.result["producers"] == {
        str(village.producers["Baker Lan"].pk): 1100,
        str(huang.pk): 4 * 1100,
    }


def heavier_than_agreed(village):
    """A round in which Jo's root of about 700 g weighs 900 g, and her order."""
    round = village.round()
    jo = village.order(round, "Jo", {"Lotus root": 1})
    village.close(round)
    village.receive(round, Lotus_root=900)
    handovers.pack_line(
        by=village.people["Tan Mei"],
        crate=village.crate(round, "Jo"),
        commitment_id=line_of(jo, "Lotus root").commitment_id,
        quantity=900,
    )
    return round, jo


def test_case_5_heavier_than_agreed_is_given_at_the_cap(village):
    round, jo = heavier_than_agreed(village)
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Jo"))
    settle(village, round)
    jo.refresh_from_db()
    assert jo.final == jo.upper == 1170


def swapped(village, round, *, first_collects):
    amina = village.order(round, "Amina", {"Bread": 1})
    jo = village.order(round, "Jo", {"Eggs": 2})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    if first_collects:
        handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Amina"))
    return amina, jo


def test_case_6_the_neighbours_crate(village):
    round = village.round()
    # Amina was ticked off, but took Jo's crate: hers still stands there when Jo comes.
    amina, jo = swapped(village, round, first_collects=True)
    operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    amina.refresh_from_db()
    jo.refresh_from_db()
    assert (amina.household, jo.household) == (village.households["Jo"], village.households["Amina"])
    assert village.crate(round, "Amina").state == "collected"
    assert village.crate(round, "Jo").state == "packed"
    assert village.spendable("Amina") == 20_000 - 2 * 1850
    assert village.spendable("Jo") == 20_000 - 1500
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Jo"))
    settle(village, round)
    assert village.balance("Amina") == 20_000 - 2 * 1850
    assert village.balance("Jo") == 20_000 - 1500


def test_case_6_before_anybody_was_ticked_off(village):
    round = village.round()
    amina, jo = swapped(village, round, first_collects=False)
    operations.swap_orders(by=village.people["Keeper Lu"], order=jo, other=amina)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    assert village.balance("Amina") == 20_000 - 2 * 1850


def test_case_7_refused_at_the_door(village):
    catalog.set_terms(by=village.home, producer=village.producers["Sanjiang farm"], loss_after_packing="producer")
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 2, "Eggs": 1})
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    credit = operations.credit_line(
        by=village.people["Keeper Lu"], line=line_of(amina, "Bread"), quantity=1, reason="refused"
    )
    assert (credit.amount, credit.borne_by) == (1500, "local")
    settle(village, round)
    # After settling too, and the farm bears it as its terms say.
    late = operations.credit_line(
        by=village.people["Keeper Lu"], line=line_of(amina, "Eggs"), quantity=5, reason="broken"
    )
    assert (late.amount, late.borne_by) == (900, "producer")
    assert village.balance("Amina") == 20_000 - 3000 - 1850 + 1500 + 900
    assert money_queries.balance(money_queries.fund("goodwill")).balance == -1500
    farm = money_queries.account_for(village.producers["Sanjiang farm"], "producer")
    assert money_queries.balance(farm).balance == 1400 - 900
    with refused("shop.more_than_bought"):
        operations.credit_line(by=village.people["Keeper Lu"], line=line_of(amina, "Eggs"), quantity=6, reason="broken")
    assert flows_queries.replay() == []


def test_case_9_closed_by_mistake(village):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 1})
    li = village.people["Li Na"]
    operations.close_round(by=li, round=round)
    with refused("shop.round_closed"):
        village.order(round, "Jo", {"Bread": 1})
    with village.at(MONDAY + timedelta(minutes=29)):
        reopened = operations.reopen_round(by=li, round=round, closes_at=CLOSING)
    assert reopened.state == OrderRound.State.OPEN
    village.order(round, "Jo", {"Bread": 1})
    village.order(round, "Amina", {"Bread": 2}, version=order.version)
    operations.close_round(by=li, round=round)
    with village.at(MONDAY + timedelta(minutes=30)), refused("shop.too_late_to_reopen"):
        operations.reopen_round(by=li, round=round, closes_at=CLOSING)
    operations.send_producer_orders(by=li, round=round)
    with refused("shop.too_late_to_reopen"):
        operations.reopen_round(by=li, round=round, closes_at=CLOSING)


def test_case_11_three_cabbages_for_five_households(village):
    round = village.round()
    for name in ("Amina", "Jo", "Chen", "Zhou", "Wei"):
        village.order(round, name, {"Cabbage": 2, "Bread": 1})
    offer = village.offer(round, "Cabbage")
    operations.set_shortage(by=village.people["Li Na"], round=round, intent_id=offer.intent_id, available=8)
    village.close(round)
    lines = OrderLine.objects.filter(offer=offer)
    assert sorted(line.granted for line in lines) == [1, 1, 2, 2, 2]
    for line in lines:
        assert line.reason == ("short_turn" if line.granted < 2 else "")
        household = line.order.household.name.split("'")[0]
        assert village.spendable(household) == 20_000 - 1500 - 600 * line.granted
    # The farmer brings only three: nobody has a second one while somebody has none.
    village.receive(round, Cabbage=3)
    operations.set_shortage(by=village.people["Li Na"], round=round, intent_id=offer.intent_id, available=3)
    assert sorted(line.granted for line in lines.all()) == [0, 0, 1, 1, 1]
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settled = settle(village, round)
    assert settled.result["producers"][str(village.producers["Huang Dacheng"].pk)] == 3 * 450


def test_case_12_bread_closes_on_monday(village):
    round = village.round()
    bread = village.items["Bread"]
    early = MONDAY + timedelta(hours=10)
    operations.offer_items(by=village.people["Li Na"], round=round, items=[operations.OfferDraft(bread.pk, early)])
    order = village.order(round, "Amina", {"Bread": 1, "Eggs": 1})
    with village.at(early):
        changed = village.order(round, "Amina", {"Eggs": 3}, version=order.version)
    assert {line.offer.item_id: line.count for line in changed.lines.all()} == {
        bread.pk: 1,
        village.items["Eggs"].pk: 3,
    }


def test_case_13_an_open_order_keeps_its_price(village):
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1, "Eggs": 1})
    bread = village.items["Bread"]
    with village.at(MONDAY + timedelta(hours=1)):
        catalog.set_price(by=village.home, item=bread, price=1700, purchase=1250, tax_code=bread.prices.get().tax_code)
    with village.at(MONDAY + timedelta(hours=2)):
        jo = village.order(round, "Jo", {"Bread": 1})
        changed = village.order(round, "Amina", {"Bread": 2, "Eggs": 1}, version=amina.version)
    assert line_of(changed, "Bread").estimate == 2 * 1500
    assert line_of(jo, "Bread").estimate == 1700
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settled = settle(village, round)
    assert village.balance("Amina") == 20_000 - 3000 - 1850
    # The baker gets for each loaf what was agreed for it.
    assert settled.result["producers"][str(village.producers["Baker Lan"].pk)] == 2 * 1100 + 1250


def test_case_13_unless_the_round_says_otherwise(village):
    round, steward = village.round(), village.people["Li Na"]
    wish = round_draft(round, follows_prices=True)
    round = operations.change_round(by=steward, round=round, draft=wish)
    amina = village.order(round, "Amina", {"Bread": 12, "Eggs": 1})
    cash = village.order(round, "Jo", {"Bread": 1}, pays="cash")
    with refused("shop.prices_fixed"):
        village_round = village.round()
        other = village.order(village_round, "Jo", {"Bread": 1})
        operations.change_round(by=steward, round=village_round, draft=round_draft(village_round, follows_prices=True))
    operations.cancel_order(by=village.people["Jo"], order=other)
    bread = village.items["Bread"]
    tax = bread.prices.get().tax_code
    free = village.spendable("Amina")
    with village.at(MONDAY + timedelta(hours=1)):
        catalog.set_price(by=village.home, item=bread, price=1700, purchase=1250, tax_code=tax)
    with village.at(CLOSING):
        operations.close_round(by=steward, round=round)
    with village.at(CLOSING + timedelta(minutes=20)):
        catalog.set_price(by=village.home, item=bread, price=9900, purchase=1250, tax_code=tax)
    with village.at(CLOSING + timedelta(minutes=30)):
        operations.send_producer_orders(by=steward, round=round)
    # More is set aside than the account holds: whoever orders here has agreed to the price of the closing.
    assert village.spendable("Amina") == free - 12 * 200 < 0
    line = line_of(amina, "Bread")
    assert (line.estimate, line.price.price, line.reason) == (12 * 1700, 1700, "price")
    assert line_of(cash, "Bread").estimate == 1700
    assert line_of(amina, "Eggs").reason == ""
    amina.refresh_from_db()
    assert amina.version == 2
    assert "follow the price list" in next(view.sentence for view in orders.lines_of(amina) if view.sentence)
    village.receive(round)
    with village.at(THURSDAY):
        handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settled = settle(village, round)
    assert settled.result["producers"][str(village.producers["Baker Lan"].pk)] == 13 * 1250
    assert village.balance("Amina") == 20_000 - 12 * 1700 - 1850


def round_draft(round, **changed):
    names = ("name", "opens_at", "closes_at", "allow_cash", "note", "follows_prices")
    handover = round.handover
    wish = {name: getattr(round, name) for name in names}
    return RoundDraft(place=handover.place, begins=handover.begins, ends=handover.ends, **{**wish, **changed})


def test_case_14_the_chef_changes_at_five_in_the_morning(village):
    round = village.round()
    order = village.order(round, "kitchen", {"Eggs": 5}, by=village.people["Zhou"])
    village.close(round)
    with village.at(CLOSING + timedelta(hours=9)):
        changed = operations.late_change(
            by=village.people["Li Na"],
            round=round,
            household=village.households["kitchen"],
            lines=[LineDraft(village.offer(round, "Eggs").pk, 8), LineDraft(village.offer(round, "Bread").pk, 1)],
        )
    assert changed.pk == order.pk
    assert changed.state == Order.State.FIXED
    assert {line.offer.item.product.name: line.count for line in changed.lines.all()} == {"Eggs": 8, "Bread": 1}
    assert set(changed.lines.values_list("reason", flat=True)) == {"late"}
    assert Operation.objects.get(code="shop.late_change").by == village.people["Li Na"]
    with refused("agents.not_allowed"):
        operations.late_change(
            by=village.people["Zhou"], round=round, household=village.households["kitchen"], lines=[]
        )


def test_everywhere_a_floor_never_stops_a_fact(village):
    """Cash was promised and never came: the goods are out, so the account falls below its floor and is marked."""
    round = village.round()
    village.order(round, "Qin", {"Bread": 1}, pays="cash")
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    assert village.balance("Qin") == -1500
    assert [account.holder for account in money_queries.below_floor()] == [village.households["Qin"]]


def test_everywhere_typed_wrong_on_receiving(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 4})
    village.close(round)
    village.receive(round, Bread=40)
    receipt = Receipt.objects.get(producer=village.producers["Baker Lan"])
    handovers.correct_receipt(by=village.people["Tan Mei"], receipt=receipt, received=4, accepted=4)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settled = settle(village, round)
    assert settled.result["producers"][str(village.producers["Baker Lan"].pk)] == 4 * 1100
