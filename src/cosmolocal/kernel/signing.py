"""The node's own key (Ed25519): made once, kept beside the database (0600), part of every backup.

Cryptography is loaded by who signs or proves; a mark needs none.
"""

import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "signing.key"


def _secret() -> bytes:
    path = Path(settings.HOME) / FILE
    if not path.exists():
        _make(path)
    return bytes.fromhex(path.read_text().strip())


def _make(path: Path) -> None:
    """Whole or not at all: another process may look for it at the same moment, and one key holds for both."""
    part = path.with_name(f".{FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_bytes(32).hex())
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink()


def _key() -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return Ed25519PrivateKey.from_private_bytes(_secret())


def mark(kind: str, *said: Any) -> str:
    """What only who has the node's key can write beside a row: that this node itself said so (JSON values). A row of
    one kind is none of another.
    """
    # As a database gives it back: keys are text, lists are lists.
    plain = json.loads(json.dumps([kind, *said]))
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    own = hmac.digest(_secret(), b"cosmolocal.marks", "sha256")  # not the key that seals
    return hmac.new(own, text.encode(), hashlib.sha256).hexdigest()


def is_marked(given: str, kind: str, *said: Any) -> bool:
    """Whether this node gave it that mark."""
    return hmac.compare_digest(given.encode(), mark(kind, *said).encode())


def public_key() -> str:
    """The node's public key, hex."""
    return _key().public_key().public_bytes_raw().hex()


def sign(message: bytes) -> str:
    """The node's signature, hex."""
    return _key().sign(message).hex()


def is_signed(message: bytes, signature: str, key: str) -> bool:
    """Whether the holder of `key` signed it."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
