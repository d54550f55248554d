"""Who helps a member orders with her money: for everything about money, what that member has is the helper's own."""

from datetime import timedelta

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Helping
from cosmolocal.agents.queries import Reader, roles_of
from cosmolocal.agents.sessions import LENT
from cosmolocal.kernel import clock
from cosmolocal.money import operations as money
from cosmolocal.money import policy, queries
from cosmolocal.money.models import Review
from cosmolocal.money.tests.village import Village, refused


@pytest.fixture
def helping(village: Village) -> Helping:
    """Wei, a treasurer, helps Amina, who has no phone and lives in a household."""
    return agents.start_helping(by=village.li_na, helper=village.wei, member=village.amina, consent="at her door")


def gives(village: Village, by: Agent | None = None) -> None:
    """Moves 1.00 of the running costs to Amina's household."""
    source, target = queries.fund("running"), village.account(village.amina)
    money.transfer(by=by or village.wei, source=source, target=target, amount=100, reason="support")


def test_a_helper_gives_nothing_to_whom_she_helps(village: Village, helping: Helping) -> None:
    """Neither from a fund, nor by limits, nor from what an unknown payer paid; another treasurer may."""
    theirs = village.account(village.amina)
    assert theirs.holder != village.amina, "a household, of which the helper is no member"
    with refused("money.to_oneself"):
        gives(village)
    with refused("money.to_oneself"):
        money.set_limits(by=village.wei, account=theirs, warn_below=None, floor=-500000)
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900)
    with refused("money.to_oneself"):
        money.match_unmatched(by=village.wei, unmatched=found, account=theirs)
    with refused("money.to_oneself"):
        money.refund(by=village.wei, source=queries.fund("running"), account=theirs, amount=100, reason="support")
    with refused("money.to_oneself"):
        money.close_account(by=village.wei, account=theirs, reason="moved away")
    assert village.has(village.amina) == 0
    gives(village, by=village.lin)
    assert village.has(village.amina) == 100


def test_what_a_helper_books_there_is_looked_at_and_not_by_a_helper(village: Village, helping: Helping) -> None:
    agents.start_helping(by=village.li_na, helper=village.lin, member=village.amina, consent="at her door")
    village.top_up(village.amina, 500)
    look = Review.objects.get()
    assert (look.why, look.holder) == ("own", village.account(village.amina).holder)
    with refused("money.own_look"):
        money.agree_entries(by=village.lin, looks=[look])
    reader = Reader(agent=village.lin, roles=roles_of(village.lin))
    acting = Reader(agent=village.lin, roles=roles_of(village.lin), on_behalf_of=village.jo)
    for seen in (reader, acting):
        assert not queries.looked_at_by(seen)(look)
        assert not queries.count_looks(seen).mine
    money.agree_entries(by=village.li_na, looks=[look])


def test_a_helper_does_not_agree_that_she_is_paid(village: Village, helping: Helping) -> None:
    """Lin draws up; Wei helps the payee and may not say yes: a steward is asked. Nor who begins to help after it."""
    village.top_up(village.amina, 1000)
    made = money.pay_back(by=village.lin, account=village.account(village.amina), box=village.bank, amount=1000)
    assert made.approval is not None
    assert village.wei in made.approval.excluded.all()
    assert (made.approval.role, policy.may_agree(village.li_na, made)) == ("steward", True)
    agents.start_helping(by=village.house, helper=village.li_na, member=village.amina, consent="at her door")
    assert not policy.may_agree(village.li_na, made)


def test_who_stops_helping_or_leaves_a_household_stays_one_of_it_for_some_days(
    village: Village, helping: Helping
) -> None:
    now = clock.now()
    agents.end_helping(by=village.wei, helping=helping)
    with refused("money.to_oneself"):
        gives(village)
    with clock.frozen_at(now + LENT + timedelta(days=2)):
        gives(village)
    assert village.has(village.amina) == 100


def test_a_helper_of_another_member_books_as_before(village: Village) -> None:
    agents.start_helping(by=village.li_na, helper=village.wei, member=village.jo, consent="at her door")
    gives(village)
    village.top_up(village.amina, 500)
    assert not Review.objects.exists()
