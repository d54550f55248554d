"""Keys and tokens that nobody can guess and everybody can copy."""

import hashlib
import secrets

# Crockford's alphabet without letters that are easily misread on paper.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh_key() -> str:
    """An idempotency key for one deed (22 URL-safe characters)."""
    return secrets.token_urlsafe(16)


def fresh_token() -> str:
    """A secret for a link (43 URL-safe characters); store only its `digest`."""
    return secrets.token_urlsafe(32)


def fresh_code(length: int = 8) -> str:
    """A short code a person can read aloud or type from paper."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def digest(secret: str) -> str:
    """What is stored of a token or code: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
