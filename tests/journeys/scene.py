"""One local that lives in one hour of its own clock, and who reads which letters and papers of it.

Everything happens on every second day and in one hour of the local's wall clock. What is to be seen in what is written
is asked by the tests: each has a `Scene` that looks in its own way.
"""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import dateformat
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents.languages import speaking_to
from cosmolocal.agents.models import Agent, User
from cosmolocal.handovers.models import Handover
from cosmolocal.kernel import clock, errands, jobs
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.messages.models import Letter


class Scene:
    """One local in one zone, which is asked for by the hour of its wall clock and by the day on which goods change
    hands: the 24th as the weeks of the practices count.
    """

    def __init__(self, zone: str, hour: int, handover: date = date(2026, 11, 24)) -> None:
        self.zone, self.hour, self.handover = ZoneInfo(zone), hour, handover
        self.letters, self.mails = set[int](), 0  # looked at already

    def day(self, number: int) -> date:
        return self.handover + timedelta(days=number - 24)

    def at(self, day: int, minute: int = 0) -> datetime:
        return clock.from_wall(datetime.combine(self.day(day), time(self.hour, minute)), self.zone.key)

    def standing(self, day: int, minute: int = 0) -> time_machine.travel:
        return time_machine.travel(self.at(day, minute))

    def said(self, day: int) -> str:
        """As letters in English name it: Tuesday 24 November."""
        return dateformat.format(self.day(day), "l j F")

    def look_at(self, what: str, text: str, reader: Agent | None) -> None:
        """Called with each letter and paper; `reader` is who it is for, None where that is nobody here."""


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
    for letter in Letter.objects.exclude(pk__in=scene.letters).select_related("to").prefetch_related("enclosures"):
        scene.letters.add(letter.pk)
        scene.look_at(f"letter {letter.event} {letter.pk}", f"{letter.subject}\n{letter.text}", reader_of(letter))
        for part in letter.enclosures.all():
            told = words_of(part.name, bytes(part.data))
            scene.look_at(f"letter {letter.event} {letter.pk} {part.name}", told, reader_of(letter))
    for sent in mail.outbox[scene.mails :]:
        scene.mails += 1
        written = Letter.objects.filter(address=sent.to[0]).select_related("to").latest("pk")
        scene.look_at(f"mail {written.event} {scene.mails}", f"{sent.subject}\n{sent.body}", reader_of(written))


def reader_of(letter: Letter) -> Agent | None:
    """Who reads it; an address that is hers no more has her name beside it."""
    return letter.to or Agent.objects.filter(name=letter.name).first()


def fetch(scene: Scene, client: Client, page: str, /, *args: object, **asked: str) -> None:
    answer = client.get(reverse(page, args=args), asked)
    assert answer.status_code == 200, (page, answer.status_code)
    data = b"".join(answer) if answer.streaming else answer.content
    reader = User.objects.select_related("agent").get(pk=client.session["_auth_user_id"]).agent
    if data.startswith(b"PK") and "zip" in answer["Content-Type"]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                scene.look_at(f"{page} {name}", words_of(name, archive.read(name)), reader)
        return
    kind = asked.get("as", "")
    # The bank is to pay tomorrow.
    text = re.sub(f"<ReqdExctnDt>{scene.day(27)}<", "", words_of(f"x.{kind}", data))
    scene.look_at(f"{page} {kind}", text, reader)


def of_handover(scene: Scene, packer: Agent, browser: Client, handover: Handover) -> None:
    """Every paper of a hand-over while it is packed."""
    fetch(scene, browser, "handovers:labels", handover.pk)
    for by in ("household", "product", "place", "door"):
        for kind in ("pdf", "csv", "xlsx"):
            fetch(scene, browser, "handovers:lists", handover.pk, by=by, **{"as": kind})
    # What is long is made by the worker, in the language of the page on which it was asked for.
    for code, args in (("handovers.labels", ()), ("handovers.list", ("door", "csv"))):
        wish = errands.ErrandDraft(code, [handover.pk, *args], code, "/home/")
        with speaking_to(packer):
            asked = errands.ask(wish, by_id=packer.pk, key=code)
        work(scene)
        asked.refresh_from_db()
        made = errands.file_of(asked)
        assert made is not None
        told = f"{asked.file_name}\n{words_of(asked.file_name, made.read_bytes())}"
        scene.look_at(f"errand {code}", told, packer)
