"""The node's folder belongs to the user it runs as and to nobody else: it holds keys, sessions and everybody's data.

Imports no Django: the watcher and the settings, which every door loads, come through here.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def own(home: Path) -> None:
    """Makes the folder where there is none, and closes it; what this process writes from now on is closed as well."""
    os.umask(_OTHERS)
    home.mkdir(parents=True, exist_ok=True)
    _close(home)


def tighten(home: Path) -> None:
    """Closes what stands in the folder from before."""
    for path in loose(home):
        _close(path)


def loose(home: Path) -> Iterator[Path]:
    """What others on this machine could read or write: the folder, and files and folders in it (links are followed by
    nobody).
    """
    for path in (home, *home.rglob("*")):
        with suppress(FileNotFoundError):  # a log of the database that just went
            if not path.is_symlink() and path.lstat().st_mode & _OTHERS:
                yield path


def _close(path: Path) -> None:
    with suppress(PermissionError, FileNotFoundError):  # somebody else's: `doctor` says so
        path.chmod(path.stat().st_mode & 0o7700)
