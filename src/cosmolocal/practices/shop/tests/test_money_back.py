"""Money back for a line, and what else may become of the line afterwards: swapped, missing, taken out."""

from datetime import timedelta

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.tests.lending import a_lent_session
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Packed
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Errand
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Account, Currency, Review
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.tests.test_cases import heavier_than_agreed, line_of, settle, swapped
from cosmolocal.practices.shop.tests.village import MONDAY, THURSDAY, refused


def test_many_payments_below_a_coin_raise_no_account(village):
    """However much is owed: a coin is taken, or what is left is less than half of one."""
    round = village.round()
    qin = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    keeper, box = village.people["Keeper Lu"], next(box for box in money_queries.boxes() if box.kind == "cash")
    Currency.objects.update(cash_step=10)
    before = village.balance("Qin")
    for _turn in range(3):
        with refused("money.bad_amount"):
            operations.take_cash(by=keeper, order=qin, box=box, amount=4)
    assert village.balance("Qin") == before


def given_back(village, *, first_collects):
    """Amina's bread, given back for, beside an order of Jo's: the round, the orders, the line."""
    round = village.round()
    amina, jo = swapped(village, round, first_collects=first_collects)
    line = line_of(amina, "Bread")
    operations.credit_line(by=village.people["Keeper Lu"], line=line, quantity=1, reason="refused")
    return round, amina, jo, line


def test_crates_that_nobody_had_ticked_are_charged_after_a_swap(village):
    """They go as promised with the swap, and the lines of both orders follow what lies in the crates."""
    round = village.round()
    amina, jo = village.order(round, "Amina", {"Bread": 1}), village.order(round, "Jo", {"Eggs": 2})
    village.close(round)
    village.receive(round)
    operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - 2 * 1850, 20_000 - 1500)


def test_money_given_back_goes_with_the_line_to_who_took_the_crate(village):
    round, amina, jo, _line = given_back(village, first_collects=True)
    operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - 2 * 1850, 20_000)


def test_what_settling_takes_back_comes_from_who_has_it_after_a_swap(village):
    round, amina, jo, line = given_back(village, first_collects=True)
    operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    line.refresh_from_db()
    crate = Packed.objects.get(commitment_id=line.commitment_id).crate
    packer = village.people["Tan Mei"]
    handovers.pack_line(by=packer, crate=crate, commitment_id=line.commitment_id, quantity=0, reason="short")
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - 2 * 1850, 20_000)


def test_a_late_change_neither_removes_nor_raises_a_line_for_which_money_was_given_back(village):
    round, _amina, _jo, line = given_back(village, first_collects=False)
    crate, packer = village.crate(round, "Amina"), village.people["Tan Mei"]
    handovers.unpack_line(by=packer, crate=crate, commitment_id=line.commitment_id)
    none = [LineDraft(line.offer_id, 0)]
    keeper, home = village.people["Keeper Lu"], village.households["Amina"]
    for wish in (none, [LineDraft(line.offer_id, 2)]):
        with refused("shop.credited"):
            operations.late_change(by=keeper, round=round, household=home, lines=wish)
    handovers.pack_line(by=packer, crate=crate, commitment_id=line.commitment_id, quantity=0, reason="short")
    handovers.hand_over_all(by=keeper, handover=round.handover)
    settle(village, round)
    assert village.balance("Amina") == 20_000


def test_a_household_keeps_the_line_for_which_money_was_given_back_while_the_round_is_open(village):
    round = village.round()
    order = village.order(round, "Amina", {"Eggs": 2, "Bread": 1})
    operations.credit_line(by=village.people["Keeper Lu"], line=line_of(order, "Eggs"), quantity=10, reason="refused")
    for wishes in ({"Bread": 1}, {"Eggs": 3, "Bread": 1}):
        with refused("shop.credited"):
            village.order(round, "Amina", wishes, version=order.version)
    with refused("shop.credited"):
        operations.cancel_order(by=village.people["Amina"], order=order)
    with refused("shop.credited"):
        operations.cancel_round(by=village.people["Li Na"], round=round, reason="Storm")
    less = village.order(round, "Amina", {"Eggs": 1, "Bread": 2}, version=order.version)
    assert (less.estimate, less.lines.count()) == (1850 + 3000, 2)


def in_parts(village, order, name, quantities):
    """Money back for one line in several parts, by the keeper: what it came to."""
    keeper, line = village.people["Keeper Lu"], line_of(order, name)
    credits = [operations.credit_line(by=keeper, line=line, quantity=part, reason="broken") for part in quantities]
    return sum(credit.amount for credit in credits)


def test_many_small_parts_come_to_what_one_would(village):
    """Each part rounded for itself would give back more than was paid."""
    round, jo = heavier_than_agreed(village)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    assert in_parts(village, jo, "Lotus root", [1] * 40 + [360]) == 520  # 1170 x 400 / 900
    assert in_parts(village, jo, "Lotus root", [7] * 71 + [3]) == 1170 - 520
    assert village.balance("Jo") == 20_000


@pytest.mark.parametrize("borne_by", ["local", "producer"])
def test_given_back_and_then_not_packed(village, borne_by):
    """What is taken out of the crate is not paid, so the money that was given back for it goes back to who bore it."""
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 2, "Eggs": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    line = line_of(amina, "Bread")
    keeper = village.people["Keeper Lu"]
    operations.credit_line(by=keeper, line=line, quantity=2, reason="refused", borne_by=borne_by)
    assert village.balance("Amina") == 20_000 + 3000
    crate = village.crate(round, "Amina")
    handovers.pack_line(by=village.people["Tan Mei"], crate=crate, commitment_id=line.commitment_id, quantity=1)
    handovers.hand_over_all(by=keeper, handover=round.handover)
    settle(village, round)
    assert village.balance("Amina") == 20_000 - 1850
    bearer = line.offer.item.product.producer
    source = money_queries.fund("goodwill") if borne_by == "local" else money_queries.account_for(bearer, "producer")
    given = sum(credit.amount for credit in line.credits.all())
    assert (given, [credit.reason for credit in line.credits.order_by("id")]) == (1500, ["refused", "not_packed"])
    if borne_by == "local":
        assert money_queries.balance(source).balance == -1500


def test_what_a_farm_bore_whose_account_was_closed_comes_from_it_and_goes_back_to_it(village):
    """The row says that the farm bears it, so the farm's account does, closed or not; goodwill stays as it is."""
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    farm = money_queries.account_for(village.producers["Baker Lan"], "producer")
    Account.objects.filter(pk=farm.pk).update(closed_at=MONDAY)
    line = line_of(amina, "Bread")
    operations.credit_line(by=village.people["Keeper Lu"], line=line, quantity=1, reason="refused", borne_by="producer")
    assert (money_queries.balance(farm).balance, money_queries.balance(money_queries.fund("goodwill")).balance) == (
        -1500,
        0,
    )
    handovers.pack_line(
        by=village.people["Tan Mei"],
        crate=village.crate(round, "Amina"),
        commitment_id=line.commitment_id,
        quantity=0,
    )
    settle(village, round)
    due = OrderRound.objects.get(pk=round.pk).result["producers"][str(farm.holder_id)]
    assert money_queries.balance(money_queries.fund("goodwill")).balance == 0
    assert money_queries.balance(farm).balance == due
    assert Account.objects.filter(holder=farm.holder_id, kind="producer").count() == 1


def test_what_settling_takes_back_stands_in_red_before_it_settles(village, steward):
    """Else the keeper's word to the household is broken by a button that did not say so."""
    round, _amina, _jo, line = given_back(village, first_collects=False)
    crate, packer = village.crate(round, "Amina"), village.people["Tan Mei"]
    handovers.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Jo"))
    page = f"/shop/desk/{round.pk}/settle/"
    title = "Money given back is taken back"
    assert title not in steward.get(page).content.decode()
    handovers.pack_line(by=packer, crate=crate, commitment_id=line.commitment_id, quantity=0, reason="short")
    shown = steward.get(page).content.decode()
    notice = shown[shown.index(title) :]
    assert "notice-bad" in shown[: shown.index(title)]
    assert all(words in notice for words in ("Amina&#x27;s household", "Bread", "15.00", f"/crates/{crate.pk}/"))
    assert line.credits.count() == 1, "a preview writes nothing"
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    assert line.credits.order_by("id").last().amount == -1500


def test_months_later_it_is_not_given_at_the_door(village):
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    with clock.frozen_at(THURSDAY + timedelta(days=61)), refused("shop.too_long_ago"):
        in_parts(village, amina, "Bread", [1])


def test_who_came_in_by_a_borrowed_code_gives_nothing_back(village):
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    with a_lent_session(), refused("agents.session_lent"):
        in_parts(village, amina, "Bread", [1])
    assert village.balance("Amina") == 20_000


def test_less_than_a_coin_is_no_payment(village):
    """What is owed and no coin can pay is rounded away, once; else an account would rise and no box with it."""
    round = village.round()
    qin = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    keeper, box = village.people["Keeper Lu"], next(box for box in money_queries.boxes() if box.kind == "cash")
    Currency.objects.update(cash_step=11)
    operations.take_cash(by=keeper, order=qin, box=box, amount=1496)
    before = village.balance("Qin")
    operations.take_cash(by=keeper, order=qin, box=box, amount=4)
    for _turn in range(3):
        with refused("money.bad_amount"):
            operations.take_cash(by=keeper, order=qin, box=box, amount=4)
    assert village.balance("Qin") == before + 4


def packed(village):
    """A round with two orders, both collected: it may be settled."""
    round = village.round()
    amina, jo = swapped(village, round, first_collects=True)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    return round, amina, jo


def test_a_lent_session_swaps_crates_and_somebody_else_looks(village):
    """Which crate was taken is a fact of the door; that a borrowed session wrote it is not lost."""
    _round, amina, jo = packed(village)
    with a_lent_session():
        operations.swap_orders(by=village.people["Keeper Lu"], order=amina, other=jo)
    looks = Review.objects.all()
    assert {(look.why, look.holder, look.deed.code) for look in looks} == {
        ("lent", order.household, "shop.swap_orders") for order in (amina, jo)
    }
    assert sum(look.amount for look in looks) == amina.upper + jo.upper


def test_a_keeper_who_swaps_her_own_crate_is_looked_at(village):
    _round, amina, jo = packed(village)
    keeper = village.people["Keeper Lu"]
    operations.swap_orders(by=keeper, order=amina, other=jo)
    assert not Review.objects.exists()
    agents.join(by=agents_queries.system(), member=keeper, group=village.households["Jo"])
    for order in (amina, jo):
        order.refresh_from_db()
    operations.swap_orders(by=keeper, order=amina, other=jo)
    look = Review.objects.get()
    assert (look.why, look.holder) == ("own", village.households["Jo"])


@pytest.mark.parametrize("is_large", [False, True])
def test_a_lent_session_settles_no_round(village, steward, monkeypatch, is_large):
    """Not in the background either, where nobody knows in which session it was asked for."""
    round, _amina, _jo = packed(village)
    monkeypatch.setattr(queries, "is_large", lambda _round: is_large)
    page = f"/shop/desk/{round.pk}/settle/"
    assert "Settle now" in steward.get(page).content.decode()
    session = steward.session
    session["lent_until"] = (clock.now() + timedelta(days=1)).isoformat()
    session.save()
    shown = steward.get(page).content.decode()
    assert "Settle now" not in shown
    assert "somebody else made for you" in shown
    steward.post(page, {"key": "k"})
    round.refresh_from_db()
    assert (round.state, Errand.objects.count()) == ("ordered", 0)
