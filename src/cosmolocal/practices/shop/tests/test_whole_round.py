"""One round from closing to paid farmers: every sum by hand, the round's account at 0, the books replay."""

from datetime import timedelta

import pytest

from cosmolocal.agents import queries as agents_queries
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.models import Intent
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Handover, Packed
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.tests.village import CLOSING, THURSDAY, refused


def line_of(order, name):
    return OrderLine.objects.select_related("commitment").get(order=order, offer__item__product__name=name)


def test_a_whole_round(village):
    round = village.round()
    amina = village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
    jo = village.order(round, "Jo", {"Pak choi": 4, "Lotus root": 2})
    qin = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    village.order(round, "kitchen", {"Eggs": 20}, by=village.people["Zhou"])
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    tan, lu = village.people["Tan Mei"], village.people["Keeper Lu"]
    with village.at(THURSDAY):
        village.receive(round, Pak_choi=2900)
        # Amina's pak choi weighs 970 g; the lotus roots weigh more than the cap of 1,540 g.
        handovers.pack_line(
            by=tan,
            crate=village.crate(round, "Amina"),
            commitment_id=line_of(amina, "Pak choi").commitment_id,
            quantity=970,
        )
        handovers.pack_line(
            by=tan,
            crate=village.crate(round, "Jo"),
            commitment_id=line_of(jo, "Lotus root").commitment_id,
            quantity=1600,
        )
        handovers.pack_all(by=tan, handover=round.handover)
        for name in ("Amina", "Jo", "Qin", "kitchen"):
            handovers.hand_over(by=lu, crate=village.crate(round, name))
        cash = next(box for box in money_queries.boxes() if box.kind == "cash")
        operations.take_cash(by=lu, order=qin, box=cash, amount=1500)
        settled = operations.settle_round(by=village.people["Li Na"], round=round)

    assert settled.state == OrderRound.State.SETTLED
    assert money_queries.balance(round.account).balance == 0
    amina.refresh_from_db()
    # 970 g at 4.20 per 500 g: 8.148, so 8.15; eggs 18.00 and deposit 0.50.
    assert amina.final == 815 + 1800 + 50
    assert village.balance("Amina") == 20_000 - amina.final
    assert village.spendable("Amina") == village.balance("Amina")
    jo.refresh_from_db()
    # 1,930 g of pak choi were left of 2,000: 16.21; 1,540 g of lotus root at 7.60 per 500 g: 23.41.
    assert jo.final == 1621 + 2341
    assert village.balance("Qin") == 0
    assert village.balance("kitchen") == -20 * 1850

    result = settled.result
    # Pak choi 2,900 of 3,000 g at 3.19 per 500 g: 18.50; lotus root as promised, 1,400 g at 5.80: 16.24.
    assert result["producers"] == {
        str(village.producers["Huang Dacheng"].pk): 1850 + 1624,
        str(village.producers["Sanjiang farm"].pk): 21 * 1400,
        str(village.producers["Baker Lan"].pk): 1100,
    }
    parts = ("tax", "transport", "running", "deposits", "rounding")
    assert sum(result["producers"].values()) + sum(result[part] for part in parts) == result["sales"]
    assert result["sales"] == sum(order.final for order in Order.objects.all())
    assert result["deposits"] == 21 * 50
    for line in OrderLine.objects.all():
        assert line.split.total == line.final
    assert (
        money_queries.balance(money_queries.fund("tax")).balance
        == result["tax"]
        == round_half_up(result["goods"] * 900, 10900)
    )

    with village.at(THURSDAY + timedelta(days=1)):
        bank = next(box for box in money_queries.boxes() if box.kind == "bank")
        made = operations.pay_producers(by=village.people["Wei Guo"], round=settled, box=bank)
        assert operations.pay_producers(by=village.people["Wei Guo"], round=settled, box=bank) == made
        with pytest.raises(Refusal):
            money.confirm_list(by=village.people["Wei Guo"], payment_list=made)
        money.agree_payment_list(by=village.people["Second Treasurer"], payment_list=made, yes=True)
        money.confirm_list(by=village.people["Wei Guo"], payment_list=made)
    for producer in village.producers.values():
        assert money_queries.balance(money_queries.account_for(producer, "producer")).balance == 0
    assert money_queries.sums_agree().difference == 0
    assert flows_queries.replay() == []


def round_half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def test_settling_again_changes_nothing(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    first = operations.settle_round(by=village.people["Li Na"], round=round)
    balance = village.balance("Amina")
    again = operations.settle_round(by=village.people["Li Na"], round=round)
    assert again.result == first.result
    assert village.balance("Amina") == balance


def test_settling_waits_for_the_packers_and_for_what_came(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    with refused("shop.not_all_packed"):
        operations.settle_round(by=village.people["Li Na"], round=round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    with refused("shop.not_all_received"):
        operations.settle_round(by=village.people["Li Na"], round=round)
    # Goods were packed before anybody wrote down that they came: the same lot is filled afterwards.
    village.receive(round)
    operations.settle_round(by=village.people["Li Na"], round=round)
    assert money_queries.balance(round.account).balance == 0
    assert flows_queries.replay() == []


def test_settling_waits_for_a_line_that_was_promised_after_its_crate_was_left(village):
    """Nobody came for the crate; then something more was ordered by telephone."""
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1})
    village.order(round, "Jo", {"Eggs": 1})
    village.close(round)
    village.receive(round, Eggs=20)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    crate = handovers.leave_crate(by=village.people["Keeper Lu"], crate=village.crate(round, "Amina"))
    more = [LineDraft(village.offer(round, "Eggs").pk, 1)]
    operations.late_change(
        by=village.people["Keeper Lu"], round=round, household=village.households["Amina"], lines=more
    )
    with refused("shop.not_all_packed") as info:
        operations.settle_round(by=village.people["Li Na"], round=round)
    assert "Amina's household" in str(info.value)
    assert info.value.facts["crates"] == [crate.pk]
    assert operations.preview(round).obstacle == str(info.value)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    assert operations.preview(round).obstacle == ""
    operations.settle_round(by=village.people["Li Na"], round=round)
    amina.refresh_from_db()
    assert amina.final == 1500 + 1850


def test_what_is_missing_is_not_paid(village):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 1, "Eggs": 1})
    village.close(round)
    village.receive(round, Bread=0)
    crate = village.crate(round, "Amina")
    handovers.pack_line(
        by=village.people["Tan Mei"], crate=crate, commitment_id=line_of(order, "Bread").commitment_id, quantity=0
    )
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    handovers.hand_over(by=village.people["Keeper Lu"], crate=crate)
    settled = operations.settle_round(by=village.people["Li Na"], round=round)
    assert village.balance("Amina") == 20_000 - 1850
    assert str(village.producers["Baker Lan"].pk) not in settled.result["producers"]
    assert Packed.objects.get(quantity=0).reason == "missing"
    assert flows_queries.replay() == []


def test_a_crate_left_standing_is_paid_and_stays_due(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    handovers.close_handover(by=village.people["Keeper Lu"], handover=round.handover)
    operations.settle_round(by=village.people["Li Na"], round=round)
    assert village.balance("Amina") == 20_000 - 1500
    crate = village.crate(round, "Amina")
    assert crate.state == "left"
    handovers.hand_over(by=village.people["Keeper Lu"], crate=crate)
    assert Handover.objects.get().state == "closed"
    assert not flows_queries.below_floor().exists()
    assert flows_queries.replay() == []


def test_shutting_the_door_counts_away_what_scales_differ(village):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 4, "Eggs": 1})
    village.order(round, "Jo", {"Lotus root": 2})
    village.close(round)
    village.receive(round, Eggs=30)
    weighed = {line.commitment_id: line.granted + 50 for line in OrderLine.objects.filter(deposit=0)}
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover, weighed=weighed)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    assert flows_queries.below_floor().count() == 2
    handovers.close_handover(by=village.people["Keeper Lu"], handover=round.handover)
    assert not flows_queries.below_floor().exists()
    # Twenty eggs are no matter of scales: they stay, to be sold or given.
    eggs = village.items["Eggs"].product.specification_id
    assert [lot.accounting_quantity for lot in flows_queries.lots_at(village.place, [eggs])] == [20]
    assert flows_queries.replay() == []


def test_after_settling_no_intent_holds_a_promise(village):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    operations.settle_round(by=village.people["Li Na"], round=round)
    intents = Intent.objects.filter(proposal=OrderRound.objects.get().proposal_id).order_by("pk")
    assert {intent.promised_quantity for intent in intents} == {0}
    lots = flows_queries.lots_at(village.place, [village.items["Eggs"].product.specification_id])
    assert list(lots) == []


def test_only_stewards_settle_and_only_treasurers_pay(village):
    round = village.round()
    with refused("agents.not_allowed"):
        operations.settle_round(by=village.people["Amina"], round=round)
    with refused("agents.not_allowed"):
        operations.pay_producers(by=village.people["Li Na"], round=round, box=money_queries.boxes()[0])
    assert agents_queries.system()
    assert queries.settings().target_bp == 7600
