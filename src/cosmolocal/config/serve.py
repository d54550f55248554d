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
from pathlib import Path
from types import FrameType

PYTHON = [sys.executable, "-m"]
GRACE_SECONDS = 15
QUICK_SECONDS = 3
_KILLED = (-signal.SIGKILL, -signal.SIGTERM)  # by the system or by somebody: no sign that it cannot run
_PR_SET_PDEATHSIG = 1


def bring_up(args: argparse.Namespace) -> int:
    """Prepares the node and serves it until SIGTERM or Ctrl-C; the exit status."""
    home = Path(os.environ["COSMOLOCAL_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    # Threads share one pool of memory instead of having one each: some 10 MB less for a small node.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    if args.command == "demo":
        os.environ["COSMOLOCAL_DEMO"] = "1"
        os.environ.setdefault("COSMOLOCAL_SQLITE_SYNCHRONOUS", "NORMAL")
    serves = not getattr(args, "no_serve", False)
    if serves and _is_taken(args.host, int(os.environ["PORT"])):
        sys.stderr.write(
            f"Port {os.environ['PORT']} is in use. Stop what uses it, or choose another one: --port 8001\n"
        )
        return 1
    sink = _start_sink(home) if args.command == "demo" and serves else None
    words = ["prepare", "--address", f"http://localhost:{os.environ['PORT']}"]
    if args.command == "demo":
        words += ["--demo", *(["--fresh"] if args.fresh else [])]
    done = subprocess.run(
        [*PYTHON, "cosmolocal.config.commands", *words],
        check=False,
        preexec_fn=_end_with_parent,
    )
    if done.returncode or not serves:
        return done.returncode
    workers = args.workers or int(os.environ.get("WEB_WORKERS", "1"))
    commands = {
        "web": [*PYTHON, "cosmolocal.config.web", args.host, os.environ["PORT"], str(workers)],
        "worker": [*PYTHON, "cosmolocal.config.work"],
    }
    if sink:
        commands["sink"] = sink
    return Watch(commands, home).run()


def waiting_backup(home: Path) -> Path:
    """Where a backup waits to be brought back while the node is being set up."""
    return home / "bring-back.cosmolocal"


def refused_backup(home: Path) -> Path:
    """Why the last one could not be brought back."""
    return home / "bring-back.refused"


def _is_taken(host: str, port: int) -> bool:
    """Asked beforehand, since the web server would share a port silently."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return True
    return False


def _start_sink(home: Path) -> list[str] | None:
    """The demo's own mail server, where no other is set; its port is chosen once and kept in the home."""
    if os.environ.get("COSMOLOCAL_SMTP"):
        return None
    port = 20000 + int.from_bytes(os.urandom(2), "big") % 20000
    os.environ["COSMOLOCAL_SMTP"] = f"smtp://127.0.0.1:{port}"
    os.environ["COSMOLOCAL_MAIL_SINK"] = str(home / "mail")
    return [*PYTHON, "cosmolocal.messages.sink", str(port), str(home / "mail")]


def _end_with_parent() -> None:
    """Linux: a child is told to end when this process is gone, even after kill -9."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Watch:
    """Starts the processes, starts one again that dies, stops all of them on SIGTERM.

    A backup that waits in the home is brought back in between, while no process holds the database.
    """

    def __init__(self, commands: dict[str, list[str]], home: Path) -> None:
        self.commands, self.home = commands, home
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.quick_deaths = 0
        self.stopping = False

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        for name in self.commands:
            self._start(name)
        while not self.stopping:
            time.sleep(0.3)
            if waiting_backup(self.home).exists():
                self._bring_back()
            for name, process in list(self.running.items()):
                if process.poll() is not None and not self.stopping and not self._again(name):
                    self.stopping = True
        return self._end()

    def _start(self, name: str) -> None:
        # An own session: Ctrl-C reaches only this process, which then stops the others in order.
        self.running[name] = subprocess.Popen(
            self.commands[name],
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        self.started[name] = time.monotonic()

    def _again(self, name: str) -> bool:
        """Restarts a dead process; False after it ended by itself, within seconds of its start, five times in a row."""
        status = self.running[name].returncode
        if status not in _KILLED:
            self.quick_deaths = self.quick_deaths + 1 if time.monotonic() - self.started[name] < QUICK_SECONDS else 0
        # A web server that was killed leaves its workers behind, and they would keep the port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGKILL)
        sys.stderr.write(f'{{"level": "warning", "says": "{name} ended with {status}; starting it again"}}\n')
        if self.quick_deaths >= 5:
            sys.stderr.write(f'{{"level": "error", "says": "{name} cannot stay up; see the lines above"}}\n')
            return False
        self._start(name)
        return True

    def _bring_back(self) -> None:
        self._end()
        file = waiting_backup(self.home)
        words = [*PYTHON, "cosmolocal.config.commands", "restore", str(file)]
        done = subprocess.run(words, check=False, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            refused_backup(self.home).write_text(done.stderr.strip().rsplit("\n", 1)[-1])
        file.unlink()
        for name in self.commands:
            self._start(name)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> int:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        return 0 if self.quick_deaths < 5 else 1
