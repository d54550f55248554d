"""An order and its crate, an order and its round, one basket on two phones: two who write at the same moment."""

from collections.abc import Callable

import pytest

from cosmolocal.flows import operations as flows
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate, Packed
from cosmolocal.kernel.clock import frozen_at
from cosmolocal.kernel.tests.meeting import meet, only_postgres
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Account
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import Basket, Order, OrderLine, ProducerOrder
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.settling.queries import uncharged
from cosmolocal.practices.shop.tests import village as builder

pytestmark = [pytest.mark.django_db(transaction=True), only_postgres]


@pytest.fixture
def village(transactional_db):
    with frozen_at(builder.MONDAY):
        yield builder.build()


def at(moment, deed: Callable[[], object]) -> Callable[[], None]:
    """Each thread has a clock of its own."""

    def run() -> None:
        with frozen_at(moment):
            deed()

    return run


def test_two_phones_fill_one_basket(village, monkeypatch):
    round, amina = village.round(), village.people["Amina"]
    offers = [village.offer(round, name).pk for name in ("Bread", "Eggs")]

    def put(offer: int) -> Callable[[], None]:
        told = {"by": amina, "round": round, "household": village.households["Amina"], "counts": {offer: 2}}
        return at(builder.MONDAY, lambda: operations.fill_basket(**told))

    assert meet(monkeypatch, Basket, "save", *map(put, offers)) == ["done", "done"]
    assert Basket.objects.get().counts == {str(offer): 2 for offer in offers}


@pytest.fixture
def packing(village):
    """A line of Pak choi in a crate: taken out at the door, packed, ticked."""
    round = village.round()
    order = village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
    round, offer = village.close(round), village.offer(round, "Pak choi")
    line, crate = order.lines.get(offer=offer), village.crate(round, "Amina")
    deeds = {
        "out": lambda: operations.late_change(
            by=village.people["Li Na"],
            round=round,
            household=village.households["Amina"],
            lines=[LineDraft(offer.pk, 0)],
        ),
        "pack": lambda: handovers.pack_line(
            by=village.people["Tan Mei"], crate=crate, commitment_id=line.commitment_id, quantity=300
        ),
    }
    return line, {name: at(builder.THURSDAY, deed) for name, deed in deeds.items()}


def test_what_is_taken_out_and_packed_all_the_same_is_written_down(packing, monkeypatch):
    """It lies in the crate, whatever the order says: the round is not settled before somebody has looked at it."""
    line, deeds = packing
    assert meet(monkeypatch, flows, "release", deeds["out"], deeds["pack"]) == ["done", "done"]
    assert not OrderLine.objects.filter(pk=line.pk).exists()
    assert (Packed.objects.get().asked, Packed.objects.get().quantity) == (0, 300)
    assert [one.commitment_id for one in uncharged.strays()] == [line.commitment_id]


def test_what_is_packed_is_not_taken_out(packing, monkeypatch):
    line, deeds = packing
    assert meet(monkeypatch, flows, "assign_lots", deeds["pack"], deeds["out"]) == ["done", "shop.packed_already"]
    assert Packed.objects.get().commitment_id == OrderLine.objects.get(pk=line.pk).commitment_id


def test_what_is_packed_is_not_taken_out_by_who_ordered_it(village, monkeypatch):
    """While the round still takes orders, and somebody packs early."""
    round = village.round()
    order = village.order(round, "Amina", {"Pak choi": 2})
    handovers.make_crates(by=village.people["Tan Mei"], handover=round.handover)
    told = {"crate": village.crate(round, "Amina"), "commitment_id": order.lines.get().commitment_id, "quantity": 300}
    pack = at(builder.MONDAY, lambda: handovers.pack_line(by=village.people["Tan Mei"], **told))
    cancel = at(builder.MONDAY, lambda: operations.cancel_order(by=village.people["Amina"], order=order))
    assert meet(monkeypatch, flows, "assign_lots", pack, cancel) == ["done", "shop.packed_already"]


def test_closing_waits_for_an_order_under_way(village, monkeypatch):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 2})
    cancel = at(builder.MONDAY, lambda: operations.cancel_order(by=village.people["Amina"], order=order))
    assert meet(monkeypatch, flows, "release", cancel, at(builder.MONDAY, lambda: village.close(round))) == [
        "done",
        "done",
    ]
    order.refresh_from_db()
    assert (order.state, Crate.objects.count()) == (Order.State.CANCELLED, 0)
    assert not ProducerOrder.objects.exists()


def test_who_orders_while_it_closes_is_told(village, monkeypatch):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 2})
    close = at(builder.MONDAY, lambda: operations.close_round(by=village.people["Li Na"], round=round))
    cancel = at(builder.MONDAY, lambda: operations.cancel_order(by=village.people["Amina"], order=order))
    assert meet(monkeypatch, flows, "close_intents", close, cancel) == ["done", "shop.round_closed"]
    order.refresh_from_db()
    assert order.state == Order.State.OPEN


@pytest.mark.parametrize(("pays", "comes_of_it"), [("prepaid", "shop.no_account"), ("cash", "done")])
def test_who_orders_while_her_account_is_closed_finds_none(village, monkeypatch, pays, comes_of_it):
    """An order that is paid in cash needs none: it is charged to the closed one, which then stands on a list."""
    round, home = village.round(), village.households["Amina"]
    account = money_queries.account_for(home)
    close = at(builder.MONDAY, lambda: money.close_account(by=village.home, account=account, reason="moved away"))
    order = at(builder.MONDAY, lambda: village.order(round, "Amina", {"Bread": 2}, pays=pays))
    assert meet(monkeypatch, Account, "save", close, order) == ["done", comes_of_it]
    assert money_queries.balance(account).set_aside == 0


def test_an_account_is_not_closed_while_its_household_orders(village, monkeypatch):
    round, home = village.round(), village.households["Amina"]
    account = money_queries.account_for(home)
    order = at(builder.MONDAY, lambda: village.order(round, "Amina", {"Bread": 2}, pays="cash"))
    close = at(builder.MONDAY, lambda: money.close_account(by=village.home, account=account, reason="moved away"))
    assert meet(monkeypatch, Order, "save", order, close) == ["done", "money.still_promised"]
