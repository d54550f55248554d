"""Members, households, roles: who is who today, and who may do what."""

from datetime import date, timedelta

import pytest

from cosmolocal.agents import operations, policy, queries
from cosmolocal.agents.models import Agent, Membership, Role, User, in_force
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def local() -> Agent:
    wish = operations.LocalDraft("Ainonghui", place_name="Liuzhou", zone="Asia/Shanghai", currency="CNY")
    return operations.found_local(by=queries.system(), draft=wish)


@pytest.fixture
def amina(local: Agent) -> Agent:
    return operations.add_member(by=local, name="Amina", email="amina@example.org", household_name="Chen", code="14")


@pytest.fixture
def steward(local: Agent) -> Agent:
    li_na = operations.add_member(by=local, name="Li Na", email="lina@example.org")
    operations.give_role(by=local, agent=li_na, role=Role.Name.STEWARD)
    return li_na


def test_nobody_is_added_as_a_member_since_a_day_to_come(local: Agent, steward: Agent) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Refusal) as caught:
        operations.add_member(by=steward, name="Wei", joined=tomorrow)
    assert (caught.value.code, caught.value.field) == ("agents.day_to_come", "joined")
    wei = operations.add_member(by=steward, name="Wei", joined=clock.today())
    assert queries.household_of(wei) is not None


def test_the_local_is_founded_once(local: Agent) -> None:
    again = operations.found_local(by=queries.system(), draft=operations.LocalDraft("Other"))
    assert again.pk == local.pk
    assert (node.current().name, node.current().zone) == ("Ainonghui", "Asia/Shanghai")
    assert node.is_ready()


def test_a_local_in_no_time_zone_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        operations.found_local(by=queries.system(), draft=operations.LocalDraft("X", zone="Liuzhou"))
    assert (refused.value.code, refused.value.field) == ("agents.no_such_zone", "zone")
    assert not node.is_ready()


def test_a_member_is_whole(amina: Agent, local: Agent) -> None:
    household = queries.household_of(amina)
    assert household is not None
    assert (household.name, household.code, household.kind) == ("Chen", "14", "household")
    assert queries.household_of(household) == household
    assert policy.is_member(amina)
    assert policy.is_member(household)
    assert queries.roles_of(amina) == {"member"}
    assert User.objects.get(email="amina@example.org").agent == amina
    assert queries.buying_agents(amina) == [household]


def test_a_mail_address_signs_in_one_person(amina: Agent, local: Agent) -> None:
    with pytest.raises(Refusal) as refused:
        operations.add_member(by=local, name="Other", email="Amina@example.org")
    assert refused.value.code == "agents.mail_taken"
    assert not Agent.objects.filter(name="Other").exists()


def test_only_stewards_add_people(amina: Agent, steward: Agent) -> None:
    with pytest.raises(Refusal) as refused:
        operations.add_member(by=amina, name="Wei")
    assert refused.value.code == "agents.not_allowed"
    assert operations.add_member(by=steward, name="Wei").name == "Wei"


def test_roles_are_dated(amina: Agent, local: Agent) -> None:
    role = operations.give_role(by=local, agent=amina, role="packer", since=clock.today() + timedelta(days=1))
    assert not policy.holds(amina, "packer")
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        assert policy.holds(amina, "packer")
        assert role is not None
        operations.end_role(by=local, role=role)
        assert not policy.holds(amina, "packer")


def test_a_keeper_of_one_place_is_none_elsewhere(amina: Agent, local: Agent) -> None:
    here = operations.add_place(by=local, name="Yufeng Street")
    there = operations.add_place(by=local, name="East gate")
    operations.give_role(by=local, agent=amina, role="keeper", place=here)
    assert policy.holds(amina, "keeper", place=here)
    assert not policy.holds(amina, "keeper", place=there)
    assert policy.holds(amina, "keeper")
    assert list(queries.role_holders("keeper", place=there)) == []


@pytest.mark.parametrize(("role", "narrower"), [("steward", "scope"), ("treasurer", "place"), ("keeper", "scope")])
def test_no_task_seems_narrower_than_it_is(amina: Agent, local: Agent, role: str, narrower: str) -> None:
    farm = operations.add_producer(by=local, name="Lake co-op")
    gate = operations.add_place(by=local, name="West gate")
    with pytest.raises(Refusal) as refused:
        operations.give_role(
            by=local,
            agent=amina,
            role=role,
            scope=farm if narrower == "scope" else None,
            place=gate if narrower == "place" else None,
        )
    assert (refused.value.code, refused.value.field) == ("agents.not_narrower", narrower)
    assert not policy.holds(amina, role)


def test_a_producer_acts_for_her_own_farm_only(amina: Agent, local: Agent) -> None:
    farm = operations.add_producer(by=local, name="Huang Dacheng's farm")
    other = operations.add_producer(by=local, name="Lake co-op")
    with pytest.raises(Refusal) as refused:
        operations.give_role(by=local, agent=amina, role="producer")
    assert refused.value.code == "agents.scope_missing"
    operations.join(by=local, member=amina, group=farm)
    assert queries.producers_of(amina) == [farm]
    assert "producer" in queries.roles_of(amina)
    assert policy.may_act_for_producer(amina, farm)
    assert not policy.may_act_for_producer(amina, other)


def test_the_last_steward_stays(steward: Agent, local: Agent) -> None:
    role = Role.objects.get(agent=steward, name="steward")
    with pytest.raises(Refusal) as refused:
        operations.end_role(by=steward, role=role)
    assert refused.value.code == "agents.last_steward"
    with pytest.raises(Refusal):
        operations.leave(by=steward, agent=steward)


def test_a_helper_acts_with_consent_only(amina: Agent, steward: Agent) -> None:
    qin = operations.add_member(by=steward, name="Grandmother Qin")
    household = queries.household_of(qin)
    assert household is not None
    assert not policy.may_act_for_group(amina, household, qin)
    with pytest.raises(Refusal) as refused:
        operations.start_helping(by=steward, helper=amina, member=qin, consent=" ")
    assert refused.value.code == "agents.consent_missing"
    helping = operations.start_helping(by=steward, helper=amina, member=qin, consent="asked at her door")
    assert policy.may_act_for_group(amina, household, qin)
    assert not policy.may_act_for_group(amina, household)
    operations.end_helping(by=qin, helping=helping)
    assert not policy.acts_for(amina, qin)


def test_leaving_hides_at_once_and_forgets_later(amina: Agent, steward: Agent) -> None:
    household = queries.household_of(amina)
    leaving = operations.leave(by=amina, agent=amina)
    assert leaving.anonymise_on == date(clock.today().year + 11, 1, 1)
    amina.refresh_from_db()
    assert amina.hidden_at is not None
    assert not policy.is_member(amina)
    assert household is not None
    assert Agent.objects.get(pk=household.pk).hidden_at is not None
    assert not User.objects.get(agent=amina).is_active
    with clock.frozen_at(clock.now() + timedelta(days=366 * 11)):
        operations.anonymise_due(by=queries.system())
    amina.refresh_from_db()
    assert amina.name == "Somebody"
    assert not hasattr(amina, "contact")
    assert User.objects.get(agent=amina).email is None


def test_a_task_of_a_day_to_come_ends_with_who_leaves(amina: Agent, steward: Agent) -> None:
    in_a_month = clock.today() + timedelta(days=30)
    operations.give_role(by=steward, agent=amina, role=Role.Name.TREASURER, since=in_a_month)
    operations.leave(by=amina, agent=amina)
    operations.bring_back(by=steward, agent=amina)
    assert not Role.objects.filter(in_force(in_a_month), agent=amina).exists()


def test_a_household_stays_while_somebody_lives_in_it(amina: Agent, steward: Agent) -> None:
    household = queries.household_of(amina)
    assert household is not None
    operations.add_member(by=steward, name="Jo", household=household)
    operations.leave(by=amina, agent=amina)
    household.refresh_from_db()
    assert household.hidden_at is None
    assert [person.name for person in queries.members_of(household)] == ["Jo"]


def test_joining_twice_is_one_membership(amina: Agent, local: Agent) -> None:
    circle = operations.add_circle(by=local, name="Kitchen")
    for _ in range(2):
        operations.join(by=local, member=amina, group=circle)
    assert Membership.objects.filter(member=amina, group=circle).count() == 1


def test_who_sees_whom(amina: Agent, steward: Agent, local: Agent) -> None:
    jo = operations.add_member(by=local, name="Jo", household_name="Smith")
    farm = operations.add_producer(by=local, name="Farm")
    circle = operations.add_circle(by=local, name="Money circle")

    def seen(agent: Agent | None) -> set[str]:
        roles = queries.roles_of(agent) if agent else frozenset()
        return {found.name for found in queries.visible_to(queries.Reader(agent=agent, roles=roles))}

    assert seen(None) == {local.name, farm.name}
    assert seen(amina) == {"Amina", "Chen", "Li Na", local.name, farm.name, circle.name}
    assert {"Jo", "Smith", "Amina", "Chen"} <= seen(steward)
    operations.change_profile(by=jo, agent=jo, name="Jo", shown_to_members=True)
    assert "Jo" in seen(amina)
    assert "Smith" not in seen(amina)
    guest = operations.add_member(by=local, name="Gil", role="guest")
    assert seen(guest) == {"Gil", local.name, farm.name}


def test_a_keeper_of_one_place_changes_no_other(amina: Agent, local: Agent) -> None:
    mill, gate = (operations.add_place(by=local, name=name, is_handover=True) for name in ("Mill", "East gate"))
    operations.give_role(by=local, agent=amina, role="keeper", place=mill)
    words = {"latitude": None, "longitude": None, "address": "Left door", "is_handover": True}
    assert operations.change_place(by=amina, place=mill, name="Old mill", **words).name == "Old mill"
    with pytest.raises(Refusal) as refused:
        operations.change_place(by=amina, place=gate, name="Mine", **words)
    assert refused.value.code == "agents.other_place"
    gate.refresh_from_db()
    assert gate.name == "East gate"


def test_each_lays_down_her_own_task_and_leaves_her_own_group_and_nobody_elses(amina: Agent, local: Agent) -> None:
    other = operations.add_member(by=local, name="Yang")
    circle = operations.add_circle(by=local, name="Money circle")
    operations.join(by=local, member=amina, group=circle)
    role = operations.give_role(by=local, agent=amina, role="packer")
    assert role is not None
    with pytest.raises(Refusal):
        operations.end_role(by=other, role=role)
    with pytest.raises(Refusal):
        operations.leave_group(by=other, member=amina, group=circle)
    assert policy.holds_any(amina, "packer", "driver")
    operations.end_role(by=amina, role=role)
    assert not policy.holds_any(amina, "packer", "driver")
    operations.leave_group(by=amina, member=amina, group=circle)
    assert not Membership.objects.filter(member=amina, group=circle, until=None).exists()


def test_a_helper_ends_it_herself_and_no_stranger(amina: Agent, local: Agent) -> None:
    qin, other = (operations.add_member(by=local, name=name) for name in ("Grandmother Qin", "Yang"))
    helping = operations.start_helping(by=local, helper=amina, member=qin, consent="asked at her door")
    with pytest.raises(Refusal):
        operations.end_helping(by=other, helping=helping)
    assert policy.acts_for(amina, qin)
    operations.end_helping(by=amina, helping=helping)
    assert not policy.acts_for(amina, qin)


def test_a_task_that_waits_for_a_later_day_makes_room_for_one_from_today(steward: Agent, local: Agent) -> None:
    """Perhaps it was given while the clock of the machine was ahead."""
    wei = operations.add_person(by=steward, name="Wei Guo")
    later = clock.today() + timedelta(days=3)
    for _twice in range(2):
        operations.give_role(by=steward, agent=wei, role="packer", since=later)
        operations.join(by=steward, member=wei, group=local, since=later)
    assert (wei.roles.filter(name="packer").count(), wei.memberships.filter(group=local).count()) == (1, 1)
    for _twice in range(2):
        operations.give_role(by=steward, agent=wei, role="packer")
        operations.join(by=steward, member=wei, group=local)
    for rows in (wei.roles.filter(name="packer"), wei.memberships.filter(group=local)):
        assert [row.since for row in rows.filter(until=None)] == [clock.today()]
        with clock.frozen_at(clock.now() + timedelta(days=5)):
            assert rows.filter(in_force(clock.today())).count() == 1


def test_two_stewards_do_not_both_end_on_a_day_to_come(steward: Agent, local: Agent) -> None:
    wei = operations.add_person(by=steward, name="Wei Guo")
    second = operations.give_role(by=steward, agent=wei, role=Role.Name.STEWARD)
    first = Role.objects.get(agent=steward, name=Role.Name.STEWARD)
    assert second is not None
    next_week = clock.today() + timedelta(days=7)
    operations.end_role(by=steward, role=second, until=next_week)
    for attempt in (
        lambda: operations.end_role(by=steward, role=first, until=next_week),
        lambda: operations.end_role(by=steward, role=first),
        lambda: operations.leave(by=steward, agent=steward),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "agents.last_steward"


@pytest.mark.parametrize("unseen", ["\u3164", "\u2800\u2800", "\u115f\uffa0", "\u0301", "\ufe0f\u200d"])
def test_who_cannot_be_seen_by_name_is_asked_for_one(local: Agent, unseen: str) -> None:
    before = Agent.objects.count()
    for deed in (
        lambda: operations.add_member(by=local, name=unseen),
        lambda: operations.ask_to_join(by=local, name=unseen, email="a@example.org"),
        lambda: operations.add_organisation(by=local, name=unseen),
    ):
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.code == "agents.name_missing"
    assert Agent.objects.count() == before
