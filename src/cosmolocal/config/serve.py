"""Keeps a node running: prepares it, then watches one web server and one job worker until told to stop.

Imports no Django, so that the watching process stays small.
"""

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from cosmolocal.config import home

PYTHON = [sys.executable, "-m"]
GRACE_SECONDS = 15
QUICK_SECONDS = 3
TRIES_AT_FIRST, LONGEST_PAUSE_SECONDS = 5, 30.0
_KILLED = (-signal.SIGKILL, -signal.SIGTERM)  # by the system or by somebody: no sign that it cannot run
_PR_SET_PDEATHSIG = 1


def bring_up(args: argparse.Namespace) -> int:
    """Prepares the node and serves it until SIGTERM or Ctrl-C; the exit status."""
    folder = Path(os.environ["COSMOLOCAL_HOME"])
    home.own(folder)
    # Threads share one pool of memory instead of having one each: some 10 MB less for a small node.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    if args.command == "demo":
        os.environ["COSMOLOCAL_DEMO"] = "1"
        os.environ.setdefault("COSMOLOCAL_SQLITE_SYNCHRONOUS", "NORMAL")
    serves = not getattr(args, "no_serve", False)
    listening = _bound(args.host, int(os.environ["PORT"])) if serves else None
    if serves and not listening:
        sys.stderr.write(
            f"Port {os.environ['PORT']} is in use. Stop what uses it, or choose another one: --port 8001\n"
        )
        return 1
    sink = _start_sink(folder) if args.command == "demo" and serves else None
    words = ["prepare", "--address", f"http://localhost:{os.environ['PORT']}"]
    if args.command == "demo":
        words += ["--demo", *(["--fresh"] if args.fresh else [])]
    done = subprocess.run(
        [*PYTHON, "cosmolocal.config.commands", *words],
        check=False,
        preexec_fn=_end_with_parent,
    )
    if done.returncode or not listening:
        return done.returncode
    workers = args.workers or int(os.environ.get("WEB_WORKERS", "1"))
    web = [*PYTHON, "cosmolocal.config.web", str(listening.fileno())]
    commands = {"web": web, **{f"web{number}": web for number in range(2, workers + 1)}}
    commands["worker"] = [*PYTHON, "cosmolocal.config.work"]
    if sink:
        commands["sink"] = sink
    return Watch(commands, folder, [listening.fileno()]).run()


def waiting_backup(folder: Path) -> Path:
    """Where a backup waits to be brought back while the node is being set up."""
    return folder / "bring-back.cosmolocal"


def refused_backup(folder: Path) -> Path:
    """Why the last one could not be brought back."""
    return folder / "bring-back.refused"


def _bound(host: str, port: int) -> socket.socket | None:
    """A socket that has the port, and is listened on once the node is prepared; nothing when somebody else has it.

    It outlives the web server: who comes while that one is started again waits for it.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        return None
    return found


def _start_sink(folder: Path) -> list[str] | None:
    """The demo's own mail server, where no other is set; its port is chosen once and kept in the home."""
    if os.environ.get("COSMOLOCAL_SMTP"):
        return None
    port = 20000 + int.from_bytes(os.urandom(2), "big") % 20000
    os.environ["COSMOLOCAL_SMTP"] = f"smtp://127.0.0.1:{port}"
    os.environ["COSMOLOCAL_MAIL_SINK"] = str(folder / "mail")
    return [*PYTHON, "cosmolocal.messages.sink", str(port), str(folder / "mail")]


def _end_with_parent() -> None:
    """Linux: a child is told to end when this process is gone, even after kill -9."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _say(level: str, words: str) -> None:
    """One line of the log; where it cannot be written, the node goes on without."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f'{{"level": "{level}", "says": "{words}"}}\n')
        sys.stderr.flush()


class Watch:
    """Starts the processes, starts one again that dies, stops all of them on SIGTERM.

    One that dies at once waits longer each time, up to half a minute, while the others go on: what keeps it from
    running (a full disk, a database that is away) may pass. Only a web server that never stood ends the whole.

    A backup that waits in the home is brought back in between, while no process holds the database.
    """

    def __init__(self, commands: dict[str, list[str]], folder: Path, files: Sequence[int] = ()) -> None:
        """`files`: descriptors that each process gets."""
        self.commands, self.folder, self.files = commands, folder, files
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.quick_deaths = dict.fromkeys(commands, 0)
        self.again_at: dict[str, float] = {}
        self.web_stood = False
        self.status = 0
        self.stopping = False

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        for name in self.commands:
            self._start(name)
        while not self.stopping:
            time.sleep(0.3)
            if waiting_backup(self.folder).exists():
                self._bring_back()
            self._look_after()
        self._end()
        return self.status

    def _look_after(self) -> None:
        now = time.monotonic()
        for name, process in list(self.running.items()):
            if process.poll() is None:
                self.web_stood |= name == "web" and now - self.started[name] > QUICK_SECONDS
            elif name in self.again_at:
                if now >= self.again_at[name]:
                    del self.again_at[name]
                    self._start(name)
            elif not self.stopping:
                self._bury(name, now)

    def _start(self, name: str) -> None:
        # An own session: Ctrl-C reaches only this process, which then stops the others in order.
        self.running[name] = subprocess.Popen(
            self.commands[name],
            start_new_session=True,
            pass_fds=self.files,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        self.started[name] = time.monotonic()

    def _bury(self, name: str, now: float) -> None:
        """Says when a dead process starts again; ends the whole where the web server cannot start at all."""
        status = self.running[name].returncode
        is_quick = status not in _KILLED and now - self.started[name] < QUICK_SECONDS
        self.quick_deaths[name] = self.quick_deaths[name] + 1 if is_quick else 0
        # What it had started itself goes with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGKILL)
        if name == "web" and not self.web_stood and self.quick_deaths[name] >= TRIES_AT_FIRST:
            _say("error", f"{name} cannot start; see the lines above")
            self.status, self.stopping = 1, True
            return
        pause = min(LONGEST_PAUSE_SECONDS, 2.0 ** self.quick_deaths[name] - 1)
        self.again_at[name] = now + pause
        _say("warning", f"{name} ended with {status}; starting it again" + (f" in {pause:.0f} s" if pause else ""))

    def _bring_back(self) -> None:
        self._end()
        file = waiting_backup(self.folder)
        words = [*PYTHON, "cosmolocal.config.commands", "restore", str(file)]
        done = subprocess.run(words, check=False, stderr=subprocess.PIPE, text=True)
        with contextlib.suppress(OSError):  # no room for a sentence
            if done.returncode:
                refused_backup(self.folder).write_text(done.stderr.strip().rsplit("\n", 1)[-1])
        file.unlink()
        self.again_at.clear()
        for name in self.commands:
            self._start(name)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
