"""The disk of a running node is full for a while: people read on, writing is refused in words, and all comes back."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests import homes
from tests.browser.node import Node
from tests.harness import missing
from tests.reliability.node_process import run
from tests.reliability.test_kill_served import token_of

PATIENCE_S, FULL_S = 180, 25
READ = ("/", "/healthz", "/people/sign-in/code/")
pytestmark = [pytest.mark.once, pytest.mark.processes]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, small enough to be filled."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(words, check=False, capture_output=True).returncode:
        missing("making a small disk needs a machine where mounting is allowed")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def until(answers: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not answers():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.3)


def status(client: httpx.Client, path: str) -> int:
    try:
        return client.get(path).status_code
    except httpx.TransportError:
        return 0


def test_a_node_outlives_a_full_disk(small_disk: Path) -> None:
    home = small_disk / "home"
    homes.local(home)
    node = Node(home)
    node.start("up")
    filler = small_disk / "filler"
    try:
        code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", node.run("code", "amina 3"))
        assert code
        with httpx.Client(base_url=node.url, timeout=60) as client:
            page = client.get("/people/sign-in/code/")
            fill(filler)
            form = {"csrfmiddlewaretoken": token_of(page.text), "code": code[0]}
            refused = client.post("/people/sign-in/code/", data=form)
            assert refused.status_code in (422, 503, 507)
            assert "disk is full" in refused.text
            assert_no_backup(node)
            assert node.process is not None
            # Long enough for each beat and tick of the worker to meet it.
            full_until = time.monotonic() + FULL_S
            while time.monotonic() < full_until:
                fill(filler)
                assert {path: status(client, path) for path in READ} == dict.fromkeys(READ, 200)
                time.sleep(0.5)
            assert node.process.poll() is None
            filler.unlink()
            until(lambda: status(client, "/readyz") == 200)
            signed_in = client.post("/people/sign-in/code/", data=form)
            assert signed_in.status_code == 302
            assert client.get("/home/").status_code == 200
            assert node.process.poll() is None
    finally:
        filler.unlink(missing_ok=True)
        node.stop()
    found = run(home, "", "answer = [[str(f) for f in journal.replay()], purse.sums_agree().difference]")
    assert found == [[], 0]


def assert_no_backup(node: Node) -> None:
    with pytest.raises(AssertionError, match="No room is left on the disk, and nothing was written"):
        node.run("backup")
    assert list((node.home / "backups").glob("*")) == []


def fill(path: Path) -> None:
    """To the last byte, also what frees itself a moment later."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


KEEPS_FALLING = """
import sys, time
from functools import partial
from pathlib import Path
from cosmolocal.config import watch

watch.LONGEST_PAUSE_SECONDS = 0.5
folder = Path({folder!r})

def falls(name):
    with (folder / name).open("a") as file:
        file.write("x")
    if name == "worker" and len((folder / name).read_text()) < 7:
        sys.exit(1)
    time.sleep(600)

tasks = {{name: partial(falls, name) for name in ("web", "worker")}}
sys.exit(watch.Watch(tasks, folder, sys.exit).run())
"""


def test_a_worker_that_falls_again_and_again_never_ends_the_web_server(tmp_path: Path) -> None:
    watch = KEEPS_FALLING.format(folder=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", watch], stderr=subprocess.DEVNULL)
    try:
        until(lambda: (tmp_path / "worker").exists() and len((tmp_path / "worker").read_text()) >= 7)
        assert (tmp_path / "web").read_text() == "x"
        assert process.poll() is None
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0
