"""Letters to SMTP: how a mail is put together, and what the server said. Runs in jobs, never in a transaction."""

import hashlib
import logging
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import translation
from django.utils.translation import gettext as _

from cosmolocal.agents.languages import speaking_to
from cosmolocal.kernel import node
from cosmolocal.messages import links, rules
from cosmolocal.messages.models import Letter

log = logging.getLogger("cosmolocal.mail")


@dataclass(frozen=True)
class Answer:
    """What became of one mail: a verdict of `rules`, and the server's own words."""

    verdict: str
    said: str = ""


class Conversation:
    """One connection to the mail server, for many mails; opened anew where the server hung up."""

    def __init__(self, patience: int | None = None) -> None:
        """`patience`: seconds to wait for each word of the server, where it is not the usual."""
        self._server: Any = None
        self._options: dict[str, Any] = {"timeout": patience} if patience else {}

    def open(self) -> Answer | None:
        """Connects and signs in; an answer only where the server does not want to talk."""
        if self._server is not None:
            return None
        server = get_connection(**self._options)
        try:
            server.open()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _hang_up(server)
            return Answer(rules.SERVER, words_of(error))
        self._server = server
        return None

    def give(self, build: Callable[[], EmailMessage]) -> Answer:
        """Has one mail sent. Never raises: what is wrong with one letter is the answer to this letter."""
        if (trouble := self.open()) is not None:
            return trouble
        try:
            self._server.send_messages([build()])
        except (smtplib.SMTPException, OSError) as error:
            answer = Answer(_verdict(error), words_of(error))
            if answer.verdict == rules.SERVER:
                _hang_up(self._server)
                self._server = None
            return answer
        except (ValueError, UnicodeError) as error:  # an address or a header that no mail can carry
            return Answer(rules.REFUSED, words_of(error))
        except Exception as error:
            log.exception("letter not sent")
            return Answer(rules.LATER, words_of(error))
        return Answer(rules.SENT)

    def close(self) -> None:
        """Takes leave; what the server says to that changes nothing."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.close()
            except (smtplib.SMTPException, OSError):
                _hang_up(server)


def _hang_up(server: Any) -> None:
    """Closes the line without a word: a server that is silent would have us wait for its good-bye."""
    line, server.connection = getattr(server, "connection", None), None
    if line is not None:
        line.close()


def _verdict(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return rules.judge(max(code for code, _said in error.recipients.values()))
    if isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)):
        return rules.judge(error.smtp_code)
    if isinstance(error, smtplib.SMTPNotSupportedError):  # the server cannot carry this address
        return rules.REFUSED
    return rules.SERVER


def mail_of(letter: Letter) -> EmailMessage:
    """One letter as a mail with its enclosures and a one-click way to switch this kind of message off (RFC 8058)."""
    with _in_language_of(letter):
        page = f"\n\n{settings.PUBLIC_URL}{letter.url}" if letter.url else ""
        headers = {"Message-ID": message_id([letter])}
        foot = node.current().name
        if letter.to_id:
            stop = settings.PUBLIC_URL + links.address("unsubscribe", letter.to_id, letter.event)
            headers |= _way_out(stop)
            words = {"local": foot, "url": stop}
            foot = _("You get this as a member of %(local)s. No more of this kind: %(url)s") % words
        mail = EmailMessage(
            letter.subject, f"{letter.text}{page}\n\n-- \n{foot}\n", to=[letter.address], headers=headers
        )
    for part in letter.enclosures.all():
        mail.attach(part.name, bytes(part.data), part.content_type)
    return mail


def digest_of(letters: Sequence[Letter]) -> EmailMessage:
    """One mail for all that waited: a heading and text each."""
    first = letters[0]
    stop = settings.PUBLIC_URL + links.address("unsubscribe", first.to_id or 0, "digest")
    parts = [
        f"{letter.subject}\n{letter.text}" + (f"\n{settings.PUBLIC_URL}{letter.url}" if letter.url else "")
        for letter in letters
    ]
    with _in_language_of(first):
        subject = _("News from %(local)s") % {"local": node.current().name}
        foot = _("No more daily mails: %(url)s") % {"url": stop}
    return EmailMessage(
        subject,
        "\n\n* * *\n\n".join(parts) + f"\n\n-- \n{foot}\n",
        to=[first.address],
        headers=_way_out(stop) | {"Message-ID": message_id(letters)},
    )


def _in_language_of(letter: Letter) -> Any:
    return speaking_to(letter.to) if letter.to else translation.override(node.current().language)


def _way_out(stop: str) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def message_id(letters: Sequence[Letter]) -> str:
    """The same for the same letters: where a mail had to be sent twice, mail programs know it for one."""
    wrote = ",".join(f"{letter.pk}:{letter.written_at.isoformat()}" for letter in letters)
    own = hashlib.sha256(f"{settings.SECRET_KEY}:{wrote}".encode()).hexdigest()[:32]
    return f"<{own}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('> ') or 'localhost'}>"


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
    except (smtplib.SMTPException, OSError, ValueError) as error:
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
