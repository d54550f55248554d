"""n of a circle say yes: who is asked, who never votes, when it is decided."""

import pytest

from cosmolocal.agents import approvals, operations, queries, rules
from cosmolocal.agents.models import Agent
from cosmolocal.kernel.refusal import Refusal


@pytest.fixture
def treasurers(db: None) -> list[Agent]:
    local = operations.found_local(by=queries.system(), draft=operations.LocalDraft("Here"))
    people = [operations.add_member(by=local, name=name) for name in ("Wei", "Jo", "Amina")]
    for person in people:
        operations.give_role(by=local, agent=person, role="treasurer")
    return people


def test_two_of_three_say_yes(treasurers: list[Agent]) -> None:
    wei, jo, _amina = treasurers
    asked = approvals.ask(by=wei, kind="money.payment_list", subject_id=1, needed=2, role="treasurer")
    assert approvals.ask(by=wei, kind="money.payment_list", subject_id=1, role="treasurer").pk == asked.pk
    assert approvals.vote(by=wei, approval=asked, yes=True).state == "open"
    assert approvals.vote(by=wei, approval=asked, yes=True).state == "open"
    assert approvals.waiting_for(wei) == []
    assert approvals.waiting_for(jo) == [asked]
    assert approvals.vote(by=jo, approval=asked, yes=True).state == "granted"
    assert approvals.state("money.payment_list", 1) == "granted"


def test_the_payee_never_votes(treasurers: list[Agent]) -> None:
    wei, jo, amina = treasurers
    asked = approvals.ask(by=wei, kind="x", subject_id=1, needed=1, role="treasurer", excluded=[wei])
    with pytest.raises(Refusal) as refused:
        approvals.vote(by=wei, approval=asked, yes=True)
    assert refused.value.code == "agents.may_not_vote"
    assert set(approvals.voters(asked)) == {jo, amina}
    assert approvals.waiting_for(wei) == []


def test_a_stranger_to_the_circle_has_no_say(treasurers: list[Agent]) -> None:
    wei, jo, _amina = treasurers
    circle = operations.add_circle(by=queries.home_local(), name="Kitchen")
    operations.join(by=queries.home_local(), member=jo, group=circle)
    asked = approvals.ask(by=wei, kind="x", subject_id=1, needed=1, circle=circle)
    with pytest.raises(Refusal):
        approvals.vote(by=wei, approval=asked, yes=True)
    assert approvals.vote(by=jo, approval=asked, yes=True).state == "granted"


def test_after_the_decision_nothing_moves(treasurers: list[Agent]) -> None:
    wei, jo, amina = treasurers
    asked = approvals.ask(by=wei, kind="x", subject_id=1, needed=2, role="treasurer")
    approvals.vote(by=wei, approval=asked, yes=False, reason="The sum is wrong")
    assert approvals.vote(by=jo, approval=asked, yes=False).state == "refused"
    with pytest.raises(Refusal) as refused:
        approvals.vote(by=amina, approval=asked, yes=True)
    assert refused.value.code == "agents.already_decided"


@pytest.mark.once
@pytest.mark.parametrize(
    ("yes", "no", "eligible", "needed", "state"),
    [
        (0, 0, 3, 2, "open"),
        (2, 1, 3, 2, "granted"),
        (1, 1, 3, 2, "open"),
        (0, 2, 3, 2, "refused"),
        (0, 0, 1, 2, "open"),
        (0, 1, 1, 1, "refused"),
    ],
)
def test_when_it_is_decided(yes: int, no: int, eligible: int, needed: int, state: str) -> None:
    assert rules.approval_state(yes=yes, no=no, eligible=eligible, needed=needed) == state
