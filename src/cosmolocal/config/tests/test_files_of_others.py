"""The command line takes no folder that is somebody else's, and writes over no file that is there."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from cosmolocal.config import backup, cli, commands, home
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.models import Node
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.once


def said(folder: Path, *words: str | Path) -> tuple[int, str]:
    command = [Path(sys.executable).with_name("cosmolocal"), *words, "--home", folder]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COSMOLOCAL_", "DATABASE_"))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=kept)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}


def run(*words: str | Path) -> int:
    """A command on the home of the tests, in this process."""
    args = cli.parser().parse_args([str(word) for word in words])
    return commands.RUN[args.command](args)


@pytest.mark.parametrize("words", [("doctor",), ("demo", "--no-serve")])
def test_a_folder_of_somebody_else_is_left_as_it_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = tmp_path / "letters"
    (folder / "files").mkdir(parents=True)
    for name in ("thesis.txt", "files/picture.jpg"):
        (folder / name).write_text("mine")
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    (folder / "files").chmod(0o755)
    before = modes(folder)
    status, text = said(folder, *words)
    assert status == 1
    assert "is no node's" in text
    assert "--home FOLDER" in text
    assert modes(folder) == before


@pytest.mark.parametrize("door", [["-c", "import cosmolocal.config.wsgi"]])
def test_no_other_door_takes_it_either(tmp_path: Path, door: list[str]) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [sys.executable, *door],
        env={**os.environ, "COSMOLOCAL_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "cosmolocal.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is no node's" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_folders_in_which_a_node_may_begin(tmp_path: Path) -> None:
    for names in (
        [],
        ["backups/one.cosmolocal"],
        ["one.cosmolocal"],
        ["lost+found/x"],
        ["secret.key"],
        ["demo/node.id"],
    ):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("x")
        assert home.foreign(folder) == "", names


def test_in_its_own_folder_a_node_closes_what_it_writes_and_nothing_else(tmp_path: Path) -> None:
    for name in ("node.id", "local.sqlite3", "notes.txt", "archive/old.txt", "files/ab/picture.webp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o644)
    home.tighten(tmp_path)
    found = modes(tmp_path)
    assert [name for name, mode in sorted(found.items()) if mode & 0o077 and "." in name] == ["notes.txt", "old.txt"]
    assert list(home.loose(tmp_path)) == []


@pytest.mark.django_db
def test_a_file_that_is_there_is_written_over_only_by_force(tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("mine")
    for words in (("export", "products"), ("backup",)):
        with pytest.raises(Refusal, match="is there already"):
            run(*words, file)
        with pytest.raises(Refusal, match="is there already"):
            run(*words, tmp_path, "--force")
    assert file.read_text() == "mine"
    assert run("export", "products", file, "--force") == 0
    assert file.read_text() != "mine"
    # A pipe or a device loses nothing by what is written into it; a backup would take its place.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert run("export", "products", "/dev/null") == 0
    with pytest.raises(Refusal, match="is there already"):
        run("backup", pipe, "--force")
    assert pipe.is_fifo()


@pytest.mark.django_db
def test_no_file_of_the_home_is_ever_written_over(tmp_path: Path) -> None:
    own = Path(settings.HOME)
    (own / "backups").mkdir(exist_ok=True)
    kept = own / "backups" / "kept.cosmolocal"
    kept.write_text("kept")
    link = tmp_path / "link"
    link.symlink_to(own / "node.id")
    before = (own / "node.id").read_text()
    for file in (own / "node.id", link, kept, own / "local.sqlite3", own / "bring-back.cosmolocal"):
        for words in (("export", "products"), ("backup",)):
            with pytest.raises(Refusal, match="belongs to the node's own folder"):
                run(*words, file, "--force")
    assert ((own / "node.id").read_text(), kept.read_text()) == (before, "kept")
    assert not (own / "bring-back.cosmolocal").exists()
    kept.unlink()


@pytest.mark.parametrize("words", [("backup",), ("code", "Amina")])
def test_a_folder_without_a_local_is_a_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    status, text = said(tmp_path / "home", *words)
    assert status == 1
    assert "holds no local yet" in text


@pytest.mark.django_db
def test_the_name_of_every_backup_is_the_time_on_the_wall() -> None:
    Node.objects.update_or_create(defaults={"name": "Here", "zone": "Asia/Shanghai"})
    with node.at_home(), clock.frozen_at(datetime(2031, 5, 4, 20, 30, tzinfo=UTC)):
        for words in ("", "before-fresh-"):
            assert backup.default_file(words).name == f"{words}2031-05-05-043000.cosmolocal"
