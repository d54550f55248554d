"""Looks after the processes of a node: starts one again that dies, stops all of them when told to.

`python -m cosmolocal.config.watch SOCKET WORKERS NAME=PID,... [SINK ...]`: what `config.loader` becomes when it has
forked them. Imports no Django, so that it is small.
"""

import contextlib
import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

PYTHON = [sys.executable, "-m"]
GRACE_SECONDS = 15
QUICK_SECONDS = 3
TRIES_AT_FIRST, LONGEST_PAUSE_SECONDS = 5, 30.0
_LOOK_SECONDS = 0.3
_STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_KILLED = (-signal.SIGKILL, -signal.SIGTERM)  # by the system or by somebody: no sign that it cannot run
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


def names(workers: int) -> list[str]:
    """The processes of a node with so many web servers."""
    return ["web", *(f"web{number}" for number in range(2, workers + 1)), "worker"]


def main() -> int:
    """Until told to stop; the exit status."""
    listening, workers, forked, *sink = sys.argv[1:]
    running = {name: Child(int(pid)) for name, _is, pid in (words.partition("=") for words in forked.split(","))}
    tasks: dict[str, Callable[[], object]] = {
        name: partial(run, "cosmolocal.config.loader", listening, "as", name) for name in names(int(workers))
    }
    if sink:
        tasks["sink"] = partial(run, *sink)
    anew = partial(run, "cosmolocal.config.loader", listening, workers, *sink)
    return Watch(tasks, Path(os.environ["COSMOLOCAL_HOME"]), anew, running).run()


def run(*words: str) -> NoReturn:
    """This process becomes the Python module that is named first."""
    os.execv(sys.executable, [*PYTHON, *words])  # noqa: S606 - our own module


def waiting_backup(folder: Path) -> Path:
    """Where a backup waits to be brought back while the node is being set up."""
    return folder / "bring-back.cosmolocal"


def refused_backup(folder: Path) -> Path:
    """Why the last one could not be brought back."""
    return folder / "bring-back.refused"


def end_with_parent() -> None:
    """Linux: this process is told to end when the one that made it is gone, even after kill -9."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def call_self(name: str) -> None:
    """What `ps` and `top` show as the name of this process."""
    _prctl(_PR_SET_NAME, name.encode())


def start(name: str, task: Callable[[], object]) -> "Child":
    """Forks a process that does this and nothing else. OSError when the system has no room for one."""
    parent = os.getpid()
    # What tells this process to stop must not reach the new one while that still acts as this one.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    try:
        pid = os.fork()
        if not pid:
            _become(name, task, parent)
        return Child(pid)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP)


def _become(name: str, task: Callable[[], object], parent: int) -> NoReturn:
    """In the new process: its work, to the end."""
    status = 1
    try:
        os.setsid()  # Ctrl-C reaches only the watcher, which then stops the others in order
        for number in _STOP:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP)
        end_with_parent()
        if os.getppid() == parent:
            call_self(name)
            gc.enable()
            task()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it was ends here, and not in the code of the parent
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


class Child:
    """A process that was forked from this one; `status` once it has ended, negative for the signal that ended it."""

    def __init__(self, pid: int) -> None:
        self.pid, self.started = pid, time.monotonic()
        self.status: int | None = None

    def has_ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None


class Watch:
    """`tasks`: what starts each process again, by its name; one whose name begins with `web` serves pages.

    One that dies at once waits longer each time, up to half a minute, while the others go on: what keeps it from
    running (a full disk, a database that is away) may pass. Only a web server that never stood ends the whole.

    A backup that waits in the folder is brought back in between, while no process holds the database; then
    `begin_anew` replaces this process. `running`: those that were forked before.
    """

    def __init__(
        self,
        tasks: dict[str, Callable[[], object]],
        folder: Path,
        begin_anew: Callable[[], NoReturn],
        running: dict[str, Child] | None = None,
    ) -> None:
        self.tasks, self.folder, self.begin_anew = tasks, folder, begin_anew
        self.running = running or {}
        self.quick_deaths = dict.fromkeys(tasks, 0)
        self.again_at = dict.fromkeys(tasks, 0.0)
        self.web_stood = False
        self.status = 0
        self.stopping = False

    def run(self) -> int:
        """Until told to stop; the exit status."""
        for number in _STOP:
            signal.signal(number, self._stop)
        while not self.stopping:
            if waiting_backup(self.folder).exists():
                self._bring_back()
            self._look_after()
            time.sleep(_LOOK_SECONDS)
        self._end()
        return self.status

    def _look_after(self) -> None:
        now = time.monotonic()
        for name in self.tasks:
            child = self.running.get(name)
            if child is None:
                if now >= self.again_at[name] and not self.stopping:
                    self._start(name, now)
            elif child.has_ended():
                self._bury(name, now)
            else:
                self.web_stood |= name == "web" and now - child.started > QUICK_SECONDS

    def _start(self, name: str, now: float) -> None:
        try:
            self.running[name] = start(name, self.tasks[name])
        except OSError as error:
            self.again_at[name] = now + LONGEST_PAUSE_SECONDS
            _say("warning", f"{name} cannot start now: {error.strerror}")

    def _bury(self, name: str, now: float) -> None:
        """Says when a dead process starts again; ends the whole where the web server cannot start at all."""
        child = self.running.pop(name)
        is_quick = child.status not in _KILLED and now - child.started < QUICK_SECONDS
        self.quick_deaths[name] = self.quick_deaths[name] + 1 if is_quick else 0
        # What it had started itself goes with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        if name == "web" and not self.web_stood and self.quick_deaths[name] >= TRIES_AT_FIRST:
            _say("error", f"{name} cannot start; see the lines above")
            self.status, self.stopping = 1, True
            return
        pause = min(LONGEST_PAUSE_SECONDS, 2.0 ** self.quick_deaths[name] - 1)
        self.again_at[name] = now + pause
        again = f" in {pause:.0f} s" if pause else ""
        _say("warning", f"{name} ended with {child.status}; starting it again{again}")
        if not pause:
            self._start(name, now)

    def _bring_back(self) -> None:
        self._end()
        file = waiting_backup(self.folder)
        words = [*PYTHON, "cosmolocal.config.commands", "restore", str(file)]
        done = subprocess.run(words, check=False, stderr=subprocess.PIPE, text=True)
        with contextlib.suppress(OSError):  # no room for a sentence
            if done.returncode:
                refused_backup(self.folder).write_text(done.stderr.strip().rsplit("\n", 1)[-1])
        file.unlink()
        for number in _STOP:
            signal.signal(number, signal.SIG_DFL)
        if not self.stopping:
            self.begin_anew()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in self.running.values():
            if not child.has_ended():
                os.kill(child.pid, signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        while not all(child.has_ended() for child in self.running.values()):
            if time.monotonic() > until:
                for child in self.running.values():
                    if not child.has_ended():
                        os.kill(child.pid, signal.SIGKILL)
                        os.waitpid(child.pid, 0)
                break
            time.sleep(0.02)
        self.running.clear()


def _prctl(option: int, value: int | bytes) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value)


def _say(level: str, words: str) -> None:
    """One line of the log; where it cannot be written, the node goes on without."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f'{{"level": "{level}", "says": "{words}"}}\n')
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
