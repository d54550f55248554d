"""Slips of the hand in the pages of shared things: a question or a sentence, never a wrong sum or a broken page."""

import pytest

from cosmolocal.agents import sessions
from cosmolocal.agents.tests.village import client_of
from cosmolocal.bookings import operations as bookings
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings.models import Booking, Report
from cosmolocal.bookings.operations import TermsDraft
from cosmolocal.kernel import clock
from cosmolocal.practices.sharing.tests.test_pages import press, read, times

MOMENTS = ("9999-12-31T23:59", "0001-01-01T00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0000")


@pytest.fixture
def amina(village):
    return client_of(village.amina)


@pytest.fixture
def steward(village):
    return client_of(village.li_na)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["begins", "ends"])
def test_a_moment_beyond_all_years_in_an_address_is_none(village, amina, moment, name):
    assert "Book Bike" in read(amina, "book", village.things["Bike"].pk, **{name: moment})


def test_a_digit_too_many_on_the_meter_is_asked_about_before_it_is_paid(village, amina):
    booking = village.book(village.amina, "Bike", 2, 5, km=10)
    village.out(booking, 2, meter=12_345)
    with clock.frozen_at(village.at(4)):
        asked = press(amina, "back", booking.pk, status=422, state="good", meter="123470")
        assert "123,470 km is 111,125 km more than its meter showed before, 12,345 km. Which is right?" in asked
        assert 'value="meter=12347"' in asked
        assert "less than its meter showed before" in press(
            amina, "back", booking.pk, status=422, state="good", meter="1234"
        )
        press(amina, "back", booking.pk, state="good", meter="123470", sure="meter=12347")
    booking.refresh_from_db()
    assert booking.charged == 2 * 400 + 2 * 50


def test_who_insists_on_her_meter_is_believed_and_it_is_read_as_people_write(village, amina):
    first = village.book(village.amina, "Bike", 2, 3, km=10)
    village.out(first, 2, meter=12_345)
    with clock.frozen_at(village.at(3)):
        press(amina, "back", first.pk, state="good", meter="12 355")
        assert bookings_queries.last_meter(village.things["Bike"]) == 12_355
        second = village.book(village.amina, "Bike", 4, 5)
        press(amina, "out", second.pk, status=422, state="good", meter="1235")
        press(amina, "out", second.pk, state="good", meter="1235", sure="meter=1235", early="on")
        press(amina, "back", second.pk, state="good", meter="1 300", sure="meter=1300")
    assert list(Report.objects.order_by("pk").values_list("meter", flat=True))[-2:] == [1235, 1300]


def terms(**sums):
    told = {"kind": "bike", "name": "Bike", "who": "members", "longest_minutes": "168", "ahead_days": "90"}
    return {**told, "by_hour": "4", "by_day": "30", "by_km": "0.5", "deposit": "50", **sums}


def test_a_price_far_from_what_held_is_asked_about(village, steward):
    bike = village.things["Bike"]
    asked = press(steward, "edit", bike.pk, status=422, **terms(by_hour="400"))
    assert "¥ 400.00 is about 100 times what held until now, ¥ 4.00. Which is right?" in asked
    press(steward, "edit", bike.pk, **terms(by_hour="400", sure="by_hour=40000"))
    assert bookings_queries.terms(bike).by_hour == 40_000
    press(steward, "edit", bike.pk, status=422, **terms(by_hour="400", by_km="999999999999"))
    press(steward, "edit", bike.pk, **terms(by_hour="380"))


def test_a_price_of_something_new_far_above_all_others_is_asked_about(village, steward):
    new = {**terms(), "name": "Trailer", "holder": village.house.pk}
    asked = press(steward, "add", status=422, **{**new, "by_hour": "4000"})
    assert "is about 500 times what is usual" in asked


def test_a_series_that_ends_before_it_begins_says_so_at_its_field(village, amina):
    sent = times(village, 30, 31) | {"weekly": "2026-11-23"}
    page = press(amina, "book", village.things["Mill"].pk, status=422, **sent)
    assert "It would end before it begins. Choose a later day, or leave it empty." in page
    sent = times(village, 30, 31) | {"weekly": "2029-01-01"}
    assert "At most 60 bookings at once" in press(
        amina, "book", village.things["Mill"].pk, status=422, **sent, confirmed="1"
    )
    assert not Booking.objects.exists()


def test_a_repair_of_centuries_and_what_is_gone_are_refused(village, steward):
    mill = village.things["Mill"]
    page = press(steward, "repair", mill.pk, status=422, begins="2026-11-24T00:00", ends="2126-11-25T00:00")
    assert "A repair lasts at most a year. Is the year right?" in page
    bookings.retire(by=village.li_na, thing=mill, why="sold")
    for name, sent in (
        ("repair", {"begins": "2026-11-24T00:00", "ends": "2026-11-25T00:00"}),
        ("owner", {"holder": village.jo.pk}),
    ):
        assert "Mill is shared no more" in press(steward, name, mill.pk, status=422, **sent)
    mill.refresh_from_db()
    assert (mill.state, mill.resource.accounting_quantity) == ("sold", 0)


def test_a_repair_is_no_booking_about_whose_damage_anybody_speaks(village, steward):
    block = bookings.block(by=village.li_na, thing=village.things["Bike"], begins=village.at(1), ends=village.at(2))
    read(steward, "damage", block.pk, status=404)


def test_the_page_says_that_a_damage_was_paid_only_where_it_was(village, steward):
    village.add("Trailer", "trailer", TermsDraft(), holder=village.huang)
    booking = village.book(village.amina, "Trailer", 1, 2)
    village.out(booking, 1)
    village.back(booking, 2)
    bookings.say_damage(by=village.li_na, booking=booking, words="bent")
    page = press(steward, "settle", booking.pk, status=422, amount="5", confirmed="1")
    assert "has no account, so nothing can be paid here" in page
    press(steward, "settle", booking.pk, amount="0", words="She mends it.", confirmed="1")


def test_a_lent_session_learns_no_address_that_outlives_it(village, amina, monkeypatch):
    assert "/sharing/calendar/" in read(amina, "mine")
    monkeypatch.setattr(sessions, "lent_until", lambda: village.at(50))
    assert "/sharing/calendar/" not in read(amina, "mine")
