"""kill -9 while opening books are brought in: begun again they are whole, and nobody and nothing is there twice."""

import random
import signal
from pathlib import Path
from typing import Any

import pytest

from cosmolocal.money.tests.test_opening import as_csv, village_file
from tests import homes
from tests.harness import ALL
from tests.reliability.node_process import run, start
from tests.reliability.test_round_killed import KILLER

pytestmark = pytest.mark.processes

KILLS = 12 if ALL else 2
FOUND = """
    draft = people.LocalDraft(name="Tianxin", zone="Asia/Shanghai", currency="CNY")
    people.found_local(by=who.system(), draft=draft)
    money.open_currency(by=who.system(), code="CNY", decimals=2, symbol="¥")
    answer = None
"""
BRING_IN = """
    from datetime import date
    from cosmolocal.kernel import node
    from cosmolocal.money import imports
    imports.BATCH = 4
    with node.at_home():
        done = imports.run_import(
            who.system(), Path({file!r}).read_bytes(), "books.csv", date(2026, 9, 1), accept_difference=True
        )
    answer = len(done.rows)
"""
STANDS = """
    from cosmolocal.agents.models import Agent, Contact, Membership, Role
    from cosmolocal.money.models import Account, MoneyBox
    rows = lambda model, *names: sorted(map(repr, model.objects.values_list(*names)))
    answer = [
        rows(Agent, "name", "kind", "code"), rows(Membership, "member__name", "group__name", "until"),
        rows(Contact, "agent__name", "email", "phone", "iban"), rows(Role, "agent__name", "name", "until"),
        rows(Account, "kind", "code", "holder__name", "resource__accounting_quantity"),
        rows(MoneyBox, "kind", "name", "resource__accounting_quantity"),
        [str(found) for found in journal.replay()], purse.sums_agree().difference,
    ]
"""


def test_opening_books_that_were_killed_are_whole_once_they_are_brought_in_again(
    tmp_path: Path, databases: Any
) -> None:
    file = tmp_path / "books.csv"
    file.write_bytes(as_csv(village_file(6)))
    bring_in = BRING_IN.format(file=str(file))

    def fresh(name: str) -> tuple[Path, str]:
        home, url = tmp_path / name, databases()
        homes.tables(home, url)
        run(home, url, FOUND)
        return home, url

    whole = fresh("whole")
    reached = run(*whole, "    LAST = 0\n" + KILLER + bring_in + "    answer = reached\n")
    stands = run(*whole, STANDS)
    assert stands[-2:] == [[], 0]
    chance, deaths = random.Random(11), []
    killed = fresh("killed")
    for _kill in range(KILLS):
        last = chance.randrange(reached // 10, reached)
        deaths.append(start(*killed, f"    LAST = {last}\n" + KILLER + bring_in).wait(timeout=300))
    assert -signal.SIGKILL in deaths
    run(*killed, bring_in)
    assert run(*killed, STANDS) == stands
