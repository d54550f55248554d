"""Where money lies: a cash box may belong to one place, a bank account to the whole house only."""

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Place
from cosmolocal.kernel import evidence
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Carriage, MoneyBox, Review
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


@pytest.fixture
def keeper(village: Village, gate: Place) -> Agent:
    """Sun, who hands over at the East gate, where a till has 12.00 by the books."""
    sun = agents.add_member(by=village.house, name="Sun", email="sun@example.org")
    agents.give_role(by=village.house, agent=sun, role="keeper", place=gate)
    till = money.open_box(by=village.house, kind="drawer", name="Till", place=gate)
    money.top_up(by=village.wei, account=village.account(village.amina), box=till, amount=1200)
    return sun


def held(name: str) -> int:
    return queries.boxes().get(name=name).resource.accounting_quantity


def test_a_keeper_counts_the_box_of_her_place_and_is_asked_about_a_difference(village: Village, keeper: Agent) -> None:
    sun, till = as_(village, keeper), MoneyBox.objects.get(name="Till")
    assert 'href="/money/coins/"' in sun.get("/home/").content.decode()
    page = sun.get("/money/coins/").content.decode()
    assert "Till" in page
    assert "not counted yet" in page
    address, wish = f"/money/coins/{till.pk}/count/", {"key": "c", "counted": "10.00"}
    asked = sun.post(address, wish).content.decode()
    assert "2.00 more lies there" in asked
    assert held("Till") == 1200
    done = sun.post(address, wish | {"confirmed": "1"}, follow=True)
    assert done.redirect_chain == [("/money/coins/", 302)]
    assert "2.00 is missing" in done.content.decode()
    assert "last counted" in done.content.decode()
    assert held("Till") == 1000
    agrees = sun.post(address, wish | {"key": "d"}).content.decode()
    assert "more lies there" not in agrees


def test_a_keeper_hands_over_what_lies_there(village: Village, gate: Place, keeper: Agent) -> None:
    sun, till = as_(village, keeper), MoneyBox.objects.get(name="Till")
    west = agents.add_place(by=village.house, name="West gate", is_handover=True)
    money.open_box(by=village.house, kind="cash", name="Box of the west", place=west)
    address = f"/money/coins/{till.pk}/hand-over/"
    form = sun.get(address).content.decode()
    assert "Cash box" in form
    assert "Box of the west" not in form
    had = held("Cash box")
    wish = {"key": "h", "amount": "12.00", "target": village.cash.pk}
    assert sun.post(address, wish | {"confirmed": "1"})["Location"] == "/money/coins/"
    assert (held("Till"), held("Cash box"), held("On its way")) == (0, had, 1200)
    assert "from Till to Cash box" in sun.get("/money/coins/").content.decode()
    wei, page = as_(village, village.wei), f"/money/carried/{Carriage.objects.get().pk}/"
    assert page in wei.get("/money/").content.decode()
    wei.post(page, {"key": "w", "arrived": "12.00", "box": village.cash.pk, "confirmed": "1"})
    assert (held("Till"), held("Cash box"), held("On its way")) == (0, had + 1200, 0)
    elsewhere = MoneyBox.objects.get(name="Box of the west")
    assert sun.post(address, wish | {"key": "i", "target": elsewhere.pk, "confirmed": "1"}).status_code == 422
    assert held("Box of the west") == 0


def test_a_keeper_of_another_place_finds_no_box_of_this_one(village: Village, keeper: Agent) -> None:
    west = agents.add_place(by=village.house, name="West gate", is_handover=True)
    other = agents.add_member(by=village.house, name="Bo", email="bo@example.org")
    agents.give_role(by=village.house, agent=other, role="keeper", place=west)
    bo, till = as_(village, other), MoneyBox.objects.get(name="Till")
    page = bo.get("/money/coins/").content.decode()
    assert "Till" not in page
    assert "Cash box" in page
    for deed, wish in (("count", {"counted": "0"}), ("hand-over", {"amount": "1", "target": village.bank.pk})):
        address = f"/money/coins/{till.pk}/{deed}/"
        assert bo.get(address).status_code == 404
        assert bo.post(address, {"key": deed, "confirmed": "1", **wish}).status_code == 404
    assert held("Till") == 1200
    assert as_(village, village.amina).get("/money/coins/").status_code == 403
    assert bo.get(f"/money/coins/{village.bank.pk}/count/").status_code == 404


def test_another_bank_beside_the_number_is_shown_once_somebody_else_has_looked(village: Village) -> None:
    address, amina = f"/money/accounts/{village.account(village.amina).pk}/", as_(village, village.amina)
    number = village.bank.number
    assert number in amina.get(address).content.decode()
    money.change_box(by=village.li_na, box=village.bank, name="Bank", number=number, bank_name="Evil bank")
    page = amina.get(address).content.decode()
    assert "Evil bank" not in page
    assert number not in page
    look = Review.objects.get()
    assert (look.why, look.deed.by) == ("number", village.li_na)
    assert "Evil bank" in look.deed.money_note.words
    assert "Evil bank" in as_(village, village.wei).get("/money/").content.decode()
    with refused("money.own_look"):
        money.agree_entries(by=village.li_na, looks=[look])
    money.agree_entries(by=village.wei, looks=[look])
    assert "Evil bank" in amina.get(address).content.decode()
    money.change_box(by=village.li_na, box=village.bank, name="Main bank", number=number, bank_name="Evil bank")
    assert Review.objects.count() == 1
