"""A node that is killed while it seals, and one that is put back: the head kept beside its key fits its chain."""

import random
import time
from pathlib import Path

import pytest

from tests import homes
from tests.harness import seeds
from tests.reliability.node_process import run, start

pytestmark = pytest.mark.processes

WORK = """
    from cosmolocal.kernel import seals
    from cosmolocal.money.models import Account
    by, bank = who.system(), purse.boxes()[0]
    account = Account.objects.filter(kind="member")[0]
    seals.seal()
    print("READY")
    for number in range(10000):
        money.top_up(by=by, account=account, box=bank, amount=100 + number, key=f"{SEED}-{number}")
        seals.seal()
"""
LOOK = """
    from cosmolocal.kernel import heads, proving, seals
    told = sorted({broken.code for broken in proving.examine(restoring.known_heads())})
    lines = heads.read()
    answer = [told, seals.head().number if seals.head() else 0, lines[-1].verb, lines[-1].number]
"""


def test_a_kill_while_sealing_leaves_a_chain_that_its_file_fits(tmp_path: Path, databases) -> None:
    home, url = tmp_path / "a", databases()
    homes.local(home, url)
    for seed in seeds(4, 20):
        process = start(home, url, f"    SEED = {seed}\n" + WORK)
        assert process.stdout is not None
        assert process.stdout.readline() == "READY\n"
        time.sleep(random.Random(seed).uniform(0.2, 0.9))
        process.kill()
        process.wait()
        told, newest, verb, named = run(home, url, LOOK)
        assert told == []
        assert verb == "sealed"
        assert 0 <= newest - named <= 1
    assert run(home, url, "    from cosmolocal.kernel import seals\n    seals.seal()\n" + LOOK)[3] >= newest


def test_an_older_backup_is_put_back_and_the_file_says_so(tmp_path: Path, databases) -> None:
    url, other = databases(), databases()
    sealed = "\n    from cosmolocal.kernel import seals\n    seals.seal()\n    answer = seals.head().number\n"
    homes.local(tmp_path / "a", url)
    homes.tables(tmp_path / "b", other)
    first = run(tmp_path / "a", url, sealed)
    file = str(tmp_path / "one.cosmolocal")
    run(tmp_path / "a", url, f"answer = str(backup.write(Path({file!r})))")
    run(tmp_path / "a", url, '    people.add_member(by=who.system(), name="Jo", household_name="J")' + sealed)
    assert run(tmp_path / "a", url, LOOK) == [[], first + 1, "sealed", first + 1]
    run(tmp_path / "b", other, f"answer = restoring.restore(Path({file!r}))['local']")
    assert run(tmp_path / "b", other, LOOK) == [[], first, "restored", first]
    run(tmp_path / "b", other, '    people.add_member(by=who.system(), name="Jo", household_name="J")' + sealed)
    assert run(tmp_path / "b", other, LOOK) == [[], first + 1, "sealed", first + 1]
