"""A real node for the browser: its own process, folder and port, as an operator starts it."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COSMOLOCAL = Path(sys.executable).with_name("cosmolocal")
STARTS_WITHIN_S = 240


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_the_tests() -> None:
    """Ask Linux for SIGTERM when the test process is gone, so that a killed run leaves no node behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@dataclass
class Node:
    """One node in one folder. `start` returns when it answers, `stop` when every process of it has ended."""

    home: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def _output(self) -> Path:
        return self.home.with_name(f"{self.home.name}.log")

    def environment(self) -> dict[str, str]:
        """SQLite in the own folder; no mail but the node's own sink."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COSMOLOCAL_", "DATABASE_"))}
        return {
            **kept,
            "COSMOLOCAL_HOME": str(self.home),
            "COSMOLOCAL_SQLITE_SYNCHRONOUS": "OFF",
            "PORT": str(self.port),
        }

    def start(self, command: str = "up", *more: str) -> None:
        """Run `cosmolocal up` (or `demo`) until it is ready to answer."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        with self._output.open("ab") as log:
            self.process = subprocess.Popen(
                [COSMOLOCAL, command, "--home", self.home, "--port", str(self.port), *more],
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - one call into libc, no lock
            )
        self._wait()

    def _wait(self) -> None:
        assert self.process is not None
        last = ""
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the node ended by itself:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError) as error:
                last = str(error)
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"the node is not ready ({last}):\n{self.log()}")

    def log(self) -> str:
        """The last lines it wrote."""
        return self._output.read_text(errors="replace")[-4000:] if self._output.exists() else ""

    def run(self, *arguments: str) -> str:
        """A `cosmolocal` command on this node's folder, for example `run("doctor")`; what it printed."""
        done = subprocess.run(
            [COSMOLOCAL, *arguments, "--home", self.home],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, code: str) -> Any:
        """What the books say: runs Python on the node's own database; `answer` is set to what JSON can hold."""
        script = "import django, json; django.setup()\n" + code + "\nprint('ANSWER', json.dumps(answer))"
        environment = {**self.environment(), "DJANGO_SETTINGS_MODULE": "cosmolocal.config.settings"}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.rsplit("ANSWER ", 1)[1])

    def stop(self) -> int | None:
        """SIGTERM, as a service manager does; the status it ended with."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
