"""Two stewards at the same moment: what is there once stays once, and somebody looks after the local."""

from typing import Any

import pytest

from cosmolocal.agents import operations, queries
from cosmolocal.agents.models import Agent, Membership, Role, User
from cosmolocal.agents.operations import groups
from cosmolocal.kernel.tests.meeting import meet, only_postgres

pytestmark = [pytest.mark.django_db(transaction=True), only_postgres]


@pytest.fixture
def local(transactional_db: None) -> Agent:
    wish = operations.LocalDraft("Ainonghui", place_name="Liuzhou", zone="Asia/Shanghai", currency="CNY")
    return operations.found_local(by=queries.system(), draft=wish)


@pytest.fixture
def stewards(local: Agent) -> list[Agent]:
    made = [operations.add_member(by=local, name=name) for name in ("Li Na", "Wei")]
    for steward in made:
        operations.give_role(by=local, agent=steward, role=Role.Name.STEWARD)
    return made


def test_a_task_and_a_membership_are_given_once(local: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    jo = operations.add_person(by=local, name="Jo")

    def give() -> Role | None:
        return operations.give_role(by=local, agent=jo, role=Role.Name.PACKER)

    def join() -> Membership:
        return operations.join(by=local, member=jo, group=local)

    assert meet(monkeypatch, Role.objects, "create", give) == ["done", "done"]
    assert meet(monkeypatch, Membership.objects, "create", join) == ["done", "done"]
    assert (Role.objects.filter(agent=jo).count(), Membership.objects.filter(member=jo).count()) == (1, 1)


def test_a_circle_of_a_name_begins_once(local: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin() -> Agent:
        return operations.add_circle(by=local, name="Bread")

    assert meet(monkeypatch, groups, "new_agent", begin) == ["done", "agents.name_taken"]


def test_a_mail_address_is_written_for_one(local: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def add() -> Agent:
        return operations.add_member(by=local, name="Jo", email="jo@example.org")

    assert meet(monkeypatch, User.objects, "create_user", add) == ["agents.mail_taken", "done"]
    assert Agent.objects.filter(name="Jo", kind=Agent.Kind.PERSON).count() == 1


@pytest.mark.parametrize("way", ["end", "leave"])
def test_somebody_looks_after_the_local(stewards: list[Agent], way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    li_na, wei = stewards
    tasks = {steward: Role.objects.get(agent=steward, name=Role.Name.STEWARD) for steward in stewards}

    def end(by: Agent, other: Agent) -> Any:
        return lambda: operations.end_role(by=by, role=tasks[other])

    second = end(wei, li_na) if way == "end" else lambda: operations.leave(by=li_na, agent=li_na)
    assert meet(monkeypatch, Role, "save", end(li_na, wei), second) == ["done", "agents.last_steward"]
    assert Role.objects.filter(name=Role.Name.STEWARD, until=None).count() == 1
