"""Work that takes longer than a page may wait: asked for on a page, done by the worker, watched until it is ready.

How far it is stands in a small file beside the database, since the work itself may be one transaction that nobody
else can look into; what it came to stands in the errand's row.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, jobs, practices, signing
from cosmolocal.kernel.models import Errand
from cosmolocal.kernel.refusal import Refusal

FILE_STAYS = timedelta(hours=24)  # what was made can be fetched again that long
ROW_STAYS = timedelta(days=7)
MOST_WAITING = 10  # of one person: whatever comes after them waits
_EVERY = 0.2  # seconds between two notes of how far it is
_notebook: ContextVar["_Notebook | None"] = ContextVar("errand_notebook", default=None)


@dataclass(frozen=True)
class Outcome:
    """What an errand came to: a sentence, and the page it leads to (path) or the file it made."""

    sentence: str
    url: str = ""
    data: bytes = b""
    name: str = ""
    content_type: str = ""


Work = Callable[..., Outcome]
MayRead = Callable[..., bool]


@dataclass(frozen=True)
class Declared:
    """What does an errand, and who may have what it makes: asked before it is done, and at every look at its file."""

    work: Work
    may_read: MayRead


declared: dict[str, Declared] = {}


@dataclass(frozen=True)
class ErrandDraft:
    """What is asked for: a declared errand and its arguments (JSON), its title, the page (path) it was asked for on."""

    code: str
    args: Sequence[Any]
    title: str
    back: str


def errand(code: str, *, may_read: MayRead) -> Callable[[Work], Work]:
    """Declares `work(by_id, *args) -> Outcome`. It calls operations with `key=jobs.key()`, since it may run twice.

    `may_read(by_id, *args) -> bool` says at any later moment what the page it is asked for on would say: rights end
    while work waits, and while its file is kept.
    """

    def declare(work: Work) -> Work:
        if code in declared and declared[code].work.__module__ != work.__module__:
            raise TypeError(f"errand {code} is declared twice")
        declared[code] = Declared(work, may_read)
        return work

    return declare


def ask(draft: ErrandDraft, *, by_id: int, key: str) -> Errand:
    """Has it done by the worker. The same key again, or the same work while hers is not over: the errand there is.

    Refuses with `errands.too_many` where she has many under way.
    """
    with transaction.atomic():
        same = Errand.objects.filter(made_by_id=by_id, code=draft.code, args=list(draft.args))
        found = Errand.objects.filter(made_by_id=by_id, key=key).first() or same.filter(ended_at=None).first()
        if found is not None:
            return found
        if Errand.objects.filter(made_by_id=by_id, ended_at=None).count() >= MOST_WAITING:
            raise Refusal(
                "errands.too_many",
                _("The node has much to do for you already. Wait until some of it is done, then ask again."),
                later=True,
            )
        token = uuid4()
        made = Errand.objects.create(
            token=token,
            mark=signing.mark("errand", str(token), draft.code, list(draft.args), by_id),
            code=draft.code,
            args=list(draft.args),
            made_by_id=by_id,
            key=key,
            title=draft.title[:200],
            back=draft.back,
            language=translation.get_language() or settings.LANGUAGE_CODE,
            at=clock.now(),
        )
        jobs.enqueue("kernel.errand", str(made.pk))
    return made


def at_once(draft: ErrandDraft, *, by_id: int) -> Outcome:
    """What it comes to, made while the page waits: for a file whose page has counted that it is small."""
    jobs.load()
    return declared[draft.code].work(by_id, *draft.args)


def last(code: str, args: Sequence[Any], *, by_id: int) -> Errand | None:
    """Her newest errand of this kind whose arguments begin so, for the page it is asked for on (one statement).

    Of two asked for in one moment, the one that is not over.
    """
    begins = {f"args__{place}": value for place, value in enumerate(args)}
    newest = ("-at", F("ended_at").desc(nulls_first=True))
    return Errand.objects.filter(made_by_id=by_id, code=code, **begins).order_by(*newest).first()


def step(done: int, total: int) -> None:
    """Says how far the work under way is. Nothing happens outside of an errand, so any operation may say it."""
    notebook = _notebook.get()
    if notebook is not None:
        notebook.note(done, total)


def how_far(token: UUID) -> tuple[int, int]:
    """Done and total as last noted; (0, 0) before anything was."""
    try:
        done, total = json.loads(_note_file(token).read_text())
    except (OSError, ValueError):
        return 0, 0
    return int(done), int(total)


def is_ours(errand: Errand) -> bool:
    """Whether this node was asked for it, with these arguments, by her."""
    return signing.is_marked(errand.mark, "errand", str(errand.pk), errand.code, errand.args, errand.made_by_id)


def strange() -> list[str]:
    """What errands that wait, or whose file is kept, do, where nobody asked this node for them."""
    kept = Errand.objects.exclude(~Q(ended_at=None), file_name="")
    return [errand.code for errand in kept if not is_ours(errand)]


def may_read(errand: Errand) -> bool:
    """May who asked for it still have it? Nobody may where nobody asked, where it is declared no more, or where its
    practice was switched off.
    """
    jobs.load()
    found = declared.get(errand.code)
    if found is None or practices.is_off(errand.code):
        return False
    return is_ours(errand) and found.may_read(errand.made_by_id, *errand.args)


def file_of(errand: Errand) -> Path | None:
    """The file it made, as long as it is kept and who asked for it may read it."""
    path = _folder() / str(errand.pk)
    return path if errand.file_name and path.is_file() and may_read(errand) else None


@jobs.job("kernel.errand")
def run(token: str) -> None:
    """Does the work of an errand; what goes wrong is tried again like every job."""
    found = Errand.objects.filter(pk=token, ended_at=None).first()
    if found is None:
        return
    if not is_ours(found):  # kept as it is, so that `doctor` names it
        raise Refusal("errands.not_ours", jobs.not_ours())
    Errand.objects.filter(pk=found.pk).update(state=Errand.State.RUNNING)
    try:
        with translation.override(found.language), _noting(found.pk):
            if not may_read(found):
                sentence = _("You may no longer do or read this. Ask a steward if you still need it.")
                raise Refusal("errands.not_allowed", sentence)
            outcome = declared[found.code].work(found.made_by_id, *found.args)
            _end(found, Errand.State.DONE, outcome)
    except Refusal as refusal:
        if refusal.later and jobs.will_be_tried_again():
            with translation.override(found.language):
                _did_not_work(found)
            raise
        _end(found, Errand.State.REFUSED, Outcome(str(refusal)))
    except Exception:
        with translation.override(found.language):
            _did_not_work(found)
        raise


def forget() -> None:
    """Files go after a day, rows after a week."""
    Errand.objects.filter(at__lt=clock.now() - ROW_STAYS).delete()
    kept = Errand.objects.filter(Q(ended_at=None) | Q(ended_at__gte=clock.now() - FILE_STAYS))
    names = {str(token) for token in kept.values_list("pk", flat=True)}
    for path in _folder().iterdir():
        if path.stem not in names:
            with suppress(OSError):
                path.unlink()


def _end(errand: Errand, state: str, outcome: Outcome) -> None:
    if outcome.data:
        path = _folder() / str(errand.pk)
        part = path.with_suffix(".part")
        part.write_bytes(outcome.data)
        part.replace(path)
    Errand.objects.filter(pk=errand.pk).update(
        state=state,
        sentence=outcome.sentence,
        url=outcome.url,
        file_name=outcome.name[:200],
        file_type=outcome.content_type,
        ended_at=clock.now(),
    )


def _did_not_work(errand: Errand) -> None:
    if jobs.will_be_tried_again():
        sentence = _("It did not work this time, and is tried again by itself.")
        Errand.objects.filter(pk=errand.pk).update(state=Errand.State.WAITING, sentence=sentence)
    else:
        _end(errand, Errand.State.FAILED, Outcome(_("It did not work. The steward sees it on the list of stuck work.")))


class _Notebook:
    """Writes down how far it is, a few times a second at most."""

    def __init__(self, path: Path) -> None:
        self.path, self.next = path, 0.0

    def note(self, done: int, total: int) -> None:
        if monotonic() < self.next and done < total:
            return
        self.next = monotonic() + _EVERY
        part = self.path.with_suffix(".noting")
        with suppress(OSError):  # the work matters, the note does not
            part.write_text(json.dumps([done, total]))
            part.replace(self.path)


@contextmanager
def _noting(token: UUID) -> Iterator[None]:
    mark = _notebook.set(_Notebook(_note_file(token)))
    try:
        yield
    finally:
        _notebook.reset(mark)
        with suppress(OSError):
            _note_file(token).unlink(missing_ok=True)


def _note_file(token: UUID) -> Path:
    return _folder() / f"{token}.far"


def _folder() -> Path:
    folder = Path(settings.HOME) / "errands"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
