"""Holidays come out of a calendar file; what is no calendar is refused, and what has a time of day is no holiday."""

import resource
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cosmolocal.agents import calendars, operations, queries, rules
from cosmolocal.agents.tests.village import MONDAY, build, client_of
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal

SINCE = date(2026, 11, 22)
MINE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//states//holidays//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20271001
DTEND;VALUE=DATE:20271004
SUMMARY:National Day\\, 国庆节
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20200101
RRULE:FREQ=YEARLY
SUMMARY:New Year
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20271224T180000Z
SUMMARY:Carols
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART;VALUE=DATE:20271111
STATUS:CANCELLED
SUMMARY:Not this time
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def test_whole_days_are_read_and_repeated() -> None:
    found = calendars.read(MINE, SINCE)
    assert {day: name for day, name in found.items() if day.year < 2029} == {
        date(2027, 10, 1): "National Day, 国庆节",
        date(2027, 10, 2): "National Day, 国庆节",
        date(2027, 10, 3): "National Day, 国庆节",
        date(2027, 1, 1): "New Year",
        date(2028, 1, 1): "New Year",
    }


@pytest.mark.parametrize(
    "data", [b"", b"name;price\n", b"\x89PNG\r\n", MINE[:80], MINE.replace(b"20271001", b"nothing"), b"BEGIN:VCALENDAR"]
)
def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        calendars.read(data, SINCE)
    assert refusal.value.code == "agents.not_a_calendar"


def repeating(rule: str, entries: int = 1) -> bytes:
    """A calendar of some hundred bytes an entry, each with a rule that recurs."""
    entry = f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20200101\r\nRRULE:{rule}\r\nEND:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\n{entry * entries}END:VCALENDAR\r\n".encode()


@pytest.mark.parametrize(
    ("rule", "entries"),
    [
        ("FREQ=SECONDLY", 5),
        ("FREQ=YEARLY;BYHOUR=0,1,2,3,4,5;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6,7,8,9", 40),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 400),
    ],
)
def test_a_rule_that_recurs_for_ever_costs_seconds_of_another_process(rule: str, entries: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    try:
        found = calendars.read(repeating(rule, entries), SINCE)
    except Refusal as refusal:
        found = {}
        answer = refusal.code
    else:
        answer = "read"
    assert answer in ("read", "agents.calendar_too_large")
    assert len(found) < 100
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < calendars.SECONDS / 5


def test_a_day_moves_off_holidays_or_is_dropped() -> None:
    free = {date(2027, 10, 1), date(2027, 10, 2)}
    assert rules.moved(date(2027, 9, 30), free, "drop") == date(2027, 9, 30)
    assert rules.moved(date(2027, 10, 2), free, "before") == date(2027, 9, 30)
    assert rules.moved(date(2027, 10, 1), free, "after") == date(2027, 10, 3)
    assert rules.moved(date(2027, 10, 1), free, "drop") is None


def test_a_steward_takes_a_calendar_over(db: None, timeless: None) -> None:
    with clock.frozen_at(MONDAY):
        village = build()
        steward, page = client_of(village.people["Li Na"]), reverse("agents:holidays")
        refused = steward.post(page, {"key": "a", "file": SimpleUploadedFile("x.ics", b"no")})
        assert refused.status_code == 422
        assert "no calendar that we can read" in refused.content.decode()
        for key in ("b", "c"):
            steward.post(page, {"key": key, "file": SimpleUploadedFile("x.ics", MINE)})
        days = list(queries.holidays_to_come())
        assert [one.day.year for one in days].count(2027) == 4
        assert "国庆节" in steward.get(page).content.decode()
        steward.post(reverse("agents:remove_holiday", args=[days[0].pk]), {"key": "d"})
        assert days[0].day not in queries.holidays()
        assert client_of(village.people["Amina"]).get(page).status_code == 403
        with pytest.raises(Refusal):
            operations.import_holidays(by=village.people["Amina"], days=[(days[1].day, "Mine")])
