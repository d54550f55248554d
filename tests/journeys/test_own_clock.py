"""Every letter and paper there is shows the hours and days of the local, wherever it lives and whatever made it.

Everything here happens on even days of November 2026 and in one hour of the local's wall clock, at which UTC has
another day: so an odd day or another hour, in whatever is written, comes from another clock.
"""

import ast
import heapq
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import cosmolocal
from cosmolocal.agents import operations as people
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.config import commands
from cosmolocal.flows import queries as journal
from cosmolocal.kernel import jobs
from cosmolocal.kernel.tests.stating import stated
from cosmolocal.messages import operations as letters
from cosmolocal.money import operations as money
from cosmolocal.money import queries as purse
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import Village, client_of
from cosmolocal.website import operations as house
from tests.journeys.scene import HOURS, Scene, fetch, work

IBANS = ("DE89370400440532013000", "DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402")
MAKERS = {
    *("Writing", "EmailMessage", "csv_bytes", "xlsx_bytes", "pdf.render"),
    *("downloads.table", "downloads.file", "downloads.table_bytes"),
}
# What the parts of paper and messages do for everybody stands inside what calls them.
INSIDE = ("paper/", "messages/operations.py", "messages/views.py", "messages/delivery.py:try_server")


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


@pytest.fixture(params=sorted(HOURS))
def scene(request: pytest.FixtureRequest, db: None, settings: Any, timeless: None) -> Scene:
    settings.MAIL_READY, settings.EMAIL_BACKEND = True, "django.core.mail.backends.locmem.EmailBackend"
    return Scene(request.param)


def test_every_letter_and_paper_shows_the_clock_of_the_local(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: set[tuple[str, str]] = set()
    with noting(seen):
        live(scene, monkeypatch, capsys)
    assert "\n".join(dict.fromkeys(scene.wrong)) == ""
    assert sorted(makers() - seen) == []
    assert journal.replay() == []
    expect(scene)


def live(scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The weeks of all practices, each at its own moments, then books and house: every letter and paper on the way."""
    with scene.standing(18):
        village = found(scene)
    lives = [of_an_app(scene, village) for of_an_app in stated("live").values()]
    waiting = [(next(life), number) for number, life in enumerate(lives)]
    while waiting:
        moment, number = heapq.heappop(waiting)
        with scene.standing(*moment):
            following = next(lives[number], None)
        if following:
            heapq.heappush(waiting, (following, number))
    with scene.standing(28):
        of_books(scene, village)
    with scene.standing(28):
        of_house(scene, village, monkeypatch, capsys)


def found(scene: Scene) -> Village:
    """The village where this scene plays; everybody has a mail address, and one reads her mails once a day."""
    village = builder.build(str(scene.zone), "EUR")
    for number, person in enumerate(village.people.values()):
        draft = ContactDraft(email=f"p{number}@example.org")
        people.change_contact(by=village.home, agent=person, contact=draft)
    for number, farm in enumerate(village.producers.values()):
        draft = ContactDraft(email=f"farm{number}@example.org" if number else "", iban=IBANS[number], phone="1")
        people.change_contact(by=village.home, agent=farm, contact=draft)
    letters.choose(by=village.people["Jo"], event="order_changed", how="digest")
    return village


def of_books(scene: Scene, village: Village) -> None:
    """A member's money arrives, and papers of the books."""
    wei, bank = village.people["Wei Guo"], purse.boxes()[0]
    treasurer, account = client_of(wei), purse.account_for(village.households["Amina"])
    assert account is not None
    money.top_up(by=wei, account=account, box=bank, amount=500)
    work(scene)
    for kind in ("pdf", "csv", "xlsx"):
        fetch(scene, treasurer, "money:sheet", **{"as": kind})
        fetch(scene, treasurer, "money:statement", account.pk, **{"as": kind})
        fetch(scene, treasurer, "money:box", bank.pk, **{"as": kind})


def of_house(
    scene: Scene, village: Village, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who comes and goes, who did what, what one person may take along, and the command line."""
    steward, li_na = client_of(village.people["Li Na"]), village.people["Li Na"]
    for kind in ("csv", "xlsx"):
        fetch(scene, steward, "catalog:products", **{"as": kind})
    answer = steward.post(reverse("agents:invitations"), {"role": "member", "uses": 1, "days": 2, "key": "i"})
    fetch(scene, steward, "agents:poster", int(answer["Location"].strip("/").split("/")[-1]))
    for mine in ("a", "b"):
        asked = people.ask_to_join(by=village.home, name="Sun", email=f"{mine}@example.org", words="Hello")
        work(scene)
        if mine == "a":
            people.welcome(by=li_na, request=asked)
        else:
            people.decline(by=li_na, request=asked, reason="Later")
    house.leave_local(by=village.people["Chen"], agent=village.people["Chen"])
    for kind in ("csv", "xlsx"):
        fetch(scene, steward, "deeds", **{"as": kind})
    letters.begin_daily_mail(by=village.home)
    work(scene)
    amina = client_of(village.people["Amina"])
    people.change_contact(by=li_na, agent=village.people["Amina"], contact=ContactDraft(email="moved@example.org"))
    assert Client().post("/account/login/code/", {"email": "moved@example.org"}).status_code == 302
    jobs.enqueue("website.tell_of_passkey", village.people["Jo"].pk)  # as the page does, once a browser made one
    taken = amina.post(reverse("my_data"), {"key": "d"})["Location"]
    work(scene)
    fetch(scene, amina, "errand_file", taken.strip("/").split("/")[-1])
    monkeypatch.setattr(sys, "argv", ["cosmolocal", "code", "Amina"])
    assert commands.main() == 0
    scene.look_at("command code", capsys.readouterr().out.split(":", 1)[-1])
    work(scene)
    monkeypatch.setattr(sys, "argv", ["cosmolocal", "export", "products", "/dev/null"])
    assert commands.main() == 0


def expect(scene: Scene) -> None:
    """What must be read somewhere: otherwise nothing was wrong only because nothing was said."""
    says = {
        "deeds csv": f"Saturday 28 November,{scene.hour:02}:00",
        "agents:poster": "Monday 30 November",
        "money:statement csv": "2026-11-28",
    }
    for of_an_app in stated("says").values():
        says |= of_an_app(scene)
    silent = {
        what: words
        for what, words in says.items()
        if not any(words in text for name, text in scene.read.items() if name.startswith(what))
    }
    assert silent == {}
