"""How heavy or risky work runs in a short-lived process of its own, with limits on its time and memory."""

import os
import resource
import subprocess
import sys

MEGABYTE = 1024 * 1024
_PASSED_ON = ("HOME", "PATH", "LANG", "TMPDIR", "XDG_DATA_HOME", "XDG_DATA_DIRS")


class ChildError(Exception):
    """The child ended badly, or was ended because it took too long; the text is for the log."""


def run(module: str, payload: bytes, *, seconds: int, megabytes: int) -> bytes:
    """What `python -m module` writes when it is given `payload`, with at most so many seconds and megabytes.

    A separate process gives its memory back at once, and what breaks in it breaks nothing here.
    """
    command = [sys.executable, "-I", "-m", module, str(seconds), str(megabytes)]
    known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(command, input=payload, capture_output=True, timeout=seconds + 5, check=False, env=known)
    except subprocess.TimeoutExpired as error:
        raise ChildError(f"{module} took longer than {seconds} seconds") from error
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip()[-2000:]
        raise ChildError(f"{module} ended with {done.returncode}: {words}")
    return done.stdout


def received() -> bytes:
    """Inside the child: takes on the limits named on the command line and reads the payload."""
    seconds, megabytes = (int(argument) for argument in sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return sys.stdin.buffer.read()
