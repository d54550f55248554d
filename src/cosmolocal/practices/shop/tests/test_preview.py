"""What a steward sees before settling: computed for lines that are alike together, by the rule that settles."""

import re
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.handovers import operations as handovers
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import OrderLine, OrderRound
from cosmolocal.practices.shop.rules import Split
from cosmolocal.practices.shop.settling.operations import following, weighing
from cosmolocal.practices.shop.tests.test_cases import line_of, settle
from cosmolocal.practices.shop.tests.village import MONDAY, THURSDAY, client_of


def packed(village, lighter=()):
    """A round of households that all order the same; who is `lighter` gets 20 g less pak choi."""
    round = village.round()
    made = {name: village.order(round, name, {"Pak choi": 2, "Eggs": 1}) for name in ("Amina", "Jo", "Chen")}
    village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        for name in lighter:
            line = line_of(made[name], "Pak choi")
            handovers.pack_line(
                by=village.people["Tan Mei"],
                crate=village.crate(round, name),
                commitment_id=line.commitment_id,
                quantity=line.granted - 20,
            )
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    return round


def test_lines_that_are_alike_are_weighed_once(village):
    assert len(weighing.weigh_alike(packed(village))) == 2
    assert OrderLine.objects.count() == 6


def test_a_line_that_weighs_less_stands_alone_and_sums_stay_exact(village):
    round = packed(village, lighter=["Jo"])
    found = weighing.weigh_alike(round)
    assert len(found) == 3
    every = weighing.weigh(round)
    for part in ("final", "deposit"):
        assert sum(getattr(one.sold, part) for one in found) == sum(getattr(line.sold, part) for line in every)
    for part in Split.__slots__:
        assert sum(getattr(one.sold.split, part) for one in found) == sum(
            getattr(line.sold.split, part) for line in every
        )
    with village.at(THURSDAY):
        settle(village, round)


def test_who_got_nothing_is_not_counted(village):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 1})
    village.order(round, "Jo", {"Bread": 1})
    village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        handovers.pack_line(
            by=village.people["Tan Mei"],
            crate=village.crate(round, "Amina"),
            commitment_id=line_of(order, "Bread").commitment_id,
            quantity=0,
        )
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        assert operations.preview(round).orders == 1
        settle(village, round)


def test_many_farms_and_households_ask_no_more_statements_than_one(village):
    counts = []
    for day, wishes in enumerate(({"Bread": 1}, {"Bread": 1, "Eggs": 1, "Pak choi": 1})):
        with village.at(MONDAY + timedelta(days=day, hours=1)):
            round = village.next_round() if day else village.round()
            for name in ("Amina", "Jo")[: len(wishes)]:
                village.order(round, name, wishes)
            village.close(round)
        village.receive(round)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        with CaptureQueriesContext(connection) as asked:
            assert operations.preview(round).obstacle == ""
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_whose_goods_stand_in_the_way_is_read_only_where_some_do(village):
    round = packed(village)

    def names():
        with CaptureQueriesContext(connection) as asked:
            told = operations.preview(round).obstacle
        return told, [one["sql"] for one in asked if one["sql"].startswith('SELECT "agents_agent"."name"')]

    assert names() == ("", [])
    OrderLine.objects.filter(order__household=village.households["Jo"], offer__item=village.items["Eggs"]).delete()
    told, asked = names()
    assert "Taken out of the order, and still in the crates of Jo" in told
    assert asked


def test_every_farm_of_which_nobody_wrote_down_anything_is_named(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1, "Eggs": 1})
    village.close(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    assert "Sanjiang farm, Baker Lan" in operations.preview(round).obstacle
    bread = village.items["Bread"].product.specification_id
    baker = village.producers["Baker Lan"]
    line = round.producer_orders.get(producer=baker).lines.get()
    came = [handovers.ReceiptLine(bread, received=0, accepted=0, commitment_id=line.commitment_id)]
    handovers.receive(by=village.people["Tan Mei"], handover=round.handover, producer=baker, lines=came)
    assert "what Sanjiang farm brought" in operations.preview(round).obstacle


def marks(page):
    return dict(re.findall(r'name="(seen|key)" value="([^"]*)"', page))


def test_what_was_not_shown_is_not_settled(village):
    """A packer writes another weight between the page and the button: the page comes again, with the sums of now."""
    round = packed(village)
    address, steward = f"/shop/desk/{round.pk}/settle/", client_of(village.people["Li Na"])
    with village.at(THURSDAY):
        read = marks(steward.get(address).content.decode())
        line = OrderLine.objects.get(order__household=village.households["Jo"], offer__item=village.items["Eggs"])
        put = {"commitment_id": line.commitment_id, "quantity": 0, "reason": "short"}
        handovers.pack_line(by=village.people["Tan Mei"], crate=village.crate(round, "Jo"), **put)
        assert "the sums are others now" in steward.post(address, read, follow=True).content.decode()
        round.refresh_from_db()
        assert round.state == OrderRound.State.ORDERED
        steward.post(address, marks(steward.get(address).content.decode()))
        round.refresh_from_db()
        assert round.state == OrderRound.State.SETTLED


def test_what_was_not_shown_is_not_booked_later(village):
    round = packed(village)
    treasurer = client_of(village.people["Wei Guo"])
    with village.at(THURSDAY):
        settled = settle(village, round)
        address = f"/shop/desk/{round.pk}/follow/"
        eggs = OrderLine.objects.filter(offer__item=village.items["Eggs"])
        put = {"by": village.people["Tan Mei"], "quantity": 0, "reason": "short"}
        first, second, _third = eggs.order_by("pk")
        handovers.pack_line(crate=first.commitment.packed.crate, commitment_id=first.commitment_id, **put)
        read = marks(treasurer.get(address).content.decode())
        handovers.pack_line(crate=second.commitment.packed.crate, commitment_id=second.commitment_id, **put)
        assert "the sums are others now" in treasurer.post(address, read, follow=True).content.decode()
        assert len(following.differences(settled)) == 4
        treasurer.post(address, marks(treasurer.get(address).content.decode()))
        assert following.differences(settled) == []
