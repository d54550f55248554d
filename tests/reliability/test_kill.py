"""kill -9 in the middle of work: nothing is lost, nothing happens twice, the books replay."""

import random
import subprocess
from pathlib import Path

import pytest

from tests import homes
from tests.harness import seeds
from tests.reliability.node_process import run, start

pytestmark = pytest.mark.processes

DEEDS = 1000
PAY = """
    import random
    FROM, TO, SEED = {first}, {last}, {seed}
    accounts = [purse.account_for(agent) for agent in
                apps.get_model("agents.Agent").objects.filter(kind="household").order_by("id")]
    def pay(number, key):
        chance = random.Random(SEED * 100003 + number)
        source, target = chance.sample(accounts, 2)
        amount = chance.randrange(1, 60)
        money.transfer(by=who.system(), source=source, target=target, amount=amount, key=key)
"""
WEB = (
    PAY
    + """
    for number in range(FROM, TO):
        try:
            pay(number, f"deed-{{SEED}}-{{number}}")
            print(number, "done")
        except Refusal as refusal:
            print(number, refusal.code)
"""
)
CHECK = (
    PAY
    + """
    Operation = apps.get_model("kernel.Operation")
    Event = apps.get_model("flows.EconomicEvent")
    paid = Operation.objects.filter(code="money.transfer")
    answer = {{
        "operations": paid.count(),
        "keys": paid.values("key").distinct().count(),
        "events": Event.objects.filter(operation__code="money.transfer").count(),
        "findings": [str(f) for f in journal.replay()],
        "difference": purse.sums_agree().difference,
        "balances": [purse.balance(account).balance for account in accounts],
    }}
"""
)


@pytest.fixture
def local(tmp_path: Path, databases) -> tuple[Path, str]:
    url = databases()
    homes.local(tmp_path / "home", url)
    return tmp_path / "home", url


def expected_balances(seed: int, numbers: range, refused: set[int]) -> list[int]:
    """What the accounts hold after every deed happened once: computed without the books."""
    balances = [10000 + number for number in range(30)]
    for number in numbers:
        chance = random.Random(seed * 100003 + number)
        source, target = chance.sample(range(30), 2)
        amount = chance.randrange(1, 60)
        if number not in refused:
            balances[source] -= amount
            balances[target] += amount
    return balances


def test_a_killed_web_process_loses_nothing_and_repeats_nothing(local: tuple[Path, str]) -> None:
    home, url = local
    each = DEEDS // len(seeds(5, 50))
    expected, asked = [10000 + n for n in range(30)], 0
    for seed in seeds(5, 50):
        chance, reached, refused = random.Random(seed), 0, set()
        while reached < each:
            process = start(home, url, WEB.format(first=reached, last=each, seed=seed))
            kill_at = reached + chance.randrange(each // 3, each)
            assert process.stdout is not None
            for line in process.stdout:
                number, said = line.split()
                if said != "done":
                    refused.add(int(number))
                reached = int(number) + 1
                if reached >= kill_at:
                    process.kill()
                    break
            process.wait()
            # What was answered before the kill but not read yet is asked again with the same key.
        asked += each
        after = expected_balances(seed, range(each), refused)
        expected = [had + now - start_ for had, now, start_ in zip(expected, after, range(10000, 10030), strict=True)]
    found = run(home, url, CHECK.format(first=0, last=0, seed=0))
    assert found["operations"] == found["keys"] == found["events"] == asked
    assert found["balances"] == expected
    assert found["findings"] == []
    assert found["difference"] == 0


WORK = (
    PAY
    + """
    from cosmolocal.kernel import jobs, worker
    @jobs.job("test.pay")
    def job(number):
        pay(number, jobs.key())
    if TO:
        for number in range(FROM, TO):
            jobs.enqueue("test.pay", number)
    print("ready")
    sys.stdout.flush()
    worker.run("worker", batch=True)
    print("empty")
"""
)


def test_jobs_of_a_killed_worker_are_done_exactly_once(local: tuple[Path, str]) -> None:
    home, url = local
    jobs, chance = 120, random.Random(1)
    process = start(home, url, WORK.format(first=0, last=jobs, seed=0))
    for _ in range(3):
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(timeout=chance.random() * 0.4)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        process = start(home, url, WORK.format(first=0, last=0, seed=0))
    told, _nothing = process.communicate(timeout=120)
    assert "empty" in told
    found = run(home, url, CHECK.format(first=0, last=0, seed=0))
    assert found["operations"] == found["events"] == jobs
    assert found["balances"] == expected_balances(0, range(jobs), set())
    assert found["findings"] == []
