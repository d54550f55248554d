"""What a killed restore leaves is named and removed; what a running one holds is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from cosmolocal.config import aside, doctor

_HOLDS = """
import sys, time
from pathlib import Path
from cosmolocal.config import aside
with aside.folder(Path(sys.argv[1])) as place:
    (place / "home").mkdir()
    (place / "home" / "secret.key").write_text("everybody's data")
    print(place.name, flush=True)
    sys.stdin.read()
"""


def held_by_another(home: Path) -> tuple[subprocess.Popen[str], str]:
    one = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert one.stdout is not None
    return one, one.stdout.readline().strip()


def test_what_a_killed_restore_left_is_removed_and_a_running_one_is_not(tmp_path: Path) -> None:
    running, held = held_by_another(tmp_path)
    killed, cut_off = held_by_another(tmp_path)
    assert aside.left(tmp_path) == []
    assert aside.let_go(tmp_path) == []
    killed.kill()
    killed.wait()
    assert aside.left(tmp_path) == [cut_off]
    assert aside.let_go(tmp_path) == [cut_off]
    assert [path.name for path in tmp_path.iterdir()] == [held]
    running.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_a_link_and_a_file_of_that_name_are_nobodys_rest(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (tmp_path / ".restoring-link").symlink_to(kept)
    (tmp_path / ".restoring-file").touch()
    assert aside.let_go(tmp_path) == []
    assert kept.exists()


@pytest.mark.django_db
def test_doctor_names_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    assert not [one for one in doctor.examine() if "cut off" in one.what]
    (tmp_path / ".restoring-abc").mkdir()
    assert [one.what for one in doctor.examine() if "cut off" in one.what] == [
        "A restore, or a backup being sent in, was cut off and left a copy of the data: .restoring-abc."
    ]
