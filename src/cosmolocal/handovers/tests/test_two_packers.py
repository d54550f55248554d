"""Two people at one hand-over at the same moment: nothing lost, nothing twice, the second sees what the first did."""

from collections import Counter

import pytest
from django.urls import reverse

from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.tests.test_writers import at_once
from cosmolocal.handovers import keying, operations, queries
from cosmolocal.handovers.models import Crate, Packed, Receipt
from cosmolocal.handovers.operations import PackLine, ReceiptLine
from cosmolocal.handovers.tests import village as builder
from cosmolocal.handovers.tests.village import client_of
from cosmolocal.kernel.clock import frozen_at

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Amina", "Jo", "Chen", "Zhou", "Wei")


@pytest.fixture
def village(transactional_db):
    with frozen_at(builder.MONDAY):
        yield builder.build()


@pytest.fixture
def handover(village):
    handover = village.handover()
    for name in NAMES:
        village.promise(handover, name, {"Pak choi": 2, "Eggs": 1, "Bread": 1})
    return village.agree(handover)


def together(works):
    """All at once, each in a thread of its own, on the day of the hand-over."""

    def then(work):
        with frozen_at(builder.THURSDAY):
            work()

    return at_once([lambda work=work: then(work) for work in works])


def lines(handover, crate=None):
    return [line for sheet in queries.crate_sheets(handover, only=crate) for line in sheet.lines]


def tick(village, crate, line, who, quantity=None):
    operations.pack_line(
        by=village.people[who],
        crate=crate,
        commitment_id=line.commitment_id,
        quantity=line.asked if quantity is None else quantity,
    )


def collected_once(handover):
    """Each promise was fulfilled by exactly what lay in the crate, corrections apart, and the books add up."""
    for row in Packed.objects.filter(crate__handover=handover).select_related("commitment"):
        events = row.commitment.fulfilled_by.filter(corrected_by=None, corrects=None)
        assert [event.quantity for event in events] == ([row.quantity] if row.quantity else [])
    assert flows_queries.replay() == []


def test_two_weigh_the_same_line(village, handover):
    """The later weight counts, once; what was promised of the goods is that weight."""
    village.receive(handover)
    crate = village.crate(handover, "Jo")
    choi = next(line for line in lines(handover, crate) if line.goods.weigh)
    weights = {"Tan Mei": 990, "Keeper Lu": 1040}
    ends = together([lambda who=who, w=w: tick(village, crate, choi, who, w) for who, w in weights.items()])
    assert ends == {"done": 2}
    row = Packed.objects.select_related("commitment", "by", "lot").get()
    assert weights[row.by.name] == row.quantity == row.commitment.quantity
    assert row.lot.promised_quantity == row.quantity
    assert row.asked == 1000
    [seen] = [line for line in lines(handover, crate) if line.is_packed]
    assert (seen.quantity, seen.packed_by) == (row.quantity, row.by.name)
    assert flows_queries.replay() == []


def test_one_keys_in_the_sheet_while_the_other_weighs(village, handover):
    village.receive(handover)
    every = lines(handover)
    keyed = [PackLine(line.commitment_id, line.asked) for line in every]
    crates = {crate.receiver_id: crate for crate in Crate.objects.filter(handover=handover)}
    tan = village.people["Tan Mei"]
    works = [lambda: operations.pack_from_paper(by=tan, handover=handover, lines=keyed, key="sheet")] * 2
    works += [
        lambda line=line: tick(village, crates[line.receiver_id], line, "Keeper Lu")
        for line in every
        if not line.goods.weigh
    ]
    assert together(works) == {"done": len(works)}
    assert Packed.objects.count() == len(every)
    assert set(Crate.objects.values_list("state", flat=True)) == {"packed"}
    operations.hand_over_all(by=village.people["Keeper Lu"], handover=handover)
    collected_once(handover)


def test_a_crate_is_weighed_while_it_is_given_out(village, handover):
    """Whichever comes first: what the scale said is what she took."""
    village.receive(handover)
    operations.pack_all(by=village.people["Tan Mei"], handover=handover)
    for name in NAMES:
        crate = village.crate(handover, name)
        choi = next(line for line in lines(handover, crate) if line.goods.weigh)
        ends = together(
            [
                lambda crate=crate, choi=choi: tick(village, crate, choi, "Tan Mei", 1050),
                lambda crate=crate: operations.hand_over(by=village.people["Keeper Lu"], crate=crate),
            ]
        )
        assert ends == Counter(done=2)
        assert Packed.objects.get(commitment=choi.commitment_id).quantity == 1050
    collected_once(handover)


def test_two_write_down_the_same_delivery(village, handover):
    """The second reads who wrote it down; the farm is not paid twice."""
    [bread] = [d for d in queries.receiving_list(handover) if d.producer.name == "Baker Lan"]
    came = [ReceiptLine(one.specification_id, one.promised, one.promised, one.commitment_id) for one in bread.arrivals]
    works = [
        lambda who=who: operations.receive(
            by=village.people[who], handover=handover, producer=bread.producer, lines=came
        )
        for who in ("Tan Mei", "Keeper Lu", "Li Na")
    ]
    assert together(works) == {"done": 1, "handovers.received_already": 2}
    assert Receipt.objects.get().accepted == len(NAMES)
    # A page from before offers the farm still: what is posted from it changes nothing, and says who did it.
    address = reverse("handovers:receive", args=[handover.pk, bread.producer.pk])
    said = client_of(village.people["Li Na"]).post(address, {f"came_{came[0].commitment_id}": "9"}, follow=True)
    assert f"{Receipt.objects.get().by.name} wrote down at" in said.content.decode()
    assert "Written down:" not in said.content.decode()
    assert Receipt.objects.get().accepted == len(NAMES)


def test_the_second_sees_on_the_page_what_the_first_did(village, handover):
    village.receive(handover)
    tan, lu = client_of(village.people["Tan Mei"]), client_of(village.people["Keeper Lu"])
    jo = village.crate(handover, "Jo")
    bread = next(line for line in lines(handover, jo) if line.goods.name == "Bread")
    address = f"/handovers/crates/{jo.pk}/"
    assert lu.get(address).status_code == 200
    tan.post(f"{address}lines/{bread.commitment_id}/", {"missing": "1", "key": "a"})
    assert "also packing: Tan Mei" in lu.get(address).content.decode()
    # Keeper Lu still has the page from before: pressing her tick counts the loaf anew, and Tan Mei reads it.
    lu.post(f"{address}lines/{bread.commitment_id}/", {"tick": "1", bread.field: "1", "key": "b"})
    [seen] = [line for line in lines(handover, jo) if line.is_packed]
    assert (seen.quantity, seen.packed_by) == (1, "Keeper Lu")
    assert keying.parts(handover, "household")
