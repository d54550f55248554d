"""Signed links in mails: they open one page with one button, without sign-in. A GET never acts."""

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.kernel.refusal import Refusal

_SALT = "cosmolocal.messages.links"
DAYS = 60


@dataclass(frozen=True)
class Link:
    """What a signed link is for: `purpose`, whose (agent id), and about what."""

    purpose: str
    agent_id: int
    subject: str


def address(purpose: str, agent_id: int, subject: str | int = "") -> str:
    """Path of a signed link that opens for `DAYS` days."""
    token = signing.dumps([purpose, agent_id, str(subject)], salt=_SALT, compress=True)
    return reverse("messages:link", args=[token])


def read(token: str) -> Link:
    """The link behind a token. Refusal messages.dead_link when changed or too old."""
    try:
        purpose, agent_id, subject = signing.loads(token, salt=_SALT, max_age=DAYS * 86400)
    except (signing.BadSignature, ValueError) as error:
        raise Refusal(
            "messages.dead_link", _("This link does not work any more. Sign in and do it there, or ask a steward.")
        ) from error
    return Link(purpose, agent_id, subject)
