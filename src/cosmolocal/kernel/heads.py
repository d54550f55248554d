"""The head of the chain of seals as it stands outside the database: a line for each, in a file beside the node's key.

Who can write to the database alone cannot take seals off its end unseen: the chain reaches at least as far as the last
line says. Each line names the hash of the one before it and is signed, so none is added or taken out without the key.
A line is written after the seal it names: what a kill or a full disk left out, the next sealing writes.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from cosmolocal.kernel import clock, signing

FILE = "seals.heads"
SEALED, RESTORED, EMPTIED = "sealed", "restored", "emptied"
NOTHING = "-"  # where a digest would stand, of a chain that has no seal
_TAIL = 4096  # bytes; a line takes less than 400


class Known(NamedTuple):
    """Seal `number` with `digest` was the newest at the moment `at` (ISO 8601); `where` that is said."""

    number: int
    digest: str
    at: str
    where: str


class Line(NamedTuple):
    """`verb`: the chain grew to this seal, or was put back to it, or begun anew."""

    verb: str
    number: int
    digest: str
    at: str
    before: str
    signature: str

    def signed(self) -> bytes:
        return " ".join(map(str, self[:-1])).encode()

    def text(self) -> str:
        return " ".join(map(str, self)) + "\n"


class Broken(OSError):
    """The file is not what the node wrote."""

    def __init__(self) -> None:
        super().__init__(f"{path()} is not what the node wrote")


def path() -> Path:
    return Path(settings.HOME) / FILE


def read() -> list[Line]:
    """Every line; a last one that was cut off does not count. Raises OSError."""
    try:
        text = path().read_bytes()
    except FileNotFoundError:
        return []
    found, before = [], NOTHING
    for raw in text[: text.rfind(b"\n") + 1].splitlines(keepends=True):
        line = _line(raw)
        if line.before != before:
            raise Broken()
        before = _hash(raw)
        found.append(line)
    if found and not signing.is_signed(found[-1].signed(), found[-1].signature, signing.public_key()):
        raise Broken()
    return found


def put_back_at() -> str:
    """When the chain was put back or begun anew for the last time; empty: never. Raises OSError."""
    return next((line.at for line in reversed(read()) if line.verb != SEALED), "")


def last() -> Line | None:
    """The newest line, without a look at the others. Raises OSError."""
    try:
        with path().open("rb") as file:
            return _last(file.fileno())[0]
    except FileNotFoundError:
        return None


def add(verb: str, number: int, digest: str) -> None:
    """Appends a line, unless the chain only grew to where the file is already. Raises OSError."""
    with _locked() as file:
        newest, raw, end = _last(file)
        if newest and verb == SEALED and number <= newest.number:
            return
        line = Line(verb, number, digest or NOTHING, clock.now().isoformat(), _hash(raw) if raw else NOTHING, "")
        written = line._replace(signature=signing.sign(line.signed())).text().encode()
        os.ftruncate(file, end)
        if os.pwrite(file, written, end) != len(written):
            raise OSError(f"{path()}: only a part of a line was written")
        os.fsync(file)


@contextmanager
def _locked() -> Iterator[int]:
    file = os.open(path(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _last(file: int) -> tuple[Line | None, bytes, int]:
    """The last whole line, as it stands there, and where it ends."""
    size = os.fstat(file).st_size
    begin = max(0, size - _TAIL)
    tail = os.pread(file, _TAIL, begin)
    whole = tail[: tail.rfind(b"\n") + 1]
    if not whole:
        if begin:
            raise Broken()
        return None, b"", 0
    raw = whole.splitlines(keepends=True)[-1]
    return _line(raw), raw, begin + len(whole)


def _line(raw: bytes) -> Line:
    try:
        verb, number, digest, at, before, signature = raw.decode().removesuffix("\n").split(" ")
        return Line(verb, int(number), digest, at, before, signature)
    except ValueError as error:
        raise Broken() from error


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
