"""Money that is carried stands on its way until who keeps the other box says what arrived; nobody bears what is lost
on the way but by a fact that somebody else looks at.
"""

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Carriage, MoneyBox, Review
from cosmolocal.money.tests.test_deciding import browser_of
from cosmolocal.money.tests.village import Village, refused


@pytest.fixture
def gate(village: Village) -> Place:
    return agents.add_place(by=village.house, name="East gate", is_handover=True)


@pytest.fixture
def till(village: Village, gate: Place) -> MoneyBox:
    """Coins at the gate, which Jo keeps: 200.00."""
    agents.give_role(by=village.house, agent=village.jo, role="keeper", place=gate)
    made = money.open_box(by=village.house, kind="cash", name="Till", place=gate)
    village.top_up(village.amina, 20_000, made)
    return made


def carry(village: Village, by: Agent, source: MoneyBox, target: MoneyBox, amount: int = 15_000) -> Carriage:
    made = money.move_money(by=by, source=source, target=target, amount=amount)
    assert made is not None
    return made


def lying(village: Village, *boxes: MoneyBox) -> list[int]:
    way = queries.on_its_way(village.currency)
    assert queries.sums_agree().difference == 0
    assert flows_queries.replay() == []
    return [*(village.in_box(box) for box in boxes), village.in_box(way) if way else 0]


def test_what_left_is_on_its_way_until_it_arrived(village: Village, till: MoneyBox) -> None:
    carried = carry(village, village.jo, till, village.bank)
    assert lying(village, till, village.bank) == [5000, 0, 15_000]
    sheet = queries.balance_sheet(clock.today())
    assert {group.code: group.total for group in sheet.assets if group.total} == {"cash": 5000, "transit": 15_000}
    money.receive_money(by=village.wei, carriage=carried, box=village.bank, arrived=15_000)
    assert lying(village, till, village.bank) == [5000, 15_000, 0]
    assert not Review.objects.exists()
    with refused("money.arrived_already"):
        money.receive_money(by=village.lin, carriage=carried, box=village.bank, arrived=15_000)


@pytest.mark.parametrize(("arrived", "difference"), [(14_950, -50), (0, -15_000), (15_100, 100)])
def test_a_difference_is_a_fact_in_the_name_of_who_carried_it(
    village: Village, till: MoneyBox, arrived: int, difference: int
) -> None:
    agents.give_role(by=village.house, agent=village.jo, role="steward")
    carried = carry(village, village.jo, till, village.bank)
    money.receive_money(by=village.wei, carriage=carried, box=village.bank, arrived=arrived)
    assert lying(village, till, village.bank) == [5000, arrived, 0]
    assert village.fund("drawer_difference") == difference
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount) == ("carried", village.jo, abs(difference))
    assert " ".join(look.said.split()).startswith("Jo: ¥ 150.00 left Till")
    for one in (village.jo, village.wei):
        with refused("money.own_look"):
            money.agree_entries(by=one, looks=[look])
    money.agree_entries(by=village.lin, looks=[look])


def test_brought_back_it_lies_where_it_came_from(village: Village, till: MoneyBox) -> None:
    carried = carry(village, village.jo, till, village.bank)
    money.receive_money(by=village.jo, carriage=carried, box=till, arrived=15_000)
    assert lying(village, till, village.bank) == [20_000, 0, 0]
    assert not Review.objects.exists()


def test_who_carried_it_alone_is_looked_at_where_coins_say_nothing(village: Village, till: MoneyBox) -> None:
    village.top_up(village.amina, 30_000)
    to_bank = carry(village, village.wei, till, village.bank)
    money.receive_money(by=village.wei, carriage=to_bank, box=village.bank, arrived=15_000)
    assert not Review.objects.exists()  # the bank's own list says it
    to_coins = carry(village, village.wei, village.bank, village.cash, 20_000)
    money.receive_money(by=village.wei, carriage=to_coins, box=village.cash, arrived=20_000)
    assert [(look.why, look.holder, look.amount) for look in Review.objects.all()] == [("carried", village.wei, 20_000)]


def test_where_nobody_else_could_say_it_arrived_it_is_there(village: Village) -> None:
    village.top_up(village.amina, 30_000)
    other = money.open_box(by=village.house, kind="bank", name="Second bank")
    assert money.move_money(by=village.wei, source=village.bank, target=other, amount=1000) is None
    household = agents_queries.household_of(village.wei)
    assert household is not None
    for person in (village.lin, village.li_na):
        agents.join(by=village.house, member=person, group=household)
    assert money.move_money(by=village.wei, source=village.bank, target=village.cash, amount=2000) is None
    assert lying(village, village.bank, other, village.cash) == [27_000, 1000, 2000, 0]


def test_only_who_keeps_the_box_says_what_arrived(village: Village, till: MoneyBox) -> None:
    village.top_up(village.amina, 30_000)
    carried = carry(village, village.jo, till, village.bank)
    with refused("agents.not_allowed"):
        money.receive_money(by=village.jo, carriage=carried, box=village.bank, arrived=15_000)
    change = carry(village, village.wei, village.bank, till)
    with refused("agents.not_allowed"):
        money.receive_money(by=village.amina, carriage=change, box=till, arrived=15_000)
    money.receive_money(by=village.jo, carriage=change, box=till, arrived=15_000)


def test_the_pages_show_what_is_on_its_way(village: Village, till: MoneyBox) -> None:
    jo, wei = browser_of(village.jo), browser_of(village.wei)
    typed = {"amount": "150", "target": village.bank.pk, "on": clock.today().isoformat(), "key": "a", "confirmed": "1"}
    answer = jo.post(f"/money/coins/{till.pk}/hand-over/", typed, follow=True).content.decode()
    carried = Carriage.objects.get()
    assert "from Till to Rural credit bank" in answer
    page = f"/money/carried/{carried.pk}/"
    assert page not in answer
    assert jo.get(page).status_code == 404
    desk = wei.get("/money/").content.decode()
    assert page in desk
    shown = wei.get(page).content.decode()
    assert "Jo took ¥ 150.00 out of" in " ".join(shown.split())
    money.receive_money(by=village.wei, carriage=carried, box=village.bank, arrived=14_000)
    assert page not in wei.get("/money/").content.decode()
    listed = browser_of(village.lin).get("/money/looks/").content.decode()
    assert "Jo: ¥ 150.00 left Till" in " ".join(listed.split())
