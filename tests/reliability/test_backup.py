"""A backup, an emptied home, a restore: the same local, row for row, also on the other database."""

from pathlib import Path

import pytest

from tests import homes
from tests.reliability.node_process import FILLED, run

pytestmark = pytest.mark.processes

MORE = (
    FILLED
    + """
    from cosmolocal.messages import operations as letters
    letters.send(by=by, writings=[letters.Writing(person.pk, "payment", "Hello", "Text", "", (
        letters.Attachment("list.bin", "application/octet-stream", bytes(range(256))),))])
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True, exist_ok=True)
    (settings.MEDIA_ROOT / "ab" / "picture.webp").write_bytes(b"RIFF" + bytes(200))
    """
)
SUMS = """
    import hashlib
    from django.db import connection
    answer = {}
    for model in backup.tables(apps):
        if model._meta.label_lower == "local_messages.outlet":
            continue  # after a restore mail is held, which one deed says
        names = [f.attname for f in model._meta.concrete_fields]
        plain = lambda v: v.tobytes() if isinstance(v, memoryview) else v  # noqa: E731
        rows = [[json.dumps(plain(v), sort_keys=True, default=str) for v in row]
                for row in model._base_manager.order_by("pk").values_list(*names) if "messages.hold" not in row]
        answer[model._meta.label_lower] = [len(rows), hashlib.sha256(json.dumps(rows).encode()).hexdigest()]
    answer["picture"] = (settings.MEDIA_ROOT / "ab" / "picture.webp").read_bytes().hex()
    answer["secret"] = hashlib.sha256((settings.HOME / "secret.key").read_bytes()).hexdigest()
    from cosmolocal.flows import queries as flows
    from cosmolocal.kernel import triggers
    answer["findings"] = [str(f) for f in flows.replay()]
    answer["unprotected"] = triggers.missing()
"""


def write_backup(home: Path, url: str, file: Path) -> None:
    run(home, url, f"answer = str(backup.write(Path({str(file)!r})))")


def test_a_restored_local_is_the_same_row_for_row(tmp_path: Path, databases) -> None:
    url, other = databases(), databases()
    homes.local(tmp_path / "a", url)
    run(tmp_path / "a", url, MORE)
    before = run(tmp_path / "a", url, SUMS)
    write_backup(tmp_path / "a", url, tmp_path / "one.cosmolocal")
    restored = run(
        tmp_path / "b", other, f"answer = restoring.restore(Path({str(tmp_path / 'one.cosmolocal')!r}))['local']"
    )
    assert restored == "Ainonghui 爱农会"
    after = run(tmp_path / "b", other, SUMS)
    assert after == before
    assert after["findings"] == []
    assert after["unprotected"] == []
    assert after["agents.agent"][0] > 60
    write_more(tmp_path / "b", other)
    refused = run(
        tmp_path / "b",
        other,
        f"""
        try:
            restoring.restore(Path({str(tmp_path / "one.cosmolocal")!r}))
            answer = "restored twice"
        except Refusal as refusal:
            answer = refusal.code
        """,
    )
    assert refused == "backup.not_empty"


def write_more(home: Path, url: str) -> None:
    """A restored local goes on working: the next ids are free."""
    run(
        home,
        url,
        """
        from cosmolocal.agents import operations as people, queries as who
        from cosmolocal.money import operations as money
        person = people.add_member(by=who.system(), name="Wei", household_name="Wei", code="W1")
        money.open_account(by=who.system(), holder=who.household_of(person))
        answer = None
        """,
    )


def test_a_restored_node_does_the_work_that_was_left_and_sends_no_mail_by_itself(tmp_path: Path, databases) -> None:
    """A letter that waited may have gone out after the backup was made; an account that is to be opened has not."""
    homes.local(tmp_path / "a", url := databases())
    run(
        tmp_path / "a",
        url,
        MORE
        + """
    from cosmolocal.kernel import jobs
    from django_tasks_db.models import DBTaskResult
    from cosmolocal.messages.models import Letter
    DBTaskResult.objects.all().update(status="SUCCESSFUL")
    for name in ("website.open_accounts", "messages.deliver", "kernel.tick", "config.nightly_backup"):
        jobs.enqueue(name, *([person.pk] if "open" in name else []))
    Letter.objects.all().update(state="waiting", next_at="2020-01-01T00:00Z")
    answer = True
    """,
    )
    write_backup(tmp_path / "a", url, file := tmp_path / "one.cosmolocal")
    homes.tables(tmp_path / "b", other := databases())
    run(tmp_path / "b", other, f"answer = restoring.restore(Path({str(file)!r}))['version']")
    left, waits, goes = run(
        tmp_path / "b",
        other,
        """
        from django_tasks_db.models import DBTaskResult
        from cosmolocal.messages import outbox, queries
        from cosmolocal.messages.models import Letter
        from django.core import mail
        settings.MAIL_READY, settings.EMAIL_BACKEND = True, "django.core.mail.backends.locmem.EmailBackend"
        outbox.deliver()
        answer = [sorted(task.args_kwargs["args"][0] for task in DBTaskResult.objects.all()),
                  Letter.objects.filter(state="waiting").exists(), len(getattr(mail, "outbox", []))]
        """,
    )
    assert left == ["messages.deliver", "website.open_accounts"]
    assert waits
    assert goes == 0


def test_a_backup_moves_between_the_databases(tmp_path: Path, databases) -> None:
    url = databases()
    if not url:
        pytest.skip("needs PostgreSQL beside SQLite: runs in the second half of make test")
    homes.local(tmp_path / "a")
    run(tmp_path / "a", "", MORE)
    write_backup(tmp_path / "a", "", tmp_path / "one.cosmolocal")
    run(tmp_path / "b", url, f"answer = restoring.restore(Path({str(tmp_path / 'one.cosmolocal')!r}))['local']")
    on_postgres = run(tmp_path / "b", url, SUMS)
    write_backup(tmp_path / "b", url, tmp_path / "two.cosmolocal")
    run(tmp_path / "c", "", f"answer = restoring.restore(Path({str(tmp_path / 'two.cosmolocal')!r}))['local']")
    on_sqlite = run(tmp_path / "c", "", SUMS)
    assert on_sqlite == on_postgres == run(tmp_path / "a", "", SUMS)


def test_what_is_no_backup_or_newer_or_damaged_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    homes.local(tmp_path / "a")
    run(tmp_path / "a", "", MORE)
    write_backup(tmp_path / "a", "", tmp_path / "one.cosmolocal")
    codes = run(
        tmp_path / "b",
        "",
        f"""
        import shutil, zipfile
        whole = Path({str(tmp_path / "one.cosmolocal")!r})
        text = whole.with_name("text"); text.write_text("not a backup")
        cut = whole.with_name("cut"); cut.write_bytes(whole.read_bytes()[:5000])
        bent = whole.with_name("bent"); data = bytearray(whole.read_bytes()); data[3000] ^= 255; bent.write_bytes(data)
        newer = whole.with_name("newer")
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(newer, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "manifest.json":
                    manifest = json.loads(content)
                    manifest["migrations"].append("money.9999_interest")
                    content = json.dumps(manifest).encode()
                new.writestr(name, content)
        answer = []
        for source in (text, cut, bent, newer, whole.with_name("absent")):
            try:
                restoring.restore(source)
                answer.append("restored")
            except Refusal as refusal:
                answer.append(refusal.code)
        from django.db import connection
        answer.append(len(connection.introspection.table_names()))
        """,
    )
    assert codes[:2] == ["backup.not_a_backup"] * 2
    assert codes[2] in ("backup.damaged", "backup.not_a_backup")
    assert codes[3:] == ["backup.newer", "backup.not_a_backup", 0]
