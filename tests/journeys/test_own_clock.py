"""Every letter and paper there is shows the hours and days of the local, wherever it lives and whatever made it.

Everything here happens on every second day of a month and in one hour of the local's wall clock, at which UTC has
another day or another hour: so a day in between or another hour, in whatever is written, comes from another clock. On
a night of summer time a day has 23 or 25 hours, and the hour of the scene comes after the change, or twice.
"""

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import cosmolocal
from cosmolocal.agents.models import Agent
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel.tests.stating import stated
from tests.journeys import living
from tests.journeys.scene import Scene

MAKERS = {
    *("Writing", "EmailMessage", "csv_bytes", "xlsx_bytes", "pdf.render"),
    *("downloads.table", "downloads.file", "downloads.table_bytes"),
}
# What the parts of paper and messages do for everybody stands inside what calls them.
INSIDE = ("paper/", "messages/operations.py", "messages/views.py", "messages/delivery.py:try_server")


@dataclass(frozen=True)
class Where:
    """A zone, the hour of its wall clock in which everything happens, the day of the hand-over."""

    zone: str
    hour: int
    handover: date


ANY_DAY = date(2026, 11, 24)
PLACES = {
    "China": Where("Asia/Shanghai", 6, ANY_DAY),
    "California": Where("America/Los_Angeles", 19, ANY_DAY),
    "Madrid, where 2:00 comes twice": Where("Europe/Madrid", 2, date(2026, 10, 25)),
    "California, where 2:00 does not come": Where("America/Los_Angeles", 3, date(2026, 3, 8)),
}


class ClockScene(Scene):
    """`wrong` collects what shows another clock."""

    def __init__(self, where: Where) -> None:
        super().__init__(where.zone, where.hour, where.handover)
        self.wrong: list[str] = []
        self.read: dict[str, str] = {}

    def look_at(self, what: str, text: str, reader: Agent | None) -> None:
        """Keeps the text, and complains of each day and hour in it that is not the local's."""
        self.read[what] = text
        told = re.sub(r"https?://\S+|(?<=\d)[+-]\d\d:\d\d(?!\d)|(?<=-\d\d) 00:00:00", "", text)
        for day in days_in(told, self.handover):
            # A deadline may lie on any day after the last one.
            if (day - self.handover.day) % 2 and day != 1 and day < self.handover.day + 7:
                self.wrong.append(f"{what}: day {day} of the month")
        for hour, words in hours_in(told):
            if hour != self.hour:
                self.wrong.append(f"{what}: {words}")


def days_in(text: str, day: date) -> Iterator[int]:
    """Each day of this day's month, in the ways in which days are written."""
    short, month, year = f"{day:%b}", f"{day:%m}", f"{day:%y}"
    rest = f"{day:%B}".removeprefix(short)
    for pattern in (
        rf"(\d{{1,2}}) {short}",
        rf"{short}(?:{rest}|\.) (\d{{1,2}})\b",
        rf"{day:%Y}-{month}-(\d\d)",
        rf"\b{day.month}/(\d\d)/(?:20)?{year}",
    ):
        yield from (int(found) for found in re.findall(pattern, text))


def hours_in(text: str) -> Iterator[tuple[int, str]]:
    """Each time of day: 19:15, 7:15 p.m."""
    for found in re.finditer(r"(?<![\d:.-])(\d{1,2})(?::(\d\d)(?::\d\d(?:\.\d+)?)?)? ?([ap]\.m\.)?", text):
        hour, minute, half = int(found[1]), found[2], found[3]
        if minute is None and half is None:
            continue
        yield (hour % 12 + 12 * (half == "p.m.") if half else hour), found[0]


def makers() -> set[tuple[str, str]]:
    """Every function of ours that makes a letter or a paper: (file, function)."""
    root = Path(cosmolocal.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        place = path.relative_to(root).as_posix()
        if "/tests/" in place or place.startswith(INSIDE):
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            called = {ast.unparse(call.func) for call in ast.walk(function) if isinstance(call, ast.Call)}
            if called & MAKERS and f"{place}:{function.name}" not in INSIDE:
                found.add((place, function.name))
    return found


@contextmanager
def noting(seen: set[tuple[str, str]]) -> Iterator[None]:
    """Notes every function of ours that runs."""
    root = f"{Path(cosmolocal.__file__).parent.as_posix()}/"

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(root):
            seen.add((frame.f_code.co_filename.removeprefix(root), frame.f_code.co_name))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


# The nights ask nothing of the database.
@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.once] * (", " in name)) for name in PLACES])
def scene(request: pytest.FixtureRequest, db: None, settings: Any, timeless: None) -> ClockScene:
    settings.MAIL_READY, settings.EMAIL_BACKEND = True, "django.core.mail.backends.locmem.EmailBackend"
    return ClockScene(PLACES[request.param])


def test_every_letter_and_paper_shows_the_clock_of_the_local(
    scene: ClockScene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: set[tuple[str, str]] = set()
    with noting(seen):
        living.live(scene, monkeypatch, capsys)
    assert "\n".join(dict.fromkeys(scene.wrong)) == ""
    assert sorted(makers() - seen) == []
    assert flows_queries.replay() == []
    expect(scene)


def expect(scene: ClockScene) -> None:
    """What must be read somewhere: otherwise nothing was wrong only because nothing was said."""
    says = {
        "deeds csv": f"{scene.said(28)},{scene.hour:02}:00",
        "agents:poster": scene.said(30),
        "money:statement csv": str(scene.day(28)),
    }
    for of_an_app in stated("says").values():
        says |= of_an_app(scene)
    silent = {
        what: words
        for what, words in says.items()
        if not any(words in text for name, text in scene.read.items() if name.startswith(what))
    }
    assert silent == {}
