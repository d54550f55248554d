"""Every letter and paper there is shows the hours and days of the local, wherever it lives and whatever made it.

Everything here happens on even days of November 2026 and in one hour of the local's wall clock, at which UTC has
another day: so an odd day or another hour, in whatever is written, comes from another clock.
"""

import ast
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

import cosmolocal
from cosmolocal.agents import operations as people
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.config import commands
from cosmolocal.flows import queries as journal
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel import errands, jobs
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.messages import operations as letters
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries as purse
from cosmolocal.practices.shop import operations, tasks
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.operations import OfferWish, RoundWish
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import Village, client_of
from cosmolocal.website import operations as house

# The hour of the wall clock in which everything happens, and what UTC shows then.
HOURS = {"Asia/Shanghai": 6, "America/Los_Angeles": 19}
IBANS = ("DE89370400440532013000", "DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402")
MAKERS = {
    *("Writing", "EmailMessage", "csv_bytes", "xlsx_bytes", "pdf.render"),
    *("downloads.table", "downloads.file", "downloads.table_bytes"),
}
# What the parts of paper and messages do for everybody stands inside what calls them.
INSIDE = ("paper/", "messages/operations.py", "messages/views.py", "messages/delivery.py:try_server")


class Scene:
    """One local in one zone; `wrong` collects what shows another clock."""

    def __init__(self, zone: str) -> None:
        self.zone, self.hour = ZoneInfo(zone), HOURS[zone]
        self.wrong: list[str] = []
        self.read: dict[str, str] = {}

    def at(self, day: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, self.hour, minute, tzinfo=self.zone).astimezone(UTC)

    def standing(self, day: int, minute: int = 0) -> time_machine.travel:
        return time_machine.travel(self.at(day, minute))

    def look_at(self, what: str, text: str) -> None:
        """Keeps the text, and complains of each day and hour in it that is not the local's."""
        self.read[what] = text
        told = re.sub(r"https?://\S+|(?<=\d)[+-]\d\d:\d\d(?!\d)|(?<=-\d\d) 00:00:00", "", text)
        for day in days_in(told):
            if day % 2 and day != 1:
                self.wrong.append(f"{what}: {day} November")
        for hour, words in hours_in(told):
            if hour != self.hour:
                self.wrong.append(f"{what}: {words}")


def days_in(text: str) -> Iterator[int]:
    """Each day of November 2026, in the ways in which days are written."""
    for pattern in (r"(\d{1,2}) Nov", r"Nov(?:ember|\.) (\d{1,2})\b", r"2026-11-(\d\d)", r"\b11/(\d\d)/(?:20)?26"):
        yield from (int(day) for day in re.findall(pattern, text))


def hours_in(text: str) -> Iterator[tuple[int, str]]:
    """Each time of day: 19:15, 7:15 p.m."""
    for found in re.finditer(r"(?<![\d:.-])(\d{1,2})(?::(\d\d)(?::\d\d(?:\.\d+)?)?)? ?([ap]\.m\.)?", text):
        hour, minute, half = int(found[1]), found[2], found[3]
        if minute is None and half is None:
            continue
        yield (hour % 12 + 12 * (half == "p.m.") if half else hour), found[0]


def words_of(name: str, data: bytes) -> str:
    """What a reader sees of a file."""
    if data.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if name.endswith(".xlsx"):
        rows = (row for sheet in openpyxl.load_workbook(io.BytesIO(data)) for row in sheet.iter_rows(values_only=True))
        return "\n".join(" | ".join(str(cell) for cell in row if cell is not None) for row in rows)
    return data.decode("utf-8-sig")


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


def work(scene: Scene) -> None:
    """What a worker does until nothing is left, and what was mailed by it."""
    while rows := list(DBTaskResult.objects.filter(status="READY").exclude(args_kwargs__args__0="kernel.tick")):
        for row in rows:
            DBTaskResult.objects.filter(pk=row.pk).update(status="SUCCESSFUL")
            args = row.args_kwargs["args"]
            assert jobs.run_job.func(*args) == "done", (args, list(JobTrouble.objects.values_list("sentence")))
    for letter in Letter.objects.prefetch_related("enclosures"):
        scene.look_at(f"letter {letter.event} {letter.pk}", f"{letter.subject}\n{letter.text}")
        for part in letter.enclosures.all():
            scene.look_at(f"letter {letter.event} {letter.pk} {part.name}", words_of(part.name, bytes(part.data)))
    for number, sent in enumerate(mail.outbox):
        scene.look_at(f"mail {number} {sent.subject}", f"{sent.subject}\n{sent.body}")


def fetch(scene: Scene, client: Client, page: str, /, *args: object, **asked: str) -> None:
    answer = client.get(reverse(page, args=args), asked)
    assert answer.status_code == 200, (page, answer.status_code)
    data = b"".join(answer) if answer.streaming else answer.content
    if data.startswith(b"PK") and "zip" in answer["Content-Type"]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                scene.look_at(f"{page} {name}", words_of(name, archive.read(name)))
        return
    kind = asked.get("as", "")
    # The bank is to pay tomorrow.
    text = re.sub("<ReqdExctnDt>2026-11-27<", "", words_of(f"x.{kind}", data))
    scene.look_at(f"{page} {kind}", text)


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
    """A round from its plan to the last letter, and every paper on the way."""
    with scene.standing(18):
        village = found(scene)
    with scene.standing(20):
        round = planned(scene, village)
        li_na = client_of(village.people["Li Na"])
        fetch(scene, li_na, "shop:order_form", round.pk)
        village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
        village.order(round, "Jo", {"Pak choi": 4, "Cabbage": 1})
        village.order(round, "Chen", {"Cabbage": 2, "Bread": 1})
        village.order(round, "Wei", {"Cabbage": 2})
        village.order(round, "Zhou", {"Lotus root": 1})
        village.order(round, "Qin", {"Cabbage": 1}, pays="cash")
        work(scene)
    with scene.standing(22, 1):
        tasks.close_due()
        round.refresh_from_db()
        offer = village.offer(round, "Cabbage")
        operations.announce_stock(by=village.people["Li Na"], offer=offer, available=3)
        work(scene)
    with scene.standing(22, 45):
        tasks.close_due()
        work(scene)
        of_farms(scene, village, round)
    with scene.standing(24, 5):
        village.receive(round)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        operations.tell_ready(by=village.people["Li Na"], round=round)
        first, second = (Order.objects.get(household__name=f"{name}'s household") for name in ("Amina", "Jo"))
        for _there_and_back in range(2):
            operations.swap_orders(by=village.people["Keeper Lu"], order=first, other=second)
        work(scene)
        of_handover(scene, village, round)
    with scene.standing(24, 55):
        handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
        operations.settle_round(by=village.people["Li Na"], round=round)
        work(scene)
        amina, jo = (Order.objects.get(household__name=f"{name}'s household") for name in ("Amina", "Jo"))
        fetch(scene, client_of(village.people["Amina"]), "shop:receipt", amina.pk)
        operations.swap_settled(by=village.people["Keeper Lu"], order=amina, other=jo, reason="taken")
        work(scene)
        fetch(scene, client_of(village.people["Jo"]), "shop:receipt", amina.pk)
        line = OrderLine.objects.filter(order=jo)[0]
        operations.credit_line(by=village.people["Keeper Lu"], line=line, quantity=1, reason="broken")
        fetch(scene, client_of(village.people["Wei Guo"]), "shop:round_given_back", round.pk, **{"as": "csv"})
    with scene.standing(26):
        pay(scene, village, round)
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


def planned(scene: Scene, village: Village) -> OrderRound:
    steward = village.people["Li Na"]
    times = (scene.at(20), scene.at(22), scene.at(24, 10), scene.at(24, 50))
    made = operations.plan_round(by=steward, wish=RoundWish("The week", village.place, *times))
    goods = [
        OfferWish(item.pk, scene.at(22) if number else scene.at(20, 50))
        for number, item in enumerate(village.items.values())
    ]
    operations.offer_items(by=steward, round=made, items=goods)
    return operations.open_round(by=steward, round=made)


def of_farms(scene: Scene, village: Village, round: OrderRound) -> None:
    steward = client_of(village.people["Li Na"])
    fetch(scene, steward, "shop:round_farms", round.pk, **{"as": "pdf"})
    asked = ProducerOrder.objects.filter(round=round).order_by("id")[0]
    for kind in ("pdf", "csv", "xlsx"):
        fetch(scene, steward, "shop:order_file", asked.pk, **{"as": kind})


def of_handover(scene: Scene, village: Village, round: OrderRound) -> None:
    packer = client_of(village.people["Tan Mei"])
    fetch(scene, packer, "handovers:labels", round.handover_id)
    for by in ("household", "product", "place", "door"):
        for kind in ("pdf", "csv", "xlsx"):
            fetch(scene, packer, "handovers:lists", round.handover_id, by=by, **{"as": kind})
    # What is long is made by the worker.
    tan_mei = village.people["Tan Mei"].pk
    for code, args in (("handovers.labels", ()), ("handovers.list", ("door", "csv"))):
        wish = errands.Wish(code, [round.handover_id, *args], code, "/home/")
        asked = errands.ask(wish, by_id=tan_mei, key=code)
        work(scene)
        asked.refresh_from_db()
        made = errands.file_of(asked)
        assert made is not None
        scene.look_at(f"errand {code}", f"{asked.file_name}\n{words_of(asked.file_name, made.read_bytes())}")


def pay(scene: Scene, village: Village, round: OrderRound) -> None:
    """The farms are paid from the bank, a member's money arrives, papers of the books."""
    wei, bank = village.people["Wei Guo"], purse.boxes()[0]
    money.change_box(by=wei, box=bank, name=bank.name, number=IBANS[3], bank_name="Bank")
    made = operations.pay_producers(by=wei, round=round, box=bank)
    work(scene)
    money.agree_payment_list(by=village.people["Second Treasurer"], payment_list=made, yes=True)
    treasurer = client_of(wei)
    for kind in ("csv", "xlsx", "xml", "pdf"):
        fetch(scene, treasurer, "money:payout_file", made.pk, **{"as": kind})
    money.confirm_list(by=wei, payment_list=made)
    account = purse.account_for(village.households["Amina"])
    assert account is not None
    money.top_up(by=wei, account=account, box=bank, amount=500)
    work(scene)
    for kind in ("pdf", "csv", "xlsx"):
        fetch(scene, treasurer, "money:sheet", **{"as": kind})
        fetch(scene, treasurer, "money:statement", account.pk, **{"as": kind})
        fetch(scene, treasurer, "money:box", bank.pk, **{"as": kind})
        fetch(scene, treasurer, "shop:figures", **{"as": kind})


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
    again(scene, village)
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


def again(scene: Scene, village: Village) -> None:
    """A second round: members are reminded, then it is given up."""
    times = (scene.at(28), scene.at(30), scene.at(30, 10), scene.at(30, 50))
    steward = village.people["Li Na"]
    made = operations.plan_round(by=steward, wish=RoundWish("The next", village.place, *times))
    operations.offer_items(by=steward, round=made, items=[OfferWish(item.pk) for item in village.items.values()])
    operations.open_round(by=steward, round=made)
    village.order(made, "Amina", {"Bread": 1})
    operations.remind(by=steward, round=made)
    work(scene)
    operations.cancel_round(by=steward, round=made, reason="Rain")
    work(scene)


def expect(scene: Scene) -> None:
    """What must be read somewhere: otherwise nothing was wrong only because nothing was said."""
    clock_words = f"{scene.hour:02}:"
    says = {
        "letter round_open": f"until Sunday 22 November, {clock_words}00",
        "letter round_closing": f"closes on Monday 30 November, {clock_words}00",
        "letter order_ready": f"Tuesday 24 November, {clock_words}10",
        "letter producer_order": f"Tuesday 24 November, {clock_words}10",
        "shop:order_form": f"Sunday 22 November, {clock_words}00",
        "shop:receipt": f"Tuesday 24 November, {clock_words}10",
        "money:payout_file xml": f"<CreDtTm>2026-11-26T{clock_words}00",
        "deeds csv": f"Saturday 28 November,{clock_words}00",
        "agents:poster": "Monday 30 November",
        "shop:figures csv": "2026-11-24",
        "money:statement csv": "2026-11-26",
    }
    silent = {
        what: words
        for what, words in says.items()
        if not any(words in text for name, text in scene.read.items() if name.startswith(what))
    }
    assert silent == {}
