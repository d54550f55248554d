"""kill -9 in the middle of making or changing tables: the next start ends what was begun, and nothing is missing."""

import random
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.harness import ALL
from tests.reliability.node_process import FILL, MIGRATE, run, start
from tests.reliability.test_round_killed import KILLER

pytestmark = pytest.mark.processes

KILLS = 12 if ALL else 2
FURTHEST = 1200  # statements; a first start makes some more
LOOK = """
    from django.core.management import call_command
    from cosmolocal.kernel import triggers
    call_command("migrate", check_unapplied=True, verbosity=0)
    answer = [triggers.missing(), [str(f) for f in journal.replay()], purse.sums_agree().difference]
"""


def test_tables_whose_making_was_killed_are_whole_after_the_next_start(tmp_path: Path, databases: Any) -> None:
    home, url, chance = tmp_path / "home", databases(), random.Random(7)
    deaths = [
        start(home, url, f"    LAST = {chance.randrange(1, FURTHEST)}\n" + KILLER + MIGRATE).wait(timeout=600)
        for _kill in range(KILLS)
    ]
    assert -signal.SIGKILL in deaths
    run(home, url, MIGRATE)
    run(home, url, FILL)
    assert run(home, url, LOOK) == [[], [], 0]
