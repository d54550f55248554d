"""Deeds that belong to stewards, and those that reach no further than a task does."""

from collections.abc import Callable

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Contact, User
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import MoneyBox


def refused_by(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code


@pytest.mark.parametrize("who", ["member", "treasurer", "keeper"])
def test_a_member_does_not_speak_for_the_local(people: dict[str, Agent], local: Agent, who: str) -> None:
    by, evil = people[who], ContactDraft(email="evil@example.org", iban="DE89370400440532013000")
    assert refused_by(lambda: agents.change_contact(by=by, agent=local, contact=evil)) == "agents.not_yours"
    rename = {"group": local, "name": "Evil", "about": "", "is_public": False}
    assert refused_by(lambda: agents.change_group(by=by, **rename)) == "agents.not_yours"
    assert refused_by(lambda: agents.invite(by=by, token="link", household=local)) == "agents.not_yours"
    assert not Contact.objects.filter(agent=local, iban__gt="").exists()
    assert agents_queries.home_local().name == "Ainonghui"
    assert not agents_policy.may_act_for_group(by, local)
    assert not agents_policy.may_act_for_producer(by, local)


def test_a_steward_speaks_for_the_local_and_people_for_their_household(people: dict[str, Agent], local: Agent) -> None:
    agents.change_contact(by=people["steward"], agent=local, contact=ContactDraft(email="us@example.org"))
    household = agents_queries.household_of(people["member"])
    agents.change_group(by=people["member"], group=household, name="Ours", about="", is_public=False)
    assert Contact.objects.get(agent=local).email == "us@example.org"
    assert agents_policy.may_act_for_group(people["member"], household)
    assert not agents_policy.may_act_for_group(people["other"], household)


def test_a_treasurer_writes_nobodys_way_in(people: dict[str, Agent], local: Agent) -> None:
    by, new = people["treasurer"], agents.add_person(by=local, name="Grandmother")
    for agent in (people["steward"], new):
        deed = lambda agent=agent: agents.make_user(by=by, agent=agent, email="treas2@example.org")  # noqa: E731
        assert refused_by(deed) == "agents.not_allowed"
    assert User.objects.get(agent=people["steward"]).email == "steward@example.org"
    added = agents.add_member(by=by, name="Somebody", email="some@example.org")
    assert User.objects.get(agent=added).email == "some@example.org"


@pytest.mark.parametrize("role", ["steward", "treasurer", "keeper"])
def test_a_treasurer_adds_nobody_with_a_task(people: dict[str, Agent], role: str) -> None:
    by = people["treasurer"]
    assert refused_by(lambda: agents.add_member(by=by, name="Ghost", role=role)) == "agents.not_allowed"
    agents.add_member(by=people["steward"], name="Somebody", role=role)


def test_a_keeper_counts_and_carries_coins_and_leaves_the_bank_alone(people: dict[str, Agent], local: Agent) -> None:
    by, bank, cash = people["keeper"], MoneyBox.objects.get(kind="bank"), MoneyBox.objects.get(kind="cash")
    money.count_cash(by=by, box=cash, counted=500)
    carried = money.move_money(by=by, source=cash, target=bank, amount=200)
    assert refused_by(lambda: money.receive_money(by=by, carriage=carried, box=bank, arrived=200)) == (
        "agents.not_allowed"
    )
    money.receive_money(by=people["treasurer"], carriage=carried, box=bank, arrived=200)
    assert refused_by(lambda: money.count_cash(by=by, box=bank, counted=0)) == "agents.not_allowed"
    carry = {"source": bank, "target": cash, "amount": 100}
    assert refused_by(lambda: money.move_money(by=by, **carry)) == "agents.not_allowed"
    change = money.move_money(by=people["steward"], **carry)
    money.receive_money(by=by, carriage=change, box=cash, arrived=100)
    lying = {box.kind: box.resource.accounting_quantity for box in money_queries.boxes()}
    assert (lying["bank"], lying["cash"]) == (100, 400)
