"""A task for one place: every deed that belongs to a place is tried by those whose task is for another one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.tests.village import on_monday
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import PackLine, ReceiptLine
from cosmolocal.kernel.operation import declared
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.tests.stating import by_code, stated
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Carriage, MoneyBox
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import CLOSING, THURSDAY, Village

TABLE = by_code("WHO")
BOUND = {"packer", "keeper"}
# Deeds that a packer or keeper may do, and that belong to no single place: their apps say why.
NO_PLACE = by_code("NO_PLACE")
Wish = dict[str, Any]


@pytest.fixture
def village(db: None) -> Iterator[Village]:
    yield from on_monday(builder.build)


@pytest.fixture
def ordered(village: Village) -> Iterator[OrderRound]:
    """A round of which bread and an extra have come: Amina's crate is packed, Jo's is not."""
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    village.order(round, "Jo", {"Bread": 1})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        kind = village.items["Cabbage"].product.specification_id
        farm, by = village.producers["Huang Dacheng"], village.people["Tan Mei"]
        for lot in ("A", "B"):
            extra = [ReceiptLine(kind, 9, 9, lot=lot)]
            handovers.receive(by=by, handover=round.handover, producer=farm, lines=extra)
        crate = village.crate(round, "Amina")
        sheet = handovers_queries.crate_sheet(crate)
        handovers.pack(by=by, crate=crate, lines=[PackLine(one.commitment_id, one.asked) for one in sheet.lines])
        shop.take_cash(by=village.home, order=round.orders.get(household=crate.receiver), box=_box("cash"), amount=100)
        _settled(village)
        round.refresh_from_db()
        yield round


def _settled(village: Village) -> None:
    """A second round, handed over and settled."""
    second = village.next_round()
    for name in ("Amina", "Jo"):
        village.order(second, name, {"Bread": 1})
    village.close(second)
    village.receive(second)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=second.handover)
    shop.settle_round(by=village.people["Li Na"], round=second)


def _person(village: Village, role: str, place: Any) -> Agent:
    who = agents.add_member(by=village.home, name=f"{role} of {place}")
    agents.give_role(by=village.home, agent=who, role=role, place=place)
    return who


def at_the_hand_over(village: Village, round: OrderRound) -> dict[str, Wish]:
    """Each deed that belongs to this place, with what it takes."""
    here, crate, other = round.handover, village.crate(round, "Amina"), village.crate(round, "Jo")
    packed = crate.lines.get()
    [due] = handovers_queries.crate_sheet(other).lines
    extra, second = Receipt.objects.filter(handover=here, commitment=None).order_by("pk")
    of_bread = Receipt.objects.exclude(commitment=None).get(handover=here)
    line = {"crate": other, "commitment_id": due.commitment_id}
    return {
        "agents.change_place": {
            "place": village.place,
            "name": "Store",
            "address": "",
            "is_handover": True,
            "latitude": None,
            "longitude": None,
        },
        "handovers.claim_crate": {"crate": other},
        "handovers.close_crate": {"crate": crate},
        "handovers.close_handover": {"handover": here},
        "handovers.correct_receipt": {"receipt": of_bread, "received": 4, "accepted": 4},
        "handovers.divide_lot": {"handover": here, "lot_id": extra.lot_id, "taken": 1, "made": 1},
        "handovers.give_back": {"receipt": extra, "quantity": 1},
        "handovers.hand_over": {"crate": crate},
        "handovers.hand_over_all": {"handover": here},
        "handovers.hand_over_listed": {"handover": here, "crates": [crate]},
        "handovers.leave_crate": {"crate": crate},
        "handovers.lose": {"handover": here, "lot_id": extra.lot_id, "quantity": 1, "reason": "spoiled"},
        "handovers.lose_packed": {
            "crate": crate,
            "commitment_id": packed.commitment_id,
            "quantity": 1,
            "reason": "broken",
        },
        "handovers.make_crates": {"handover": here},
        "handovers.mix_lots": {"handover": here, "taken": {extra.lot_id: 1, second.lot_id: 1}},
        "handovers.pack": {"crate": other, "lines": [PackLine(due.commitment_id, 1)]},
        "handovers.pack_all": {"handover": here},
        "handovers.pack_from_paper": {"handover": here, "lines": [PackLine(due.commitment_id, 1)]},
        "handovers.pack_line": {**line, "quantity": 1},
        "handovers.receive": {
            "handover": here,
            "producer": village.producers["Huang Dacheng"],
            "lines": [ReceiptLine(extra.specification_id, 1, 1)],
        },
        "handovers.swap_crates": {"crate": crate, "other": other},
        "handovers.take_back": {"crate": crate},
        "handovers.tick_line": line,
        "handovers.unpack_line": {"crate": crate, "commitment_id": packed.commitment_id},
    }


def in_coins(village: Village) -> dict[str, Wish]:
    """The same of deeds with the cash box of this place."""
    till, account = _till(village), money_queries.account_for(village.households["Amina"])
    coins = {"account": account, "box": till, "amount": 100}
    return {
        "money.count_cash": {"box": till, "counted": 0},
        "money.move_money": {"source": till, "target": _box("bank"), "amount": 100},
        "money.pay_in_coins": coins,
        "money.receive_money": {"carriage": _carried(till), "box": till, "arrived": 100},
        "money.top_up": coins,
    }


def _till(village: Village) -> MoneyBox:
    return money.open_box(by=village.home, kind="drawer", name="Till of the store", place=village.place)


def _carried(till: MoneyBox) -> Carriage:
    """Change that a treasurer brings from the bank."""
    by = agents_queries.role_holders("treasurer").first()
    carried = money.move_money(by=by, source=_box("bank"), target=till, amount=100)
    assert carried is not None
    return carried


def _box(kind: str) -> MoneyBox:
    return next(box for box in money_queries.boxes() if box.kind == kind)


def everything(village: Village, round: OrderRound) -> dict[str, Wish]:
    found = at_the_hand_over(village, round) | in_coins(village)
    for of_an_app in stated("at_a_place").values():
        found |= of_an_app(village)
    return found


def test_every_deed_of_packers_and_keepers_says_where_it_belongs(village: Village, ordered: OrderRound) -> None:
    theirs = {code for code, who in TABLE.items() if BOUND & set(who.split())}
    assert theirs == set(everything(village, ordered)) | set(NO_PLACE)


def test_a_task_for_another_place_does_nothing_here(village: Village, ordered: OrderRound) -> None:
    gate = agents.add_place(by=village.home, name="East gate", is_handover=True)
    wrong = []
    for role in sorted(BOUND):
        here, elsewhere = (_person(village, role, place) for place in (village.place, gate))
        for code, wish in everything(village, ordered).items():
            if role not in TABLE[code].split():
                continue
            if (why := _refused(code, elsewhere, wish)) != "agents.other_place":
                wrong.append(f"{code}: a {role} of another place was told {why or 'nothing, and did it'}")
            if why := _refused(code, here, wish):
                wrong.append(f"{code}: a {role} of this place was told {why}")
    assert wrong == []


def _refused(code: str, by: Agent, wish: Wish) -> str:
    return _refusal(lambda: declared[code].run(by=by, **wish))


def _refusal(deed: Callable[[], Any]) -> str:
    """How it was refused; what was done is taken back."""
    try:
        with transaction.atomic():
            deed()
            transaction.set_rollback(True)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_the_refusal_names_both_places(village: Village, ordered: OrderRound) -> None:
    packer = _person(village, "packer", agents.add_place(by=village.home, name="East gate", is_handover=True))
    with pytest.raises(Refusal) as refused:
        handovers.make_crates(by=packer, handover=ordered.handover)
    assert "belongs to Yufeng Street store" in str(refused.value)
    assert "packer (East gate)" in str(refused.value)


def test_coins_of_a_place_are_brought_to_the_bank_and_to_no_other_place(village: Village) -> None:
    lu, gate = village.people["Keeper Lu"], agents.add_place(by=village.home, name="East gate", is_handover=True)
    till, theirs = _till(village), money.open_box(by=village.home, kind="cash", name="East", place=gate)
    assert _refused("money.move_money", lu, {"source": till, "target": theirs, "amount": 5}) == "agents.other_place"
    assert _refused("money.move_money", lu, {"source": theirs, "target": till, "amount": 5}) == "agents.other_place"
    for target in (_box("bank"), _box("cash")):
        assert _refused("money.move_money", lu, {"source": till, "target": target, "amount": 5}) == ""
    assert _refused("money.move_money", lu, {"source": _box("bank"), "target": till, "amount": 5}) == (
        "agents.not_allowed"
    )


def test_a_box_of_the_whole_house_is_used_by_keepers_of_every_place(village: Village, ordered: OrderRound) -> None:
    keeper = _person(village, "keeper", agents.add_place(by=village.home, name="East gate", is_handover=True))
    for code, wish in in_coins(village).items():
        wish |= {"source" if "source" in wish else "box": _box("cash")}
        assert _refused(code, keeper, wish) == "", code


def test_cash_at_the_door_goes_into_a_box_of_this_place(village: Village, ordered: OrderRound) -> None:
    gate = agents.add_place(by=village.home, name="East gate", is_handover=True)
    till, theirs = _till(village), money.open_box(by=village.home, kind="cash", name="Box of the gate", place=gate)
    order = ordered.orders.get(household=village.households["Amina"])
    address, sent = f"/shop/door/orders/{order.pk}/cash/", {"key": "c", "amount": "1", "amount-sure": "1"}
    browser = builder.client_of(village.people["Keeper Lu"])
    page = browser.get(address).content.decode()
    assert "Box of the gate" not in page
    assert page.index("Till of the store") < page.index("Cash box of the store")
    answer = browser.post(address, sent | {"box": theirs.pk})
    assert answer.status_code == 422
    assert "belongs to another place" in answer.content.decode()
    assert "Box of the gate · East gate" in builder.client_of(village.people["Li Na"]).get(address).content.decode()
    money.change_box(by=village.home, box=_box("cash"), name="Cash box", place=gate)
    money.change_box(by=village.home, box=till, name="Till", place=gate)
    said = browser.get(address, follow=True).content.decode()
    assert "There is no cash box for Yufeng Street store" in said


def test_a_keeper_of_one_place_adds_no_other(village: Village) -> None:
    assert _refusal(lambda: agents.add_place(by=village.people["Keeper Lu"], name="Gate")) == "agents.other_place"
    agents.add_place(by=_person(village, "keeper", None), name="Gate")


def test_pages_show_the_hand_overs_of_her_places_only(village: Village, ordered: OrderRound) -> None:
    gate = agents.add_place(by=village.home, name="East gate", is_handover=True)
    elsewhere = builder.client_of(_person(village, "packer", gate))
    pages = [f"/handovers/{ordered.handover_id}/{page}/" for page in ("receive", "pack", "lots", "lists", "door")]
    assert {elsewhere.get(page).status_code for page in pages} == {404}
    assert "Yufeng" not in elsewhere.get("/handovers/").content.decode()
    here = builder.client_of(_person(village, "packer", village.place))
    assert {here.get(page).status_code for page in pages} == {200}


def test_who_packs_everywhere_and_keeps_another_door_reads_nothing_of_this_one(
    village: Village, ordered: OrderRound
) -> None:
    gate = agents.add_place(by=village.home, name="East gate", is_handover=True)
    both = _person(village, "keeper", gate)
    agents.give_role(by=village.home, agent=both, role="packer")
    browser = builder.client_of(both)
    household = village.households["Amina"].pk
    extra = Receipt.objects.filter(handover=ordered.handover, commitment=None).first()
    assert extra is not None
    for page in (
        f"/shop/desk/{ordered.pk}/door/{household}/",
        f"/handovers/{ordered.handover_id}/lots/{extra.lot_id}/who/",
        f"/handovers/{ordered.handover_id}/paper/door/",
    ):
        assert browser.get(page).status_code == 404
    door = browser.get(f"/handovers/{ordered.handover_id}/door/").content.decode()
    assert "/hand-over/" not in door
    assert f"/door/{household}/" not in door
    lots = browser.get(f"/handovers/{ordered.handover_id}/lots/").content.decode()
    assert "/who/" not in lots
    assert "/divide/" in lots
