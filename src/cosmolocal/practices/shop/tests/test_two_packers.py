"""Two people at one hand-over at the same moment: what they wrote down is settled once, to the last fen."""

import pytest

from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate, Packed
from cosmolocal.handovers.tests.test_two_packers import NAMES, collected_once, lines, tick, together
from cosmolocal.kernel.clock import frozen_at
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.test_cases import settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def village(transactional_db):
    with frozen_at(builder.MONDAY):
        yield builder.build()


@pytest.fixture
def round(village):
    round = village.round()
    for name in NAMES:
        village.order(round, name, {"Pak choi": 2, "Eggs": 1, "Bread": 1})
    return village.close(round)


def test_two_weigh_lines_of_one_crate_and_of_two(village, round):
    crates = list(Crate.objects.filter(handover=round.handover))
    works = []
    for number, crate in enumerate(crates):
        for turn, line in enumerate(lines(round.handover, crate)):
            who = ("Tan Mei", "Keeper Lu")[(number + turn) % 2]
            works.append(lambda crate=crate, line=line, who=who: tick(village, crate, line, who))
    assert together(works) == {"done": len(works)}
    # Nothing had come yet: each kind of goods has one lot all the same, whoever packed it first.
    lots = Packed.objects.values_list("lot_id", "commitment__specification_id").distinct()
    assert Packed.objects.count() == len(works)
    assert len(lots) == 3
    for crate in crates:
        assert handovers.close_crate(by=village.people["Tan Mei"], crate=crate).state == "packed"
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    collected_once(round.handover)
    settle(village, round)


def test_two_check_off_the_same_households(village, round):
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    lu, li = village.people["Keeper Lu"], village.people["Li Na"]
    crates = list(Crate.objects.filter(handover=round.handover).order_by("number"))
    works = [lambda crate=crate, by=by: handovers.hand_over(by=by, crate=crate) for crate in crates for by in (lu, li)]
    works.append(lambda: handovers.hand_over_listed(by=li, handover=round.handover, crates=crates, key="list"))
    assert together(works) == {"done": len(works)}
    assert set(Crate.objects.values_list("state", flat=True)) == {"collected"}
    collected_once(round.handover)
    settle(village, round)
