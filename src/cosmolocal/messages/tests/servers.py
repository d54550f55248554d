"""A real mail server on this machine that says no in every way a mail server can."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from cosmolocal.messages import codes


class Moody:
    """What it does is set per stage and reader: `moods["data"]["jo@example.org"] = "554 no"`. The mood "hang" says
    nothing, "drop" hangs up, "take and drop" keeps the mail first. Reader "" stands for everybody.
    """

    def __init__(self) -> None:
        self.moods: dict[str, dict[str, str]] = defaultdict(dict)
        self.got: list[tuple[str, Any]] = []

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        said = await self._say(server, "mail", "")
        if said.startswith("2"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        said = await self._say(server, "rcpt", address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        [to] = envelope.rcpt_tos
        mood = self._mood("data", to)
        if mood in ("", "take and drop"):
            self.got.append((to, message_from_bytes(envelope.content, policy=policy.default)))
        return await self._say(server, "data", to)

    def readers(self) -> list[str]:
        return [to for to, _mail in self.got]

    def _mood(self, stage: str, to: str) -> str:
        return self.moods[stage].get(to) or self.moods[stage].get("", "")

    async def _say(self, server: SMTP, stage: str, to: str) -> str:
        mood = self._mood(stage, to)
        if mood == "hang":
            await asyncio.sleep(3600)
        if mood.endswith("drop"):
            server.transport.close()
            return "421 gone"
        return mood or "250 OK"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def mail_server(moody: Moody | None = None, *, port: int = 0, **options: Any) -> Iterator[Moody]:
    """Mail of this node goes to `moody`, or to a port where nobody listens."""
    port = port or free_port()
    controller = Controller(moody, hostname="127.0.0.1", port=port, **options) if moody else None
    if controller:
        controller.start()
    chosen = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "EMAIL_TIMEOUT": 1,
        "MAIL_READY": True,
    }
    try:
        with override_settings(**chosen):
            yield moody or Moody()
    finally:
        if controller:
            controller.stop()


def codes_are_sent() -> None:
    """Does what the worker does with codes to sign in, where mail is set up."""
    with override_settings(MAIL_READY=True):
        codes.deliver()
