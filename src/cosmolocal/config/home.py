"""The node's folder belongs to the user it runs as and to nobody else: it holds keys, sessions and everybody's data.

Imports no Django: the watcher and the settings, which every door loads, come through here.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077
_MARKS = ("node.id", "local.sqlite3")  # a folder with one of these is a home
# What may stand in a folder before a node does: a first start that was cut off, backups to restore, a fresh disk.
_BEFORE = ("secret.key", "backups", "*.cosmolocal", "lost+found")
_WRITTEN = (
    *("node.id", "*.key", "seals.heads", "*.turn", "*.sqlite3*", "static", "files", "errands", "mail"),
    *("backups", "bring-back.*", ".restoring-*"),
)


def own(home: Path) -> None:
    """Makes the folder where there is none, and closes it; what this process writes from now on is closed as well.

    Ends the process with a sentence where the folder is somebody else's.
    """
    os.umask(_OTHERS)
    home.mkdir(parents=True, exist_ok=True)
    if problem := foreign(home):
        sys.exit(problem)
    _close(home)


def foreign(home: Path) -> str:
    """Why this folder is not taken for a home: it holds something, and nothing of it is a node's. Else nothing."""
    if any((home / mark).exists() for mark in _MARKS):
        return ""
    for path in sorted(home.iterdir()):
        if not any(path.match(name) for name in _BEFORE) and not any((path / mark).exists() for mark in _MARKS):
            return (
                f"The folder {home} is no node's: it holds {path.name}, for example. Nothing was changed. "
                "Choose an empty folder, or the one of your node: --home FOLDER"
            )
    return ""


def tighten(home: Path) -> None:
    """Closes what the node wrote before; of other files in its folder nothing is changed."""
    for path in loose(home):
        _close(path)


def loose(home: Path) -> Iterator[Path]:
    """What others on this machine could read or write: the folder, and what the node writes in it (links are followed
    by nobody).
    """
    written = [path for path in home.iterdir() if any(path.match(name) for name in _WRITTEN)]
    below = (inside for path in written if not path.is_symlink() for inside in path.rglob("*"))
    for path in (home, *written, *below):
        with suppress(FileNotFoundError):  # a log of the database that just went
            if not path.is_symlink() and path.lstat().st_mode & _OTHERS:
                yield path


def _close(path: Path) -> None:
    with suppress(PermissionError, FileNotFoundError):  # somebody else's: `doctor` says so
        path.chmod(path.stat().st_mode & 0o7700)
