"""Pages of a hand-over: each opens for who may, shows what is due, and asks as much for 30 crates as for 3."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from cosmolocal.agents import operations as agents
from cosmolocal.catalog.models import Product
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.models import Crate, Loss, Packed, Receipt
from cosmolocal.handovers.tests import village as builder
from cosmolocal.handovers.tests.village import THURSDAY, client_of
from cosmolocal.handovers.views import receiving


@pytest.fixture
def promised(village):
    handover = village.handover()
    village.promise(handover, "Amina", {"Pak choi": 2, "Eggs": 1})
    village.promise(handover, "Jo", {"Pak choi": 4, "Bread": 2})
    return village.agree(handover)


def test_receiving_on_the_page(village, promised):
    packer, handover = client_of(village.people["Tan Mei"]), promised
    page = packer.get(reverse("handovers:receiving", args=[handover.pk]))
    assert page.status_code == 200
    assert "Huang Dacheng" in page.content.decode()
    huang = village.producers["Huang Dacheng"]
    [arrival] = next(d for d in queries.receiving_list(handover) if d.producer == huang).arrivals
    answer = packer.post(
        reverse("handovers:receive", args=[handover.pk, huang.pk]),
        {f"came_{arrival.commitment_id}": "5.5", f"good_{arrival.commitment_id}": "", "key": "k1"},
    )
    assert answer.status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.received, receipt.accepted, receipt.reason) == (2750, 2750, "short")
    assert receipt.lot.lot == "1126-HD"
    wrong = packer.post(reverse("handovers:correct", args=[receipt.pk]), {"came": "6", "good": "6", "key": "k2"})
    assert wrong.status_code == 302
    receipt.refresh_from_db()
    assert receipt.accepted == 3000
    # Only the first number is typed anew: all of it is good, and no more can be good than came.
    packer.post(reverse("handovers:correct", args=[receipt.pk]), {"came": "5", "good": "", "key": "k3"})
    receipt.refresh_from_db()
    assert (receipt.received, receipt.accepted) == (2500, 2500)
    refused = packer.post(reverse("handovers:correct", args=[receipt.pk]), {"came": "4", "good": "5", "key": "k4"})
    assert refused.status_code == 422
    assert "more than what came" in refused.content.decode()
    assert 'name="good" value' not in packer.get(reverse("handovers:correct", args=[receipt.pk])).content.decode()


def test_a_number_nobody_can_read_is_said_and_kept(village, promised):
    packer, handover = client_of(village.people["Tan Mei"]), promised
    huang = village.producers["Huang Dacheng"]
    [arrival] = next(d for d in queries.receiving_list(handover) if d.producer == huang).arrivals
    address = reverse("handovers:receive", args=[handover.pk, huang.pk])
    answer = packer.post(address, {f"came_{arrival.commitment_id}": "some"})
    assert answer.status_code == 422
    assert 'value="some"' in answer.content.decode()


def test_of_a_delivery_half_written_down_the_other_half_stays_typed(village):
    """Two share a delivery; who presses second reads what is there already and loses nothing of hers."""
    handover = village.handover()
    village.promise(handover, "Amina", {"Pak choi": 2, "Cabbage": 1})
    village.agree(handover)
    [huang] = queries.receiving_list(handover)
    choi, *others = huang.arrivals
    operations.receive(
        by=village.people["Tan Mei"],
        handover=handover,
        producer=huang.producer,
        lines=[operations.ReceiptLine(choi.specification_id, choi.promised, choi.promised, choi.commitment_id)],
    )
    address = reverse("handovers:receive", args=[handover.pk, huang.producer.pk])
    client = client_of(village.people["Li Na"])
    typed = {f"came_{one.commitment_id}": one.goods.value(one.promised) for one in huang.arrivals} | {"key": "k"}
    said = client.post(address, typed)
    assert said.status_code == 422
    page = said.content.decode()
    assert "Tan Mei wrote down at" in page
    rest = {name: value for name, value in typed.items() if f'name="{name}"' in page}
    assert f"came_{choi.commitment_id}" not in rest
    assert all(f'value="{one.goods.value(one.promised)}"' in page for one in others)
    for _press in range(2):  # the second press finds the first
        assert client.post(address, rest).status_code == 302
    assert Receipt.objects.count() == len(huang.arrivals)


def test_packing_a_crate_without_javascript(village, promised):
    packer = client_of(village.people["Tan Mei"])
    village.receive(promised)
    crate = village.crate(promised, "Amina")
    sheet = queries.crate_sheets(promised, only=crate)[0]
    choi = next(line for line in sheet.lines if line.goods.name == "Pak choi")
    eggs = next(line for line in sheet.lines if line.goods.name == "Eggs")
    address = reverse("handovers:tick", args=[crate.pk, choi.commitment_id])
    stepped = packer.post(address, {"more": choi.field, choi.field: "2", "step": "0.1"})
    assert 'value="2.1"' in stepped.content.decode()
    assert not Packed.objects.exists()
    below = packer.post(address, {"tick": "1", choi.field: "-2", "key": "below"})
    assert below.status_code == 422
    assert "is not an amount" in below.content.decode()
    packer.post(address, {"tick": "1", choi.field: "2.1", "key": "a"})
    assert Packed.objects.get().quantity == 1050
    refused = packer.post(reverse("handovers:close_crate", args=[crate.pk]), follow=True)
    assert "Not every line is ticked" in refused.content.decode()
    packer.post(reverse("handovers:tick", args=[crate.pk, eggs.commitment_id]), {"missing": "1", "key": "b"})
    packer.post(address, {"untick": "1", "key": "c"})
    assert Packed.objects.get().quantity == 0
    packer.post(address, {"tick": "1", choi.field: "1.9", "key": "d"})
    following = packer.post(reverse("handovers:close_crate", args=[crate.pk]))
    other = village.crate(promised, "Jo")
    assert following.headers["Location"] == reverse("handovers:crate", args=[other.pk])
    crate.refresh_from_db()
    assert crate.state == Crate.State.PACKED


def test_spoiled_in_the_crate(village, promised):
    village.receive(promised)
    packer = client_of(village.people["Tan Mei"])
    packer.post(reverse("handovers:pack_all", args=[promised.pk]), {"key": "all"})
    crate = village.crate(promised, "Jo")
    bread = next(line for line in queries.crate_sheets(promised, only=crate)[0].lines if line.asked == 2)
    address = reverse("handovers:lose_packed", args=[crate.pk, bread.commitment_id])
    assert packer.post(address, {"quantity": "3", "reason": "spoiled", "key": "l"}).status_code == 422
    packer.post(address, {"quantity": "1", "reason": "spoiled", "key": "l"})
    assert Packed.objects.get(commitment=bread.commitment_id).quantity == 1
    assert Loss.objects.get().quantity == 1
    assert "borne by us" in packer.get(reverse("handovers:receiving", args=[promised.pk])).content.decode()


def test_the_door(village, promised):
    village.receive(promised)
    keeper, handover = client_of(village.people["Keeper Lu"]), promised
    found = keeper.get(reverse("handovers:door", args=[handover.pk]), {"q": "jo's"}).content.decode()
    assert "Jo&#x27;s household" in found
    assert "Amina" not in found
    crate = village.crate(promised, "Jo")
    keeper.post(reverse("handovers:hand_over", args=[crate.pk]), {"key": "k"})
    crate.refresh_from_db()
    assert crate.state == "collected"
    keeper.post(reverse("handovers:take_back", args=[crate.pk]), {"key": "k"})
    crate.refresh_from_db()
    assert crate.state == "packed"
    keeper.post(reverse("handovers:hand_over", args=[crate.pk]), {"key": "k2"})
    keeper.post(reverse("handovers:close", args=[handover.pk]))
    assert village.crate(promised, "Amina").state == "left"


def test_lists_in_three_orders_and_as_files(village, promised):
    packer = client_of(village.people["Tan Mei"])
    address = reverse("handovers:lists", args=[promised.pk])
    for by in ("household", "product", "place"):
        assert "Pak choi" in packer.get(address, {"by": by}).content.decode()
        assert "Pak choi" in packer.get(address, {"by": by, "print": ""}).content.decode()
        assert packer.get(address, {"by": by, "as": "csv"}).content.decode("utf-8-sig").count("Pak choi") in (1, 2)
    assert packer.get(address, {"by": "household", "as": "pdf"}).content.startswith(b"%PDF")
    assert packer.get(address, {"by": "place", "as": "xlsx"}).content.startswith(b"PK")
    assert packer.get(address, {"by": "household", "as": "doc"}).status_code == 404
    labels = packer.get(reverse("handovers:labels", args=[promised.pk]))
    assert labels.content.startswith(b"%PDF")


def test_packers_read_what_a_household_wants_them_to_know(village, promised):
    households = village.households
    words = "No peanuts,\nplease: Amina's son is allergic."
    agents.change_group(
        by=village.people["Amina"], group=households["Amina"], name="Amina", about=words, is_public=False
    )
    said, packer = "No peanuts, please", client_of(village.people["Tan Mei"])
    for name, is_told in (("Amina", True), ("Jo", False)):
        page = packer.get(reverse("handovers:crate", args=[village.crate(promised, name).pk])).content.decode()
        assert ("What packers should know" in page) is is_told
        assert (said in page) is is_told
    lists = reverse("handovers:lists", args=[promised.pk])
    assert said in packer.get(lists, {"by": "household"}).content.decode()
    assert said in packer.get(lists, {"by": "household", "print": ""}).content.decode()
    assert said in packer.get(lists, {"by": "household", "as": "csv"}).content.decode("utf-8-sig")
    assert said in _paper(packer.get(lists, {"by": "household", "as": "pdf"}))
    assert said in _paper(packer.get(reverse("handovers:labels", args=[promised.pk])))


def _paper(answer) -> str:
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_strangers_members_and_auditors(village, promised):
    address = reverse("handovers:packing", args=[promised.pk])
    assert Client().get(address).status_code == 302
    assert client_of(village.people["Amina"]).get(address).status_code == 403
    auditor = agents.add_member(by=village.home, name="Auditor", household_name="Auditor")
    agents.give_role(by=village.home, agent=auditor, role="auditor")
    page = client_of(auditor).get(address)
    assert page.status_code == 200
    assert "Pack crate" not in page.content.decode()
    crate = village.crate(promised, "Jo")
    assert client_of(auditor).post(reverse("handovers:close_crate", args=[crate.pk])).status_code == 403
    elsewhere = agents.add_place(by=village.home, name="Elsewhere", is_handover=True)
    other = agents.add_member(by=village.home, name="Other keeper", household_name="Other keeper")
    agents.give_role(by=village.home, agent=other, role="keeper", place=elsewhere)
    assert client_of(other).get(address).status_code == 404


def test_a_keeper_no_more_reads_no_more(village, promised):
    keeper, door = village.people["Keeper Lu"], reverse("handovers:door", args=[promised.pk])
    assert client_of(keeper).get(door).status_code == 200
    for role in keeper.roles.filter(name="keeper"):
        agents.end_role(by=village.home, role=role)
    elsewhere = agents.add_place(by=village.home, name="Elsewhere", is_handover=True)
    agents.give_role(by=village.home, agent=keeper, role="keeper", place=elsewhere)
    with village.at(builder.THURSDAY):
        assert client_of(keeper).get(door).status_code == 404


def test_as_many_statements_for_thirty_crates_as_for_three(village):
    counts = []
    keeper = client_of(village.people["Keeper Lu"])
    for handover in village.agreed(3, 30):
        counts.append([_statements(keeper, handover, name) for name in ("packing", "lists", "door", "receiving")])
    assert counts[0] == counts[1]


def _statements(client, handover, name):
    address = reverse(f"handovers:{name}", args=[handover.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_of_many_goods_the_farm_is_chosen_first(village, promised, monkeypatch):
    monkeypatch.setattr(receiving, "FEW_GOODS", 2)
    packer, address = client_of(village.people["Tan Mei"]), reverse("handovers:extra", args=[promised.pk])
    bread = Product.objects.get(name="Bread")
    page = packer.get(address).content.decode()
    assert f'href="?farm={bread.producer_id}"' in page
    assert "Pak choi" not in page
    address = f"{address}?farm={bread.producer_id}"
    page = packer.get(address).content.decode()
    assert [name in page for name in ("Bread", "Pak choi")] == [True, False]
    assert packer.post(address, {"product": bread.pk, "amount": "3", "key": "k"}).status_code == 302
    assert Receipt.objects.filter(handover=promised, commitment=None).get().received == 3


def test_what_nobody_ordered_is_more_than_nothing(village, promised):
    packer = client_of(village.people["Tan Mei"])
    address = reverse("handovers:extra", args=[promised.pk])
    for typed in ("-3", "0", "some"):
        wish = {"product": village.items["Bread"].product_id, "amount": typed, "key": typed}
        assert packer.post(address, wish).status_code == 422
    assert not Receipt.objects.exists()


def test_who_packs_and_who_keeps_the_door_read_it_on_their_first_page(village, promised):
    village.receive(promised)

    def home(name, moment):
        with village.at(moment):
            return client_of(village.people[name]).get("/home/").content.decode()

    assert "Crates to pack" not in home("Tan Mei", THURSDAY - timedelta(days=2))
    assert "0 of 2 crates are packed" in home("Tan Mei", THURSDAY - timedelta(hours=3))
    assert "Crates to pack" not in home("Amina", THURSDAY - timedelta(hours=3))
    with village.at(THURSDAY):
        operations.pack_all(by=village.people["Tan Mei"], handover=promised)
    assert "0 of 2 have collected" in home("Keeper Lu", THURSDAY)
    assert "have collected" not in home("Tan Mei", THURSDAY)
    assert "have collected" not in home("Keeper Lu", THURSDAY + timedelta(hours=4))
