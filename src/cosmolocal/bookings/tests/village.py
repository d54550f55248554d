"""The village in which bookings are tested: that of money, with a bike, a van, a mill, and people who have money."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.bookings import operations
from cosmolocal.bookings.models import Booking, Thing
from cosmolocal.bookings.operations import BookingDraft, Seen, TermsDraft, ThingDraft
from cosmolocal.flows import operations as flows
from cosmolocal.kernel import clock
from cosmolocal.money.tests import village as money_village

NOW = datetime(2026, 11, 23, 0, tzinfo=UTC)  # Monday, 8:00 in Shanghai
HOURLY = TermsDraft(by_hour=400, by_day=3000, by_km=50, deposit=5000, rest_minutes=30)


@dataclass
class Village(money_village.Village):
    """Everybody, and the things by their names; hours count from Monday morning."""

    things: dict[str, Thing] = field(default_factory=dict)

    def at(self, hours: float) -> datetime:
        return NOW + timedelta(hours=hours)

    def add(self, name: str, kind: str = "bike", terms: TermsDraft = HOURLY, holder: Agent | None = None) -> Thing:
        draft = ThingDraft(kind, name, code="1234")
        made = operations.add_thing(
            by=self.li_na, practice="sharing", holder=holder or agents_queries.home_local(), draft=draft, terms=terms
        )
        self.things[name] = made
        return made

    def home(self, person: Agent) -> Agent:
        return agents_queries.household_of(person) or person

    def wish(self, thing: str, begins: float, ends: float, km: int = 0) -> BookingDraft:
        return BookingDraft(self.things[thing].pk, self.at(begins), self.at(ends), km)

    def book(self, person: Agent, thing: str, begins: float, ends: float, km: int = 0, **more: Any) -> Booking:
        return self.book_all(person, [self.wish(thing, begins, ends, km)], **more)[0]

    def book_all(
        self, person: Agent, wishes: list[BookingDraft], by: Agent | None = None, **more: Any
    ) -> list[Booking]:
        return operations.book(by=by or person, person=person, household=self.home(person), drafts=wishes, **more)

    def out(self, booking: Booking, hours: float, meter: int | None = None, **more: Any) -> Booking:
        with clock.frozen_at(self.at(hours)):
            return operations.pick_up(by=booking.agent, booking=booking, seen=Seen(meter=meter, **more))

    def back(self, booking: Booking, hours: float, meter: int | None = None, **more: Any) -> Booking:
        with clock.frozen_at(self.at(hours)):
            return operations.give_back(by=booking.agent, booking=booking, seen=Seen(meter=meter, **more))


def build() -> Village:
    """On Monday morning; Amina and Jo have 300.00 each, and the local lends a bike, a second one, a van, a mill."""
    made = money_village.build()
    with clock.frozen_at(NOW - timedelta(days=3)):
        flows.standard_units(by=made.house)
        for person in (made.amina, made.jo):
            made.top_up(person, 30_000)
        found = Village(**vars(made))
        found.add("Bike")
        found.add("Second bike")
        found.add("Van", "car", TermsDraft(introduced=True, by_hour=800, by_km=100, notice_minutes=60))
        found.add("Mill", "machine", TermsDraft())
    return found


def states(bookings: list[Booking]) -> list[str]:
    """How each stands now."""
    now = Booking.objects.in_bulk([one.pk for one in bookings])
    return [now[one.pk].state for one in bookings]
