"""A bank account written after a list was agreed gets money only when somebody who did not write it has said yes."""

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.money import documents
from cosmolocal.money import operations as money
from cosmolocal.money.models import Payment, PaymentList
from cosmolocal.money.rules import mark_of
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village, refused

NUMBER, OTHER = "6228 4808 1111", "6228 4808 9999"


def write(by: Agent, farm: Agent, number: str) -> None:
    agents.change_contact(by=by, agent=farm, contact=agents.ContactDraft(iban=number, bank_name="RCB"))


@pytest.fixture
def made(village: Village) -> PaymentList:
    """Two payments to a farm without a bank account, drawn up by Wei, agreed by Lin."""
    village.top_up(village.amina, 30000)
    farm = village.account(village.farm, "producer")
    money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="producer")
    lines = [money.PaymentWish(farm.pk, 10000), money.PaymentWish(farm.pk, 8000)]
    made = money.make_payment_list(by=village.wei, lines=lines, box=village.bank, name="Farms")
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    return made


def lines_of(made: PaymentList) -> list[Payment]:
    return list(made.payments.select_related("account__holder", "list"))


def agree(by: Agent, made: PaymentList, number: str = NUMBER) -> None:
    money.agree_number(by=by, payment=lines_of(made)[0], mark=mark_of(number, "RCB"))


def test_a_new_number_needs_the_yes_of_somebody_who_did_not_write_it(village: Village, made: PaymentList) -> None:
    assert len(documents.bank_list(made, lines_of(made)).rows) == 2
    write(village.huang, village.farm, NUMBER)
    with refused("money.new_bank_account"):
        documents.bank_list(made, lines_of(made))
    with refused("agents.not_allowed"):
        agree(village.huang, made)
    agents.give_role(by=village.house, agent=village.huang, role="treasurer")
    with refused("money.own_number"):
        agree(village.huang, made)
    agree(village.wei, made)
    assert {row[1] for row in documents.bank_list(made, lines_of(made)).rows} == {NUMBER}


def test_who_wrote_it_for_the_farm_does_not_say_yes(village: Village, made: PaymentList) -> None:
    """Li Na is a steward and a helper at the keyboard; Lin, who agreed to the list, may say yes to the number."""
    write(village.li_na, village.farm, NUMBER)
    with refused("money.own_number"):
        agree(village.li_na, made)
    agree(village.lin, made)
    with refused("money.number_decided"):
        agree(village.wei, made)


def test_where_nobody_knows_who_wrote_it_the_maker_of_the_list_asks_somebody_else(
    village: Village, made: PaymentList
) -> None:
    contact, _new = village.farm.contact.__class__.objects.get_or_create(agent=village.farm)
    contact.iban, contact.bank_name = NUMBER, "RCB"
    contact.save()
    with refused("money.own_number"):
        agree(village.wei, made)
    agree(village.lin, made)


def test_a_yes_is_to_the_number_that_was_read(village: Village, made: PaymentList) -> None:
    write(village.huang, village.farm, OTHER)
    with refused("money.number_decided"):
        agree(village.lin, made, NUMBER)
    agree(village.lin, made, OTHER)
    write(village.huang, village.farm, NUMBER)
    with refused("money.other_bank_account"):
        documents.bank_list(made, lines_of(made))


def test_the_page_says_what_to_do_and_offers_no_file_before(village: Village, made: PaymentList) -> None:
    address = f"/money/payouts/{made.pk}/"
    wei, lin, li_na = (as_(village, who) for who in (village.wei, village.lin, village.li_na))
    assert "as=csv" in lin.get(address).content.decode()
    write(village.li_na, village.farm, NUMBER)
    page = lin.get(address).content.decode()
    assert page.count("This number is right") == 1, "one question for both lines of the farm"
    assert NUMBER in page
    assert "as=csv" not in page
    assert "This number is right" not in li_na.get(address).content.decode()
    line = lines_of(made)[0]
    answer = lin.post(f"/money/payments/{line.pk}/number/", {"key": "n", "mark": mark_of(NUMBER, "RCB")}, follow=True)
    assert "as=csv" in answer.content.decode()
    assert NUMBER in wei.get(f"{address}file/?as=csv").content.decode("utf-8-sig")
    write(village.li_na, village.farm, OTHER)
    page = wei.get(address).content.decode()
    assert "draw it up anew" in page
    assert "as=csv" not in page


def test_cash_needs_no_number(village: Village) -> None:
    village.top_up(village.amina, 500, village.cash)
    cash = money.pay_back(by=village.wei, account=village.account(village.amina), box=village.cash, amount=500)
    money.agree_payment_list(by=village.lin, payment_list=cash, yes=True)
    write(village.li_na, village.account(village.amina).holder, NUMBER)
    page = as_(village, village.wei).get(f"/money/payouts/{cash.pk}/").content.decode()
    assert "A new bank account" not in page
    assert "as=pdf" in page
