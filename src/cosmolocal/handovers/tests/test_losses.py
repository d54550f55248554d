"""Whose is what spoils in a lot that holds several deliveries? Everybody's, as much as still lies there of each."""

import random

import pytest
from django.urls import reverse

from cosmolocal.catalog import operations as catalog
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.models import Loss, Receipt
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.handovers.tests.village import client_of

BIN = "BIN"


@pytest.fixture
def handover(village):
    """Amina is to get two loaves of Baker Lan, who bears what spoils; of all others the local does."""
    catalog.set_terms(by=village.home, producer=village.producers["Baker Lan"], loss_after_packing="producer")
    handover = village.handover()
    village.promise(handover, "Amina", {"Bread": 2})
    return village.agree(handover)


def bring(village, handover, farm, loaves, code=BIN, promise=None):
    """A farm brings loaves into the bin."""
    kind = village.items["Bread"].product.specification_id
    line = ReceiptLine(kind, loaves, loaves, promise, lot=code)
    producer = village.producers[farm]
    [made] = operations.receive(by=village.people["Tan Mei"], handover=handover, producer=producer, lines=[line])
    return made


def lose(village, handover, lot, quantity):
    return operations.lose(
        by=village.people["Tan Mei"], handover=handover, lot_id=lot, quantity=quantity, reason="spoiled"
    )


def borne(losses):
    return {loss.receipt: (loss.quantity, loss.borne_by) for loss in losses}


def test_a_loss_is_divided_over_the_farms_of_its_lot(village, handover):
    baker, huang = (bring(village, handover, farm, n) for farm, n in (("Baker Lan", 10), ("Huang Dacheng", 30)))
    assert baker.lot_id == huang.lot_id
    assert borne(lose(village, handover, baker.lot_id, 5)) == {baker: (1, "producer"), huang: (4, "local")}
    assert flows_queries.resource(baker.lot_id).accounting_quantity == 35
    assert borne(lose(village, handover, baker.lot_id, 7)) == {baker: (2, "producer"), huang: (5, "local")}
    assert flows_queries.replay() == []


def test_what_had_left_before_the_next_came_was_of_the_first(village, handover):
    first = bring(
        village, handover, "Baker Lan", 2, promise=queries.receiving_list(handover)[0].arrivals[0].commitment_id
    )
    operations.pack_all(by=village.people["Tan Mei"], handover=handover)
    operations.hand_over_all(by=village.people["Keeper Lu"], handover=handover)
    second = bring(village, handover, "Baker Lan", 20)
    assert first.lot_id == second.lot_id
    assert borne(lose(village, handover, first.lot_id, 5)) == {second: (5, "producer")}


def test_what_a_farm_took_back_or_was_typed_wrong_counts_as_it_stands(village, handover):
    baker, huang = (bring(village, handover, farm, n) for farm, n in (("Baker Lan", 30), ("Huang Dacheng", 30)))
    mei = village.people["Tan Mei"]
    operations.give_back(by=mei, receipt=baker, quantity=20)
    operations.correct_receipt(by=mei, receipt=huang, received=20, accepted=20)
    assert queries.contents(baker.lot_id) == {baker.pk: 10, huang.pk: 20}
    assert sorted(borne(lose(village, handover, baker.lot_id, 9)).values()) == [(3, "producer"), (6, "local")]


def test_more_lost_than_lies_there_is_a_fact_of_all(village, handover):
    baker, huang = (bring(village, handover, farm, n) for farm, n in (("Baker Lan", 10), ("Huang Dacheng", 30)))
    lose(village, handover, baker.lot_id, 40)
    assert borne(lose(village, handover, baker.lot_id, 4)) == {baker: (1, "producer"), huang: (3, "local")}


def test_goods_put_together_or_divided_here_are_of_what_went_in(village, handover):
    baker = bring(village, handover, "Baker Lan", 10, "A")
    huang = bring(village, handover, "Huang Dacheng", 30, "B")
    mei = village.people["Tan Mei"]
    [bin] = operations.mix_lots(by=mei, handover=handover, taken={baker.lot_id: 10, huang.lot_id: 10})
    part = operations.divide_lot(by=mei, handover=handover, lot_id=bin.pk, taken=10, made=8)
    kind = village.items["Bread"].product.specification_id
    assert queries.may_be_from(handover, part.pk, kind) == []
    assert borne(lose(village, handover, part.pk, 4)) == {baker: (2, "producer"), huang: (2, "local")}
    assert queries.contents(huang.lot_id) == {huang.pk: 20}


@pytest.mark.parametrize("seed", range(5))
def test_losses_come_out_to_the_last_loaf(village, handover, seed):
    """However often something comes, is lost or goes back: what lies there is of its receipts."""
    pick, came = random.Random(seed), []
    for _ in range(12):
        deed = pick.choice(["bring", "bring", "lose", "back"])
        if deed == "bring" or not came:
            came.append(bring(village, handover, pick.choice(["Baker Lan", "Huang Dacheng"]), pick.randint(1, 40)))
        elif deed == "lose":
            quantity = pick.randint(1, 15)
            losses = lose(village, handover, came[0].lot_id, quantity)
            assert sum(loss.quantity for loss in losses) == quantity
        else:
            one = pick.choice(came)
            free = queries.contents(one.lot_id).get(one.pk, 0)
            operations.give_back(by=village.people["Tan Mei"], receipt=one, quantity=min(free, pick.randint(1, 5)))
    here = flows_queries.resource(came[0].lot_id).accounting_quantity
    if here > 0:
        assert abs(sum(queries.contents(came[0].lot_id).values()) - here) == 0
    accepted = sum(Receipt.objects.values_list("accepted", flat=True))
    assert here == accepted - sum(Loss.objects.values_list("quantity", flat=True))


def test_the_page_says_whose_it_was(village, handover):
    baker, huang = (bring(village, handover, farm, n) for farm, n in (("Baker Lan", 10), ("Huang Dacheng", 30)))
    mei = client_of(village.people["Tan Mei"])
    address = reverse("handovers:lose", args=[baker.pk])
    assert "divided over them" in mei.get(address).content.decode()
    typed = {"quantity": "20", "reason": "spoiled", "key": "k"}
    assert mei.post(address, typed).status_code == 302
    assert borne(Loss.objects.all()) == {baker: (5, "producer"), huang: (15, "local")}
    page = mei.get(reverse("handovers:receiving", args=[handover.pk])).content.decode()
    assert all(word in page for word in ("Bread 5", "Bread 15", "Baker Lan", "borne by the producer", "spoiled"))
