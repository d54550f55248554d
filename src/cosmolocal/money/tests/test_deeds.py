"""What can be done with money, one deed at a time: what moves, what is refused, what is a fact."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import queries as agents_queries
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Account, Note
from cosmolocal.money.tests.village import Village, build, refused


def agrees() -> bool:
    return queries.sums_agree().difference == 0


def test_money_that_comes_in_is_owed_to_who_paid_it(village: Village) -> None:
    village.top_up(village.amina, 30000)
    assert (village.has(village.amina), village.in_box(village.bank)) == (30000, 30000)
    assert agrees()


def test_the_same_top_up_sent_twice_happens_once(village: Village) -> None:
    for _ in range(2):
        village.top_up(village.amina, 30000, key="one")
    assert village.has(village.amina) == 30000
    with refused("kernel.key_reused"):
        village.top_up(village.amina, 40000, key="one")


def test_only_who_keeps_the_money_books_it(village: Village) -> None:
    with refused("agents.not_allowed"):
        money.top_up(by=village.amina, account=village.account(village.amina), box=village.bank, amount=100)
    with refused("agents.not_allowed"):
        money.transfer(
            by=village.amina,
            source=village.account(village.jo),
            target=village.account(village.amina),
            amount=1,
            reason="producer",
        )


@pytest.mark.parametrize("amount", [0, -500])
def test_the_deed_decides_the_direction_not_the_sign(village: Village, amount: int) -> None:
    with refused("money.bad_amount"):
        village.top_up(village.amina, amount)


def test_a_transfer_stops_at_the_floor_and_says_what_is_missing(village: Village) -> None:
    village.top_up(village.amina, 1000)
    amina, jo = village.account(village.amina), village.account(village.jo)
    with pytest.raises(Refusal) as caught:
        money.transfer(by=village.wei, source=amina, target=jo, amount=1240, reason="producer")
    assert (caught.value.code, caught.value.facts["missing"]) == ("money.not_enough", 240)
    assert "2.40" in str(caught.value)
    money.transfer(by=village.wei, source=amina, target=jo, amount=1000, reason="producer")
    assert (village.has(amina), village.has(jo)) == (0, 1000)


def test_a_fact_goes_below_the_floor_and_stands_on_the_list(village: Village) -> None:
    amina = village.account(village.amina)
    money.transfer(
        by=village.wei, source=amina, target=queries.fund("running"), amount=250, reason="producer", guard=False
    )
    assert [account.pk for account in queries.below_floor()] == [amina.pk]
    assert agrees()


def test_what_is_set_aside_cannot_be_spent_twice(village: Village) -> None:
    village.top_up(village.amina, 1000)
    amina, jo = village.account(village.amina), village.account(village.jo)
    reserved = village.set_aside(amina, jo, 700)
    standing = queries.balance(amina)
    assert (standing.balance, standing.set_aside, standing.spendable) == (1000, 700, 300)
    with refused("flows.not_enough"):
        village.set_aside(amina, jo, 301)
    money.release_reservation(by=village.wei, commitment_id=reserved, keep=500)
    assert queries.balance(amina).spendable == 500
    money.transfer_many(by=village.wei, legs=[money.Leg(amina.pk, jo.pk, 480, "order", fulfils_id=reserved)])
    money.release_reservation(by=village.wei, commitment_id=reserved)
    assert (village.has(amina), queries.balance(amina).set_aside, village.has(jo)) == (520, 0, 480)


def test_many_transfers_happen_all_or_none(village: Village) -> None:
    village.top_up(village.amina, 1000)
    amina, jo, fund = village.account(village.amina), village.account(village.jo), queries.fund("running")
    legs = [money.Leg(amina.pk, jo.pk, 600, "order"), money.Leg(amina.pk, fund.pk, 0), money.Leg(jo.pk, fund.pk, 100)]
    money.transfer_many(by=village.wei, legs=legs)
    assert (village.has(amina), village.has(jo), village.fund("running")) == (400, 500, 100)
    with refused("money.not_enough"):
        money.transfer_many(
            by=village.wei,
            legs=[money.Leg(jo.pk, amina.pk, 100), money.Leg(amina.pk, fund.pk, 5000, guard=True)],
        )
    assert (village.has(amina), village.has(jo)) == (400, 500)


def test_many_transfers_need_no_more_statements_than_few(village: Village) -> None:
    village.top_up(village.amina, 100000)
    ids = [village.account(who).pk for who in (village.amina, village.jo, village.li_na)]

    def statements(count: int) -> int:
        legs = [money.Leg(ids[n % 3], ids[(n + 1) % 3], 1, "order") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            money.transfer_many(by=village.house, legs=legs)
        return len(captured)

    assert statements(30) == statements(300)


def test_one_transfer_takes_few_statements(village: Village) -> None:
    """The hot path: savepoint or transaction, one row of the deed, the event and both balances; nothing is loaded."""
    village.top_up(village.amina, 1000)
    amina, jo = village.account(village.amina), village.account(village.jo)
    with CaptureQueriesContext(connection) as captured:
        money.transfer(by=village.house, source=amina, target=jo, amount=1, key="k")
    written = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(written) <= 4, written


def test_cash_that_coins_cannot_pay_goes_to_rounding(db: None) -> None:
    village = build(cash_step=5)
    amina = village.account(village.amina)
    taken = money.pay_in_coins(by=village.wei, account=amina, box=village.cash, amount=1234)
    assert (taken, village.has(amina), village.fund("rounding")) == (1235, 1234, 1)
    assert money.pay_in_coins(by=village.wei, account=amina, box=village.cash, amount=2) == 0
    assert (village.has(amina), village.fund("rounding"), village.in_box(village.cash)) == (1236, -1, 1235)
    assert agrees()


def test_a_payer_nobody_knows_waits_until_somebody_finds_out(village: Village) -> None:
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900, payer="ZHANG SAN", reference="veg")
    assert (village.fund("unmatched"), list(queries.unmatched())) == (900, [found])
    money.match_unmatched(by=village.wei, unmatched=found, account=village.account(village.amina), amount=500)
    found.refresh_from_db()
    with refused("money.more_than_came"):
        money.match_unmatched(by=village.wei, unmatched=found, account=village.account(village.jo), amount=401)
    money.match_unmatched(by=village.wei, unmatched=found, account=village.account(village.jo))
    assert (village.has(village.amina), village.has(village.jo), village.fund("unmatched")) == (500, 400, 0)
    assert not queries.unmatched().exists()
    assert agrees()


def test_what_was_paid_twice_goes_back_from_the_same_box(village: Village) -> None:
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900)
    money.send_back(by=village.wei, unmatched=found, reason="paid twice")
    assert (village.fund("unmatched"), village.in_box(village.bank)) == (0, 0)
    assert Note.objects.get().words == "paid twice"


def test_costs_leave_the_box_and_their_fund(village: Village) -> None:
    village.top_up(village.amina, 5000)
    money.pay_cost(by=village.wei, fund_code="running", box=village.bank, amount=1200, reason="fee")
    assert (village.fund("running"), village.in_box(village.bank)) == (-1200, 3800)
    assert agrees()


def test_nobody_gives_back_to_herself(village: Village) -> None:
    with refused("money.to_oneself"):
        money.refund(
            by=village.wei, source=queries.fund("goodwill"), account=village.account(village.wei), amount=1, reason="x"
        )


def test_a_refund_says_why(village: Village) -> None:
    amina, fund = village.account(village.amina), queries.fund("goodwill")
    with refused("money.reason_missing"):
        money.refund(by=village.wei, source=fund, account=amina, amount=800, reason=" ")
    money.refund(by=village.wei, source=fund, account=amina, amount=800, reason="Two bad eggs")
    assert (village.has(amina), village.fund("goodwill")) == (800, -800)
    assert Note.objects.get().words == "Two bad eggs"


def test_counting_cash_is_a_fact_whatever_it_shows(village: Village) -> None:
    village.top_up(village.amina, 5000, village.cash)
    assert money.count_cash(by=village.li_na, box=village.cash, counted=4990) == -10
    assert (village.fund("drawer_difference"), village.in_box(village.cash)) == (-10, 4990)
    assert money.count_cash(by=village.li_na, box=village.cash, counted=4990) == 0
    assert money.count_cash(by=village.li_na, box=village.cash, counted=5000) == 10
    assert village.fund("drawer_difference") == 0
    assert agrees()


def test_money_carried_to_the_bank_owes_nobody_anything(village: Village) -> None:
    village.top_up(village.amina, 5000, village.cash)
    carried = money.move_money(by=village.wei, source=village.cash, target=village.bank, amount=4000)
    money.receive_money(by=village.wei, carriage=carried, box=village.bank, arrived=4000)
    assert (village.in_box(village.cash), village.in_box(village.bank), village.has(village.amina)) == (
        1000,
        4000,
        5000,
    )
    assert agrees()


def test_a_returned_debit_takes_the_top_up_back_even_when_it_is_spent(village: Village) -> None:
    village.top_up(village.amina, 3000)
    deed = Operation.objects.get(code="money.top_up")
    money.transfer(
        by=village.wei,
        source=village.account(village.amina),
        target=queries.fund("running"),
        amount=2900,
        reason="producer",
    )
    money.undo(by=village.wei, deed_id=deed.pk, reason="debit returned by the bank")
    assert (village.has(village.amina), village.in_box(village.bank)) == (-2900, 0)
    assert [account.holder.name for account in queries.below_floor()] == ["Amina"]
    with refused("flows.already_corrected"):
        money.undo(by=village.wei, deed_id=deed.pk, reason="again")
    assert agrees()


def test_limits_come_with_a_warning_before_the_stop(village: Village) -> None:
    amina = village.account(village.amina)
    with refused("money.warning_below_stop"):
        money.set_limits(by=village.wei, account=amina, warn_below=-600, floor=-500)
    money.set_limits(by=village.wei, account=amina, warn_below=0, floor=-500)
    money.transfer(by=village.wei, source=amina, target=village.account(village.jo), amount=500, reason="producer")
    standing = queries.balance(amina)
    assert (standing.balance, standing.spendable, standing.mark) == (-500, 0, "stop")


def test_who_leaves_money_behind_leaves_it_to_solidarity(village: Village) -> None:
    village.top_up(village.amina, 1240)
    amina = village.account(village.amina)
    held = village.set_aside(amina, village.account(village.jo), 100)
    with refused("money.still_promised"):
        money.close_account(by=village.wei, account=amina, reason="moved away")
    money.release_reservation(by=village.wei, commitment_id=held)
    money.close_account(by=village.wei, account=amina, reason="moved away, cannot be reached")
    assert (village.fund("solidarity"), queries.account_for(amina.holder)) == (1240, None)
    with refused("money.already_closed"):
        money.close_account(by=village.wei, account=amina, reason="again")


def test_opening_again_finds_what_is_there(village: Village) -> None:
    again = money.open_currency(by=village.house, code="CNY", decimals=2, symbol="¥")
    assert again == village.currency
    assert money.open_box(by=village.house, kind="bank", name="Rural credit bank") == village.bank
    amina = village.account(village.amina)
    assert money.open_account(by=village.house, holder=amina.holder) == amina
    first = money.open_round_account(by=village.house, name="Round of 1 September", code="round-1")
    assert money.open_round_account(by=village.house, name="Round of 1 September", code="round-1") == first
    assert Account.objects.filter(kind="fund").count() == 14


def test_a_fact_of_tomorrow_has_not_happened(village: Village) -> None:
    with refused("money.not_yet"):
        money.top_up(
            by=village.wei,
            account=village.account(village.amina),
            box=village.bank,
            amount=1,
            at=clock.now() + timedelta(days=1),
        )


def test_accounts_are_seen_by_their_own_people_and_by_who_reads_the_books(village: Village) -> None:
    def seen(person: object) -> set[str]:
        reader = agents_queries.Reader(agent=person, roles=agents_queries.roles_of(person))
        return {str(account) for account in queries.visible_to(reader)}

    assert seen(village.amina) == {"Amina"}
    assert seen(village.huang) == {"Huang farm"}
    assert {"Amina", "Jo", "Huang farm", "Reserve"} <= seen(village.wei)
    assert not queries.visible_to(agents_queries.Reader()).exists()


def test_events_carry_no_words_of_people(village: Village) -> None:
    with clock.frozen_at(datetime(2026, 9, 2, 8, tzinfo=UTC)):
        money.top_up(
            by=village.wei,
            account=village.account(village.amina),
            box=village.bank,
            amount=100,
            payer=village.jo,
            reference="for Amina, from her mother",
        )
    assert Note.objects.get().operation.code == "money.top_up"
    assert "mother" not in str(list(Operation.objects.values()))


def test_a_treasurer_gives_nothing_to_herself(village: Village) -> None:
    """Neither from a fund nor from money whose payer nobody knows; another treasurer may, and says why."""
    own, running = village.account(village.wei), queries.fund("running")
    with refused("money.to_oneself"):
        money.transfer(by=village.wei, source=running, target=own, amount=100, reason="order")
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900)
    with refused("money.to_oneself"):
        money.match_unmatched(by=village.wei, unmatched=found, account=own)
    with refused("money.reason_missing"):
        money.transfer(by=village.lin, source=running, target=own, amount=100, reason=" ")
    money.transfer(by=village.lin, source=running, target=own, amount=100, reason="seed potatoes she paid for")
    money.match_unmatched(by=village.lin, unmatched=found, account=own)
    money.transfer(by=village.lin, source=own, target=running, amount=50, reason="too much")
    assert {note.words for note in Note.objects.all()} == {"seed potatoes she paid for", "too much"}
    assert village.has(own) == 950
