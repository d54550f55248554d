"""What nobody fetched, and a repair that is over, end by themselves; until then nobody else is misled by them."""

from datetime import timedelta

import pytest

from cosmolocal.bookings import operations, policy, queries, tasks
from cosmolocal.bookings.models import Booking
from cosmolocal.bookings.operations import Seen
from cosmolocal.bookings.tests.village import states
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock
from cosmolocal.kernel.tests.refusing import refused
from cosmolocal.money import queries as money_queries


def aside(village, person):
    return money_queries.balance(village.account(person)).set_aside


def look(village, hours):
    with clock.frozen_at(village.at(hours)):
        tasks.look()


def test_what_nobody_fetched_is_over_after_three_days_and_sets_nothing_aside(village, letters):
    booking = village.book(village.amina, "Bike", 2, 4)
    look(village, 4 + 71)
    assert (states([booking]), aside(village, village.amina)) == (["booked"], 5800)
    look(village, 4 + 72)
    look(village, 4 + 73)
    assert (states([booking]), aside(village, village.amina)) == (["missed"], 0)
    assert letters() == [("Amina", "Bike was not fetched")]
    assert not queries.coming("sharing").exists()
    with refused("bookings.done_already"):
        village.out(booking, 80)
    with refused("bookings.over"):
        operations.change(by=village.amina, booking=booking, begins=village.at(90), ends=village.at(91))
    assert flows_queries.replay() == []


def test_a_repair_is_over_when_its_time_is(village):
    block = operations.block(
        by=village.li_na, thing=village.things["Bike"], begins=village.at(0), ends=village.at(5), words="chain"
    )
    look(village, 4.9)
    assert list(queries.repairs("sharing")) == [block]
    look(village, 5)
    assert not queries.repairs("sharing").exists()
    assert states([block]) == ["back"]
    assert flows_queries.replay() == []


def test_what_was_fetched_meanwhile_is_not_ended(village):
    booking = village.book(village.amina, "Mill", 2, 4)
    village.out(booking, 70)
    with clock.frozen_at(village.at(100)):
        operations.end_unused(by=village.house, booking=booking)
    assert states([booking]) == ["out"]


def test_the_code_of_the_lock_is_read_no_more_once_her_time_is_over(village):
    booking = queries.bookings().get(pk=village.book(village.amina, "Bike", 2, 4).pk)
    assert policy.sees_code(booking, village.at(4.2))
    assert not policy.sees_code(booking, village.at(4.3))
    village.out(booking, 5)
    assert policy.sees_code(queries.bookings().get(pk=booking.pk), village.at(50))


def test_whoever_waits_is_told_and_nobody_whose_time_was_or_is_far_away(village, letters):
    village.book(village.amina, "Mill", 1, 2)
    far = village.book(village.amina, "Mill", 80, 82)
    late = village.book(village.jo, "Mill", 3, 4)
    village.out(late, 3)
    with clock.frozen_at(village.at(5)):
        tasks.look()
        assert letters() == [("Jo", "Please bring Mill back")]
    assert queries.next_after(late, village.at(79)) == far


def test_another_code_is_one_letter_to_each_and_none_about_what_was(village, letters):
    village.book(village.jo, "Bike", 2, 3)
    for day in (1, 2, 3):
        village.book(village.amina, "Bike", 24 * day, 24 * day + 1)
    with clock.frozen_at(village.at(4)):
        bike = village.things["Bike"]
        draft = operations.ThingDraft("bike", "Bike", code="9")
        operations.change_thing(by=village.li_na, thing=bike, draft=draft, terms=operations.TermsDraft())
        assert letters() == [("Amina", "Bike has another code")]


@pytest.mark.parametrize(
    ("out", "back", "hours"), [(5, 5, 3), (50, 50.5, 3), (50, 60, 10), (2, 4, 2), (4.9, 9, 7)], ids=str
)
def test_what_is_noted_after_its_time_is_paid_as_booked_or_as_long_as_it_was_gone(village, out, back, hours):
    booking = village.book(village.amina, "Mill", 2, 5)
    village.out(booking, out)
    with clock.frozen_at(village.at(back)):
        operations.give_back(by=village.amina, booking=booking, seen=Seen())
    [event] = flows_queries.events_of([booking.thing.resource_id]).filter(action="use")
    assert event.effort_quantity == hours * 60
    assert event.ends - event.begins == timedelta(hours=hours)


def test_the_desk_looks_after_each_by_itself(village):
    made = [village.book(village.amina, "Mill", hour, hour + 1) for hour in (1, 3, 5)]
    assert [one.pk for one in queries.over(village.at(6 + 72))] == [one.pk for one in made]
    assert Booking.objects.filter(state="missed").count() == 0
