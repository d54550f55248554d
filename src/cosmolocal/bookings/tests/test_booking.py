"""Who gets which thing when: booked, held, changed, cancelled, and what is refused."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.bookings import operations, policy, queries, rules
from cosmolocal.bookings.models import Booking, Terms
from cosmolocal.bookings.operations import BookingDraft, TermsDraft
from cosmolocal.bookings.tests.village import HOURLY, NOW, states
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.tests.test_writers import at_once
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries as money_queries
from cosmolocal.money.tests.village import refused


def aside(village, person):
    return money_queries.balance(village.account(person)).set_aside


def test_two_want_the_last_slot_and_one_gets_it(village):
    village.book(village.amina, "Mill", 2, 4)
    with refused("bookings.taken") as told:
        village.book(village.jo, "Mill", 3, 5)
    assert "Mill: Monday 23 November, 10:00–12:00 is booked already" in str(told.value)
    assert told.value.facts["things"] == [village.things["Mill"].pk]
    village.book(village.jo, "Mill", 4, 5)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_at_once_one_has_it(transactional_db, timeless):
    from cosmolocal.bookings.tests.village import build

    village = build()

    def press():
        with clock.frozen_at(NOW):
            village.book(village.amina, "Mill", 2, 4)

    assert at_once([press] * 12) == {"done": 1, "bookings.taken": 11}
    assert flows_queries.replay() == []


def test_price_and_deposit_are_set_aside_and_free_again(village):
    booking = village.book(village.amina, "Bike", 2, 5, km=10)
    assert aside(village, village.amina) == 3 * 400 + 10 * 50 + 5000
    operations.change(by=village.amina, booking=booking, begins=village.at(2), ends=village.at(4), km=0)
    assert aside(village, village.amina) == 2 * 400 + 5000
    operations.cancel(by=village.amina, booking=booking)
    assert (aside(village, village.amina), states([booking])) == (0, ["off"])
    assert operations.cancel(by=village.amina, booking=booking).state == "off"
    assert flows_queries.replay() == []


def test_what_goes_nowhere_has_no_kilometres(village):
    bike, mill = village.book_all(village.amina, [village.wish(name, 2, 5, km=10) for name in ("Bike", "Mill")])
    assert (bike.km, mill.km) == (10, 0)
    operations.change(by=village.amina, booking=mill, begins=village.at(2), ends=village.at(4), km=7)
    mill.refresh_from_db()
    assert mill.km == 0


def test_who_has_not_enough_money_reads_what_is_missing(village):
    with refused("bookings.not_enough_money") as told:
        village.book_all(village.amina, [village.wish("Bike", day * 24, day * 24 + 12) for day in range(1, 6)])
    assert told.value.facts["missing"] == 5 * 8000 - 30_000
    assert not Booking.objects.exists()
    with refused("bookings.no_account"):
        village.book(village.huang, "Bike", 2, 3)


def test_what_is_held_costs_nothing_and_ends_by_itself(village):
    booking = village.book(village.amina, "Bike", 40, 42, held=True)
    assert (booking.held_until, aside(village, village.amina)) == (NOW + rules.HELD_FOR, 0)
    with refused("bookings.taken"):
        village.book(village.jo, "Bike", 41, 43)
    operations.drop_held(by=village.house, booking=booking)
    assert states([booking]) == ["held"]
    with clock.frozen_at(village.at(24)):
        operations.drop_held(by=village.house, booking=booking)
    assert states([booking]) == ["off"]
    with refused("bookings.not_held"):
        operations.confirm(by=village.amina, booking=booking)
    village.book(village.jo, "Bike", 41, 43)


def test_what_is_held_is_booked(village):
    booking = village.book(village.amina, "Bike", 4, 6, held=True)
    assert booking.held_until == village.at(4)
    operations.confirm(by=village.amina, booking=booking)
    assert (states([booking]), aside(village, village.amina)) == (["booked"], 800 + 5000)


def test_rest_is_kept_on_both_sides_also_within_one_deed(village):
    village.book(village.amina, "Bike", 4, 6)
    for begins, ends in ((1, 3.75), (6.25, 8)):
        with refused("bookings.no_rest"):
            village.book(village.jo, "Bike", begins, ends)
    village.book(village.jo, "Bike", 6.5, 8)
    with refused("bookings.no_rest"):
        village.book_all(village.jo, [village.wish("Second bike", 1, 2), village.wish("Second bike", 2.25, 3)])


def test_five_things_are_booked_all_or_none(village):
    for name in ("Table 1", "Table 2", "Tent"):
        village.add(name, "tent", TermsDraft())
    village.book(village.jo, "Tent", 30, 31)
    five = [village.wish(name, 28, 40) for name in ("Table 1", "Table 2", "Tent", "Mill", "Bike")]
    with refused("bookings.taken") as told:
        village.book_all(village.amina, five)
    assert str(told.value).startswith("Tent: ")
    assert Booking.objects.count() == 1
    made = village.book_all(village.amina, [wish for wish in five if wish.thing_id != village.things["Tent"].pk])
    assert len({booking.agreement_id for booking in made}) == 1


def test_every_tuesday_over_the_night_that_the_clocks_change(village):
    """The wall clock stays the same; the moments move by an hour."""
    node.configure(zone="Europe/Berlin")
    with clock.frozen_at(datetime(2026, 10, 19, 8, tzinfo=UTC)):
        days = rules.weekly(date(2026, 10, 20), date(2026, 11, 3))
        at = [clock.from_wall(datetime.combine(day, time(18))) for day in days]
        wishes = [BookingDraft(village.things["Mill"].pk, one, one + timedelta(hours=2)) for one in at]
        made = village.book_all(village.amina, wishes)
        assert [queries.span(queries.bookings().get(pk=one.pk)).begins.hour for one in made] == [16, 17, 17]
        operations.cancel_rest(by=village.amina, booking=made[1])
    assert states(made) == ["booked", "off", "off"]


def test_over_both_nights_in_which_the_clocks_change_real_hours_are_paid(village):
    node.configure(zone="Europe/Berlin")
    for day, hours in ((date(2026, 10, 24), 13), (date(2027, 3, 27), 11)):
        with clock.frozen_at(clock.from_wall(datetime.combine(day, time(9)))):
            begins = clock.from_wall(datetime.combine(day, time(20)))
            ends = clock.from_wall(datetime.combine(day + timedelta(days=1), time(8)))
            [booking] = village.book_all(village.amina, [BookingDraft(village.things["Bike"].pk, begins, ends)])
            assert queries.span(booking).minutes == hours * 60
            village.out(booking, (begins - NOW).total_seconds() / 3600)
            village.back(booking, (ends - NOW).total_seconds() / 3600)
            booking.refresh_from_db()
            assert booking.charged == min(hours * 400, 3000)


def test_who_was_not_introduced_or_for_too_short_a_time_does_not_drive(village):
    with refused("bookings.introduction_missing"):
        village.book(village.amina, "Van", 4, 6)
    van = village.things["Van"]
    asked = operations.ask_introduction(by=village.amina, thing=van, person=village.amina)
    assert list(queries.asked("sharing")) == [asked]
    with refused("agents.not_yours"):
        operations.introduce(by=village.jo, thing=van, person=village.amina)
    day = clock.today() + timedelta(days=2)
    operations.introduce(by=village.li_na, thing=van, person=village.amina, until=day)
    assert not queries.asked("sharing").exists()
    booking = village.book(village.amina, "Van", 4, 6)
    with refused("bookings.introduction_over"):
        village.book(village.amina, "Van", 3 * 24, 3 * 24 + 1)
    found = queries.bookings().get(pk=booking.pk)
    assert not policy.sees_code(found, village.at(3.7))
    assert policy.sees_code(found, village.at(3.8))
    operations.end_introduction(by=village.li_na, introduction=policy.introduced(van, village.amina))
    assert not policy.sees_code(found, village.at(3.8))


def test_a_circle_s_thing_and_one_for_households(village):
    circle = agents.add_circle(by=village.li_na, name="Millers")
    village.add("Press", "machine", TermsDraft(who=Terms.Who.CIRCLE, circle=circle), holder=circle)
    with refused("bookings.not_in_circle"):
        village.book(village.amina, "Press", 2, 3)
    agents.join(by=village.li_na, member=village.amina, group=circle)
    village.book(village.amina, "Press", 2, 3)
    kitchen = agents.add_organisation(by=village.house, name="Kitchen", group="restaurant")
    agents.join(by=village.house, member=village.jo, group=kitchen)
    village.add("Room", "room", TermsDraft(who=Terms.Who.HOUSEHOLDS))
    wish = village.wish("Room", 2, 3)
    with refused("bookings.households_only"):
        operations.book(by=village.jo, person=village.jo, household=kitchen, drafts=[wish])
    village.book(village.jo, "Room", 2, 3)


def test_a_helper_books_for_somebody_without_a_phone_and_nobody_else_does(village):
    wish = [village.wish("Bike", 2, 3)]
    home = village.home(village.amina)
    told = {"person": village.amina, "household": home, "drafts": wish}
    with refused("agents.not_yours"):
        operations.book(by=village.jo, on_behalf_of=village.amina, **told)
    with refused("agents.not_yours"):
        operations.book(by=village.jo, **told)
    agents.start_helping(by=village.amina, helper=village.jo, member=village.amina, consent="told me")
    [made] = operations.book(by=village.jo, on_behalf_of=village.amina, **told)
    assert (made.agent, made.made_by, made.household) == (village.amina, village.jo, home)
    operations.cancel(by=village.jo, booking=made, on_behalf_of=village.amina)
    operations.book(by=village.li_na, **told)


def test_a_guest_books_nothing(village):
    guest = agents.add_member(by=village.house, name="Guest", role="guest")
    with refused("bookings.not_member"):
        village.book(guest, "Mill", 2, 3)


def test_a_change_asks_all_that_booking_asks(village):
    booking, _other = village.book(village.amina, "Bike", 2, 4), village.book(village.jo, "Bike", 6, 8)

    def change(begins, ends):
        operations.change(by=village.amina, booking=booking, begins=village.at(begins), ends=village.at(ends))

    for begins, ends, code in ((3, 7, "taken"), (3, 5.75, "no_rest"), (4, 3, "bad_time"), (-3, 1, "bad_time")):
        with refused(f"bookings.{code}"):
            change(begins, ends)
    change(1, 5.5)
    operations.cancel(by=village.amina, booking=booking)
    with refused("bookings.over"):
        change(1, 2)


def test_nobody_sees_another_price_than_she_booked_at(village):
    booking = village.book(village.amina, "Bike", 2, 4)
    dear = TermsDraft(**{**vars(HOURLY), "by_hour": 900, "deposit": 0})
    bike = village.things["Bike"]
    draft = operations.ThingDraft("bike", "Bike", code="1234")
    operations.change_thing(by=village.li_na, thing=bike, draft=draft, terms=dear)
    village.out(booking, 2)
    village.back(booking, 4)
    booking.refresh_from_db()
    assert booking.charged == 800
    assert queries.terms(bike).by_hour == 900
    with pytest.raises(Refusal, match="at least one thing"):
        village.book_all(village.amina, [])
