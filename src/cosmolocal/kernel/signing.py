"""The node's own key (Ed25519): made once, kept beside the database (0600), part of every backup.

Cryptography is loaded by who signs or proves.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "signing.key"


def _key() -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    path = Path(settings.HOME) / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    made = Ed25519PrivateKey.generate()
    with os.fdopen(descriptor, "w") as file:
        file.write(made.private_bytes_raw().hex())
        file.flush()
        os.fsync(file.fileno())
    return made


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
