"""A file under a passphrase: AES-256-GCM in pieces, so that gigabytes stream through, with a key made by scrypt.

Layout: `MAGIC`, 16 bytes salt, 7 bytes of nonce, then pieces of `PIECE` bytes, each with its tag of 16. The nonce of a
piece ends in its number and in whether it is the last (STREAM), so none can be moved, left out or cut off.
"""

import io
import os
import struct
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"cosmolocal sealed 1\n"
PIECE, _TAG, _SALT, _NONCE = 1 << 20, 16, 16, 7
_HEAD = len(MAGIC) + _SALT + _NONCE


class WrongPassphrase(Exception):
    """The passphrase is not the one, or the file was changed."""


def is_encrypted(source: IO[bytes]) -> bool:
    """Whether a file begins as ours do; leaves it at its beginning."""
    found = source.read(len(MAGIC)) == MAGIC
    source.seek(0)
    return found


def _cipher(passphrase: str, salt: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415

    return AESGCM(Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode()))


def _nonce(begin: bytes, number: int, *, last: bool) -> bytes:
    return begin + struct.pack(">I?", number, last)


class Encrypting(io.RawIOBase):
    """Writes what it is given, encrypted, into `target`; whole only once it is closed."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        salt, self.begin = os.urandom(_SALT), os.urandom(_NONCE)
        self.target, self.cipher = target, _cipher(passphrase, salt)
        self.waiting, self.number = bytearray(), 0
        target.write(MAGIC + salt + self.begin)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting += data
        while len(self.waiting) > PIECE:  # the last piece waits, since it is marked
            self._put(bytes(self.waiting[:PIECE]), last=False)
            del self.waiting[:PIECE]
        return len(data)

    def _put(self, piece: bytes, *, last: bool) -> None:
        self.target.write(self.cipher.encrypt(_nonce(self.begin, self.number, last=last), piece, None))
        self.number += 1

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self.waiting), last=True)
        super().close()


class Decrypting(io.RawIOBase):
    """Reads an encrypted file anywhere. Raises WrongPassphrase at once when the passphrase is not the one."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        self.source, self.place = source, 0
        source.seek(0)
        head = source.read(_HEAD)
        salt, self.begin = head[len(MAGIC) : len(MAGIC) + _SALT], head[len(MAGIC) + _SALT :]
        whole = source.seek(0, io.SEEK_END) - _HEAD
        self.pieces = max(1, -(-whole // (PIECE + _TAG)))
        self.size = whole - self.pieces * _TAG
        self.cipher, self.known = _cipher(passphrase, salt), (-1, b"")
        if len(head) < _HEAD or self.size < 0:
            raise WrongPassphrase
        self._piece(0)
        self._piece(self.pieces - 1)

    def _piece(self, number: int) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415

        if self.known[0] != number:
            self.source.seek(_HEAD + number * (PIECE + _TAG))
            nonce = _nonce(self.begin, number, last=number == self.pieces - 1)
            try:
                self.known = number, self.cipher.decrypt(nonce, self.source.read(PIECE + _TAG), None)
            except InvalidTag as error:
                raise WrongPassphrase from error
        return self.known[1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = max(0, offset + (0, self.place, self.size)[whence])
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer: Any) -> int:
        if self.place >= self.size:
            return 0
        piece = self._piece(self.place // PIECE)
        some = piece[self.place % PIECE :][: len(buffer)]
        buffer[: len(some)] = some
        self.place += len(some)
        return len(some)
