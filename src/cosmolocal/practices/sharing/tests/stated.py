"""What the tests of the house ask of sharing: a week with every letter and paper it makes."""

from collections.abc import Iterator

from cosmolocal.agents import queries as people
from cosmolocal.bookings import operations, queries, tasks
from cosmolocal.bookings.models import Report
from cosmolocal.bookings.operations import BookingDraft, Seen, TermsDraft, ThingDraft
from cosmolocal.practices.shop.tests.village import Village, client_of
from tests.journeys.scene import Scene, fetch, work


def live(scene: Scene, village: Village) -> Iterator[tuple[int, int]]:
    """A bike is booked, late, broken; a van is asked for; the lock gets another code."""
    yield 20, 3
    steward, amina, jo = (village.people[name] for name in ("Li Na", "Amina", "Jo"))

    def add(name: str, terms: TermsDraft):
        told = {"practice": "sharing", "holder": people.home_local(), "terms": terms}
        return operations.add_thing(by=steward, draft=ThingDraft("bike", name), **told)

    bike, van = add("Bike", TermsDraft()), add("Van", TermsDraft(introduced=True))

    def book(person, day, minutes):
        wish = BookingDraft(bike.pk, scene.at(day, minutes), scene.at(day, minutes + 5))
        home = people.household_of(person)
        return operations.book(by=person, person=person, household=home, drafts=[wish])[0]

    first, second, third = book(amina, 22, 5), book(jo, 22, 30), book(jo, 24, 30)
    operations.ask_introduction(by=amina, thing=van, person=amina)
    draft = ThingDraft("bike", "Bike", code="77")
    operations.change_thing(by=steward, thing=bike, draft=draft, terms=TermsDraft())
    work(scene)
    fetch(scene, client_of(steward), "sharing:paper")
    yield 22, 5
    operations.pick_up(by=amina, booking=first, seen=Seen())
    yield 22, 28
    tasks.look()
    work(scene)
    operations.give_back(by=amina, booking=first, seen=Seen(Report.State.BROKEN, words="the chain"))
    operations.say_damage(by=steward, booking=first, words="It was old.")
    work(scene)
    assert [queries.bookings().get(pk=one.pk).state for one in (second, third)] == ["off", "off"]


def says(scene: Scene) -> dict[str, str]:
    """What must be read in them."""
    clock = f"{scene.hour:02}:"
    return {
        "letter booking_late": f"{scene.said(22)}, {clock}10",
        "letter booking_moved": f"{scene.said(24)}, {clock}30",
        "sharing:paper": f"{clock}05",
    }
