"""A hand-over of a round: what was packed and taken there is what households pay, whoever wrote it down and when."""

import pytest
from django.urls import reverse

from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.models import Commitment
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Crate, Packed
from cosmolocal.handovers.tests.test_paper import address, packed, sheet
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.tests.test_cases import settle
from cosmolocal.practices.shop.tests.village import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(village):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
    village.order(round, "Jo", {"Pak choi": 4, "Bread": 2})
    village.close(round)
    village.receive(round)
    return round


@pytest.fixture
def weighed_round(village):
    """Amina asks for 2 kg of pak choi (sold by the jin of 500 g) and 1 box of eggs, Jo for 2 kg; weights are asked."""
    round = village.round()
    handovers.allow_unweighed(by=village.people["Li Na"], handover=round.handover, allowed=False)
    village.order(round, "Amina", {"Pak choi": 4, "Eggs": 1})
    village.order(round, "Jo", {"Pak choi": 4})
    village.close(round)
    village.receive(round)
    return round


@pytest.fixture
def taken(village, weighed_round):
    """Jo has his crate: nobody had weighed it, so it went as ordered; 2 kg of pak choi."""
    crate = village.crate(weighed_round, "Jo")
    handovers.hand_over(by=village.people["Keeper Lu"], crate=crate)
    crate.refresh_from_db()
    return crate


def _choi(crate):
    return next(line for line in handovers_queries.crate_sheet(crate).lines if line.goods.name == "Pak choi")


def test_the_whole_sheet_in_one_deed(village, ordered):
    tan = village.people["Tan Mei"]
    packer, data = client_of(tan), sheet(ordered.handover, Amina_Pak_choi="2.1", Jo_Pak_choi="3.9", Jo_Bread="0")
    page = packer.get(address(ordered.handover)).content.decode()
    assert page.index("Amina") < page.index("Pak choi") < page.index("Jo&#x27;s")
    for _double_click in range(2):
        assert packer.post(address(ordered.handover), data).status_code == 302
    assert packed(ordered.handover) == {
        ("Amina", "Pak choi"): 1050,
        ("Amina", "Eggs"): 10,
        ("Jo", "Pak choi"): 1950,
        ("Jo", "Bread"): 0,
    }
    assert Packed.objects.get(quantity=0).reason == "missing"
    assert set(Packed.objects.values_list("on_paper", "by")) == {(True, tan.pk)}
    assert set(Crate.objects.values_list("state", flat=True)) == {"packed"}
    listed = packer.get(reverse("handovers:packing", args=[ordered.handover_id])).content.decode()
    assert "Tan Mei, from paper" in listed
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=ordered.handover)
    settle(village, ordered)


def test_the_pick_up_list(village, ordered):
    keeper, packer = client_of(village.people["Keeper Lu"]), client_of(village.people["Tan Mei"])
    where = reverse("handovers:key_in_door", args=[ordered.handover_id])
    lists = reverse("handovers:lists", args=[ordered.handover_id])
    assert "Jo&#x27;s household" in packer.get(lists, {"by": "door"}).content.decode()
    assert where not in packer.get(lists, {"by": "door"}).content.decode()
    assert where in keeper.get(lists, {"by": "door"}).content.decode()
    assert keeper.get(lists, {"by": "door", "as": "pdf"}).content.startswith(b"%PDF")
    assert packer.get(where).status_code == 403
    amina, jo = village.crate(ordered, "Amina"), village.crate(ordered, "Jo")
    handovers.hand_over(by=village.people["Keeper Lu"], crate=amina)
    for _double_click in range(2):
        keeper.post(where, {"crate": [amina.pk, jo.pk], "key": "k"})
    assert village.crate(ordered, "Jo").state == "collected"
    assert "checked disabled" in " ".join(keeper.get(where).content.decode().split())
    # A tick that stands is not taken away by a list that has none.
    keeper.post(where, {"key": "k2"})
    assert set(Crate.objects.values_list("state", flat=True)) == {"collected"}
    settle(village, ordered)


def test_a_packer_looks_at_the_door_and_the_keeper_hands_over(village, ordered):
    address = reverse("handovers:door", args=[ordered.handover_id])
    household = village.crate(ordered, "Jo").receiver_id
    behind = reverse("shop:at_the_door", args=[ordered.pk, household])
    for name, may in (("Keeper Lu", True), ("Tan Mei", False)):
        client = client_of(village.people[name])
        page = client.get(address).content.decode()
        assert "Jo&#x27;s household" in page
        assert (behind in page) is may
        assert ("/hand-over/" in page) is may
        assert (client.get(behind).status_code == 200) is may


def test_what_the_scale_said_is_recorded_after_the_crate_has_gone(village, weighed_round, taken):
    """The packer finds her note, 1.85 kg: what was taken is put right, and paid for so."""
    line, tan = _choi(taken), village.people["Tan Mei"]
    before = flows_queries.resources([Packed.objects.get(commitment=line.commitment_id).lot_id])
    packer, address = client_of(tan), reverse("handovers:crate", args=[taken.pk])
    assert f"?line={line.commitment_id}" in packer.get(address).content.decode()
    form = packer.get(address, {"line": line.commitment_id}).content.decode()
    assert f'name="{line.field}"' in form
    tick = reverse("handovers:tick", args=[taken.pk, line.commitment_id])
    assert packer.post(tick, {line.field: "3.7", "key": "w"}, follow=True).status_code == 200
    assert Packed.objects.get(commitment=line.commitment_id).quantity == 1850
    [lot] = flows_queries.resources(before).values()
    assert lot.accounting_quantity == before[lot.pk].accounting_quantity + 150
    commitment = Commitment.objects.get(pk=line.commitment_id)
    assert (commitment.fulfilled_quantity, commitment.finished) == (1850, True)
    again = Crate.objects.get(pk=taken.pk)
    assert (again.state, again.changed_at) == (Crate.State.COLLECTED, taken.changed_at)
    assert flows_queries.replay() == []
    handovers.pack_all(by=tan, handover=weighed_round.handover, weighed={})
    handovers.allow_unweighed(by=village.people["Li Na"], handover=weighed_round.handover, allowed=True)
    handovers.pack_all(by=tan, handover=weighed_round.handover)
    shop.settle_round(by=village.people["Li Na"], round=weighed_round)
    # 1.85 kg at 4.20 for 500 g.
    assert village.balance("Jo") == 20_000 - 1554


def test_a_weight_put_right_after_settling_is_said_to_change_no_payment(village, weighed_round, taken):
    line, tan = _choi(taken), village.people["Tan Mei"]
    handovers.allow_unweighed(by=village.people["Li Na"], handover=weighed_round.handover, allowed=True)
    handovers.pack_all(by=tan, handover=weighed_round.handover)
    shop.settle_round(by=village.people["Li Na"], round=weighed_round)
    paid = village.balance("Jo")
    tick = reverse("handovers:tick", args=[taken.pk, line.commitment_id])
    page = client_of(tan).post(tick, {line.field: "3.7", "key": "w"}, follow=True).content.decode()
    assert "the earlier weight was paid" in page
    assert Commitment.objects.get(pk=line.commitment_id).fulfilled_quantity == 1850
    assert village.balance("Jo") == paid
    assert flows_queries.replay() == []
