"""A full disk: refused with a clear sentence, nothing half written, the database intact."""

from pathlib import Path

import pytest

from tests import homes
from tests.reliability.node_process import run

pytestmark = pytest.mark.processes


@pytest.mark.once
def test_a_full_disk_is_a_sentence_and_leaves_the_books_whole(tmp_path: Path) -> None:
    homes.local(tmp_path / "home")
    found = run(
        tmp_path / "home",
        "",
        """
        from django.db import connection
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            # SQLite's own limit behaves as a full disk does: the write fails in the middle of the deed.
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        paid, refusal = 0, None
        accounts = [purse.account_for(agent) for agent in
                    apps.get_model("agents.Agent").objects.filter(kind="household").order_by("id")]
        while refusal is None and paid < 5000:
            try:
                money.transfer(by=who.system(), source=accounts[paid % 2], target=accounts[1 - paid % 2], amount=1,
                               key=f"full-{paid}")
                paid += 1
            except Refusal as stopped:
                refusal = stopped
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 4294967294")
            cursor.execute("PRAGMA integrity_check")
            whole = cursor.fetchone()[0]
        findings = [str(f) for f in journal.replay()]
        booked = apps.get_model("kernel.Operation").objects.filter(code="money.transfer").count()
        money.transfer(by=who.system(), source=accounts[paid % 2], target=accounts[1 - paid % 2], amount=1,
                       key=f"full-{paid}")
        answer = [refusal.code, str(refusal), whole, findings, booked == paid, purse.sums_agree().difference]
        """,
    )
    code, sentence, whole, findings, all_counted, difference = found
    assert code == "kernel.disk_full"
    assert "disk is full" in sentence
    assert (whole, findings, all_counted, difference) == ("ok", [], True, 0)
