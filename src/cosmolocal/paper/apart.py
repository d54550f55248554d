"""How heavy or risky work is handed to a short-lived process of its own, and how few threads wait for one.

What breaks there breaks nothing here, and its memory is given back at once. `child` is the other side.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from cosmolocal.kernel.refusal import Refusal

MEGABYTE = 1024 * 1024
TURN_SECONDS = 60  # the longest wait for a turn, of a job or a command
PAGE_SECONDS = 2  # the same, of a page
PAGES = 2  # page threads that may be in here: one at work and one that waits, of the four that run pages
_PASSED_ON = ("HOME", "PATH", "LANG", "TMPDIR", "XDG_DATA_HOME", "XDG_DATA_DIRS")
_WORDS = 2000  # of its complaint, for the log
_pages: threading.Semaphore | None = None


class ChildError(Exception):
    """The child ended badly, or was ended because it took too long; the text is for the log."""


def hurry() -> None:
    """From now on this process answers pages: few of its threads wait for a child, and not for long."""
    global _pages  # noqa: PLW0603 - what a process is for is decided once, when it begins
    _pages = threading.Semaphore(PAGES)


def run(
    module: str, payload: bytes, *, seconds: int, megabytes: int, answer_megabytes: int = 64, alone: bool = False
) -> bytes:
    """What `python -m module` writes when it is given `payload`, with at most so many seconds and megabytes.

    `alone`: one at a time in all processes of a node, so that what each may take of memory is taken once.
    Refuses with `paper.busy`; raises ChildError.
    """
    with _place(), _turn() if alone else nullcontext():
        return _run(module, payload, seconds, megabytes, answer_megabytes)


@contextmanager
def _place() -> Iterator[None]:
    """One of the few places for threads of pages; whoever finds none is told so at once, and frees her thread."""
    places = _pages
    if places is not None and not places.acquire(blocking=False):
        raise _busy()
    try:
        yield
    finally:
        if places is not None:
            places.release()


@contextmanager
def _turn() -> Iterator[None]:
    until = time.monotonic() + (TURN_SECONDS if _pages is None else PAGE_SECONDS)
    with (Path(settings.HOME) / "decoding.turn").open("wb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise _busy() from None
                time.sleep(0.02)
        yield


def _run(module: str, payload: bytes, seconds: int, megabytes: int, answer_megabytes: int) -> bytes:
    command = [sys.executable, "-I", "-m", module, str(seconds), str(megabytes), str(answer_megabytes)]
    known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as complaint:
        try:
            done = subprocess.run(
                command, input=payload, stdout=answer, stderr=complaint, timeout=seconds + 5, check=False, env=known
            )
        except subprocess.TimeoutExpired as error:
            raise ChildError(f"{module} took longer than {seconds} seconds") from error
        if done.returncode != 0:
            complaint.seek(max(complaint.seek(0, os.SEEK_END) - _WORDS, 0))
            words = complaint.read().decode("utf-8", "replace").strip()
            raise ChildError(f"{module} ended with {done.returncode}: {words}")
        size = answer.seek(0, os.SEEK_END)
        answer.seek(0)
        return answer.read(min(size, answer_megabytes * MEGABYTE))  # room is made for as much as is asked for


def _busy() -> Refusal:
    return Refusal(
        "paper.busy",
        _("Many files are being read at this moment. Nothing was changed; please try again in a few seconds."),
        later=True,
    )
