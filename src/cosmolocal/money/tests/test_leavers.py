"""Who left with money on the account is paid back by two people, in cash too, or leaves it to solidarity."""

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Account, PaymentList
from cosmolocal.money.tests.test_pages import as_, deed
from cosmolocal.money.tests.village import Village

ADDRESS = "/money/leavers/"


@pytest.fixture
def gone(village: Village) -> Account:
    """Amina left with 12.40, Jo with nothing."""
    village.top_up(village.amina, 1240)
    account = village.account(village.amina)
    for person in (village.amina, village.jo):
        agents.leave(by=village.house, agent=person)
    return account


@pytest.fixture
def wei(village: Village) -> Client:
    return as_(village, village.wei)


def test_who_left_with_money_stands_on_the_desk_until_it_is_paid(village: Village, gone: Account, wei: Client) -> None:
    assert [account.pk for account in queries.leavers()] == [gone.pk]
    assert "Pay them back" in wei.get("/money/").content.decode()
    page = wei.get(ADDRESS).content.decode()
    assert "12.40" in page
    assert "no bank account known" in page
    assert "Jo" not in page
    answers = {"name": "Left", "box": village.cash.pk, "seen": "1-1240"}
    answer = wei.post(ADDRESS, {"key": "p", **answers}, follow=True)
    assert "A second person has to agree" in answer.content.decode()
    assert "set aside already" in wei.get(ADDRESS).content.decode()
    made = PaymentList.objects.get()
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    money.confirm_list(by=village.wei, payment_list=made)
    assert (village.has(gone), village.in_box(village.cash)) == (0, -1240)
    assert "Nobody who left has money here" in wei.get(ADDRESS).content.decode()
    assert "Pay them back" not in wei.get("/money/").content.decode()


def test_who_cannot_be_reached_leaves_it_to_solidarity(village: Village, gone: Account, wei: Client) -> None:
    assert f"/money/accounts/{gone.pk}/close/" in wei.get(ADDRESS).content.decode()
    deed(wei, f"/money/accounts/{gone.pk}/close/", reason="moved far away, no answer to three letters")
    assert (village.fund("solidarity"), list(queries.leavers())) == (1240, [])


def test_who_left_owing_is_called_or_borne_by_solidarity(village: Village, gone: Account, wei: Client) -> None:
    money.transfer(by=village.house, source=gone, target=queries.fund("running"), amount=2000, guard=False)
    page = wei.get(ADDRESS).content.decode()
    assert "owes us" in page
    assert f"/money/in/?account={gone.pk}" in page
    assert 'name="seen"' not in page


def test_credit_is_never_paid_out(village: Village, gone: Account, wei: Client) -> None:
    """A restaurant that may owe 500 and has 12.40 gets 12.40 back."""
    money.set_limits(by=village.wei, account=gone, warn_below=0, floor=-50000)
    assert queries.with_payable(queries.leavers()) == [(gone, 1240)]
    answers = {"box": village.bank.pk, "amount": "12.41"}
    answer = wei.post(f"/money/accounts/{gone.pk}/pay-back/", {"key": "p", **answers})
    assert "At most" in answer.content.decode()


def test_others_read_and_pay_nobody(village: Village, gone: Account) -> None:
    agents.give_role(by=village.house, agent=village.huang, role="auditor")
    for person in (village.li_na, village.huang):
        page = as_(village, person).get(ADDRESS).content.decode()
        assert "to be paid back" in page
        assert 'name="seen"' not in page
    assert as_(village, village.lin).get(ADDRESS).status_code == 200
    answers = {"key": "p", "name": "Left", "box": village.cash.pk, "seen": "1-1240"}
    assert as_(village, village.li_na).post(ADDRESS, answers).status_code == 422
    assert not PaymentList.objects.exists()
