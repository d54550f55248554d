"""The tools of the house: the throwaway PostgreSQL really goes away, the tree check really finds."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import missing
from tools import mutants, mutate, postgres, tree

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
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").write_text("k")
    assert tree.findings(tmp_path)[0] == "data/secret.key: it belongs to one node"


def test_what_must_be_noticed_is_broken() -> None:
    names = [mutant.name for mutant in mutants.mutants()]
    assert len(set(names)) == len(names)
    told = "\n".join(names)
    assert (
        "shop.policy.permit_keeper: `agents_policy.permit(by, agents_policy.KEEPER, agents_policy.STEWARD, place=round"
        in told
    )
    assert (
        "shop.policy.permit_order: `on_behalf_of is None and agents_policy.is_steward(by)` without `on_behalf_of is"
        in told
    )
    assert (
        "settling.settle_round: `[*payments, *(id for id in owed if id)]` without `*(id for id in owed if id)`" in told
    )


def test_each_break_that_may_stay_unnoticed_has_a_reason_and_exists() -> None:
    names = {mutant.name for mutant in mutants.mutants()}
    assert [name for name, _reason in mutate.reasoned() if name not in names] == []
    assert all(len(reason) > 20 for _name, reason in mutate.reasoned())


@pytest.mark.long
@pytest.mark.processes
def test_a_break_is_noticed_and_one_that_no_test_reaches_is_named() -> None:
    tests = "src/cosmolocal/practices/shop/tests/test_who_may.py"
    command = [sys.executable, TOOL.with_name("mutate.py")]
    noticed = subprocess.run(
        [*command, "permit_treasurer", "--tests", tests], capture_output=True, text=True, check=False
    )
    assert noticed.returncode == 1, noticed.stdout
    assert "NO TEST NOTICES cosmolocal.practices.shop.policy.permit_treasurer" in noticed.stdout
    noticed = subprocess.run(
        [*command, "permit_keeper:", "--tests", tests], capture_output=True, text=True, check=False
    )
    assert noticed.returncode == 0, noticed.stdout
