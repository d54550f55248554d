"""kill -9 between the mail server's "taken" and the node's own note of it: one mail is in doubt, none is lost."""

import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cosmolocal.messages.tests.servers import Moody, free_port
from tests import homes
from tests.reliability.node_process import FILLED, run, start

pytestmark = pytest.mark.processes

WRITE = (
    FILLED
    + """
    settings.MAIL_READY = True
    from cosmolocal.messages import operations as letters
    members = apps.get_model("agents.Agent").objects.filter(contact__email__startswith="amina")
    letters.send(by=by, writings=[letters.Writing(one.pk, "payment", "Paid", "You were paid.") for one in members])
    """
)
SEND = """
    from datetime import timedelta
    from cosmolocal.kernel import clock
    from cosmolocal.messages import outbox
    settings.MAIL_READY, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "127.0.0.1", {port}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with clock.frozen_at(clock.now() + timedelta(minutes={minutes})):
        outbox.deliver()
    rows = apps.get_model("local_messages.Letter").objects
    answer = [rows.filter(state=state).count() for state in ("sent", "waiting")] + [rows.filter(to_note=True).count()]
"""


class Deadly(Moody):
    """Takes a mail, and kills who brought it before she hears so, once."""

    victim: int | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await super().handle_DATA(server, session, envelope)
        if len(self.got) == 6 and self.victim is not None:
            victim, self.victim = self.victim, None
            os.kill(victim, signal.SIGKILL)
        return said


def test_a_worker_killed_between_yes_and_note_leaves_one_mail_in_doubt(tmp_path: Path, databases: Any) -> None:
    url, port, server = databases(), free_port(), Deadly()
    homes.local(home := tmp_path / "home", url)
    run(home, url, WRITE)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        killed = start(home, url, SEND.format(port=port, minutes=0))
        server.victim = killed.pid
        assert killed.wait(timeout=120) == -signal.SIGKILL
        assert len(server.got) == 6
        at_once = run(home, url, SEND.format(port=port, minutes=0))
        assert at_once == [5, 25, 0]  # what the dead one had claimed is left alone for some minutes
        assert run(home, url, SEND.format(port=port, minutes=6)) == [30, 0, 0]
    finally:
        controller.stop()
    twice = [to for to, times in Counter(server.readers()).items() if times > 1]
    assert len(server.got) == 31
    assert len(twice) == 1
    assert len({mail["Message-ID"] for to, mail in server.got if to == twice[0]}) == 1
