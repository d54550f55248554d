"""A backup, an emptied home, a restore: the same local, row for row, also on the other database."""

import json
import os
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

BUILD = """
    from cosmolocal.agents import operations as people, queries as who
    from cosmolocal.money import operations as money
    from cosmolocal.messages import operations as letters
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from cosmolocal.agents.models import Agent
    from cosmolocal.kernel import clock
    wish = people.LocalWish(name="Ainonghui 爱农会", zone="Asia/Shanghai", currency="CNY")
    people.found_local(by=who.system() if Agent.objects.filter(kind="system").exists() else
        Agent.objects.create(kind="system", name="node", created_at=clock.now()), wish=wish)
    by = who.system()
    money.open_currency(by=by, code="CNY", decimals=2, symbol="¥")
    bank = money.open_box(by=by, kind="bank", name="Bank")
    for number in range(30):
        person = people.add_member(by=by, name=f"Amina {number}", email=f"amina{number}@example.org",
                                   household_name=f"Household {number}", code=f"H{number}")
        account = money.open_account(by=by, holder=who.household_of(person))
        money.top_up(by=by, account=account, box=bank, amount=10000 + number, key=f"t{number}")
    letters.send(by=by, writings=[letters.Writing(person.pk, "payment", "Hello", "Text", "", (
        letters.Attachment("list.bin", "application/octet-stream", bytes(range(256))),))])
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True, exist_ok=True)
    (settings.MEDIA_ROOT / "ab" / "picture.webp").write_bytes(b"RIFF" + bytes(200))
    answer = None
"""
SUMS = """
    import hashlib
    from django.db import connection
    answer = {}
    for model in backup._tables(apps):
        names = [f.attname for f in model._meta.concrete_fields]
        plain = lambda v: v.tobytes() if isinstance(v, memoryview) else v  # noqa: E731
        rows = [[json.dumps(plain(v), sort_keys=True, default=str) for v in row]
                for row in model._base_manager.order_by("pk").values_list(*names)]
        answer[model._meta.label_lower] = [len(rows), hashlib.sha256(json.dumps(rows).encode()).hexdigest()]
    answer["picture"] = (settings.MEDIA_ROOT / "ab" / "picture.webp").read_bytes().hex()
    answer["secret"] = hashlib.sha256((settings.HOME / "secret.key").read_bytes()).hexdigest()
    from cosmolocal.flows import queries as flows
    from cosmolocal.kernel import triggers
    answer["findings"] = [str(f) for f in flows.replay()]
    answer["unprotected"] = triggers.missing()
"""


def run(home: Path, url: str, code: str) -> object:
    """Runs `code` on a node's home in a process of its own, as the command line does."""
    start = """
    import django, json
    django.setup()
    from pathlib import Path
    from django.apps import apps
    from django.conf import settings
    from cosmolocal.config import backup
    from cosmolocal.kernel.refusal import Refusal
    """
    script = textwrap.dedent(start) + textwrap.dedent(code) + "\nprint('ANSWER', json.dumps(answer))"
    home.mkdir(parents=True, exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COSMOLOCAL_", "DATABASE_"))}
    environment = {**kept, "COSMOLOCAL_HOME": str(home), "DJANGO_SETTINGS_MODULE": "cosmolocal.config.settings"}
    if url:
        environment["DATABASE_URL"] = url
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.rsplit("ANSWER ", 1)[1])


@pytest.fixture
def databases():
    """Makes empty databases on the cluster of this run; "" stands for SQLite in the home."""
    made = []
    base = os.environ.get("DATABASE_URL", "")

    def fresh() -> str:
        if not base:
            return ""
        name = f"backup_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(base, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        made.append(name)
        return urlunsplit(urlsplit(base)._replace(path=f"/{name}"))

    yield fresh
    for name in made:
        with psycopg.connect(base, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def write_backup(home: Path, url: str, file: Path) -> None:
    run(home, url, f"answer = str(backup.write(Path({str(file)!r})))")


def test_a_restored_local_is_the_same_row_for_row(tmp_path: Path, databases) -> None:
    url, other = databases(), databases()
    run(tmp_path / "a", url, BUILD)
    before = run(tmp_path / "a", url, SUMS)
    write_backup(tmp_path / "a", url, tmp_path / "one.cosmolocal")
    restored = run(
        tmp_path / "b", other, f"answer = backup.restore(Path({str(tmp_path / 'one.cosmolocal')!r}))['local']"
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
            backup.restore(Path({str(tmp_path / "one.cosmolocal")!r}))
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


def test_a_backup_moves_between_the_databases(tmp_path: Path, databases) -> None:
    url = databases()
    if not url:
        pytest.skip("needs PostgreSQL beside SQLite: runs in the second half of make test")
    run(tmp_path / "a", "", BUILD)
    write_backup(tmp_path / "a", "", tmp_path / "one.cosmolocal")
    run(tmp_path / "b", url, f"answer = backup.restore(Path({str(tmp_path / 'one.cosmolocal')!r}))['local']")
    on_postgres = run(tmp_path / "b", url, SUMS)
    write_backup(tmp_path / "b", url, tmp_path / "two.cosmolocal")
    run(tmp_path / "c", "", f"answer = backup.restore(Path({str(tmp_path / 'two.cosmolocal')!r}))['local']")
    on_sqlite = run(tmp_path / "c", "", SUMS)
    assert on_sqlite == on_postgres == run(tmp_path / "a", "", SUMS)


def test_what_is_no_backup_or_newer_or_damaged_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path / "a", "", BUILD)
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
                backup.restore(source)
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
