"""The processes of a node: loaded once, watched by a small one, started again when killed, gone when it is gone."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cosmolocal.config import watch
from tests import homes
from tests.browser.node import Node

PATIENCE_S = 120
MEGABYTE = 1024
pytestmark = [pytest.mark.once, pytest.mark.processes]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    homes.tables(tmp_path / "home")
    made = Node(tmp_path / "home")
    made.start()
    yield made
    made.stop()


def children(pid: int) -> dict[str, int]:
    """What each is called, and its process id."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {Path(f"/proc/{child}/comm").read_text().strip(): int(child) for child in found}


def memory(pid: int, kind: str) -> int:
    """In kB."""
    found = re.search(rf"^{kind}:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found[1])


def patiently(holds: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.1)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def watcher(node: Node) -> int:
    assert node.process is not None
    return node.process.pid


def test_web_server_and_worker_share_what_they_do_not_change_and_the_watcher_stays_small(node: Node) -> None:
    both = children(watcher(node))
    assert set(both) == {"web", "worker"}
    for pid in both.values():
        assert memory(pid, "Shared_Dirty") > 10 * MEGABYTE
    assert memory(watcher(node), "Pss") < 15 * MEGABYTE
    # Neither has the other's files of the database, nor the watcher any.
    assert not any("sqlite" in str(file.readlink()) for file in Path(f"/proc/{watcher(node)}/fd").iterdir())


@pytest.mark.parametrize("name", ["web", "worker"])
def test_one_that_is_killed_comes_back_and_the_other_goes_on(node: Node, name: str) -> None:
    before = children(watcher(node))
    other = ({"web", "worker"} - {name}).pop()
    os.kill(before[name], signal.SIGKILL)
    patiently(lambda: children(watcher(node)).get(name) not in (None, before[name]))
    node._wait()
    assert children(watcher(node))[other] == before[other]


def test_no_process_outlives_a_watcher_that_is_killed(node: Node) -> None:
    before = children(watcher(node))
    os.kill(watcher(node), signal.SIGKILL)
    patiently(lambda: not any(alive(pid) for pid in before.values()))


def test_nothing_is_open_when_processes_are_forked(tmp_path: Path) -> None:
    look = """
import os, threading
from cosmolocal.config import loader
from django.db import connections
loader.load()
assert connections["default"].connection is None
assert threading.active_count() == 1
for name in os.listdir("/proc/self/fd"):
    if os.path.lexists(f"/proc/self/fd/{name}"):
        print(os.readlink(f"/proc/self/fd/{name}"))
"""
    environment = {**os.environ, "COSMOLOCAL_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in done.stdout


def test_each_process_draws_its_own_numbers(tmp_path: Path) -> None:
    def draw(name: str) -> None:
        (tmp_path / name).write_text(str([random.random() for _ in range(4)]))

    drawn = [watch.start(name, lambda name=name: draw(name)) for name in ("web", "worker")]
    patiently(lambda: all(child.has_ended() for child in drawn))
    assert [child.status for child in drawn] == [0, 0]
    assert (tmp_path / "web").read_text() != (tmp_path / "worker").read_text()


def test_a_web_server_that_never_stands_ends_the_node(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from cosmolocal.config import watch
watch.LONGEST_PAUSE_SECONDS = 0
tasks = {{"web": lambda: sys.exit(3), "worker": lambda: __import__("time").sleep(600)}}
sys.exit(watch.Watch(tasks, Path({str(tmp_path)!r}), sys.exit).run())
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 1
    assert done.stderr.count("web ended with 3") == watch.TRIES_AT_FIRST - 1
    assert "web cannot start" in done.stderr
