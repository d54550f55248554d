"""A backup taken while people pay: restored, its books agree."""

from pathlib import Path

import pytest

from tests import homes
from tests.reliability.node_process import run, start
from tests.reliability.test_kill import WEB

pytestmark = pytest.mark.processes


def test_a_backup_under_load_restores_to_books_that_agree(tmp_path: Path, databases) -> None:
    url, other = databases(), databases()
    home, file = tmp_path / "a", tmp_path / "load.cosmolocal"
    homes.local(home, url)
    homes.tables(tmp_path / "b", other)
    writers = [start(home, url, WEB.format(first=0, last=100_000, seed=seed)) for seed in (1, 2)]
    for writer in writers:
        assert writer.stdout is not None
        for _ in range(20):
            writer.stdout.readline()
    run(home, url, f"answer = str(backup.write(Path({str(file)!r})))")
    still_writing = [writer.poll() is None for writer in writers]
    for writer in writers:
        writer.kill()
        writer.wait()
    run(tmp_path / "b", other, f"answer = restoring.restore(Path({str(file)!r}))['local']")
    paid, findings, difference = run(
        tmp_path / "b",
        other,
        """
        paid = apps.get_model("kernel.Operation").objects.filter(code="money.transfer").count()
        answer = [paid, [str(f) for f in journal.replay()], purse.sums_agree().difference]
        """,
    )
    assert all(still_writing)
    assert paid >= 40
    assert (findings, difference) == ([], 0)
