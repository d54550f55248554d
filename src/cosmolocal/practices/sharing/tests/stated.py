"""What the tests of the house ask of sharing: a week with every letter and paper it makes."""

from collections.abc import Iterator

from cosmolocal.agents import queries as agents_queries
from cosmolocal.bookings import operations as bookings
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings import tasks as bookings_tasks
from cosmolocal.bookings.models import Report
from cosmolocal.bookings.operations import BookingDraft, Seen, TermsDraft, ThingDraft
from cosmolocal.practices.shop.tests.village import Village, client_of
from tests.journeys.scene import Scene, fetch, work


def live(scene: Scene, village: Village) -> Iterator[tuple[int, int]]:
    """A bike is booked, late, broken; a van is asked for; the lock gets another code; nobody fetches a tent."""
    yield 20, 3
    steward, amina, jo = (village.people[name] for name in ("Li Na", "Amina", "Jo"))

    def add(name: str, terms: TermsDraft, kind: str = "bike"):
        told = {"practice": "sharing", "holder": agents_queries.home_local(), "terms": terms}
        return bookings.add_thing(by=steward, draft=ThingDraft(kind, name), **told)

    bike, van = add("Bike", TermsDraft()), add("Van", TermsDraft(introduced=True))
    tent = add("Tent", TermsDraft(), "tent")

    def book(person, day, minutes, thing=bike):
        wish = BookingDraft(thing.pk, scene.at(day, minutes), scene.at(day, minutes + 5))
        home = agents_queries.household_of(person)
        return bookings.book(by=person, person=person, household=home, drafts=[wish])[0]

    first, second, third = book(amina, 22, 5), book(jo, 22, 30), book(jo, 24, 30)
    left = book(jo, 22, 5, tent)
    bookings.ask_introduction(by=amina, thing=van, person=amina)
    draft = ThingDraft("bike", "Bike", code="77")
    bookings.change_thing(by=steward, thing=bike, draft=draft, terms=TermsDraft())
    work(scene)
    fetch(scene, client_of(steward), "sharing:paper")
    yield 22, 5
    bookings.pick_up(by=amina, booking=first, seen=Seen())
    yield 22, 28
    bookings_tasks.look()
    work(scene)
    bookings.give_back(by=amina, booking=first, seen=Seen(Report.State.BROKEN, words="the chain"))
    bookings.say_damage(by=steward, booking=first, words="It was old.")
    work(scene)
    assert [bookings_queries.bookings().get(pk=one.pk).state for one in (second, third)] == ["off", "off"]
    yield 26, 15
    bookings_tasks.look()
    work(scene)
    assert bookings_queries.bookings().get(pk=left.pk).state == "missed"


def says(scene: Scene) -> dict[str, str]:
    """What must be read in them."""
    clock = f"{scene.hour:02}:"
    return {
        "letter booking_late": f"{scene.said(22)}, {clock}10",
        "letter booking_moved": f"{scene.said(24)}, {clock}30",
        "sharing:paper": f"{clock}05",
    }
