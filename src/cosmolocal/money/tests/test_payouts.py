"""Payments out need two people; they are set aside, agreed, paid line by line, and may come back."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Approval, Role
from cosmolocal.kernel import clock
from cosmolocal.money import documents, queries
from cosmolocal.money import operations as money
from cosmolocal.money.models import Note, Payment, PaymentList
from cosmolocal.money.rules import Standing
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village, build, refused


@pytest.fixture
def paid_for_goods(village: Village) -> Village:
    """Amina paid 300; 180 of it is owed to the farm."""
    village.top_up(village.amina, 30000)
    farm = village.account(village.farm, "producer")
    money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="producer")
    return village


def list_of(village: Village, *amounts: int, by: object = None) -> PaymentList:
    farm = village.account(village.farm, "producer")
    return money.make_payment_list(
        by=by or village.wei,
        lines=[money.PaymentDraft(farm.pk, amount, "Round 1") for amount in amounts],
        box=village.bank,
        name="Farmers, round 1",
    )


def farm(village: Village) -> Standing:
    return queries.balance(village.account(village.farm, "producer"))


def test_a_farmer_is_paid_by_two_people(paid_for_goods: Village) -> None:
    village = paid_for_goods
    made = list_of(village, 18000)
    assert (farm(village).balance, farm(village).spendable) == (18000, 0)
    with refused("money.not_agreed"):
        money.confirm_list(by=village.wei, payment_list=made)
    with refused("agents.may_not_vote"):
        money.agree_payment_list(by=village.wei, payment_list=made, yes=True)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    money.confirm_list(by=village.wei, payment_list=made)
    made.refresh_from_db()
    assert (made.state, farm(village).balance, farm(village).set_aside) == ("done", 0, 0)
    assert village.in_box(village.bank) == 12000
    assert queries.sums_agree().difference == 0


def test_a_list_for_many_asks_no_more_than_one_for_few(paid_for_goods: Village) -> None:
    village = paid_for_goods
    for person in (village.amina, village.jo):
        village.top_up(person, 1000)
    accounts = [village.account(village.farm, "producer"), *map(village.account, (village.amina, village.jo))]
    asked = []
    for number in (1, 3):
        lines = [money.PaymentDraft(account.pk, 100) for account in accounts[:number]]
        with CaptureQueriesContext(connection) as statements:
            made = money.make_payment_list(by=village.wei, lines=lines, box=village.bank, name="Paid back")
        asked.append(len(statements))
    assert asked[0] == asked[1]
    assert made.approval is not None
    excluded = set(made.approval.excluded.values_list("pk", flat=True))
    assert excluded >= {village.wei.pk, village.amina.pk, village.jo.pk, village.huang.pk, village.farm.pk}


def test_the_desk_reads_the_lists_that_are_open_and_adds_up_no_other(paid_for_goods: Village) -> None:
    village = paid_for_goods
    paid, dropped, agreed, asked = (list_of(village, 100, part) for part in (1, 2, 3, 4))
    for made in (paid, agreed):
        money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    money.confirm_list(by=village.wei, payment_list=paid)
    money.drop_payment_list(by=village.wei, payment_list=dropped, reason="twice")
    with CaptureQueriesContext(connection) as seen:
        found = queries.open_lists()
    assert [(made.pk, made.total) for made in found] == [(asked.pk, 104), (agreed.pk, 103)]
    assert [made.total for made in queries.payment_lists()] == [104, 103, 102, 101]
    assert "asked" in seen.captured_queries[0]["sql"]  # the database leaves the others out


def test_nobody_agrees_to_a_payment_to_herself(paid_for_goods: Village) -> None:
    village = paid_for_goods
    agents.join(by=village.house, member=village.lin, group=village.farm)
    made = list_of(village, 100)
    with refused("agents.may_not_vote"):
        money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    # No other treasurer may say yes, so a steward is asked.
    assert made.approval.role == Role.Name.STEWARD
    assert money.agree_payment_list(by=village.li_na, payment_list=made, yes=True).state == "agreed"


def test_who_acts_for_a_farm_by_her_task_is_a_payee_too(paid_for_goods: Village) -> None:
    """Lin is no member of the farm; her task names it, so she neither agrees to its payment nor moves money to it."""
    village = paid_for_goods
    agents.give_role(by=village.house, agent=village.lin, role="producer", scope=village.farm)
    made = list_of(village, 100)
    with refused("agents.may_not_vote"):
        money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    assert made.approval.role == Role.Name.STEWARD
    account = village.account(village.farm, "producer")
    with refused("money.to_oneself"):
        money.refund(by=village.lin, source=queries.fund("goodwill"), account=account, amount=100, reason="cold eggs")
    with refused("money.to_oneself"):
        money.set_limits(by=village.lin, account=account, warn_below=0, floor=-500)


def test_without_a_second_person_nothing_is_paid(paid_for_goods: Village) -> None:
    village = paid_for_goods
    agents.end_role(by=village.house, role=Role.objects.get(agent=village.lin))
    agents.join(by=village.house, member=village.li_na, group=village.farm)
    with refused("money.nobody_to_agree"):
        list_of(village, 100)
    assert farm(village).set_aside == 0


def test_a_no_frees_the_money(paid_for_goods: Village) -> None:
    village = paid_for_goods
    made = list_of(village, 10000, 8000)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=False, reason="too early")
    made.refresh_from_db()
    assert (made.state, farm(village).set_aside) == ("dropped", 0)
    assert Approval.objects.get().votes.get().reason == "too early"


def test_nobody_is_paid_more_than_stands_on_the_account(paid_for_goods: Village) -> None:
    with refused("money.not_enough"):
        list_of(paid_for_goods, 10000, 8001)
    with refused("money.nothing_to_pay"):
        list_of(paid_for_goods, 0)
    assert not PaymentList.objects.exists()


def test_lines_are_paid_one_by_one(paid_for_goods: Village) -> None:
    village = paid_for_goods
    made = list_of(village, 10000, 8000)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    first, second = made.payments.all()
    money.confirm_payment(by=village.wei, payment=first)
    with refused("money.paid_already"):
        money.confirm_payment(by=village.wei, payment=first)
    made.refresh_from_db()
    assert (made.state, farm(village).balance, farm(village).set_aside) == ("agreed", 8000, 8000)
    with refused("money.reason_missing"):
        money.drop_payment_list(by=village.wei, payment_list=made, reason="")
    money.drop_payment_list(by=village.wei, payment_list=made, reason="wrong account number")
    second.refresh_from_db()
    made.refresh_from_db()
    assert (made.state, second.state, farm(village).set_aside) == ("done", "dropped", 0)
    assert (made.dropped_by.by, made.dropped_by.money_note.words) == (village.wei, "wrong account number")


def test_a_payment_that_comes_back_is_taken_back_and_linked(paid_for_goods: Village) -> None:
    village = paid_for_goods
    made = list_of(village, 10000, 8000)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    money.confirm_list(by=village.wei, payment_list=made)
    second = made.payments.last()
    with refused("money.reason_missing"):
        money.return_payment(by=village.wei, payment=second, reason="")
    money.return_payment(by=village.wei, payment=second, reason="account closed")
    second.refresh_from_db()
    assert second.state == Payment.State.RETURNED
    assert second.lowered.corrected_by.count() == second.left.corrected_by.count() == 1
    assert (farm(village).balance, farm(village).set_aside, village.in_box(village.bank)) == (8000, 0, 20000)
    with refused("money.not_paid"):
        money.return_payment(by=village.wei, payment=second, reason="again")
    assert list_of(village, 8000).payments.count() == 1
    assert Note.objects.get().words == "account closed"
    assert queries.sums_agree().difference == 0


def test_cash_is_paid_out_in_coins_that_exist(db: None) -> None:
    village = build(cash_step=5)
    village.top_up(village.amina, 10000, village.cash)
    farm_account = village.account(village.farm, "producer")
    money.transfer(
        by=village.wei, source=village.account(village.amina), target=farm_account, amount=1234, reason="producer"
    )
    made = money.make_payment_list(
        by=village.wei, lines=[money.PaymentDraft(farm_account.pk, 1234)], box=village.cash, name="At the gate"
    )
    paper = documents.cash_list(made, list(made.payments.select_related("account__holder")))
    [table] = [section.table for section in paper.sections]
    assert paper.figure.value.endswith("12.35")
    assert [row[1] for row in table.plain_rows()] == [Decimal("12.35")] * 2
    assert next(fact.value for fact in paper.facts if "rounding" in fact.label).endswith("12.34")
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    money.confirm_list(by=village.wei, payment_list=made)
    assert (village.has(farm_account), village.in_box(village.cash), village.fund("rounding")) == (0, 8765, -1)
    assert queries.sums_agree().difference == 0
    money.return_payment(by=village.wei, payment=made.payments.get(), reason="nobody at home")
    assert (village.has(farm_account), village.in_box(village.cash), village.fund("rounding")) == (1234, 10000, 0)
    assert queries.sums_agree().difference == 0


def test_what_belongs_to_all_is_neither_closed_nor_paid_back(village: Village) -> None:
    fund = queries.fund("tax")
    with refused("money.nobodys"):
        money.close_account(by=village.wei, account=fund, reason="not used")
    with refused("money.nobodys"):
        money.pay_back(by=village.wei, account=fund, box=village.bank, amount=100)
    treasurer = as_(village, village.wei)
    for page in ("close", "pay-back", "limits", "refund"):
        assert treasurer.get(f"/money/accounts/{fund.pk}/{page}/").status_code == 404


def test_a_leaver_is_paid_back_by_two_people_too(paid_for_goods: Village) -> None:
    village = paid_for_goods
    made = money.pay_back(by=village.wei, account=village.account(village.amina), box=village.bank, amount=12000)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    money.confirm_list(by=village.lin, payment_list=made)
    assert (village.has(village.amina), village.in_box(village.bank)) == (0, 18000)


def test_the_treasurer_page_says_what_waits(paid_for_goods: Village) -> None:
    village = paid_for_goods
    made = list_of(village, 100)
    assert (queries.waiting(village.lin).to_agree, queries.waiting(village.wei).to_agree) == (1, 0)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    assert (queries.waiting(village.lin).to_agree, queries.waiting(village.wei).to_pay) == (0, 1)


def test_nothing_is_paid_before_its_list_was_drawn_up(paid_for_goods: Village) -> None:
    village = paid_for_goods
    made = list_of(village, 18000)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    for long_ago in (made.made_at - timedelta(days=40), made.made_at - timedelta(days=1)):
        with refused("money.before_it"):
            money.confirm_list(by=village.wei, payment_list=made, at=long_ago)
        with refused("money.before_it"):
            money.confirm_payment(by=village.wei, payment=made.payments.get(), at=long_ago)
    morning = clock.from_wall(datetime.combine(clock.day_of(made.made_at), time()))
    with clock.frozen_at(made.made_at + timedelta(minutes=1)):
        money.confirm_list(by=village.wei, payment_list=made, at=morning)
    left = made.payments.get().left
    assert left is not None
    assert left.at >= made.made_at, "on that day, it counts when there was something to pay"
