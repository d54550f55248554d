"""Where money lies: a cash box may belong to one place, a bank account to the whole house only."""

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Place
from cosmolocal.kernel import evidence
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import MoneyBox
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village, refused


@pytest.fixture
def gate(village: Village) -> Place:
    return agents.add_place(by=village.house, name="East gate", is_handover=True)


def test_a_box_is_added_and_changed_with_its_place(village: Village, gate: Place) -> None:
    wei = as_(village, village.wei)
    wei.post("/money/boxes/add/", {"key": "a", "kind": "drawer", "name": "Till", "place": gate.pk})
    till = MoneyBox.objects.get(name="Till")
    assert till.place == gate
    assert "East gate" in wei.get("/money/").content.decode()
    page = wei.get(f"/money/boxes/{till.pk}/change/").content.decode()
    assert f'value="{gate.pk}" selected' in page
    assert "IBAN" not in page
    wei.post(f"/money/boxes/{till.pk}/change/", {"key": "b", "name": "Drawer", "place": ""})
    till.refresh_from_db()
    assert (till.name, till.place) == ("Drawer", None)


def test_a_bank_account_belongs_to_the_whole_house(village: Village, gate: Place) -> None:
    wei = as_(village, village.wei)
    answer = wei.post("/money/boxes/add/", {"key": "k", "kind": "bank", "name": "Second bank", "place": gate.pk})
    assert answer.status_code == 422
    assert "Only a cash box or a till drawer lies at one place" in answer.content.decode()
    assert "At which place" not in wei.get(f"/money/boxes/{village.bank.pk}/change/").content.decode()
    with refused("money.whole_house"):
        money.change_box(by=village.wei, box=village.bank, name="Bank", place=gate)


def test_a_changed_name_leaves_the_number_of_a_box_alone(village: Village) -> None:
    wei = as_(village, village.wei)
    wei.post(f"/money/boxes/{village.cash.pk}/change/", {"key": "a", "name": "Coins"})
    bank = {"key": "b", "name": "Bank", "number": "6228 4800", "bank_name": "RCB"}
    wei.post(f"/money/boxes/{village.bank.pk}/change/", bank)
    assert list(queries.boxes().values_list("name", "number", "bank_name", "place")) == [
        ("Bank", "6228 4800", "RCB", None),
        ("Coins", "", "", None),
    ]


def test_the_same_name_with_another_place_or_kind_is_another_box(village: Village, gate: Place) -> None:
    for wish in ({"kind": "cash", "place": gate}, {"kind": "drawer"}):
        with refused("money.name_taken"):
            money.open_box(by=village.wei, name="Cash box", **wish)
    assert money.open_box(by=village.wei, kind="cash", name="Cash box") == village.cash


def test_the_place_is_sealed(village: Village) -> None:
    assert "place" in evidence.SEALED["money_moneybox"].fields


def test_the_page_of_a_farm_leads_to_its_account_and_limits(village: Village) -> None:
    wei, account = as_(village, village.wei), village.account(village.farm, "producer")
    assert "/money/accounts/?q=Huang%20farm" in wei.get(f"/people/{village.farm.pk}/").content.decode()
    assert f"/money/accounts/{account.pk}/" in wei.get("/money/accounts/?q=Huang%20farm").content.decode()
    assert f"/money/accounts/{account.pk}/limits/" in wei.get(f"/money/accounts/{account.pk}/").content.decode()
    assert "/money/accounts/?q" not in as_(village, village.amina).get(f"/people/{village.farm.pk}/").content.decode()
