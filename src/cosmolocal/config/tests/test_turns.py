"""Writers on SQLite: one after the other, and nobody for ever."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from cosmolocal.config.sqlite.base import Turn
from cosmolocal.kernel.models import Node

HOLD = """
import sys, time
from cosmolocal.config.sqlite.base import Turn
Turn(sys.argv[1]).take(5)
print("mine", flush=True)
time.sleep(60)
"""


def test_a_second_one_waits_and_gives_up_in_the_words_of_sqlite(tmp_path: Path) -> None:
    turn = Turn(str(tmp_path / "db"))
    turn.take(1)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="database is locked"):
        turn.take(0.05)
    assert time.monotonic() - began >= 0.05
    turn.give()
    turn.take(1)
    turn.give()


def test_another_process_keeps_its_turn_until_it_dies(tmp_path: Path) -> None:
    path = str(tmp_path / "db")
    other = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "mine\n"
    turn = Turn(path)
    with pytest.raises(OperationalError, match="database is locked"):
        turn.take(0.05)
    other.kill()
    other.wait()
    turn.take(5)
    turn.give()


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="SQLite's own way of writing")
@pytest.mark.django_db(transaction=True)
def test_many_threads_write_and_each_gives_its_turn_back() -> None:
    Node.objects.create(name="0")

    def write(number: int) -> None:
        try:
            for turn in range(10):
                with suppress(ValueError), transaction.atomic():
                    node = Node.objects.get()
                    node.name = str(int(node.name) + 1)
                    node.save()
                    if (number + turn) % 5 == 0:
                        raise ValueError
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert Node.objects.get().name == "64"
    assert connection._turn is None
