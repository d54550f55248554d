"""Goods leave and somebody is charged for them, whatever happens to the order between packing and settling."""

import pytest

from cosmolocal.config import doctor
from cosmolocal.handovers import operations as handovers
from cosmolocal.practices.shop.models import Order, OrderLine


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
