"""A bank account to which nothing was paid yet gets money only when somebody who did not write it has said yes."""

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.money import documents
from cosmolocal.money import operations as money
from cosmolocal.money.models import MoneyBox, Payment, PaymentList
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
    lines = [money.PaymentDraft(farm.pk, 10000), money.PaymentDraft(farm.pk, 8000)]
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


def farm_is_paid(village: Village, number: str = NUMBER, box: MoneyBox | None = None) -> PaymentList:
    """A list for the farm that is agreed, with the number agreed to, and paid."""
    made = a_list(village, box)
    if box is None:
        agree(village.lin, made, number)
    money.confirm_list(by=village.wei, payment_list=made)
    return made


def a_list(village: Village, box: MoneyBox | None = None) -> PaymentList:
    farm = village.account(village.farm, "producer")
    lines = [money.PaymentDraft(farm.pk, 1000)]
    made = money.make_payment_list(by=village.wei, lines=lines, box=box or village.bank, name="Farms")
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    return made


def states_of(made: PaymentList) -> list[str]:
    contacts = documents.contacts_of(lines_of(made))
    return [documents.how_number_stands(line, contacts.get(line.account.holder_id)) for line in lines_of(made)]


@pytest.fixture
def paid(village: Village) -> Village:
    """The farm has money to be paid; no list was drawn up yet."""
    village.top_up(village.amina, 30000)
    farm = village.account(village.farm, "producer")
    money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="producer")
    village.top_up(village.amina, 5000, village.cash)
    return village


def test_a_number_written_before_the_list_is_looked_at_until_it_was_paid_to(paid: Village) -> None:
    write(paid.li_na, paid.farm, NUMBER)
    made = a_list(paid)
    with refused("money.new_bank_account"):
        documents.bank_list(made, lines_of(made))
    with refused("money.own_number"):
        agree(paid.li_na, made)
    agree(paid.lin, made)
    money.confirm_list(by=paid.wei, payment_list=made)
    assert states_of(a_list(paid)) == ["agreed"]


@pytest.mark.parametrize("writer", ["li_na", "huang"])
def test_another_number_than_the_one_paid_to_is_looked_at_whoever_wrote_it(paid: Village, writer: str) -> None:
    write(paid.huang, paid.farm, NUMBER)
    farm_is_paid(paid)
    by = getattr(paid, writer)
    write(by, paid.farm, OTHER)
    made = a_list(paid)
    assert states_of(made) == ["new"]
    page = as_(paid, paid.lin).get(f"/money/payouts/{made.pk}/").content.decode()
    assert "Huang farm was paid to another account until now." in page
    assert f"{by.name} wrote this one on" in page
    agents.give_role(by=paid.house, agent=by, role="treasurer")
    with refused("money.own_number"):
        agree(by, made, OTHER)
    agree(paid.lin, made, OTHER)


def test_the_number_is_named_before_anybody_agrees_to_the_list(paid: Village) -> None:
    write(paid.li_na, paid.farm, NUMBER)
    farm = paid.account(paid.farm, "producer")
    lines = [money.PaymentDraft(farm.pk, 1000)]
    made = money.make_payment_list(by=paid.wei, lines=lines, box=paid.bank, name="Farms")
    page = as_(paid, paid.lin).get(f"/money/payouts/{made.pk}/").content.decode()
    assert "Nothing was paid to Huang farm by bank yet. Li Na wrote this one on" in " ".join(page.split())
    agree(paid.lin, made)
    money.agree_payment_list(by=paid.lin, payment_list=made, yes=True)
    assert states_of(made) == ["agreed"]


def test_money_paid_in_coins_or_returned_by_the_bank_proves_no_number(paid: Village) -> None:
    write(paid.li_na, paid.farm, NUMBER)
    farm_is_paid(paid, box=paid.cash)
    made = farm_is_paid(paid)
    money.return_payment(by=paid.wei, payment=lines_of(made)[0], reason="No such account")
    assert states_of(a_list(paid)) == ["new"]


def test_numbers_of_a_file_and_of_a_farm_just_added_are_looked_at_too(paid: Village) -> None:
    contact = agents.ContactDraft(iban=NUMBER, bank_name="RCB")
    farm = agents.add_producer(by=paid.li_na, name="New farm", contact=contact)
    account = money.open_account(by=paid.house, holder=farm, kind="producer")
    money.transfer(by=paid.wei, source=paid.account(paid.amina), target=account, amount=1000, reason="producer")
    lines = [money.PaymentDraft(account.pk, 1000)]
    made = money.make_payment_list(by=paid.wei, lines=lines, box=paid.bank, name="Farms")
    assert states_of(made) == ["new"]
    with refused("money.own_number"):
        agree(paid.li_na, made)
    agree(paid.wei, made)


def test_a_number_changed_for_its_telephone_keeps_its_writer(paid: Village) -> None:
    write(paid.li_na, paid.farm, NUMBER)
    contact = agents.ContactDraft(iban=NUMBER, bank_name="RCB", phone="12")
    agents.change_contact(by=paid.huang, agent=paid.farm, contact=contact)
    made = a_list(paid)
    with refused("money.own_number"):
        agree(paid.li_na, made)
    agree(paid.wei, made)


def test_a_circle_that_decides_about_the_list_decides_about_its_numbers(paid: Village) -> None:
    circle = agents.add_circle(by=paid.house, name="Money")
    for member in (paid.jo, paid.huang):
        agents.join(by=paid.house, member=member, group=circle)
    money.choose_deciders(by=paid.house, currency=paid.currency, circle=circle, needed=1)
    write(paid.li_na, paid.farm, NUMBER)
    farm = paid.account(paid.farm, "producer")
    lines = [money.PaymentDraft(farm.pk, 1000)]
    made = money.make_payment_list(by=paid.wei, lines=lines, box=paid.bank, name="Farms")
    for outside in (paid.amina, paid.huang):  # of no circle; of the circle, and a payee
        with refused("agents.not_allowed"):
            agree(outside, made)
    page = as_(paid, paid.jo).get(f"/money/payouts/{made.pk}/").content.decode()
    assert "This number is right" in page
    address = f"/money/payments/{lines_of(made)[0].pk}/number/"
    data = {"key": "n", "mark": mark_of(NUMBER, "RCB")}
    assert as_(paid, paid.amina).post(address, data).status_code == 404
    as_(paid, paid.jo).post(address, data)
    assert states_of(made) == ["agreed"]


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
