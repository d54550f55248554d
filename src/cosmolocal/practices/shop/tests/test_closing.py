"""Closing by the clock, the grace, what is short and how it is shared, what producers are asked."""

from datetime import timedelta

from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers.models import Crate
from cosmolocal.practices.shop import operations, queries, tasks
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.tests.village import CLOSING, THURSDAY, refused


def test_the_timer_closes_on_the_minute_and_orders_after_the_grace(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})

    def state_at(moment):
        with village.at(moment):
            tasks.close_due()
            tasks.close_due()
        return OrderRound.objects.get().state

    assert state_at(CLOSING - timedelta(seconds=1)) == "open"
    assert state_at(CLOSING) == "grace"
    assert state_at(CLOSING + timedelta(minutes=29)) == "grace"
    assert state_at(CLOSING + timedelta(minutes=30)) == "ordered"
    assert ProducerOrder.objects.count() == 1
    assert Order.objects.get().state == "fixed"
    assert Crate.objects.get().receiver == village.households["Amina"]
    assert state_at(CLOSING + timedelta(hours=2)) == "ordered"
    assert ProducerOrder.objects.count() == 1


def test_a_round_that_cannot_close_keeps_no_other_one_open(village, monkeypatch):
    first, second = village.round(), village.next_round()
    with village.at(second.opens_at):
        village.order(second, "Amina", {"Bread": 2})
    close, send = operations.close_round, operations.send_producer_orders

    def failing(deed):
        def run(*, by, round):
            if round.pk == first.pk:
                raise ZeroDivisionError
            return deed(by=by, round=round)

        return run

    monkeypatch.setattr(operations, "close_round", failing(close))
    monkeypatch.setattr(operations, "send_producer_orders", failing(send))
    with village.at(second.closes_at):
        tasks.close_due()
    assert [r.state for r in OrderRound.objects.order_by("pk")] == ["open", "grace"]
    close(by=village.home, round=first)
    with village.at(second.closes_at + timedelta(hours=1)):
        tasks.close_due()
    assert [r.state for r in OrderRound.objects.order_by("pk")] == ["grace", "ordered"]
    assert ProducerOrder.objects.get().round_id == second.pk


def test_producers_are_asked_for_sums(village):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Cabbage": 1})
    village.order(round, "Jo", {"Pak choi": 3, "Eggs": 1})
    village.close(round)
    huang = ProducerOrder.objects.get(producer=village.producers["Huang Dacheng"])
    asked = {
        line.commitment.specification.name: line for line in huang.lines.select_related("commitment__specification")
    }
    assert {name: line.commitment.quantity for name, line in asked.items()} == {"Pak choi": 2500, "Cabbage": 1}
    assert asked["Pak choi"].purchase == 5 * 319
    assert huang.payment.quantity == 5 * 319 + 450
    assert asked["Pak choi"].commitment.due == THURSDAY


def test_a_round_without_orders_ends_quietly(village):
    round = village.round()
    assert village.close(round).state == "ordered"
    assert not ProducerOrder.objects.exists()
    settled = operations.settle_round(by=village.people["Li Na"], round=round)
    assert settled.result["sales"] == 0


def test_loose_goods_are_shared_in_proportion(village):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2})
    village.order(round, "Jo", {"Pak choi": 4})
    offer = village.offer(round, "Pak choi")
    operations.announce_stock(by=village.producers["Huang Dacheng"], offer=offer, available=1500)
    assert queries.shortages(round) == {offer.intent_id: 1500}
    village.close(round)
    granted = {line.order.household.name: line.granted for line in OrderLine.objects.all()}
    assert granted == {"Amina's household": 500, "Jo's household": 1000}
    # What is set aside follows: half of the 9.24, half of the 18.48.
    assert village.spendable("Amina") == 20_000 - 462
    assert village.spendable("Jo") == 20_000 - 924
    assert {line.reason for line in OrderLine.objects.all()} == {"short_weight"}
    intent = flows_queries.intents([offer.intent_id])[offer.intent_id]
    assert intent.promised_quantity == 1500


def test_whole_roots_are_not_cut(village):
    round = village.round()
    village.order(round, "Amina", {"Lotus root": 2})
    village.order(round, "Jo", {"Lotus root": 2})
    operations.set_shortage(
        by=village.people["Li Na"], round=round, intent_id=village.offer(round, "Lotus root").intent_id, available=2500
    )
    village.close(round)
    assert sorted(OrderLine.objects.values_list("granted", flat=True)) == [700, 1400]


def test_short_after_ordering_is_shared_at_once_but_not_out_of_crates(village):
    from cosmolocal.handovers import operations as handovers

    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 2})
    village.order(round, "Jo", {"Bread": 2})
    village.close(round)
    village.receive(round, Bread=2)
    handovers.pack_line(
        by=village.people["Tan Mei"],
        crate=village.crate(round, "Amina"),
        commitment_id=amina.lines.get().commitment_id,
        quantity=1,
    )
    operations.set_shortage(
        by=village.people["Li Na"], round=round, intent_id=village.offer(round, "Bread").intent_id, available=2
    )
    lines = {line.order.household.name: line for line in OrderLine.objects.all()}
    assert lines["Jo's household"].granted == 1
    assert lines["Amina's household"].granted == 2
    assert village.spendable("Jo") == 20_000 - 1500


def test_closing_twice_and_ordering_while_open(village):
    round = village.round()
    with refused("shop.not_now"):
        operations.send_producer_orders(by=village.people["Li Na"], round=round)
    operations.close_round(by=village.people["Li Na"], round=round, key="a")
    operations.close_round(by=village.people["Li Na"], round=round, key="b")
    with refused("shop.round_closed"):
        village.order(round, "Amina", {"Bread": 1})


def test_cancelling_a_round_frees_everything(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    with refused("shop.cancelled_why"):
        operations.cancel_round(by=village.people["Li Na"], round=round, reason=" ")
    operations.cancel_round(by=village.people["Li Na"], round=round, reason="Snow")
    assert village.spendable("Amina") == 20_000
    assert Order.objects.get().state == "cancelled"
    assert flows_queries.replay() == []


def test_a_late_change_in_the_grace_does_not_pass_over_what_the_farm_said(village):
    """Nothing goes to the farm yet: what it said it has holds for the keeper too, and nobody else gets less by it."""
    round = village.round()
    order = village.order(round, "Amina", {"Eggs": 2})
    eggs = village.offer(round, "Eggs")
    with village.at(CLOSING):
        operations.close_round(by=village.people["Li Na"], round=round)
        operations.announce_stock(by=village.people["Li Na"], offer=eggs, available=20)

    def late(household, count):
        home, lines = village.households[household], [LineDraft(eggs.pk, count)]
        with village.at(CLOSING):
            return operations.late_change(by=village.people["Li Na"], round=round, household=home, lines=lines)

    with refused("shop.not_enough_left") as info:
        late("Jo", 1)
    assert "nothing left" in str(info.value)
    late("Amina", 1)
    late("Jo", 1)
    with refused("shop.not_enough_left"):
        late("Amina", 2)
    assert queries.shortages(round) == {}
    eggs.intent.refresh_from_db()
    assert eggs.intent.promised_quantity == 20
    order.refresh_from_db()
    assert order.upper == 1850
