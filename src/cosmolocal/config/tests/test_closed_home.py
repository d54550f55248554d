"""Nobody else on the machine reads the node's folder: also one that was made by an older version."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cosmolocal.config import home

pytestmark = [pytest.mark.once, pytest.mark.processes]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize(
    "door",
    [
        ["-m", "cosmolocal.config.commands", "prepare"],
        ["-c", "import cosmolocal.config.wsgi"],
        ["-c", "import cosmolocal.config.asgi"],
        ["manage.py", "migrate", "contenttypes", "--verbosity", "0"],
    ],
)
def test_what_a_door_makes_is_closed(tmp_path: Path, door: list[str]) -> None:
    folder = tmp_path / "home"
    environment = {**os.environ, "COSMOLOCAL_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "cosmolocal.config.settings"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, *door], env=environment, umask=0o022, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {name for name, mode in modes(folder).items() if mode & 0o077} == set()
    assert modes(folder)["secret.key"] == 0o600
    assert modes(folder)["home"] == 0o700


def test_a_folder_of_before_is_closed_and_what_is_open_is_named(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups").chmod(0o755)
    for name in ("local.sqlite3", "local.sqlite3-wal", "backups/one.cosmolocal"):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    elsewhere = tmp_path.parent / "elsewhere"
    elsewhere.write_bytes(b"x")
    elsewhere.chmod(0o644)
    (tmp_path / "link").symlink_to(elsewhere)
    assert len(list(home.loose(tmp_path))) == 5
    home.tighten(tmp_path)
    assert list(home.loose(tmp_path)) == []
    assert modes(tmp_path)["local.sqlite3-wal"] == 0o600
    assert modes(tmp_path)["backups"] == 0o700
    assert elsewhere.stat().st_mode & 0o777 == 0o644
