"""What is given up, lowered or paid otherwise is free again: goods of the farm and money of the household."""

from datetime import timedelta

from cosmolocal.agents import queries as agents_queries
from cosmolocal.flows.models import Commitment
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.operations import RoundDraft
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, refused


def promised(village, round, name):
    """Base units that members have been promised of something."""
    return village.offer(round, name).intent.promised_quantity


def test_a_round_that_is_given_up_frees_goods_and_money(village):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 2, "Eggs": 1})
    assert (promised(village, round, "Bread"), promised(village, round, "Eggs")) == (2, 10)
    kept = [order.payment_id, *order.lines.values_list("commitment_id", flat=True)]
    operations.cancel_round(by=village.people["Li Na"], round=round, reason="Snow on the pass")
    assert (promised(village, round, "Bread"), promised(village, round, "Eggs")) == (0, 0)
    assert set(Commitment.objects.filter(pk__in=kept).values_list("finished", "quantity")) == {(True, 0)}
    assert village.spendable("Amina") == 20_000


def test_an_order_that_grows_sets_its_new_sum_aside_and_no_more(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    order = village.order(round, "Amina", {"Bread": 2}, version=1)
    assert village.spendable("Amina") == 20_000 - 3000
    assert promised(village, round, "Bread") == 2
    smaller = village.order(round, "Amina", {"Bread": 1}, version=2)
    assert smaller.payment_id == order.payment_id
    assert village.spendable("Amina") == 20_000 - 1500
    assert promised(village, round, "Bread") == 1


def test_who_pays_in_cash_after_all_has_nothing_set_aside(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    order = village.order(round, "Amina", {"Bread": 1}, version=1, pays="cash")
    assert order.payment_id is None
    assert village.spendable("Amina") == 20_000
    cancelled = operations.cancel_order(by=village.people["Amina"], order=order)
    assert cancelled.state == "cancelled"
    assert promised(village, round, "Bread") == 0


def test_an_order_taken_back_frees_goods_and_money(village):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 2})
    operations.cancel_order(by=village.people["Amina"], order=order)
    assert promised(village, round, "Bread") == 0
    assert village.spendable("Amina") == 20_000


def test_what_is_shared_out_lowers_what_is_promised_and_set_aside(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    village.order(round, "Jo", {"Bread": 2})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    intent = village.offer(round, "Bread").intent_id
    operations.set_shortage(by=village.people["Li Na"], round=round, intent_id=intent, available=2)
    assert promised(village, round, "Bread") == 2
    assert village.spendable("Amina") + village.spendable("Jo") == 40_000 - 2 * 1500


def test_nobody_fills_the_basket_of_others_and_nobody_but_stewards_runs_rounds(village):
    """Deeds that another deed finishes ask for themselves."""
    round = village.round()
    jo, bread = village.people["Jo"], village.offer(round, "Bread")
    with refused("agents.not_yours"):
        operations.fill_basket(by=jo, round=round, household=village.households["Amina"], counts={bread.pk: 1})
    ends = THURSDAY + timedelta(hours=3)
    wish = RoundDraft("Other", village.place, MONDAY, CLOSING, THURSDAY, ends)
    deeds = (
        lambda: operations.change_round(by=jo, round=round, draft=wish),
        lambda: operations.plan_round(by=jo, draft=wish, like=round),
        lambda: operations.choose_goods(by=jo, round=round, items=[], shown=[bread.item_id]),
        lambda: operations.set_shortage(by=jo, round=round, intent_id=bread.intent_id, available=0),
        lambda: operations.close_round(by=jo, round=round),
        lambda: operations.send_producer_orders(by=jo, round=round),
        lambda: operations.cancel_round(by=jo, round=round, reason="no"),
    )
    for deed in deeds:
        with refused("agents.not_allowed"):
            deed()
    assert OrderRound.objects.get().state == OrderRound.State.OPEN
    operations.close_round(by=agents_queries.system(), round=round)
