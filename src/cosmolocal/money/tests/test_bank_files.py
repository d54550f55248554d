"""The file for banks of the euro area: valid, complete, and never without an account to pay to."""

import xml.etree.ElementTree as ET
from datetime import date

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Contact
from cosmolocal.money import bank_files, documents
from cosmolocal.money import operations as money
from cosmolocal.money.models import Payment, PaymentList
from cosmolocal.money.rules import mark_of
from cosmolocal.money.tests.village import Village, build, refused

SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}"


@pytest.fixture
def euros(db: None) -> Village:
    village = build(currency="EUR")
    village.bank = money.open_box(by=village.house, kind="bank", name="Bank", number="DE89 3704 0044 0532 0130 00")
    village.top_up(village.amina, 30000)
    farm = village.account(village.farm, "producer")
    money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="producer")
    return village


def a_list(village: Village) -> tuple[PaymentList, list[Payment]]:
    farm = village.account(village.farm, "producer")
    lines = [money.PaymentDraft(farm.pk, 12345, "Runde 1"), money.PaymentDraft(farm.pk, 5000, "Käse & Brot <1>")]
    made = money.make_payment_list(by=village.wei, lines=lines, box=village.bank, name="Höfe")
    return made, list(made.payments.select_related("account__holder"))


def test_the_file_says_whom_and_how_much(euros: Village) -> None:
    contact = agents.ContactDraft(iban="AT61 1904 3002 3457 3201")
    agents.change_contact(by=euros.house, agent=euros.farm, contact=contact)
    made, payments = a_list(euros)
    assert bank_files.is_offered(made)
    root = ET.fromstring(bank_files.pain001(made, payments, date(2026, 9, 2)))
    amounts = [found.text for found in root.iter(f"{SPACE}InstdAmt")]
    assert amounts == ["123.45", "50.00"]
    assert root.findtext(f".//{SPACE}GrpHdr/{SPACE}CtrlSum") == "173.45"
    ibans = [found.text for found in root.iter(f"{SPACE}IBAN")]
    assert ibans == ["DE89370400440532013000", "AT611904300234573201", "AT611904300234573201"]
    assert root.findtext(f".//{SPACE}ReqdExctnDt") == "2026-09-02"
    assert "Kaese + Brot (1)" in [found.text for found in root.iter(f"{SPACE}Ustrd")]


def test_without_a_valid_iban_no_file_is_made(euros: Village) -> None:
    made, payments = a_list(euros)
    with refused("money.no_iban"):
        bank_files.pain001(made, payments, date(2026, 9, 2))
    money.drop_payment_list(by=euros.wei, payment_list=made, reason="no number")
    # A number that was written before numbers were checked.
    Contact.objects.filter(agent=euros.farm).update(iban="AT61 1904 3002 3457 3202")
    made, payments = a_list(euros)
    with refused("money.new_bank_account"):
        bank_files.pain001(made, payments, date(2026, 9, 2))
    money.agree_number(by=euros.lin, payment=payments[0], mark=mark_of("AT61 1904 3002 3457 3202", ""))
    payments = list(made.payments.select_related("account__holder"))
    with refused("money.no_iban"):
        bank_files.pain001(made, payments, date(2026, 9, 2))


def test_other_money_and_cash_get_no_such_file(village: Village) -> None:
    village.top_up(village.amina, 100, village.cash)
    made = money.pay_back(by=village.wei, account=village.account(village.amina), box=village.cash, amount=100)
    assert not bank_files.is_offered(made)


def test_a_bank_account_without_number_gets_one_and_pays(euros: Village) -> None:
    contact = agents.ContactDraft(iban="AT61 1904 3002 3457 3201")
    agents.change_contact(by=euros.house, agent=euros.farm, contact=contact)
    number = euros.bank.number
    euros.bank = money.change_box(by=euros.li_na, box=euros.bank, name="Bank")
    made, payments = a_list(euros)
    with refused("money.no_iban_of_ours"):
        bank_files.pain001(made, payments, date(2026, 9, 2))
    made.box = money.change_box(by=euros.wei, box=euros.bank, name="Bank", number=number)
    assert b"DE89370400440532013000" in bank_files.pain001(made, payments, date(2026, 9, 2))
    with refused("agents.not_allowed"):
        money.change_box(by=euros.amina, box=euros.bank, name="Bank", number="mine")


def test_money_goes_to_the_account_that_was_agreed(euros: Village) -> None:
    contact = agents.ContactDraft(iban="AT61 1904 3002 3457 3201")
    agents.change_contact(by=euros.house, agent=euros.farm, contact=contact)
    made, payments = a_list(euros)
    respaced = agents.ContactDraft(iban="AT611904300234573201")
    agents.change_contact(by=euros.house, agent=euros.farm, contact=respaced)
    assert bank_files.pain001(made, payments, date(2026, 9, 2))
    another = agents.ContactDraft(iban="DE89 3704 0044 0532 0130 00")
    agents.change_contact(by=euros.house, agent=euros.farm, contact=another)
    with refused("money.other_bank_account"):
        bank_files.pain001(made, payments, date(2026, 9, 2))
    with refused("money.other_bank_account"):
        documents.bank_list(made, payments)
