"""How heavy or risky work runs in a short-lived process of its own, with limits on time, memory and its answer."""

import fcntl
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTE = 1024 * 1024
TURN_SECONDS = 60  # the longest wait for a turn
_PASSED_ON = ("HOME", "PATH", "LANG", "TMPDIR", "XDG_DATA_HOME", "XDG_DATA_DIRS")
_WORDS = 2000  # of its complaint, for the log


class ChildError(Exception):
    """The child ended badly, or was ended because it took too long; the text is for the log."""


class NoTurnError(Exception):
    """Too many others have files read at this moment."""


def run(module: str, payload: bytes, *, seconds: int, megabytes: int, answer_megabytes: int = 64) -> bytes:
    """What `python -m module` writes when it is given `payload`, with at most so many seconds and megabytes.

    A separate process gives its memory back at once, and what breaks in it breaks nothing here.
    """
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
        answer.seek(0)
        return answer.read(answer_megabytes * MEGABYTE)


@contextmanager
def turn(folder: Path, name: str) -> Iterator[None]:
    """One at a time in all processes of a node: what each may take of memory is then taken once. Raises NoTurnError."""
    until = time.monotonic() + TURN_SECONDS
    with (folder / f"{name}.turn").open("wb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise NoTurnError from None
                time.sleep(0.02)
        yield


def received() -> bytes:
    """Inside the child: takes on the limits named on the command line and reads the payload."""
    seconds, megabytes, answer_megabytes = (int(argument) for argument in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (answer_megabytes * MEGABYTE, answer_megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return sys.stdin.buffer.read()
