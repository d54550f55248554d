"""Goods leave and somebody is charged for them, whatever happens to the order between packing and settling."""

import pytest

from cosmolocal.config import doctor
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Crate
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import Order, OrderLine
from cosmolocal.practices.shop.operations import LineDraft, RoundDraft
from cosmolocal.practices.shop.tests.village import client_of, refused


@pytest.fixture
def packed(village):
    """Amina's loaf and two boxes of eggs, Jo's loaf, all packed: the round and Amina's order."""
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1, "Eggs": 2})
    village.order(round, "Jo", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    return round, amina


def complaints():
    return [found.what for found in doctor.examine() if "nobody is charged" in found.what]


def test_doctor_names_the_crate_of_goods_that_stand_in_no_order(village, packed):
    _round, amina = packed
    assert complaints() == []
    OrderLine.objects.filter(order=amina, offer__item=village.items["Eggs"]).delete()
    [told] = complaints()
    assert "Amina's household" in told
    assert "lines: 1" in told


def test_doctor_names_the_crate_of_an_order_that_was_taken_back(village, packed):
    round, amina = packed
    Order.objects.filter(pk=amina.pk).update(state=Order.State.CANCELLED)
    [told] = complaints()
    assert "lines: 2" in told
    promises = OrderLine.objects.filter(order=amina).values_list("commitment_id", flat=True)
    for promise in promises:
        handovers.pack_line(
            by=village.people["Tan Mei"], crate=village.crate(round, "Amina"), commitment_id=promise, quantity=0
        )
    assert complaints() == [], "written as missing"


def late(village, round, household, **wishes):
    lines = [LineDraft(village.offer(round, name).pk, count) for name, count in wishes.items()]
    home = village.households[household]
    return operations.late_change(by=village.people["Keeper Lu"], round=round, household=home, lines=lines)


def test_what_is_added_to_a_packed_crate_is_packed_and_charged(village, packed):
    round, amina = packed
    late(village, round, "Amina", Cabbage=1)
    assert village.crate(round, "Amina").state == Crate.State.TO_PACK
    assert village.crate(round, "Jo").state == Crate.State.PACKED
    with refused("shop.not_all_packed"):
        operations.settle_round(by=village.people["Li Na"], round=round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    assert_charged(village, round, amina, 1500 + 2 * 1850 + 600)


def test_what_is_added_after_collecting_is_given_at_once_and_charged(village, packed):
    round, amina = packed
    crate = handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Amina"))
    late(village, round, "Amina", Cabbage=1)
    crate.refresh_from_db()
    assert crate.state == Crate.State.COLLECTED
    line = OrderLine.objects.get(order=amina, offer__item=village.items["Cabbage"])
    assert (line.commitment.packed.quantity, line.commitment.fulfilled_quantity) == (1, 1)
    assert_charged(village, round, amina, 1500 + 2 * 1850 + 600)


def test_what_is_given_after_collecting_counts_in_full_where_nothing_of_it_was_left(village, packed):
    """By the books all eggs lie in Amina's crate; who stands at the door has some in her hands."""
    round, _amina = packed
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Jo"))
    jo = late(village, round, "Jo", Eggs=1)
    assert_charged(village, round, jo, 1500 + 1850)


def assert_charged(village, round, order, amount):
    operations.settle_round(by=village.people["Li Na"], round=round)
    order.refresh_from_db()
    assert order.final == amount
    assert flows_queries.replay() == []
    assert complaints() == []


@pytest.fixture
def early(village):
    """Packed while the round still takes orders: the round and Amina's order of a loaf and of eggs."""
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1, "Eggs": 2})
    handovers.make_crates(by=village.people["Tan Mei"], handover=round.handover)
    handovers.pack_line(
        by=village.people["Tan Mei"],
        crate=village.crate(round, "Amina"),
        commitment_id=OrderLine.objects.get(order=amina, offer__item=village.items["Bread"]).commitment_id,
        quantity=1,
    )
    return round, amina


@pytest.mark.parametrize("wishes", [{"Eggs": 2}, {"Bread": 2, "Eggs": 2}])
def test_what_is_packed_stays_in_an_order_that_may_still_change(village, early, wishes):
    round, amina = early
    with refused("shop.packed_already") as info:
        village.order(round, "Amina", wishes, version=amina.version)
    assert info.value.facts["offers"] == [village.offer(round, "Bread").pk]
    smaller = village.order(round, "Amina", {"Bread": 1, "Eggs": 1}, version=amina.version)
    assert smaller.upper == 1500 + 1850, "what is not packed may change"


def test_an_order_of_which_something_is_packed_is_not_taken_back(village, early):
    round, amina = early
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Amina"))
    with refused("shop.packed_already"):
        operations.cancel_order(by=village.people["Amina"], order=amina)
    with refused("shop.packed_already"):
        operations.cancel_round(by=village.people["Li Na"], round=round, reason="rain")
    page = client_of(village.people["Amina"]).get(f"/shop/orders/{amina.pk}/").content.decode()
    assert "Cancel the order" not in page
    assert complaints() == []


@pytest.fixture
def two_rounds(village):
    """A second round at the same hand-over; Amina and Jo order in both."""
    first = village.round()
    hours = (first.handover.begins, first.handover.ends)
    wish = RoundDraft("Second", village.place, first.opens_at, first.closes_at, *hours)
    steward = village.people["Li Na"]
    second = operations.open_round(by=steward, round=operations.plan_round(by=steward, draft=wish, like=first))
    assert second.handover == first.handover
    village.order(first, "Amina", {"Bread": 1})
    village.order(first, "Jo", {"Bread": 2})
    return first, second


def test_a_swap_takes_along_what_both_ordered_in_another_round_of_the_hand_over(village, two_rounds):
    first, second = two_rounds
    village.order(second, "Amina", {"Eggs": 1})
    village.order(second, "Jo", {"Eggs": 2})
    for round in two_rounds:
        village.close(round)
        village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=first.handover)
    amina, jo = first.orders.order_by("id")
    operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    for round in two_rounds:
        operations.settle_round(by=village.people["Li Na"], round=round)
    paid = [20_000 - village.balance(name) for name in ("Amina", "Jo")]
    assert paid == [2 * 1500 + 2 * 1850, 1500 + 1850]
    assert flows_queries.replay() == []
    assert complaints() == []


def test_a_swap_is_refused_where_one_alone_ordered_in_another_round_of_the_hand_over(village, two_rounds):
    first, second = two_rounds
    village.order(second, "Amina", {"Eggs": 1})
    for round in two_rounds:
        village.close(round)
    amina, jo = first.orders.order_by("id")
    with refused("shop.other_round") as info:
        operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    assert "Amina's household has ordered in “Second”" in str(info.value)


def test_what_was_taken_out_and_lies_in_the_crate_is_shown_until_it_is_out(village):
    """The packer's page is from before: the loaf is written down, she reads what became of it, and settling waits."""
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1, "Eggs": 2})
    village.close(round)
    village.receive(round)
    [promise] = amina.lines.filter(offer__item=village.items["Bread"]).values_list("commitment_id", flat=True)
    late(village, round, "Amina", Bread=0)
    crate, client = village.crate(round, "Amina"), client_of(village.people["Tan Mei"])
    address = f"/handovers/crates/{crate.pk}/lines/{promise}/"
    asked = client.post(address, {"tick": "1"})
    assert asked.status_code == 422
    assert "Leave it out of the crate" in asked.content.decode()
    assert f'name="weight_{promise}"' in asked.content.decode(), "she may write how much"
    page = client.post(address, {"tick": "1", f"weight_{promise}": "1"}, follow=True).content.decode()
    assert "taken out of the order meanwhile" in page
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    with refused("shop.goods_uncharged") as info:
        operations.settle_round(by=village.people["Li Na"], round=round)
    assert info.value.facts["crates"] == [crate.pk]
    assert "Amina's household" in str(info.value)
    client.post(address, {"untick": "1"})
    assert_charged(village, round, amina, 2 * 1850)


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_missing_when_crates_were_swapped_is_found_for_who_has_the_crate(village, packed, times):
    """Amina's eggs are missing, Jo takes her crate (and in the second case brings it back); then the eggs are found."""
    round, amina = packed
    eggs = OrderLine.objects.get(order=amina, offer__item=village.items["Eggs"])
    packer = village.people["Tan Mei"]
    handovers.pack_line(by=packer, crate=village.crate(round, "Amina"), commitment_id=eggs.commitment_id, quantity=0)
    for _time in range(times):
        pair = round.orders.order_by("pk")
        operations.swap_orders(by=village.people["Keeper Lu"], order=pair[0], other=pair[1])
    has, has_not = ("Jo", "Amina") if times == 1 else ("Amina", "Jo")
    eggs.refresh_from_db()
    assert eggs.order.household == village.households[has]
    crate, other = village.crate(round, has), village.crate(round, has_not)
    sheets = [{line.commitment_id for line in handovers_queries.crate_sheet(one).lines} for one in (crate, other)]
    assert [eggs.commitment_id in sheet for sheet in sheets] == [True, False]
    handovers.pack_line(by=packer, crate=crate, commitment_id=eggs.commitment_id, quantity=eggs.granted)
    operations.settle_round(by=village.people["Li Na"], round=round)
    eggs.refresh_from_db()
    assert (eggs.weighed, eggs.final) == (eggs.granted, 2 * 1800)
    assert (village.balance(has), village.balance(has_not)) == (20_000 - 1500 - 2 * 1850, 20_000 - 1500)
    assert flows_queries.replay() == []
    assert complaints() == []
