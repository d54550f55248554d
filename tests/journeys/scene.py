"""One local that lives in one hour of its own clock, and what complains of each day and hour of another one.

Everything happens on even days of November 2026 and in one hour of the local's wall clock, at which UTC has another
day: so an odd day or another hour, in whatever is written, comes from another clock.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents.models import Agent
from cosmolocal.handovers.models import Handover
from cosmolocal.kernel import errands, jobs
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.messages.models import Letter

# The hour of the wall clock in which everything happens, and what UTC shows then.
HOURS = {"Asia/Shanghai": 6, "America/Los_Angeles": 19}


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


def of_handover(scene: Scene, packer: Agent, browser: Client, handover: Handover) -> None:
    """Every paper of a hand-over while it is packed."""
    fetch(scene, browser, "handovers:labels", handover.pk)
    for by in ("household", "product", "place", "door"):
        for kind in ("pdf", "csv", "xlsx"):
            fetch(scene, browser, "handovers:lists", handover.pk, by=by, **{"as": kind})
    # What is long is made by the worker.
    for code, args in (("handovers.labels", ()), ("handovers.list", ("door", "csv"))):
        wish = errands.Wish(code, [handover.pk, *args], code, "/home/")
        asked = errands.ask(wish, by_id=packer.pk, key=code)
        work(scene)
        asked.refresh_from_db()
        made = errands.file_of(asked)
        assert made is not None
        scene.look_at(f"errand {code}", f"{asked.file_name}\n{words_of(asked.file_name, made.read_bytes())}")
