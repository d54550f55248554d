"""A local on its first day: one person of each role, and nothing that any practice wrote."""

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Role
from cosmolocal.website.operations import FirstSteward, set_up_local


def begin() -> Agent:
    """The local, set up with Li Na as its first steward."""
    wish = agents.LocalDraft("Ainonghui", place_name="Liuzhou", zone="Asia/Shanghai", currency="CNY")
    set_up_local(by=agents_queries.system(), draft=wish, steward=FirstSteward("Li Na", "lina@example.org"))
    return agents_queries.home_local()


def of_each_role(local: Agent) -> dict[str, Agent]:
    """One person of each role, each in a household of her own, a guest, and a member of another household."""
    found = {}
    for role in ("member", "packer", "driver", "keeper", "treasurer", "auditor", "steward"):
        found[role] = agents.add_member(by=local, name=role.title(), email=f"{role}@example.org")
        if role != Role.Name.MEMBER:
            agents.give_role(by=local, agent=found[role], role=role)
    found["other"] = agents.add_member(by=local, name="Other", email="other@example.org")
    found["guest"] = agents.add_member(by=local, name="Guest", email="guest@example.org", role="guest")
    farm = agents.add_producer(by=local, name="Huang Dacheng's farm")
    found["producer"] = agents.add_member(by=local, name="Huang", email="huang@example.org")
    agents.join(by=local, member=found["producer"], group=farm)
    return found
