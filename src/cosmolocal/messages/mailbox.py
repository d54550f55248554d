"""What the demo's mail server kept: read from its folder, newest first."""

import email
import email.policy
import os
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """One kept mail: `name` is its file, `attachments` are file names."""

    name: str
    to: str
    subject: str
    date: str
    text: str
    attachments: tuple[str, ...]


def folder() -> Path | None:
    """Where this node's own mail server keeps mails; None where mail really leaves."""
    path = os.environ.get("COSMOLOCAL_MAIL_SINK", "")
    return Path(path) if path else None


def newest(most: int = 100) -> list[Kept]:
    """Up to `most` kept mails."""
    place = folder()
    if place is None or not place.is_dir():
        return []
    return [_read(path) for path in sorted(place.glob("*.eml"), reverse=True)[:most]]


def one(name: str) -> Kept | None:
    """The kept mail in file `name`, or None."""
    place = folder()
    if place is None or not name.endswith(".eml") or Path(name).name != name or not (place / name).is_file():
        return None
    return _read(place / name)


def _read(path: Path) -> Kept:
    mail: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[assignment]
    body = mail.get_body(("plain", "html"))
    return Kept(
        name=path.name,
        to=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        date=str(mail["Date"] or ""),
        text=body.get_content() if body else "",
        attachments=tuple(part.get_filename() or "" for part in mail.iter_attachments()),
    )
