"""People of one household are one pair of eyes, wherever somebody else is asked about money."""

from cosmolocal.agents import eyes
from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader, roles_of
from cosmolocal.money import operations as money
from cosmolocal.money import policy, queries
from cosmolocal.money.models import PaymentList, Review
from cosmolocal.money.rules import mark_of
from cosmolocal.money.tests.test_deciding import browser_of
from cosmolocal.money.tests.test_numbers import NUMBER, write
from cosmolocal.money.tests.village import Village, refused


def live_together(village: Village, one: Agent, other: Agent) -> None:
    """The second moves in with the first."""
    household = agents_queries.household_of(one)
    assert household is not None
    agents.join(by=village.house, member=other, group=household)


def owed_to_the_farm(village: Village) -> PaymentList:
    """A list that Wei drew up: 180.00 for the farm."""
    village.top_up(village.amina, 30000)
    farm = village.account(village.farm, "producer")
    money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="producer")
    return money.make_payment_list(
        by=village.wei, lines=[money.PaymentDraft(farm.pk, 18000)], box=village.bank, name="Farms"
    )


def asked(made: PaymentList) -> str:
    assert made.approval is not None
    return made.approval.role


def test_who_lives_with_the_treasurer_is_not_asked(village: Village) -> None:
    live_together(village, village.wei, village.lin)
    made = owed_to_the_farm(village)
    assert asked(made) == "steward"
    live_together(village, village.amina, village.li_na)
    live_together(village, village.amina, village.huang)
    with refused("money.nobody_to_agree"):
        owed_to_the_farm(village)  # the steward lives with who farms


def test_who_moved_in_since_says_no_yes(village: Village) -> None:
    made = owed_to_the_farm(village)
    page = f"/money/payouts/{made.pk}/"
    lin = browser_of(village.lin)
    assert "Do you agree that this is paid?" in lin.get(page).content.decode()
    live_together(village, village.wei, village.lin)
    with refused("agents.may_not_vote"):
        money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    shown = lin.get(page).content.decode()
    assert "Do you agree that this is paid?" not in shown
    assert "nor anybody of their households" in shown


def test_who_lives_with_the_payee_says_no_yes(village: Village) -> None:
    made = owed_to_the_farm(village)
    live_together(village, village.lin, village.huang)
    with refused("agents.may_not_vote"):
        money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    assert asked(owed_to_the_farm(village)) == "steward"


def test_a_look_is_by_another_household(village: Village) -> None:
    money.pay_cost(by=village.wei, fund_code="running", box=village.bank, amount=1200, payee=None, reason="rent")
    look = Review.objects.get()
    lin = Reader(agent=village.lin, roles=roles_of(village.lin))
    assert (queries.looked_at_by(lin)(look), queries.count_looks(lin).mine) == (True, True)
    live_together(village, village.wei, village.lin)
    assert (queries.looked_at_by(lin)(look), queries.count_looks(lin).mine) == (False, False)
    for deed in (money.agree_entries, money.question_entry):
        wish = {"looks": [look]} if deed is money.agree_entries else {"look": look, "reason": "why?"}
        with refused("money.own_look"):
            deed(by=village.lin, **wish)  # type: ignore[operator]
    page = browser_of(village.lin).get("/money/looks/").content.decode()
    assert "of another household" in page
    assert "It is right" not in page
    money.agree_entries(by=village.li_na, looks=[look])


def test_who_moved_out_for_the_hour_of_the_look_is_still_of_the_household(village: Village) -> None:
    live_together(village, village.wei, village.lin)
    money.pay_cost(by=village.wei, fund_code="running", box=village.bank, amount=1200, payee=None, reason="rent")
    household = agents_queries.household_of(village.wei)
    assert household is not None
    agents.leave_group(by=village.lin, member=village.lin, group=household)
    with refused("money.own_look"):
        money.agree_entries(by=village.lin, looks=[Review.objects.get()])


def test_what_is_of_who_lives_with_her_is_hers(village: Village) -> None:
    live_together(village, village.lin, village.huang)
    assert policy.is_own(village.lin, village.farm)
    with refused("money.to_oneself"):
        farm = village.account(village.farm, "producer")
        money.transfer(by=village.lin, source=queries.fund("reserve"), target=farm, amount=100, reason="a gift")
    assert not policy.is_own(village.wei, village.farm)


def test_in_a_circle_a_household_counts_once(village: Village) -> None:
    circle = agents.add_circle(by=village.house, name="Money circle")
    for person in (village.amina, village.jo, village.lin, village.li_na):
        agents.join(by=village.house, member=person, group=circle)
    live_together(village, village.amina, village.jo)
    with refused("money.too_few_to_agree"):
        money.choose_deciders(by=village.li_na, currency=village.currency, circle=circle, needed=3)
    money.choose_deciders(by=village.li_na, currency=village.currency, circle=circle, needed=2)
    made = owed_to_the_farm(village)
    for person in (village.amina, village.jo):
        assert money.agree_payment_list(by=person, payment_list=made, yes=True).state == "asked"
    # One of the two has second thoughts: the household says no more yes.
    money.agree_payment_list(by=village.jo, payment_list=made, yes=False, reason="too much")
    assert money.agree_payment_list(by=village.lin, payment_list=made, yes=True).state == "asked"
    assert money.agree_payment_list(by=village.li_na, payment_list=made, yes=True).state == "agreed"
    live_together(village, village.lin, village.li_na)
    agents.join(by=village.house, member=village.amina, group=village.farm)
    with refused("money.nobody_to_agree"):
        owed_to_the_farm(village)  # Lin and Li Na are one


def test_a_number_is_right_by_another_household_than_wrote_it(village: Village) -> None:
    made = owed_to_the_farm(village)
    write(village.li_na, village.farm, NUMBER)
    payment, mark = made.payments.get(), mark_of(NUMBER, "RCB")
    live_together(village, village.li_na, village.lin)
    with refused("money.own_number"):
        money.agree_number(by=village.lin, payment=payment, mark=mark)
    page = browser_of(village.lin).get(f"/money/payouts/{made.pk}/").content.decode()
    assert "This number is right" not in page
    money.agree_number(by=village.wei, payment=payment, mark=mark)


def test_households_that_share_somebody_are_one_pair(village: Village) -> None:
    live_together(village, village.wei, village.lin)
    live_together(village, village.lin, village.jo)
    ids = [person.pk for person in (village.wei, village.lin, village.jo, village.amina)]
    assert eyes.count(ids) == 2
    assert not eyes.are_one(village.amina, ids[:3])
    assert eyes.are_one(village.jo, [village.lin.pk])
