"""Codes to sign in on a real node: beside any long work, through a kill, and in no backup."""

import os
import re
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cosmolocal.messages.tests.servers import Moody, free_port
from tests import homes
from tests.reliability.node_process import FILLED, run, start

pytestmark = pytest.mark.processes

ASK = """
    from datetime import timedelta
    from cosmolocal.kernel import clock
    from cosmolocal.messages import codes
    codes.write("amina3@example.org", "Your code", "ABCD-2345", until=clock.now() + timedelta(minutes=15))
    answer = None
"""
WITH_A_USER = (
    FILLED
    + """
    people.make_user(by=by, agent=who.Agent.objects.get(name="Amina 3"), email="amina3@example.org")
    """
)
MAIL = """
    settings.MAIL_READY, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "127.0.0.1", {port}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
"""
SEND = (
    MAIL
    + """
    from datetime import timedelta
    from cosmolocal.kernel import clock
    from cosmolocal.messages import codes, rules
    with clock.frozen_at(clock.now() + timedelta(minutes={minutes})):
        codes.deliver()
    written = apps.get_model("local_messages.Letter").objects.filter(event=rules.CODE)
    answer = list(written.values_list("state", flat=True))
    """
)
WORK = (
    MAIL
    + """
    import time
    from cosmolocal.kernel import jobs, worker
    jobs.load()

    def wait() -> None:
        while not Path({flag!r}).exists():
            time.sleep(0.1)

    jobs.declared["test.wait"] = wait
    jobs.enqueue("test.wait")
    worker.run("worker")
    """
)


class Deadly(Moody):
    """Kills who brings a mail before it has said anything to it, once."""

    victim: int | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.victim is not None:
            victim, self.victim = self.victim, None
            os.kill(victim, signal.SIGKILL)
            return "421 gone"
        return await super().handle_DATA(server, session, envelope)


@contextmanager
def listening(server: Moody) -> Iterator[int]:
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def test_a_code_goes_while_the_worker_is_at_a_long_job(tmp_path: Path, databases: Any) -> None:
    url, server, flag = databases(), Moody(), tmp_path / "enough"
    homes.local(tmp_path / "a", url)
    run(tmp_path / "a", url, WITH_A_USER)
    with listening(server) as port:
        at_work = start(tmp_path / "a", url, WORK.format(port=port, flag=str(flag)))
        try:
            rows = (
                'apps.get_model("django_tasks_database.DBTaskResult").objects.filter(args_kwargs__args__0="test.wait")'
            )
            state = f'answer = list({rows}.values_list("status", flat=True))'
            until = time.monotonic() + 60
            while run(tmp_path / "a", url, state) != ["RUNNING"] and time.monotonic() < until:
                time.sleep(0.2)
            run(tmp_path / "a", url, ASK)
            while not server.got and time.monotonic() < until:
                time.sleep(0.1)
            assert server.readers() == ["amina3@example.org"]
            assert run(tmp_path / "a", url, state) == ["RUNNING"]
            flag.touch()
        finally:
            at_work.terminate()
            at_work.wait(timeout=60)


def test_a_code_outlives_a_kill_before_the_mail_server_has_said_anything(tmp_path: Path, databases: Any) -> None:
    url, server = databases(), Deadly()
    homes.local(tmp_path / "a", url)
    run(tmp_path / "a", url, WITH_A_USER)
    run(tmp_path / "a", url, ASK)
    with listening(server) as port:
        killed = start(tmp_path / "a", url, SEND.format(port=port, minutes=0))
        server.victim = killed.pid
        assert killed.wait(timeout=120) == -signal.SIGKILL
        assert not server.got
        assert run(tmp_path / "a", url, SEND.format(port=port, minutes=1)) == ["sent"]
    [(to, mail)] = server.got
    assert to == "amina3@example.org"
    assert "ABCD-2345" in mail.get_content()


def test_no_backup_holds_a_code_and_a_restored_node_sends_none_of_before(tmp_path: Path, databases: Any) -> None:
    url, other, file = databases(), databases(), tmp_path / "one.cosmolocal"
    homes.local(tmp_path / "a", url)
    run(tmp_path / "a", url, WITH_A_USER)
    run(tmp_path / "a", url, ASK + "    settings.MAIL_READY = True\n    codes._take_in()\n")
    run(tmp_path / "a", url, ASK)  # and one that no worker has seen
    run(tmp_path / "a", url, f"answer = str(backup.write(Path({str(file)!r})))")
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        held = b"".join(archive.read(name) for name in names if name.startswith("rows/"))
    assert "rows/local_messages.letter.tsv" in names
    assert not any("secret" in name for name in names if name.startswith("rows/"))
    assert b"sign_in_code" in held
    assert not re.search(rb"ABCD-?2345", held)
    homes.tables(tmp_path / "b", other)
    run(tmp_path / "b", other, f"answer = restoring.restore(Path({str(file)!r}))['version']")
    server = Moody()
    with listening(server) as port:
        assert run(tmp_path / "b", other, SEND.format(port=port, minutes=0)) == ["off"]
        assert not server.got
        run(tmp_path / "b", other, ASK)
        assert sorted(run(tmp_path / "b", other, SEND.format(port=port, minutes=0))) == ["off", "sent"]
    assert server.readers() == ["amina3@example.org"]
