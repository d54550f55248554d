"""`cosmolocal demo --fresh` makes the demo anew: what stood there lies beside it, and comes back whole."""

from pathlib import Path

import pytest

from tests import homes
from tests.reliability.node_process import run
from tests.reliability.test_backup import SUMS

pytestmark = [pytest.mark.long, pytest.mark.once, pytest.mark.processes]

OWN = """
    by = who.system()
    people.add_member(by=by, name="Somebody of before", email="before@example.org", household_name="Of before")
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True, exist_ok=True)
    (settings.MEDIA_ROOT / "ab" / "picture.webp").write_bytes(b"RIFF" + bytes(200))
    """
IS_HERE = "answer = who.Agent.objects.filter(name='Somebody of before').exists()"


def test_what_a_demo_made_anew_replaces_is_kept_and_restores(tmp_path: Path) -> None:
    node = homes.demo(tmp_path / "demo")
    before = run(node.home, "", OWN + SUMS)
    kept = set((node.home / "backups").glob("*"))
    node.run("demo", "--fresh", "--no-serve")
    assert run(node.home, "", IS_HERE) is False
    (made,) = set((node.home / "backups").glob("*")) - kept
    assert made.name.startswith("before-fresh-")
    assert made.stat().st_mode & 0o077 == 0
    restored = run(tmp_path / "back", "", f"answer = restoring.restore(Path({str(made)!r}))['local']")
    assert restored == "Ainonghui 爱农会"
    assert run(tmp_path / "back", "", IS_HERE) is True
    after = run(tmp_path / "back", "", SUMS)
    assert after == before
    assert (after["findings"], after["unprotected"]) == ([], [])
