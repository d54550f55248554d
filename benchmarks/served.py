"""A real node on the database of the benchmark, as `cosmolocal up` starts it, and browsers that ask it over HTTP."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings

from benchmarks.harness import must
from benchmarks.town import Town
from cosmolocal.agents.models import Agent

ROOT = Path(__file__).resolve().parent.parent
CSRF = "b" * 32  # a browser's own secret; any will do, as long as cookie and form agree


@dataclass(frozen=True)
class Asked:
    """One request of one browser: a page to read, or answers to send."""

    path: str
    cookie: str
    answers: dict[str, object] | None = None

    def send(self, line: http.client.HTTPConnection) -> int:
        """The status; the body is read, so that the connection may be used again."""
        headers = {"Cookie": self.cookie}
        if self.answers is None:
            line.request("GET", self.path, headers=headers)
        else:
            body = urlencode({"csrfmiddlewaretoken": CSRF, **self.answers}, doseq=True)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            line.request("POST", self.path, body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status


def cookie_of(town: Town, member: Agent) -> str:
    """The cookies of a browser in which this member has signed in."""
    session = town.client(member).cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"


@contextlib.contextmanager
def node(workers: int) -> Iterator[tuple[int, int]]:
    """Serves the node with the empty page beside its own: (port, process id) while it stands."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.empty_settings",
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
    }
    command = [Path(sys.executable).with_name("cosmolocal"), "up", "--home", os.environ["COSMOLOCAL_HOME"]]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--workers", str(workers)],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def ask_all(port: int, clients: int, wishes: Sequence[Asked], wanted: int) -> tuple[float, list[float]]:
    """So many browsers at once share the wishes: seconds altogether, and seconds of each. All must answer `wanted`."""
    waiting = iter(wishes)
    took: list[float] = []
    statuses: list[int] = []
    lock = threading.Lock()

    def browse() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                wish = next(waiting, None)
            if wish is None:
                return line.close()
            begin = time.perf_counter()
            statuses.append(wish.send(line))
            took.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=browse) for _ in range(clients)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    must(set(statuses) == {wanted}, f"answers were {sorted(set(statuses))}, not only {wanted}")
    return seconds, took


def memory_mb(process: int) -> dict[str, float]:
    """What the node's processes keep for themselves (PSS), by what they do."""
    found: dict[str, float] = {}
    for pid in _with_children(process):
        does = Path(f"/proc/{pid}/comm").read_text().strip()
        name = does if does in ("web", "worker") else "watcher"
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        pss = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
        found[name] = found.get(name, 0) + int(pss.split()[1]) / 1024
    return found


def _with_children(process: int) -> list[int]:
    """The process and all that came of it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                parents[int(folder.name)] = int(stat[1])
    found = [process]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        must(process.poll() is None, "the node ended by itself")
        with contextlib.suppress(OSError, http.client.HTTPException):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/readyz")
            if line.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise AssertionError("the node does not answer")
