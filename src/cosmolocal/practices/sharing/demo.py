"""Shared things of the demo, through operations: a month behind them, one late, one damaged, some days booked."""

import random
from datetime import datetime, time, timedelta

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.demo import mail_of
from cosmolocal.agents.models import Agent, Place, User
from cosmolocal.bookings import operations as bookings
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings.models import Report, Thing
from cosmolocal.bookings.operations import BookingDraft, Seen, TermsDraft, ThingDraft
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal

_HOUR = 60
# name, kind, what one should know, code, terms
THINGS: tuple[tuple[str, str, str, str, TermsDraft], ...] = (
    (
        "Cargo bike Lijiang",
        "bike",
        "Carries two children or eight crates. Pump the tyres before a long way.",
        "4711",
        TermsDraft(by_hour=400, by_day=2400, rest_minutes=30, longest_minutes=48 * _HOUR, deposit=5000),
    ),
    ("Cargo bike Panlong", "bike", "With a roof for rain.", "0815", TermsDraft(by_hour=400, by_day=2400, deposit=5000)),
    (
        "Van",
        "car",
        "Seven crates high. Fill up before you bring it back; the receipt goes to the treasurer.",
        "2580",
        TermsDraft(
            introduced=True, by_hour=1500, by_km=120, notice_minutes=12 * _HOUR, rest_minutes=_HOUR, deposit=20000
        ),
    ),
    ("Grain mill", "machine", "Brush it out when you are done.", "", TermsDraft(longest_minutes=8 * _HOUR)),
    (
        "Party tent",
        "tent",
        "6 by 12 metres, four people put it up in an hour. Let it dry before you fold it.",
        "",
        TermsDraft(by_day=8000, longest_minutes=4 * 24 * _HOUR, ahead_days=365, rest_minutes=24 * _HOUR),
    ),
    (
        "Room above the store",
        "room",
        "Thirty chairs, a stove, no shoes. The key hangs in the box beside the door.",
        "1903",
        TermsDraft(by_hour=1000, by_day=6000, longest_minutes=12 * _HOUR, ahead_days=365, rest_minutes=15),
    ),
)
WEEKS = 4


def build_start() -> None:
    """Things with a month behind them and some days before them."""
    steward, picks = _person("steward"), random.Random(5)  # noqa: S311 - the same weeks each time
    store = Place.objects.filter(is_handover=True).order_by("pk")[0]
    members = [_person("member"), _person("packer"), _person("keeper"), _person("treasurer")]
    with clock.frozen_at(clock.now() - timedelta(weeks=WEEKS + 1)):
        home, made = agents_queries.home_local(), {}
        for name, kind, about, code, terms in THINGS:
            draft = ThingDraft(kind, name, about, store, code)
            made[name] = bookings.add_thing(by=steward, practice="sharing", holder=home, draft=draft, terms=terms)
        for person in members[:3]:
            bookings.introduce(by=steward, thing=made["Van"], person=person)
        trailer = ThingDraft("trailer", "Trailer of Amina", "Hangs behind any bike.", store)
        terms = TermsDraft(by_hour=300, by_day=1500, owner_bp=8000)
        made["Trailer"] = bookings.add_thing(
            by=steward, practice="sharing", holder=members[0], draft=trailer, terms=terms
        )
    for days in range(-7 * WEEKS, 0):
        for number, thing in enumerate(made.values()):
            if picks.random() < 0.4:
                _lent(thing, picks.choice(members), days, 8 + (3 * number + days) % 9, picks)
    _now_and_soon(steward, made, members)


def _person(role: str) -> Agent:
    found = User.objects.get(email=mail_of(role)).agent
    assert found is not None
    return found


def _at(days: int, hour: int) -> datetime:
    return clock.from_wall(datetime.combine(clock.today() + timedelta(days=days), time(hour)))


def _book(thing: Thing, person: Agent, begins: datetime, hours: int, *, held: bool = False) -> list[int]:
    """The ids of what was booked; nothing where it is not free or she has not enough."""
    household = agents_queries.household_of(person) or person
    draft = BookingDraft(thing.pk, begins, begins + timedelta(hours=hours), 12)
    try:
        made = bookings.book(by=person, person=person, household=household, drafts=[draft], held=held)
    except Refusal:
        return []
    return [one.pk for one in made]


def _lent(thing: Thing, person: Agent, days: int, hour: int, picks: random.Random) -> None:
    begins, hours = _at(days, hour), picks.choice((2, 3, 5))
    with clock.frozen_at(begins - timedelta(days=1)):
        made = _book(thing, person, begins, hours)
    for pk in made:
        has_meter = thing.has_meter
        meter = (bookings_queries.last_meter(thing) or 1200) + picks.randint(0, 2)
        with clock.frozen_at(begins + timedelta(minutes=5)):
            bookings.pick_up(
                by=person, booking=bookings_queries.bookings().get(pk=pk), seen=Seen(meter=meter if has_meter else None)
            )
        with clock.frozen_at(begins + timedelta(hours=hours, minutes=-10)):
            seen = Seen(meter=meter + picks.randint(4, 30) if has_meter else None)
            bookings.give_back(by=person, booking=bookings_queries.bookings().get(pk=pk), seen=seen)


def _now_and_soon(steward: Agent, made: dict[str, Thing], members: list[Agent]) -> None:
    """One is out too long, one came back damaged, one is in repair, the next days are booked, somebody asks."""
    amina, _packer, keeper, treasurer = members
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    for thing, person, hours, back in (("Cargo bike Lijiang", treasurer, 3, ""), ("Trailer", keeper, 2, "damaged")):
        begins = now - timedelta(hours=5)
        with clock.frozen_at(begins - timedelta(hours=1)):
            booked = _book(made[thing], person, begins, hours)
        for pk in booked:
            with clock.frozen_at(begins):
                bookings.pick_up(by=person, booking=bookings_queries.bookings().get(pk=pk), seen=Seen())
            if back:
                seen = Seen(Report.State.DAMAGED, words="The hitch is bent; it still holds.")
                bookings.give_back(by=person, booking=bookings_queries.bookings().get(pk=pk), seen=seen)
    bookings.block(
        by=steward, thing=made["Grain mill"], begins=now, ends=now + timedelta(days=2), words="The stones are dressed"
    )
    for thing, person, days, hour, hours in (
        ("Cargo bike Panlong", amina, 1, 9, 3),
        ("Van", amina, 2, 8, 6),
        ("Van", keeper, 4, 14, 4),
        ("Room above the store", treasurer, 3, 19, 3),
        ("Party tent", amina, 12, 9, 50),
        ("Cargo bike Lijiang", keeper, 1, 15, 4),
    ):
        _book(made[thing], person, _at(days, hour), hours)
    _book(made["Room above the store"], amina, _at(6, 15), 3, held=True)
    bookings.ask_introduction(by=treasurer, thing=made["Van"], person=treasurer)
