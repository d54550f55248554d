"""Each case through its pages: what a member, a helper and a steward see and press, on a phone without JavaScript."""

import hashlib
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar
from PIL import Image

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Try
from cosmolocal.agents.pages import PHOTOS_AN_HOUR
from cosmolocal.agents.tests.village import client_of
from cosmolocal.bookings import operations as bookings
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings.models import Booking, Damage, Thing
from cosmolocal.bookings.operations import TermsDraft
from cosmolocal.bookings.tests.village import states
from cosmolocal.kernel import clock


@pytest.fixture
def amina(village):
    return client_of(village.amina)


@pytest.fixture
def steward(village):
    return client_of(village.li_na)


def page_of(answer):
    """The page, and behind it its words alone."""
    html = answer.content.decode().replace("\xa0", " ")
    return html + " ".join(re.sub("<[^>]*>", "", html).split())


def read(browser, page, *args, status=200, **asked):
    answer = browser.get(reverse(f"sharing:{page}", args=args), asked)
    assert answer.status_code == status, page_of(answer)
    return page_of(answer)


def press(browser, page, *args, status=302, **sent):
    key = hashlib.sha256(f"{page}{args}{sorted(sent.items())}".encode()).hexdigest()
    answer = browser.post(reverse(f"sharing:{page}", args=args), {"key": key, **sent})
    assert answer.status_code == status, page_of(answer)
    return page_of(answer) if status != 302 else answer["Location"]


def times(village, begins, ends):
    wall = [clock.wall(village.at(hours)).strftime("%Y-%m-%dT%H:%M") for hours in (begins, ends)]
    return {"begins": wall[0], "ends": wall[1], "household": village.home(village.amina).pk}


def test_a_thing_is_chosen_looked_at_booked_fetched_and_brought_back(village, amina):
    bike = village.things["Bike"].pk
    assert "free now" in read(amina, "home")
    page = read(amina, "thing", bike)
    assert "free from 08:00" in page
    assert "cargo bike" in page
    assert "¥ 4.00 an hour, at most ¥ 30.00 a day, ¥ 0.50 a kilometre" in page
    sent = times(village, 0.1, 3.1) | {"km": "10"}
    asked = press(amina, "book", bike, status=200, **sent)
    assert not Booking.objects.exists()
    assert "¥ 17.00" in asked
    assert "¥ 50.00" in asked
    page = page_of(amina.get(press(amina, "book", bike, **sent, confirmed="1")))
    booking = Booking.objects.get()
    assert "1234" in page
    press(amina, "out", booking.pk, state="good", meter="100")
    assert "until today" in read(amina, "home")
    photo = io.BytesIO()
    Image.new("RGB", (8, 8)).save(photo, "PNG")
    photo.seek(0)
    full = Try.objects.bulk_create(
        [Try(name="photo", sender=f"agent-{village.amina.pk}", at=clock.now()) for _one in range(PHOTOS_AN_HOUR)]
    )
    seen = {"state": "dirty", "meter": "104", "words": "mud"}
    assert "wait some minutes" in press(amina, "back", booking.pk, status=503, photo=photo, **seen)
    full[0].delete()
    photo.seek(0)
    press(amina, "back", booking.pk, photo=photo, **seen)
    page = read(amina, "booking", booking.pk)
    assert "mud" in page
    assert "/paper/" in page
    assert "1234" not in page
    assert states([booking]) == ["back"]
    assert "given back" in read(amina, "mine")


def test_two_presses_are_one_booking_and_the_second_of_two_people_reads_what_is_taken(village, amina):
    sent = times(village, 2, 4) | {"confirmed": "1"}
    mill = village.things["Mill"].pk
    assert press(amina, "book", mill, **sent) == press(amina, "book", mill, **sent)
    assert Booking.objects.count() == 1
    jo = sent | {"household": village.home(village.jo).pk}
    page = press(client_of(village.jo), "book", mill, status=422, **jo)
    assert "Monday 23 November, 10:00–12:00 is booked already" in page
    assert f'value="{sent["begins"]}"' in page


def test_what_is_taken_is_said_before_anybody_is_asked_whether_it_is_right(village, amina):
    village.book(village.jo, "Bike", 2, 4)
    bike = village.things["Bike"].pk
    for begins, ends, told in (
        (3, 5, "10:00–12:00 is booked already"),
        (4.2, 6, "rests 30 minutes"),
        (-5, -3, "This time is over"),
    ):
        page = press(amina, "book", bike, status=422, **times(village, begins, ends))
        assert told in page
        assert "Is this right?" not in page


def test_a_series_names_its_days_before_and_after_it_is_booked(village, amina):
    sent = times(village, 10, 12) | {"weekly": (clock.today() + timedelta(days=15)).isoformat()}
    mill, days = village.things["Mill"].pk, "Monday 30 November, 18:00–20:00; Monday 7 December, 18:00–20:00"
    assert days in press(amina, "book", mill, status=200, **sent)
    assert days in page_of(amina.get(press(amina, "book", mill, **sent, confirmed="1")))


def test_what_is_taken_long_before_its_time_is_taken_by_somebody_who_says_so(village, amina):
    booking = village.book(village.amina, "Bike", 10, 12)
    assert "I take it now already" in read(amina, "booking", booking.pk)
    page = press(amina, "out", booking.pk, status=422, state="good")
    assert "I take it now; my time begins today 18:00" in page
    assert states([booking]) == ["booked"]
    press(amina, "out", booking.pk, state="good", early="on")
    assert states([booking]) == ["out"]


def test_every_week_with_others_all_or_none_and_the_rest_is_given_up(village, amina):
    until = (clock.today() + timedelta(days=15)).isoformat()
    also = {"things": [village.things["Second bike"].pk], "weekly": until, "confirmed": "1"}
    page = press(amina, "book", village.things["Mill"].pk, **times(village, 2, 4), **also)
    assert Booking.objects.count() == 6
    assert "Cancel this and all later ones" in amina.get(page).content.decode()
    press(amina, "cancel_rest", Booking.objects.order_by("pk")[2].pk)
    assert sorted(states(list(Booking.objects.all()))) == ["booked"] * 2 + ["off"] * 4


def test_held_then_booked_then_changed_then_cancelled(village, amina):
    press(amina, "book", village.things["Bike"].pk, **times(village, 2, 4), held="on", confirmed="1")
    [booking] = Booking.objects.all()
    assert "It is held until today 10:00" in read(amina, "booking", booking.pk)
    press(amina, "confirm", booking.pk)
    press(amina, "change", booking.pk, **times(village, 5, 6))
    assert bookings_queries.span(bookings_queries.bookings().get()).begins == village.at(5)
    press(amina, "cancel", booking.pk)
    assert states([booking]) == ["off"]


def test_strangers_read_what_is_shared_and_are_led_to_no_door_that_is_shut(village):
    page = page_of(Client().get("/"))
    assert "A cargo bike, a van, a mill, a room" in page
    assert reverse("sharing:home") not in page


def test_a_steward_has_the_room_in_her_bar_and_its_desk_on_its_page(village, steward):
    nav = read(steward, "home").partition('<nav class="site-nav"')[2].partition("</nav>")[0]
    assert f'href="{reverse("sharing:home")}"' in nav
    assert reverse("sharing:desk") not in nav
    assert reverse("sharing:desk") in read(steward, "home")


def test_where_nothing_is_shared_yet_a_steward_may_begin_and_a_member_reads_who_does(village, amina, steward):
    for thing in village.things.values():
        bookings.retire(by=village.li_na, thing=thing, why=Thing.State.SOLD)
    add = reverse("sharing:add")
    assert add in read(steward, "home")
    page = read(amina, "home")
    assert "A steward adds the first thing" in page
    assert add not in page


def test_the_form_of_a_thing_asks_for_a_circle_only_where_there_is_one(village, steward):
    Agent.objects.filter(kind=Agent.Kind.CIRCLE).delete()
    page = read(steward, "add")
    assert 'name="circle"' not in page
    assert "people of one circle" not in page
    assert "---------" not in page
    agents.add_circle(by=village.li_na, name="Choir")
    assert 'name="circle"' in read(steward, "add")


def test_nobody_opens_the_bookings_and_cases_of_others(village):
    booking = village.book(village.amina, "Mill", 2, 4)
    jo = client_of(village.jo)
    for name in ("booking", "change", "out", "back", "damage"):
        read(jo, name, booking.pk, status=404)
    for name in ("edit", "repair", "introduce"):
        read(jo, name, village.things["Mill"].pk, status=404)
    page = read(jo, "thing", village.things["Mill"].pk)
    assert "taken" in page
    assert "Amina" not in page
    assert "Amina" in read(client_of(village.li_na), "thing", village.things["Mill"].pk)


def test_the_next_one_at_the_door_takes_it_from_who_is_late(village, amina):
    late, after = village.book(village.jo, "Mill", 1, 2), village.book(village.amina, "Mill", 2, 4)
    village.out(late, 1)
    with clock.frozen_at(village.at(2.5)):
        assert "It is not back yet" in read(amina, "booking", after.pk)
        assert "Jo still has it by our book" in read(amina, "out", after.pk)
        press(amina, "out", after.pk, state="good")
    assert states([late, after]) == ["back", "out"]


def test_an_introduction_is_asked_for_given_and_ended(village, amina, steward):
    van = village.things["Van"].pk
    assert "Only after an introduction" in read(amina, "thing", van)
    page = press(amina, "book", van, status=422, **times(village, 4, 6), confirmed="1")
    assert "Somebody shows you first how to use Van" in page
    press(amina, "ask", van)
    assert "Would like an introduction" in read(steward, "desk")
    press(steward, "introduce", van, person=village.amina.pk, until=(clock.today() + timedelta(days=9)).isoformat())
    assert "Your introduction lasts until" in read(amina, "thing", van)
    press(amina, "book", van, **times(village, 4, 6), confirmed="1")
    press(steward, "end_introduction", village.things["Van"].introductions.get().pk)
    assert "Your introduction has run out" in read(amina, "booking", Booking.objects.get().pk)


def test_a_helper_books_for_whom_she_helps(village):
    helping = agents.start_helping(by=village.amina, helper=village.jo, member=village.amina, consent="told me")
    jo = client_of(village.jo)
    jo.post(reverse("agents:act_for", args=[helping.pk]), {"key": "a"})
    press(jo, "book", village.things["Mill"].pk, **times(village, 2, 4), confirmed="1")
    booking = Booking.objects.get()
    assert (booking.agent, booking.made_by) == (village.amina, village.jo)
    press(jo, "out", booking.pk, state="good", early="on")


def test_a_steward_adds_changes_repairs_counts_and_takes_out(village, steward):
    terms = {"kind": "tent", "who": "members", "longest_minutes": "48", "ahead_days": "365", "by_day": "80"}
    place = press(steward, "add", **terms, name="Tent", holder=village.things["Mill"].holder_id, owner_bp="")
    tent = Thing.objects.get(name="Tent")
    assert place == reverse("sharing:thing", args=[tent.pk])
    assert (bookings_queries.terms(tent).by_day, bookings_queries.terms(tent).longest_minutes) == (8000, 48 * 60)
    press(steward, "edit", tent.pk, **(terms | {"by_day": "90"}), name="Big tent")
    assert bookings_queries.terms(tent).by_day == 9000
    press(steward, "repair", tent.pk, **times(village, 1, 50), words="a seam")
    assert "a seam" in read(steward, "desk")
    press(steward, "repaired", Booking.objects.get().pk)
    press(steward, "inventory", **{f"state_{tent.pk}": "missing"})
    assert "Not found at the inventory" in read(steward, "desk")
    press(steward, "owner", tent.pk, holder=village.jo.pk)
    assert Thing.objects.get(pk=tent.pk).holder == village.jo
    press(steward, "retire", tent.pk, why="worn", words="torn")
    assert "worn out" in read(steward, "thing", tent.pk)
    assert steward.get(reverse("sharing:paper")).content.startswith(b"%PDF")


def test_a_damage_is_spoken_about_by_three_and_settled(village, steward, amina):
    booking = village.book(village.amina, "Bike", 1, 2)
    village.out(booking, 1)
    press(amina, "back", booking.pk, state="damaged", words="a lamp")
    assert "Damages" in read(steward, "desk")
    press(amina, "damage", booking.pk, words="I pay half")
    page = read(steward, "damage", booking.pk)
    assert "a lamp" in page
    assert "I pay half" in page
    press(amina, "settle", booking.pk, amount="0", status=403)
    press(steward, "settle", booking.pk, amount="10", confirmed="1")
    assert Damage.objects.get().amount == 1000
    assert "was paid for it" in read(amina, "damage", booking.pk)


def test_her_calendar_is_read_by_a_program_until_she_signs_out_everywhere(village, amina):
    village.book(village.amina, "Mill", 2, 4)
    page = read(amina, "mine")
    feed = "/sharing/calendar/" + page.split("/sharing/calendar/")[1].split('"')[0].split("<")[0]
    answer = client_of(village.jo).get(feed)
    assert answer["Content-Type"].startswith("text/calendar")
    [entry] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(entry["SUMMARY"]), entry["DTSTART"].dt) == ("Mill", village.at(2))
    agents.sign_out_everywhere(by=village.amina, agent=village.amina)
    assert client_of(village.jo).get(feed).status_code == 404
    assert client_of(village.jo).get(feed.replace(".ics", "x.ics")).status_code == 404


def test_the_home_pages_say_what_she_has_and_what_waits(village, amina, steward):
    village.book(village.amina, "Mill", 2, 4)
    assert "Mill" in amina.get("/home/").content.decode()
    booking = village.book(village.jo, "Bike", 0.1, 1)
    village.out(booking, 0.1)
    with clock.frozen_at(village.at(3)):
        assert "1 thing waits on the desk" in steward.get("/steward/", follow=True).content.decode()


def test_figures_say_in_words_what_a_number_would_not(village, steward):
    """Nothing used is a sentence; a thing that stood still, or was out for a moment only, is not "100 %" free."""
    assert "In the last twelve weeks nothing was used." in read(steward, "figures")
    for name, ends in (("Bike", 1), ("Mill", 73)):
        booking = village.book(village.amina, name, 0, ends)
        village.out(booking, 0)
        village.back(booking, ends)
    with clock.frozen_at(village.at(100)):
        page = read(steward, "figures")
    assert "100 %" not in page
    cells = set(re.findall(r"<td[^>]*>\s*(.*?)\s*</td>", page, re.DOTALL))
    assert {"not used", "nearly all the time", "all the time", "97 %"} <= cells


@pytest.mark.parametrize("page", ["home", "thing", "mine", "desk", "figures"])
def test_pages_ask_as_much_for_thirty_rows_as_for_three(village, steward, page):
    def count():
        with CaptureQueriesContext(connection) as asked:
            read(steward, page, *([village.things["Mill"].pk] if page == "thing" else []))
        return len(asked)

    def more(first, last):
        for number in range(first, last):
            village.add(f"T{number}", "tool", TermsDraft())
            booking = village.book(village.li_na, f"T{number}", 2, 3)
            village.book(village.li_na, "Mill", number / 4, number / 4 + 0.25)
            bookings.ask_introduction(by=village.li_na, thing=booking.thing, person=village.li_na)
            village.out(booking, 2)
            village.back(booking, 3, state="damaged")

    more(1, 4)
    count()
    few = count()
    more(4, 31)
    assert count() == few
