"""What is no whole backup changes nothing, what is none of ours is never written, and what is secret is encrypted."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import homes
from tests.reliability.node_process import FILLED, environment, run
from tests.reliability.test_backup import SUMS, write_backup

REFUSED = """
    import io, shutil, stat, zipfile
    from django.db import connection
    from cosmolocal.kernel import triggers
    whole = Path({file!r})

    def changed(name, change):
        target = whole.with_name(name)
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(target, "w") as new:
            for info in old.infolist():
                for told in change(info.filename, old.read(info.filename)):
                    new.writestr(*told)
        return target

    def more(entry, data=b"x", beside=None):
        told = [(entry, data)] + [(beside, data)] * bool(beside)
        return lambda name, content: [(name, content)] + (told if name == "manifest.json" else [])

    def instead(file, make):
        return lambda name, content: [(name, make(content) if name == file else content)]

    def without(key):
        def make(content):
            manifest = json.loads(content)
            del manifest[key]
            return json.dumps(manifest)
        return make

    link = zipfile.ZipInfo("home/files/link.webp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    lines = lambda change: lambda content: b"\\n".join(change(content.split(b"\\n")))

    def says(**words):
        return instead("manifest.json", lambda content: json.dumps({{**json.loads(content), **words}}))

    def without_file(gone):
        return lambda name, content: [(name, content)] * (name != gone)

    def of_node(**values):
        def change(rows):
            row = dict(zip(rows[0].decode().split("\\t"), rows[1].decode().split("\\t")))
            return [rows[0], "\\t".join({{**row, **values}}.values()).encode(), b""]
        return instead("rows/kernel.node.tsv", lines(change))

    locked = changed("locked", lambda name, content: [(name, content)])
    entry, flags = b"PK\\x01\\x02\\x14\\x03\\x14\\x00", b"\\x01"
    locked.write_bytes(locked.read_bytes().replace(entry + b"\\x00", entry + flags))
    sources = [
        changed("up", more("home/../../escaped")),
        changed("up2", more("home/files/../../secret.key")),
        changed("root", more("/etc/escaped")),
        changed("other", more("home/local.sqlite3")),
        changed("back", more("home/files/..\\\\\\\\x")),
        changed("line", more("home/files/a\\nb.webp")),
        changed("link", more(link, b"/etc/passwd")),
        changed("bare", instead("manifest.json", without("migrations"))),
        changed("huge", instead("manifest.json", lambda content: content + b" " * 2_000_000)),
        changed("deep", instead("manifest.json", lambda content: b"[" * 500_000)),
        changed("list", instead("manifest.json", lambda content: b"[]")),
        changed("twice", lambda name, content: [(name, content)] * (1 + (name == "home/secret.key"))),
        changed("below", more("home/files/secret.key/x.webp", beside="home/files/secret.key")),
        locked,
        changed("seal", says(seal={{"number": "1"}})),
        changed("counts", says(rows=[3])),
        changed("day", says(made_at="\\x1b[2Jsoon")),
        changed("key", instead("home/signing.key", lambda content: b"0" * 63)),
        changed("number", instead("home/node.id", lambda content: b"a;b")),
        changed("gone", without_file("rows/agents.agent.tsv")),
        changed("none", says(migrations=[], seal=None, rows={{}})),
        changed("unborn", of_node(ready_at="\\\\N")),
        changed("words", instead("rows/kernel.operation.tsv", lines(lambda rows: [*rows[:5], b"what?", b""]))),
        changed("fewer", instead("rows/kernel.operation.tsv", lines(lambda rows: [*rows[:-3], b""]))),
        changed("lost", instead("rows/agents.agent.tsv", lines(lambda rows: [rows[0], b""]))),
        changed("columns", instead("rows/agents.role.tsv", lambda content: b"id\\tname\\n1\\tsteward\\n")),
    ]
    before = sorted(path.name for path in settings.HOME.iterdir())
    key = (settings.HOME / "secret.key").read_bytes()
    answer = {{}}
    for source in sources:
        try:
            restoring.restore(source)
            answer[source.name] = "restored"
        except Refusal as refusal:
            answer[source.name] = refusal.code
    after = sorted(path.name for path in settings.HOME.iterdir())
    left = {{name for name in set(after) ^ set(before) if not name.endswith((".turn", "-wal", "-shm"))}}
    Agent = apps.get_model("agents.Agent")
    rows = [Agent.objects.count(), Agent.objects.get().kind]
    same = key == (settings.HOME / "secret.key").read_bytes()
    answer["left"] = [sorted(left), rows, same, triggers.missing(), (settings.HOME.parent / "escaped").exists()]
"""


def test_what_is_refused_leaves_everything_as_it_was(tmp_path: Path, databases) -> None:
    url = databases()
    homes.local(tmp_path / "a")
    file = tmp_path / "one.cosmolocal"
    write_backup(tmp_path / "a", "", file)
    homes.tables(tmp_path / "b", url)
    told = run(tmp_path / "b", url, REFUSED.format(file=str(file)))
    left = told.pop("left")
    strange, none, damaged = "backup.strange_file", "backup.not_a_backup", "backup.damaged"
    assert told == {
        **dict.fromkeys(("up", "up2", "root", "other", "back", "line", "link"), strange),
        **dict.fromkeys(("twice", "below", "locked", "none"), strange),
        **dict.fromkeys(("bare", "huge", "deep", "list", "seal", "counts", "day"), none),
        **dict.fromkeys(("words", "fewer", "lost", "columns", "key", "number"), damaged),
        "gone": damaged,
        "unborn": "backup.no_local",
    }
    assert left == [[], [1, "system"], True, [], False]
    run(tmp_path / "b", url, f"answer = restoring.restore(Path({str(file)!r}))['local']")
    assert run(tmp_path / "b", url, "from cosmolocal.kernel import triggers; answer = triggers.missing()") == []


def test_an_encrypted_backup_needs_its_passphrase(tmp_path: Path) -> None:
    homes.local(tmp_path / "a")
    file = tmp_path / "one.cosmolocal"
    run(tmp_path / "a", "", f"answer = str(backup.write(Path({str(file)!r}), 'a long summer evening'))")
    data = file.read_bytes()
    assert b"Amina" not in data
    assert b"manifest.json" not in data
    assert file.stat().st_mode & 0o777 == 0o600
    bent = tmp_path / "bent.cosmolocal"
    bent.write_bytes(data[:3000] + bytes([data[3000] ^ 1]) + data[3001:])
    (tmp_path / "cut.cosmolocal").write_bytes(data[:-20])
    homes.tables(tmp_path / "b")
    told = run(
        tmp_path / "b",
        "",
        f"""
        answer = []
        folder = Path({str(tmp_path)!r})
        for name, word in (("one", ""), ("one", "wrong"), ("bent", "a long summer evening"),
                           ("cut", "a long summer evening"), ("one", "a long summer evening")):
            try:
                answer.append(restoring.restore(folder / f"{{name}}.cosmolocal", word)["local"])
            except Refusal as refusal:
                answer.append(refusal.code)
        """,
    )
    assert told == ["backup.passphrase"] * 4 + ["Ainonghui 爱农会"]


OLD = """
    import base64, io, zipfile
    from django.core.serializers.json import DjangoJSONEncoder
    from datetime import datetime
    target = Path({file!r})
    def plain(value):
        if isinstance(value, (bytes, memoryview)):
            return base64.b64encode(bytes(value)).decode()
        return value.isoformat() if isinstance(value, datetime) else value
    source = target.with_name("today")
    backup.write(source)
    with zipfile.ZipFile(source) as today, zipfile.ZipFile(target, "w") as archive:
        for model in backup.tables(apps):
            names = [field.attname for field in model._meta.concrete_fields]
            rows = model._base_manager.order_by("pk").values_list(*names)
            lines = [json.dumps(names), *(json.dumps([plain(v) for v in row], cls=DjangoJSONEncoder) for row in rows)]
            archive.writestr(f"rows/{{model._meta.label_lower}}.jsonl", "\\n".join(lines) + "\\n")
        manifest = json.loads(today.read("manifest.json"))
        del manifest["form"]
        archive.writestr("manifest.json", json.dumps(manifest))
        for name in today.namelist():
            if name.startswith("home/"):
                archive.writestr(name, today.read(name))
    answer = None
"""


def test_a_backup_of_the_first_form_is_still_taken(tmp_path: Path, databases) -> None:
    awkward = r"""
    odd = "Tab\tback\\slash \\N \"quoted\" 茶 \r\n\\. end"
    people.add_member(by=by, name="Odd", household_name="\\N", code="Z1")
    letters = apps.get_model("local_messages.Letter").objects
    letters.create(to=who.system(), subject="x", text=odd, event="payment", written_at=django.utils.timezone.now())
    apps.get_model("agents.Place").objects.create(name="far", latitude=24.3300000000000001, longitude=-1/3)
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True, exist_ok=True)
    (settings.MEDIA_ROOT / "ab" / "picture.webp").write_bytes(b"RIFF" + bytes(200))
    """
    homes.local(tmp_path / "a")
    run(tmp_path / "a", "", FILLED + awkward)
    before = run(tmp_path / "a", "", SUMS)
    file = tmp_path / "old.cosmolocal"
    run(tmp_path / "a", "", OLD.format(file=str(file)))
    homes.tables(tmp_path / "b", url := databases())
    run(tmp_path / "b", url, f"answer = restoring.restore(Path({str(file)!r}))['local']")
    assert run(tmp_path / "b", url, SUMS) == before
    homes.tables(tmp_path / "c", other := databases())
    run(tmp_path / "c", other, f"answer = restoring.restore(Path({str(tmp_path / 'today')!r}))['local']")


@pytest.mark.once
def test_a_demo_is_never_made_where_a_local_stands(tmp_path: Path) -> None:
    home = tmp_path / "a"
    homes.local(home)
    for words in (["--demo", "--fresh"], ["--demo"]):
        done = subprocess.run(
            [sys.executable, "-m", "cosmolocal.config.commands", "prepare", *words],
            env={**environment(home, ""), "COSMOLOCAL_DEMO": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "Ainonghui 爱农会" in done.stderr
        assert "no demo" in done.stderr
    assert run(home, "", "answer = apps.get_model('agents.Agent').objects.count()") > 60
