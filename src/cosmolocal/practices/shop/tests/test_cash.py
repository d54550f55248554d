"""Cash at the door: what coins cannot pay, and what was written down and not taken."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cosmolocal.handovers import operations as handovers
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Account, Currency, Review
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.tests.test_cases import settle
from cosmolocal.practices.shop.tests.village import MONDAY, THURSDAY, client_of, refused


@pytest.fixture
def box(village):
    return next(box for box in money_queries.boxes() if box.kind == "cash")


@pytest.fixture
def orders(village):
    """Qin pays 15.00 in cash, Jo 18.50; everything is packed."""
    round = village.round()
    qin = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    jo = village.order(round, "Jo", {"Eggs": 1}, pays="cash")
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    return qin, jo


def in_box(box):
    box.resource.refresh_from_db()
    return box.resource.accounting_quantity


def take(village, order, box, amount):
    return operations.take_cash(by=village.people["Keeper Lu"], order=order, box=box, amount=amount)


def undo(village, order, by="Keeper Lu", deed=None):
    deed_id = deed or queries.cash.taken(order)[0].deed.pk
    return operations.undo_cash(by=village.people[by], order=order, deed_id=deed_id, reason="wrong household")


@pytest.mark.parametrize("amount", [4, 5, 14, 15, 1499, 1501])
def test_what_coins_cannot_pay_is_not_taken(village, orders, box, amount):
    """Many times half a coin and a little would raise an account by more than the box."""
    Currency.objects.update(cash_step=10)
    qin, _jo = orders
    with refused("money.bad_amount"):
        take(village, qin, box, amount)
    assert (village.balance("Qin"), in_box(box)) == (0, 0)


def test_what_is_still_owed_is_paid_in_the_nearest_coins(village, orders, box):
    Currency.objects.update(cash_step=20)
    _qin, jo = orders
    assert take(village, jo, box, 1800).paid_cash == 1800
    with refused("money.bad_amount"):
        take(village, jo, box, 49)
    take(village, jo, box, 50)
    assert (village.balance("Jo"), in_box(box)) == (20_000 + 1850, 1800 + 60)


def test_cash_written_for_the_wrong_household_is_taken_back_and_due_again(village, orders, box):
    qin, jo = orders
    jo = take(village, jo, box, 1500)
    assert (queries.orders.due_now(jo), in_box(box)) == (350, 1500)
    jo = undo(village, jo)
    assert (jo.paid_cash, queries.orders.due_now(jo), village.balance("Jo")) == (0, 1850, 20_000)
    assert queries.cash.taken(jo) == []
    take(village, qin, box, 1500)
    assert (village.balance("Qin"), in_box(box)) == (1500, 1500)
    # Coins that are said not to be there: somebody else looks at it.
    look = Review.objects.get()
    assert (look.deed.code, look.holder, look.amount) == ("shop.undo_cash", village.households["Jo"], 1500)


def test_one_entry_of_several_is_taken_back_once(village, orders, box):
    qin, jo = orders
    for amount in (500, 5000):
        take(village, jo, box, amount)
    take(village, qin, box, 700)
    newest, first = (one.deed.pk for one in queries.cash.taken(jo))
    assert undo(village, jo, deed=newest).paid_cash == 500
    assert village.balance("Jo") == 20_500
    for gone in (newest, queries.cash.taken(qin)[0].deed.pk):
        with refused("shop.no_such_cash"):
            undo(village, jo, deed=gone)
    assert undo(village, jo, deed=first).paid_cash == 0
    assert in_box(box) == 700


def test_it_is_taken_back_after_settling_too(village, orders, box):
    _qin, jo = orders
    take(village, jo, box, 1850)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=jo.round.handover)
    settle(village, jo.round)
    assert village.balance("Jo") == 20_000
    with village.at(THURSDAY + timedelta(days=90)):
        undo(village, jo)
    assert village.balance("Jo") == 20_000 - 1850


def test_who_does_not_keep_the_door_takes_no_cash_back(village, orders, box):
    _qin, jo = orders
    take(village, jo, box, 1850)
    with refused("agents.not_allowed"):
        undo(village, jo, by="Tan Mei")


def test_the_page_lists_what_was_written_and_takes_it_back(village, orders, box):
    _qin, jo = orders
    take(village, jo, box, 1850)
    keeper = client_of(village.people["Keeper Lu"])
    door = reverse("shop:at_the_door", args=[jo.round_id, jo.household_id])
    back = reverse("shop:cash_back", args=[jo.pk])
    assert back in keeper.get(door).content.decode()
    shown = keeper.get(back)
    [(deed, words)] = shown.context["form"].fields["deed_id"].choices
    assert "18.50" in words
    assert "Keeper Lu" in words
    assert keeper.post(back, {"deed_id": deed, "reason": ""}).status_code == 422
    answer = keeper.post(
        back, {"deed_id": deed, "reason": "She paid nothing", "key": shown.context["form"]["key"].value()}
    )
    assert answer.url == door
    page = keeper.get(door).content.decode()
    assert back not in page
    assert "Take the cash" in page


def test_what_was_settled_is_told_however_the_crate_is_corrected_afterwards(village, orders):
    """She has paid for it, so no page says that she does not."""
    qin, jo = orders
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=qin.round.handover)
    settle(village, qin.round)
    line = jo.lines.get()
    handovers.pack_line(
        by=village.people["Tan Mei"], crate=village.crate(jo.round, "Jo"), commitment_id=line.commitment_id, quantity=0
    )
    [view] = queries.orders.lines_of(jo)
    assert (view.amount, view.quantity) == (1800, 10)
    assert view.sentence.startswith("Put right after it was charged: 0")


@pytest.mark.parametrize("jo_pays", ["cash", "prepaid"])
def test_how_a_household_pays_and_what_it_paid_stays_with_it_where_crates_are_swapped(village, box, jo_pays):
    """Qin has paid 15.00 in cash and takes Jo's crate: 3.50 are due of her, and Jo pays for hers as she had wished."""
    round = village.round()
    order = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    other = village.order(round, "Jo", {"Eggs": 1}, pays=jo_pays)
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    take(village, order, box, 1500)
    operations.swap_orders(by=village.people["Keeper Lu"], order=order, other=other)
    qin, jo = (round.orders.get(household=village.households[name]) for name in ("Qin", "Jo"))
    assert (qin.pays, qin.paid_cash, queries.orders.due_now(qin)) == ("cash", 1500, 350)
    assert (jo.pays, jo.paid_cash, queries.orders.due_now(jo)) == (jo_pays, 0, 1500)
    due = {village.households["Qin"].pk: 350} | ({village.households["Jo"].pk: 1500} if jo_pays == "cash" else {})
    assert queries.orders.cash_due(round) == due
    # Only what nobody pays in cash is set aside.
    assert (20_000 - village.spendable("Jo"), village.spendable("Qin")) == (0 if jo_pays == "cash" else 1500, 1500)
    assert [one.amount for one in queries.cash.taken(qin)] == [1500]
    assert undo(village, qin).paid_cash == 0
    assert queries.cash.taken(jo) == []


def test_an_account_stays_open_while_an_order_is_to_be_paid_in_cash(village, orders):
    """Nothing is set aside for it, and all the same it is charged when the round is settled."""
    qin, _jo = orders
    account = money_queries.account_for(village.households["Qin"])
    with refused("money.still_promised") as info:
        money.close_account(by=village.home, account=account, reason="moved away")
    assert "Thursday 26 November" in str(info.value)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=qin.round.handover)
    with refused("money.still_promised"):
        money.close_account(by=village.home, account=account, reason="moved away")
    settle(village, qin.round)
    money.close_account(by=village.home, account=account, reason="moved away")


def test_cash_for_the_order_of_a_closed_account_is_written_and_settled_there(village, orders, box):
    """Closed by an earlier release, or however: the coins lie in the box."""
    qin, _jo = orders
    account = money_queries.account_for(village.households["Qin"])
    Account.objects.filter(pk=account.pk).update(closed_at=MONDAY)
    assert take(village, qin, box, 1500).paid_cash == 1500
    assert len(queries.cash.taken(qin)) == 1
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=qin.round.handover)
    settle(village, qin.round)
    [one] = Account.objects.filter(holder=village.households["Qin"])
    assert money_queries.balance(one).balance == 0, "she had nothing before"


def test_no_cash_is_taken_for_an_order_before_it_was_placed(village, orders, box):
    _qin, jo = orders
    when = {"by": village.people["Keeper Lu"], "order": jo, "box": box, "amount": 1850}
    with village.at(THURSDAY):
        with refused("money.before_it"):
            operations.take_cash(**when, at=MONDAY - timedelta(days=1))
        assert operations.take_cash(**when, at=MONDAY - timedelta(minutes=5)).paid_cash == 1850, "that day is right"
