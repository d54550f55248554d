"""Where a restore tries a backup, and one that is sent in by the browser is checked: a folder in the home that its
process holds. What no process holds any more was cut off, has everybody's data a second time, and is let go.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".restoring-"


@contextmanager
def folder(home: Path) -> Iterator[Path]:
    """An empty folder in the home, held until the end, then gone with all that is in it."""
    with _turn(home):
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
        held = os.open(made, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(held)


def let_go(home: Path) -> list[str]:
    """Removes what restores that were cut off have left; the names."""
    with _turn(home):
        found = list(_left(home))
        for path in found:
            shutil.rmtree(path)
    return [path.name for path in found]


def left(home: Path) -> list[str]:
    """The names of what `let_go` would remove."""
    with _turn(home):
        return [path.name for path in _left(home)]


@contextmanager
def _turn(home: Path) -> Iterator[None]:
    """No folder is looked at between being made and being held."""
    turn = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def _left(home: Path) -> Iterator[Path]:
    for path in sorted(home.glob(f"{_PREFIX}*")):
        if path.is_dir() and not path.is_symlink() and not _is_held(path):
            yield path


def _is_held(path: Path) -> bool:
    seen = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(seen, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(seen)
    return False
