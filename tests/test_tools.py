"""The tools of the house: the throwaway PostgreSQL really goes away, the tree check really finds."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import missing
from tools import postgres, tree

pytestmark = pytest.mark.once
TOOL = Path(postgres.__file__)


def test_the_cluster_is_gone_when_its_command_is_stopped() -> None:
    if postgres.bin_folder() is None:
        missing("PostgreSQL is not installed")
    show = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(60)"
    running = subprocess.Popen(
        [sys.executable, TOOL, "--", sys.executable, "-c", show], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    folder = Path(running.stdout.readline().strip().split("host=")[1])
    assert (folder / "data" / "PG_VERSION").exists() or os.geteuid() != 0
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=40) == 128 + signal.SIGTERM
    assert not folder.exists()


def test_the_status_of_the_command_is_the_status_of_the_tool() -> None:
    if postgres.bin_folder() is None:
        missing("PostgreSQL is not installed")
    assert subprocess.run([sys.executable, TOOL, "--", "sh", "-c", "exit 5"], check=False).returncode == 5


def test_what_belongs_to_one_machine_is_found(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "fine.txt").write_text("apples\n")
    assert tree.findings(tmp_path) == []
    (tmp_path / "lock.txt").write_text("apples\n--index" + "-url somewhere\n")
    assert tree.findings(tmp_path) == ["lock.txt:2: --index" + "-url"]
