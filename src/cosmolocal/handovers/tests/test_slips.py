"""Slips of the hand at a hand-over: grams for kilograms, a comma of another country, more than is there, no weight."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from cosmolocal.agents import queries as agents_queries
from cosmolocal.catalog import operations as catalog
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.models import Commitment
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.models import Crate, Loss, Packed, Receipt
from cosmolocal.handovers.operations import PackLine
from cosmolocal.handovers.tests.village import FIRST_CATEGORY, client_of
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.forms import QuantityField
from cosmolocal.look.questions import Expectation

HERE = Expectation(30_000, is_rough=True)


@pytest.fixture
def weighed(village):
    """Amina asks for 2 kg of pak choi (sold by the jin of 500 g) and 1 box of eggs, Jo for 2 kg; weights are asked."""
    handover = village.handover(unweighed=False)
    village.promise(handover, "Amina", {"Pak choi": 4, "Eggs": 1})
    village.promise(handover, "Jo", {"Pak choi": 4})
    return village.agree(handover)


def _line(handover, crate, name):
    return next(line for line in queries.crate_sheet(crate).lines if line.goods.name == name)


def _choi(village, handover):
    huang = village.producers["Huang Dacheng"]
    [arrival] = next(d for d in queries.receiving_list(handover) if d.producer == huang).arrivals
    return reverse("handovers:receive", args=[handover.pk, huang.pk]), f"came_{arrival.commitment_id}"


def test_grams_typed_for_kilograms_are_asked_about(village, weighed):
    packer = client_of(village.people["Tan Mei"])
    address, field = _choi(village, weighed)
    asked = packer.post(address, {field: "8000", "key": "k"})
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "about a thousand times what was promised" in page
    assert f'name="sure" value="{field}=4000"' in page
    assert f'name="sure" value="{field}=4000000"' in page
    assert not Receipt.objects.exists()
    assert packer.post(address, {field: "8000", "sure": f"{field}=4000", "key": "k"}).status_code == 302
    assert Receipt.objects.get().accepted == 4000


def test_who_insists_is_believed(village, weighed):
    address, field = _choi(village, weighed)
    answer = client_of(village.people["Tan Mei"]).post(address, {field: "8000", "sure": f"{field}=4000000"})
    assert answer.status_code == 302
    assert Receipt.objects.get().accepted == 4_000_000


def test_an_answer_to_another_number_counts_for_nothing(village, weighed):
    address, field = _choi(village, weighed)
    packer = client_of(village.people["Tan Mei"])
    assert packer.post(address, {field: "9000", "sure": f"{field}=4000"}).status_code == 422
    assert packer.post(address, {field: "7", "sure": f"{field}=4000000"}).status_code == 302
    assert Receipt.objects.get().accepted == 3500


@pytest.mark.parametrize("typed", ["7,873", "7 873", "7.873"])
def test_a_mark_of_another_country_is_read_by_what_was_promised(village, weighed, typed):
    address, field = _choi(village, weighed)
    answer = client_of(village.people["Tan Mei"]).post(address, {field: typed}, follow=True)
    assert Receipt.objects.get().accepted == 3937
    assert "was read as" in answer.content.decode()


def test_goods_without_a_pack_are_received_in_their_unit(village, weighed):
    straw = catalog.add_product(
        by=village.home, producer=village.producers["Baker Lan"], name="Straw", category=FIRST_CATEGORY, unit="kg"
    )
    packer, address = client_of(village.people["Tan Mei"]), reverse("handovers:extra", args=[weighed.pk])
    answer = packer.post(address, {"product": straw.pk, "amount": "2.5", "key": "s"}, follow=True)
    assert answer.status_code == 200
    assert Receipt.objects.get().accepted == 2500
    assert "2.5 kg" in answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_a_crate_offers_its_share_of_what_is_there(village, weighed):
    operations.allow_unweighed(by=village.people["Li Na"], handover=weighed, allowed=True)
    village.receive(weighed, Pak_choi=3000)
    amina, jo = village.crate(weighed, "Amina"), village.crate(weighed, "Jo")
    assert _line(weighed, amina, "Pak choi").offered == 1500
    page = client_of(village.people["Tan Mei"]).get(reverse("handovers:crate", args=[jo.pk])).content.decode()
    assert "there is 3" in page
    line = _line(weighed, jo, "Pak choi")
    operations.tick_line(by=village.people["Tan Mei"], crate=jo, commitment_id=line.commitment_id)
    assert Packed.objects.get().quantity == 1500
    assert _line(weighed, amina, "Pak choi").offered == 1500
    operations.pack_all(by=village.people["Tan Mei"], handover=weighed)
    assert sum(Packed.objects.filter(lot__conforms_to__name="Pak choi").values_list("quantity", flat=True)) == 3000


def test_nothing_is_short_while_a_farm_is_still_to_come(village, weighed):
    assert _line(weighed, village.crate(weighed, "Amina"), "Pak choi").offered is None


def test_what_is_handed_over_without_a_tick_is_what_is_there(village, weighed):
    village.receive(weighed, Pak_choi=3000)
    for name in ("Amina", "Jo"):
        operations.hand_over(by=village.people["Keeper Lu"], crate=village.crate(weighed, name))
    assert sum(Packed.objects.filter(lot__conforms_to__name="Pak choi").values_list("quantity", flat=True)) == 3000


def test_what_is_paid_by_weight_has_no_tick_without_one(village, weighed):
    village.receive(weighed)
    crate = village.crate(weighed, "Jo")
    line = _line(weighed, crate, "Pak choi")
    packer, address = (
        client_of(village.people["Tan Mei"]),
        reverse("handovers:tick", args=[crate.pk, line.commitment_id]),
    )
    refused = packer.post(address, {"tick": "1", line.field: "", "key": "a"})
    assert refused.status_code == 422
    assert "This is paid by weight" in refused.content.decode()
    with pytest.raises(Refusal) as found:
        operations.tick_line(by=village.people["Tan Mei"], crate=crate, commitment_id=line.commitment_id)
    assert found.value.code == "handovers.weight_missing"
    operations.pack_all(by=village.people["Tan Mei"], handover=weighed)
    assert set(Crate.objects.values_list("state", flat=True)) == {"to_pack"}
    steward = client_of(village.people["Li Na"])
    steward.post(reverse("handovers:weights", args=[weighed.pk]), {"allowed": "1"})
    packer.post(address, {"tick": "1", line.field: "", "key": "b"})
    assert Packed.objects.get(commitment=line.commitment_id).quantity == 2000


def test_the_last_tick_packs_the_crate(village, weighed):
    village.receive(weighed)
    crate = village.crate(weighed, "Amina")
    choi, eggs = (_line(weighed, crate, name) for name in ("Pak choi", "Eggs"))
    operations.pack(by=village.people["Tan Mei"], crate=crate, lines=[PackLine(choi.commitment_id, 2010)])
    crate.refresh_from_db()
    assert crate.state == Crate.State.TO_PACK
    page = client_of(village.people["Tan Mei"]).get(reverse("handovers:crate", args=[crate.pk])).content.decode()
    assert ">Missing: Eggs<" in page
    assert "× (box of 10)" in page
    assert 'inputmode="numeric"' in page
    operations.pack_line(by=village.people["Tan Mei"], crate=crate, commitment_id=eggs.commitment_id, quantity=0)
    crate.refresh_from_db()
    assert crate.state == Crate.State.PACKED


def test_half_a_box_of_eggs_is_no_whole_number(village, weighed):
    crate = village.crate(weighed, "Amina")
    eggs = _line(weighed, crate, "Eggs")
    address = reverse("handovers:tick", args=[crate.pk, eggs.commitment_id])
    answer = client_of(village.people["Tan Mei"]).post(address, {"tick": "1", eggs.field: "1.5", "key": "h"})
    assert answer.status_code == 422
    assert "is no whole number" in answer.content.decode()


def test_grams_in_the_crate_and_on_paper_are_asked_about(village, weighed):
    village.receive(weighed)
    crate = village.crate(weighed, "Jo")
    line = _line(weighed, crate, "Pak choi")
    packer = client_of(village.people["Tan Mei"])
    address = reverse("handovers:tick", args=[crate.pk, line.commitment_id])
    asked = packer.post(address, {"tick": "1", line.field: "4000", "key": "g"})
    assert asked.status_code == 422
    assert f'value="{line.field}=2000"' in asked.content.decode()
    paper = reverse("handovers:key_in", args=[weighed.pk])
    asked = packer.post(paper, {line.field: "4000", "save": str(crate.pk), "key": "p"})
    assert asked.status_code == 422
    assert f'value="{line.field}=2000"' in asked.content.decode()
    assert not Packed.objects.exists()
    packer.post(paper, {line.field: "4000", "saving": str(crate.pk), "sure": f"{line.field}=2000", "key": "p"})
    assert Packed.objects.get().quantity == 2000


def test_the_way_back_is_a_page_of_ours(village, weighed):
    village.receive(weighed)
    keeper = client_of(village.people["Keeper Lu"])
    for back in ("abc", "//example.org/", "²"):
        crate = village.crate(weighed, "Jo")
        address = reverse("handovers:hand_over", args=[crate.pk])
        assert keeper.post(address, {"back": back, "key": back}).headers["Location"].startswith("/")
    assert agents_queries.home_local().pk


@pytest.fixture
def taken(village, weighed):
    """Jo has his crate: nobody had weighed it, so it went as ordered; 2 kg of pak choi."""
    village.receive(weighed)
    crate = village.crate(weighed, "Jo")
    operations.hand_over(by=village.people["Keeper Lu"], crate=crate)
    crate.refresh_from_db()
    return crate


def test_what_was_thought_missing_and_was_taken_is_recorded(village, weighed):
    village.receive(weighed)
    crate, tan = village.crate(weighed, "Jo"), village.people["Tan Mei"]
    line = _line(weighed, crate, "Pak choi")
    operations.pack_line(by=tan, crate=crate, commitment_id=line.commitment_id, quantity=0)
    operations.hand_over(by=village.people["Keeper Lu"], crate=crate)
    operations.pack_line(by=tan, crate=crate, commitment_id=line.commitment_id, quantity=1900)
    assert Commitment.objects.get(pk=line.commitment_id).fulfilled_quantity == 1900
    operations.pack_line(by=tan, crate=crate, commitment_id=line.commitment_id, quantity=0)
    assert Commitment.objects.get(pk=line.commitment_id).fulfilled_quantity == 0
    assert flows_queries.replay() == []


def test_a_tick_without_a_number_says_nothing_of_a_crate_that_has_gone(village, weighed, taken):
    line = _line(weighed, taken, "Pak choi")
    operations.allow_unweighed(by=village.people["Li Na"], handover=weighed, allowed=True)
    with pytest.raises(Refusal) as refused:
        operations.tick_line(by=village.people["Tan Mei"], crate=taken, commitment_id=line.commitment_id)
    assert refused.value.code == "handovers.already_collected"


@pytest.fixture
def arrived(village, weighed):
    """4 kg of pak choi lie here, as promised."""
    village.receive(weighed)
    return Receipt.objects.get(producer=village.producers["Huang Dacheng"])


@pytest.mark.parametrize("typed", ["7,873", "7 873", "7.873"])
def test_what_came_decides_how_much_of_it_is_good(village, arrived, typed):
    address = reverse("handovers:correct", args=[arrived.pk])
    packer = client_of(village.people["Tan Mei"])
    page = packer.post(address, {"came": "8", "good": typed, "key": "c"}, follow=True).content.decode()
    arrived.refresh_from_db()
    assert (arrived.received, arrived.accepted) == (4000, 3937)
    assert "was read as" in page


def test_grams_of_it_good_are_asked_about(village, arrived):
    address = reverse("handovers:correct", args=[arrived.pk])
    packer = client_of(village.people["Tan Mei"])
    asked = packer.post(address, {"came": "8", "good": "7000", "key": "c"})
    assert asked.status_code == 422
    assert 'name="sure" value="good=3500"' in asked.content.decode()
    for few in ("0", "0.5", "7"):
        assert packer.post(address, {"came": "8", "good": few, "key": few}).status_code == 302


@pytest.mark.parametrize("typed", ["1,873", "1 873", "1.873"])
def test_what_lies_here_decides_how_much_was_lost(village, arrived, typed):
    lose, packer = reverse("handovers:lose", args=[arrived.pk]), client_of(village.people["Tan Mei"])
    too_much = packer.post(lose, {"quantity": "1873", "reason": "spoiled", "key": "l"})
    assert too_much.status_code == 422
    assert "At most 8" in too_much.content.decode()
    page = packer.post(lose, {"quantity": typed, "reason": "spoiled", "key": "l"}, follow=True).content.decode()
    assert Loss.objects.get().quantity == 937
    assert "was read as" in page
    assert packer.post(lose, {"quantity": "0.01", "reason": "spoiled", "key": "m"}).status_code == 302


@pytest.mark.parametrize("typed", ["1,873", "1 873", "1.873"])
def test_what_lies_here_decides_how_much_is_divided(village, weighed, arrived, typed):
    divide = reverse("handovers:divide", args=[weighed.pk, arrived.lot_id])
    product = village.items["Pak choi"].product_id
    packer = client_of(village.people["Tan Mei"])
    sent = {"taken": typed, "made": typed, "into": product, "key": "d"}
    page = packer.post(divide, sent, follow=True).content.decode()
    arrived.lot.refresh_from_db()
    assert arrived.lot.accounting_quantity == 4000 - 937
    assert page.count("was read as") == 2


@pytest.mark.parametrize("typed", ["1,873", "1 873", "1.873"])
def test_what_lies_here_decides_how_much_goes_into_one_bin(village, weighed, arrived, typed):
    tan = village.people["Tan Mei"]
    other = operations.divide_lot(
        by=tan,
        handover=weighed,
        lot_id=arrived.lot_id,
        taken=2000,
        made=2000,
        into=arrived.specification_id,
    )
    mix = f"{reverse('handovers:mix', args=[weighed.pk])}?lot={arrived.lot_id}&lot={other.pk}"
    sent = {f"lot_{arrived.lot_id}": typed, f"lot_{other.pk}": "0.1", "key": "m"}
    page = client_of(tan).post(mix, sent, follow=True).content.decode()
    assert "What lies in the bin is lot" in page
    assert "was read as" in page
    arrived.lot.refresh_from_db()
    assert arrived.lot.accounting_quantity == 2000 - 937


def test_a_reading_above_what_may_be_is_not_offered():
    """30 kg lie here, so 1,873 is 1.873 kg; who may take no more is told so, and not asked first."""
    assert QuantityField(unit="kg", decimals=3, maximum=30_000, expected=HERE).clean("1 873") == 1873
    with pytest.raises(ValidationError, match="At most"):
        QuantityField(unit="kg", decimals=3, maximum=30_000, expected=HERE).clean("30000")
