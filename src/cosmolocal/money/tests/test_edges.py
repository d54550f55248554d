"""Where books go wrong quietly: accounts that were closed, the same account twice, money that is only counted."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.money import bank_files, queries
from cosmolocal.money import operations as money
from cosmolocal.money.tests.test_pages import as_, deed
from cosmolocal.money.tests.village import Village, build, refused


def undo_top_up(village: Village) -> None:
    entry = Operation.objects.get(code="money.top_up")
    money.undo(by=village.wei, deed_id=entry.pk, reason="returned by the bank")


def test_a_debit_returned_after_the_account_was_closed_is_seen_and_settled(village: Village) -> None:
    village.top_up(village.amina, 1000)
    account = village.account(village.amina)
    money.close_account(by=village.wei, account=account, reason="moved away")
    undo_top_up(village)
    assert [one.pk for one in queries.below_floor()] == [one.pk for one in queries.leavers()] == [account.pk]
    wei = as_(village, village.wei)
    page = wei.get("/money/leavers/").content.decode()
    assert "closed on" in page
    assert "/money/in/" not in page
    deed(wei, f"/money/accounts/{account.pk}/close/", reason="the bank took it back")
    assert (village.has(account), village.fund("solidarity"), queries.leavers().count()) == (0, 0, 0)
    with refused("money.already_closed"):
        money.close_account(by=village.wei, account=account, reason="once more")


def test_a_payment_that_comes_back_to_a_closed_account_can_be_paid_again(village: Village) -> None:
    village.top_up(village.amina, 1000)
    account = village.account(village.amina)
    made = money.pay_back(by=village.wei, account=account, box=village.bank, amount=1000)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    money.confirm_list(by=village.wei, payment_list=made)
    money.close_account(by=village.wei, account=account, reason="moved away")
    money.return_payment(by=village.wei, payment=made.payments.get(), reason="wrong number")
    assert queries.with_payable(queries.leavers()) == [(account, 1000)]
    wei = as_(village, village.wei)
    page = wei.get(f"/money/accounts/{account.pk}/").content.decode()
    assert f"/money/accounts/{account.pk}/pay-back/" in page
    assert f"/money/accounts/{account.pk}/limits/" not in page
    assert wei.get(f"/money/accounts/{account.pk}/pay-back/").status_code == 200


def test_an_order_that_is_not_covered_any_more_stands_on_the_list(village: Village) -> None:
    """The debit came back after she ordered: nothing is owed yet, but what is set aside is not there."""
    village.top_up(village.amina, 1000)
    account, jo = village.account(village.amina), village.account(village.jo)
    held = village.set_aside(account, jo, 700)
    assert not queries.below_floor().exists()
    undo_top_up(village)
    [found] = queries.below_floor()
    assert (found.pk, found.missing, queries.standing(found).mark) == (account.pk, -700, "below")
    money.release_reservation(by=village.wei, commitment_id=held)
    assert not queries.below_floor().exists()


def test_nothing_moves_from_an_account_to_itself(village: Village) -> None:
    village.top_up(village.amina, 1000)
    account = village.account(village.amina)
    with refused("money.same_account"):
        money.transfer(by=village.wei, source=account, target=account, amount=100, reason="by mistake")
    found = queries.statement(account, date(2026, 1, 1), clock.today())
    assert (found.closing, village.has(account)) == (1000, 1000)


def test_counted_money_neither_came_in_nor_went_out(village: Village) -> None:
    village.top_up(village.amina, 1000, village.cash)
    money.count_cash(by=village.wei, box=village.cash, counted=1200)
    money.count_cash(by=village.wei, box=village.cash, counted=900)
    money.pay_cost(by=village.wei, fund_code="running", box=village.cash, amount=50)
    assert queries.turnover(queries.moment_of(clock.today())) == (1000, 50)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_name_becomes_a_formula_in_a_spreadsheet(village: Village, kind: str) -> None:
    farm = agents.add_producer(by=village.house, name="=1+1")
    account = money.open_account(by=village.house, holder=farm, kind="producer")
    money.transfer(by=village.house, source=queries.fund("running"), target=account, amount=100, guard=False)
    lines = [money.PaymentDraft(account.pk, 100, "@SUM(A1)")]
    made = money.make_payment_list(by=village.wei, lines=lines, box=village.bank, name="Farms")
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    data = as_(village, village.wei).get(f"/money/payouts/{made.pk}/file/?as={kind}").content
    if kind == "csv":
        assert "\n'=1+1," in data.decode("utf-8-sig").replace("\r", "")
        assert ",'@SUM(A1)" in data.decode("utf-8-sig")
    else:
        cells = [cell for row in openpyxl.load_workbook(BytesIO(data)).active.iter_rows() for cell in row]
        assert any("=1+1" in str(cell.value) for cell in cells)
        assert not any(cell.data_type == "f" for cell in cells)


@pytest.mark.parametrize("name", ["N" * 120, "韦国" * 50, "Ω & <b>", "🍅"])
@pytest.mark.parametrize("number", ["AT61 1904 3002 3457 3201", "FR14 2004 1010 0505 0001 3M02 606"])
def test_long_and_foreign_names_make_a_valid_file_for_the_bank(db: None, name: str, number: str) -> None:
    village = build(currency="EUR")
    box = money.open_box(by=village.house, kind="bank", name="Bank", number="DE89 3704 0044 0532 0130 00")
    farm = agents.add_producer(by=village.house, name=name, contact=agents.ContactDraft(iban=number))
    account = money.open_account(by=village.house, holder=farm, kind="producer")
    money.transfer(by=village.house, source=queries.fund("running"), target=account, amount=99999999, guard=False)
    lines = [money.PaymentDraft(account.pk, 99999999, "生菜和鸡蛋" * 28)]
    made = money.make_payment_list(by=village.wei, lines=lines, box=box, name="x")
    payments = list(made.payments.select_related("account__holder"))
    assert b"999999.99" in bank_files.pain001(made, payments, date(2026, 9, 2))
