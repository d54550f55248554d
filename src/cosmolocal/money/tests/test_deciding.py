"""Several people of a circle may be the ones who say yes to payments; each of them, and nobody else, reads the list."""

from typing import Any

import pytest
from django.conf import settings as django
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, User
from cosmolocal.kernel import jobs
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import PaymentList
from cosmolocal.money.tests.village import Village, refused


@pytest.fixture
def circle(village: Village) -> Agent:
    """Amina, Jo, Lin and Wei look after the money together; two of them have to agree. The farm is owed 180."""
    village.top_up(village.amina, 30000)
    farm = village.account(village.farm, "producer")
    money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="producer")
    made = agents.add_circle(by=village.house, name="Money circle")
    for person in (village.amina, village.jo, village.lin, village.wei):
        agents.join(by=village.house, member=person, group=made)
    money.choose_deciders(by=village.li_na, currency=village.currency, circle=made, needed=2)
    return made


def list_of(village: Village) -> PaymentList:
    line = money.PaymentDraft(village.account(village.farm, "producer").pk, 18000, "Round 1")
    return money.make_payment_list(by=village.wei, lines=[line], box=village.bank, name="Farms")


def says(village: Village, person: Agent, made: PaymentList, *, yes: bool) -> str:
    return money.agree_payment_list(by=person, payment_list=made, yes=yes, reason="" if yes else "too much").state


def browser_of(person: Agent) -> Client:
    user = User.objects.filter(agent=person).first() or User.objects.create_user(
        f"{person.pk}@example.org", agent=person
    )
    client = Client()
    client.force_login(user, backend=django.AUTHENTICATION_BACKENDS[0])
    return client


def test_a_yes_counts_no_more_once_its_giver_belongs_to_the_payee(village: Village, circle: Agent) -> None:
    made = list_of(village)
    assert says(village, village.amina, made, yes=True) == "asked"
    agents.join(by=village.house, member=village.amina, group=village.farm)
    assert says(village, village.jo, made, yes=True) == "asked"
    assert says(village, village.lin, made, yes=True) == "agreed"


def test_two_of_the_circle_say_yes(village: Village, circle: Agent) -> None:
    made = list_of(village)
    assert says(village, village.amina, made, yes=True) == "asked"
    with refused("money.not_agreed"):
        money.confirm_list(by=village.wei, payment_list=made)
    assert says(village, village.amina, made, yes=True) == "asked"  # twice is once
    assert says(village, village.jo, made, yes=True) == "agreed"
    money.confirm_list(by=village.wei, payment_list=made)
    assert queries.sums_agree().difference == 0


def test_nobody_outside_agrees_nor_who_drew_it_up(village: Village, circle: Agent) -> None:
    made = list_of(village)
    for person in (village.wei, village.li_na, village.huang):
        with refused("agents.may_not_vote"):
            says(village, person, made, yes=True)


def test_one_no_leaves_it_to_the_others_until_too_few_are_left(village: Village, circle: Agent) -> None:
    made = list_of(village)
    assert says(village, village.amina, made, yes=False) == "asked"
    assert says(village, village.jo, made, yes=False) == "dropped"
    assert queries.balance(village.account(village.farm, "producer")).set_aside == 0


def test_who_changes_her_mind_counts_once(village: Village, circle: Agent) -> None:
    made = list_of(village)
    says(village, village.amina, made, yes=False)
    assert says(village, village.amina, made, yes=True) == "asked"
    assert says(village, village.lin, made, yes=True) == "agreed"


def test_circle_in_which_too_few_may_agree_is_told_so(village: Village, circle: Agent) -> None:
    for person in (village.amina, village.jo):
        agents.join(by=village.house, member=person, group=village.farm)
    with refused("money.nobody_to_agree"):
        list_of(village)  # Lin alone is left


@pytest.mark.parametrize("needed", [0, 4, 5])
def test_more_than_can_agree_are_not_asked_for(village: Village, circle: Agent, needed: int) -> None:
    with refused("money.too_few_to_agree"):
        money.choose_deciders(by=village.li_na, currency=village.currency, circle=circle, needed=needed)


def test_only_a_steward_chooses_who_agrees(village: Village, circle: Agent) -> None:
    with refused("agents.not_allowed"):
        money.choose_deciders(by=village.wei, currency=village.currency, circle=None)
    money.choose_deciders(by=village.li_na, currency=village.currency, circle=None)
    made = list_of(village)
    assert made.approval is not None
    assert made.approval.role == "treasurer"


def test_circle_is_written_to_once(village: Village, circle: Agent) -> None:
    made = list_of(village)
    for _again in range(2):
        assert jobs.run_job.call(*jobs.marked("money.ask_for_agreement", [made.pk], "job:one")) == "done"
    letters = Letter.objects.exclude(event="paid_in").order_by("to__name")
    assert {letter.to for letter in letters} == {village.amina, village.jo, village.lin}
    assert len(letters) == 3
    assert "180.00" in letters[0].text
    assert "2 people have to agree" in letters[0].text


def test_nobody_is_written_to_about_what_is_decided(village: Village, circle: Agent) -> None:
    made = list_of(village)
    money.drop_payment_list(by=village.wei, payment_list=made, reason="wrong week")
    jobs.run_job.call(*jobs.marked("money.ask_for_agreement", [made.pk], "job:one"))
    assert not Letter.objects.exclude(event="paid_in").exists()


def test_member_of_the_circle_reads_and_answers_in_the_browser(village: Village, circle: Agent) -> None:
    made = list_of(village)
    amina, jo = browser_of(village.amina), browser_of(village.jo)
    assert "Do you agree?" in amina.get("/home/").content.decode()
    page = amina.get(f"/money/payouts/{made.pk}/").content.decode()
    assert "180.00" in page
    assert "2 of Money circle" in page
    assert "/money/accounts/" not in page  # what she may not open is no link
    answer = amina.post(f"/money/payouts/{made.pk}/agree/", follow=True).content.decode()
    assert "It waits for the others" in answer
    assert "Do you agree?" not in amina.get("/home/").content.decode()
    assert "I do not agree after all" in answer
    answer = jo.post(f"/money/payouts/{made.pk}/agree/", follow=True).content.decode()
    assert "It can be paid now" in answer
    assert jo.post(f"/money/payouts/{made.pk}/agree/").status_code in (302, 422)
    assert jo.post(f"/money/payouts/{made.pk}/confirm/").status_code == 403


def test_list_is_not_there_for_anybody_else(village: Village, circle: Agent) -> None:
    made = list_of(village)
    other = browser_of(village.huang)
    for way in ("", "agree/", "disagree/"):
        assert other.post(f"/money/payouts/{made.pk}/{way}").status_code == 404
    assert other.get(f"/money/payouts/{made.pk}/").status_code == 404


def test_steward_chooses_on_a_page(village: Village, circle: Agent, settings: Any) -> None:
    steward = browser_of(village.li_na)
    assert "2 people of Money circle say yes" in steward.get("/money/payouts/").content.decode()
    answer = steward.post("/money/payouts/who-agrees/", {"circle": circle.pk, "needed": 9})
    assert answer.status_code == 422
    assert "Ask for fewer" in answer.content.decode()
    assert steward.post("/money/payouts/who-agrees/", {"circle": circle.pk, "needed": 3}).status_code == 302
    village.currency.refresh_from_db()
    assert village.currency.agreed_needed == 3
    assert browser_of(village.wei).get("/money/payouts/who-agrees/").status_code == 403
