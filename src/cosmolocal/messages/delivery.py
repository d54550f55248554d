"""Letters to SMTP: how a mail is put together, and what the server said. Runs in jobs, never in a transaction."""

import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from cosmolocal.kernel import node
from cosmolocal.messages import links
from cosmolocal.messages.models import Letter


def mail_of(letter: Letter) -> EmailMessage:
    """One letter as a mail with its enclosures and a one-click way to switch this kind of message off (RFC 8058)."""
    stop = settings.PUBLIC_URL + links.address("unsubscribe", letter.to_id, letter.event)
    page = f"\n\n{settings.PUBLIC_URL}{letter.url}" if letter.url else ""
    foot = _("You get this as a member of %(local)s. No more of this kind: %(url)s") % {
        "local": node.current().name,
        "url": stop,
    }
    mail = EmailMessage(
        letter.subject,
        f"{letter.text}{page}\n\n-- \n{foot}\n",
        to=[letter.address],
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    for part in letter.enclosures.all():
        mail.attach(part.name, bytes(part.data), part.content_type)
    return mail


def digest_of(letters: Sequence[Letter]) -> EmailMessage:
    """One mail for all that waited: a heading and text each."""
    first = letters[0]
    stop = settings.PUBLIC_URL + links.address("unsubscribe", first.to_id, "digest")
    parts = [
        f"{letter.subject}\n{letter.text}" + (f"\n{settings.PUBLIC_URL}{letter.url}" if letter.url else "")
        for letter in letters
    ]
    subject = _("News from %(local)s") % {"local": node.current().name}
    return EmailMessage(
        subject,
        "\n\n* * *\n\n".join(parts) + "\n\n-- \n" + _("No more daily mails: %(url)s") % {"url": stop} + "\n",
        to=[first.address],
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def write_to_stranger(address: str, subject: str, text: str) -> None:
    """A mail to somebody who is no agent here, such as one whose request to join was declined; kept nowhere."""
    with get_connection() as server:
        server.send_messages([EmailMessage(subject, text + "\n", to=[address])])


def try_server(address: str) -> tuple[bool, str]:
    """Sends a test mail at once; (went out, the server's own words or ours)."""
    if not settings.MAIL_READY:
        return False, _("No mail server is set. Set COSMOLOCAL_SMTP and start the node again.")
    mail = EmailMessage(
        _("Test mail from %(local)s") % {"local": node.current().name},
        _("If you read this, mail from your local works."),
        to=[address],
        connection=get_connection(timeout=10),
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        return False, words_of(error)
    return True, _("The server took the mail.")


def words_of(error: Exception) -> str:
    """What the server said, readable: code and sentence where SMTP gave them."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(
            f"{to}: {code} {said.decode(errors='replace')}" for to, (code, said) in error.recipients.items()
        )
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return f"{type(error).__name__}: {error}"
