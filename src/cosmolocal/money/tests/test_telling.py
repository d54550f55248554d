"""Who is told of a payment: the farm or its people, once, with the statement; nobody about payments of long ago."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.models import Operation
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money.models import PaymentList
from cosmolocal.money.tests.village import BEGIN, Village

NOW = BEGIN + timedelta(days=2)


@pytest.fixture
def agreed(village: Village, settings: Any) -> PaymentList:
    """The farm is owed 180 in two lines; Lin has agreed."""
    settings.MAIL_READY = True
    farm = village.account(village.farm, "producer")
    with clock.frozen_at(NOW):
        village.top_up(village.amina, 30000)
        source = village.account(village.amina)
        money.transfer(by=village.wei, source=source, target=farm, amount=18000, reason="producer")
        lines = [money.PaymentDraft(farm.pk, amount, "Round 1") for amount in (10000, 8000)]
        made = money.make_payment_list(by=village.wei, lines=lines, box=village.bank, name="Farms")
        return money.agree_payment_list(by=village.lin, payment_list=made, yes=True)


def mail(village: Village, agent: Agent, email: str) -> None:
    agents.change_contact(by=village.house, agent=agent, contact=ContactDraft(email=email))


def pay(village: Village, made: PaymentList, told_at: Any = NOW) -> list[Letter]:
    """Confirms the list, then runs what it announced, twice as after a crash."""
    announced: list[Any] = []
    with clock.frozen_at(NOW), pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "enqueue", lambda *job: announced.append(job))
        money.confirm_list(by=village.wei, payment_list=made)
    [(name, ids)] = announced
    with clock.frozen_at(told_at):
        for _again in range(2):
            assert jobs.run_job.call(*jobs.marked(name, [ids], "job:one")) == "done"
    return list(Letter.objects.exclude(event="paid_in").order_by("id"))


def test_the_farmer_gets_a_letter_with_the_statement(village: Village, agreed: PaymentList) -> None:
    mail(village, village.huang, "huang@example.org")
    [letter] = pay(village, agreed)
    assert (letter.to, letter.event, letter.state) == (village.huang, "payment", "waiting")
    assert "180.00" in letter.text
    assert "Round 1" in letter.text
    assert letter.url == f"/money/accounts/{village.account(village.farm, 'producer').pk}/"
    [paper] = letter.enclosures.all()
    assert bytes(paper.data).startswith(b"%PDF")


def test_who_has_no_mail_is_told_in_person(village: Village, agreed: PaymentList) -> None:
    with clock.frozen_at(NOW):
        agents.give_role(by=village.house, agent=village.jo, role="producer", scope=village.farm)
    letters = pay(village, agreed)
    assert {(letter.to, letter.state) for letter in letters} == {
        (village.huang, "no_address"),
        (village.jo, "no_address"),
    }
    client = Client()
    client.force_login(agents.make_user(by=village.house, agent=village.li_na))
    assert "Huang Dacheng" in client.get("/messages/post/").content.decode()


def test_a_farm_with_an_address_of_its_own_reads_it_there(village: Village, agreed: PaymentList) -> None:
    mail(village, village.farm, "farm@example.org")
    mail(village, village.huang, "farm@example.org")
    assert [letter.to for letter in pay(village, agreed)] == [village.farm]


def test_nobody_is_told_of_payments_of_long_ago(village: Village, agreed: PaymentList) -> None:
    assert pay(village, agreed, NOW + timedelta(days=6)) == []


def announced_by(act: Any) -> list[Any]:
    found: list[Any] = []
    with clock.frozen_at(NOW), pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "enqueue", lambda *job: found.append(job))
        act()
    return found


def test_who_paid_by_bank_hears_that_it_arrived(village: Village, settings: Any) -> None:
    settings.MAIL_READY = True
    mail(village, village.amina, "amina@example.org")
    deeds = Operation.objects.count()
    assert announced_by(lambda: village.top_up(village.amina, 30000)) == [("messages.deliver",)]
    [letter] = Letter.objects.all()
    assert (letter.to, letter.event, letter.state) == (village.amina, "paid_in", "waiting")
    assert letter.text.count("300.00") == 2
    assert Operation.objects.count() == deeds + 1  # the letter is no deed of its own


def test_a_letter_that_waits_over_an_upgrade_is_written_once(village: Village) -> None:
    mail(village, village.amina, "amina@example.org")
    deed, account = Operation.objects.latest("pk"), village.account(village.amina)
    with clock.frozen_at(NOW):
        for _again in range(2):
            call = jobs.marked("money.tell_paid_in", [deed.pk, account.pk, 500], "job:one")
            assert jobs.run_job.call(*call) == "done"
    assert Letter.objects.get().event == "paid_in"


def test_who_pays_in_cash_gets_no_letter_and_who_was_found_out_gets_one(village: Village) -> None:
    assert announced_by(lambda: village.top_up(village.amina, 30000, village.cash)) == []
    with clock.frozen_at(NOW):
        unknown = money.top_up_unmatched(by=village.wei, box=village.bank, amount=5000)
    account = village.account(village.jo)
    assert not Letter.objects.exists()
    money.match_unmatched(by=village.wei, unmatched=unknown, account=account, amount=2000)
    assert Letter.objects.get().subject.endswith("20.00")


def write_number(by: Agent, farm: Agent, **contact: str) -> list[tuple[str | None, str]]:
    """Writes how a farm is reached and paid, then runs what that announced: who is told, at which address."""
    announced: list[Any] = []
    with clock.frozen_at(NOW), pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "enqueue", lambda name, *args: announced.append((name, args)))
        agents.change_contact(by=by, agent=farm, contact=ContactDraft(**contact))
    for name, args in announced:
        for _again in range(2):
            assert jobs.run_job.call(*jobs.marked(name, args, f"job:{contact}")) == "done"
    return sorted((letter.to.name if letter.to else "-", letter.address) for letter in Letter.objects.all())


def test_a_farm_and_its_people_read_that_a_number_was_written_also_where_they_were_reached_before(
    village: Village,
) -> None:
    mail(village, village.farm, "farm@example.org")
    told = write_number(village.li_na, village.farm, email="other@example.org", iban="6228 4808 1111")
    assert told == [("-", "farm@example.org"), ("Huang Dacheng", ""), ("Huang farm", "other@example.org")]
    for letter in Letter.objects.all():
        assert "Li Na wrote a bank account for Huang farm. What is paid by bank goes to the one that ends in 1111" in (
            letter.text
        )


def test_who_writes_her_own_number_gets_no_letter_and_a_telephone_number_is_none(village: Village) -> None:
    assert write_number(village.huang, village.farm, iban="6228 4808 1111") == []
    assert write_number(village.li_na, village.farm, iban="6228 4808 1111", phone="12") == []
    assert write_number(village.li_na, village.farm, phone="12") == [("Huang Dacheng", "")]
    assert "Li Na took away the bank account of Huang farm." in Letter.objects.get().text
