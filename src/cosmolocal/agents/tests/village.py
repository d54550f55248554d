"""The village of people: households, farms, a restaurant, a place, who does what. Other villages are built on it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place, User
from cosmolocal.kernel.clock import frozen_at

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 8:00 in Liuzhou
ORDERING = ("Amina", "Jo", "Chen", "Zhou", "Wei", "Qin")
STAFF = (
    ("Li Na", "steward"),
    ("Wei Guo", "treasurer"),
    ("Second Treasurer", "treasurer"),
    ("Tan Mei", "packer"),
    ("Keeper Lu", "keeper"),
)
FARMS = (
    ("Huang Dacheng", 23.86, 109.6),
    ("Sanjiang farm", 25.78, 109.6),
    ("Baker Lan", 24.32, 109.42),
)


@dataclass
class Village:
    """Everybody by name; `households` those who live together, and the kitchen."""

    home: Agent
    place: Place
    people: dict[str, Agent] = field(default_factory=dict)
    households: dict[str, Agent] = field(default_factory=dict)
    producers: dict[str, Agent] = field(default_factory=dict)

    def at(self, moment: datetime) -> AbstractContextManager[None]:
        return frozen_at(moment)

    def newcomer(self, name: str) -> Agent:
        """One more person with a household."""
        person = self.people[name] = agents.add_member(by=self.home, name=name, household_name=name)
        self.households[name] = person.memberships.get(group__kind="household").group
        return person


def build(zone: str = "Asia/Shanghai", currency: str = "CNY") -> Village:
    """Six households, who does what, a restaurant that Zhou belongs to, three farms each in a village of its own."""
    wish = agents.LocalDraft("Ainonghui", "Liuzhou", 24.33, 109.41, zone, "en", currency)
    home = agents.found_local(by=agents_queries.system(), draft=wish)
    place = agents.add_place(by=home, name="Yufeng Street store", latitude=24.31, longitude=109.41, is_handover=True)
    village = Village(home, place)
    for name in ORDERING:
        village.people[name] = person = agents.add_member(by=home, name=name, household_name=f"{name}'s household")
        village.households[name] = agents_queries.household_of(person)
    for name, role in STAFF:
        village.people[name] = person = agents.add_member(by=home, name=name, household_name=name)
        agents.give_role(by=home, agent=person, role=role, place=place if role == "keeper" else None)
    kitchen = agents.add_organisation(by=home, name="Tudi kitchen", group="restaurant")
    agents.join(by=home, member=village.people["Zhou"], group=kitchen)
    village.households["kitchen"] = kitchen
    for name, latitude, longitude in FARMS:
        spot = agents.add_place(by=home, name=f"{name}'s village", latitude=latitude, longitude=longitude)
        village.producers[name] = agents.add_producer(by=home, name=name, place=spot)
    return village


def client_of(agent: Agent) -> Client:
    """A browser in which somebody has signed in."""
    user = User.objects.filter(agent=agent).first() or User.objects.create_user(
        email=f"agent{agent.pk}@example.org", agent=agent
    )
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


Built = TypeVar("Built")


def week_before(build: Callable[[], Built]) -> Built:
    """What `build` makes, a week before the Monday on which most tests stand."""
    with frozen_at(MONDAY - timedelta(days=7)):
        return build()


def on_monday(build: Callable[[], Built]) -> Iterator[Built]:
    """The same on Monday morning, 8:00 in Liuzhou: what a fixture yields from."""
    built = week_before(build)
    with frozen_at(MONDAY):
        yield built
