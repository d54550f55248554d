"""A backup is put back: tried in a place of its own, beside what is there, and swapped in when it is whole.

Until the swap nothing of the home or its database is touched; the swap is one rename (SQLite) or one transaction
(PostgreSQL), after the files.
"""

import json
import logging
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from cosmolocal import __version__
from cosmolocal.agents import queries as agents_queries
from cosmolocal.config import aside, backup, checking, elsewhere, encryption, old_rows, rows
from cosmolocal.kernel import heads, node, seals, signing, upgrading
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import operations as messages

log = logging.getLogger("cosmolocal.restoring")
_LARGEST_MANIFEST = 1024 * 1024
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, UnicodeError, RuntimeError)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, encryption.WrongPassphrase, *_UNREADABLE)


def read_manifest(source: Path, passphrase: str = "") -> dict[str, Any]:
    """What a backup says of itself, once every byte of it was read and found whole.

    Refusals: backup.not_a_backup, backup.damaged, backup.newer, backup.passphrase, backup.strange_file.
    """
    with opened(source, passphrase) as archive:
        manifest = _manifest(archive)
        try:
            bad = archive.testzip()
        except _BROKEN:
            bad = "?"
        if bad is not None:
            raise _damaged(bad)
        return manifest


def is_encrypted(source: Path) -> bool:
    """Whether a file needs a passphrase; False for one that cannot be read."""
    try:
        with source.open("rb") as file:
            return encryption.is_encrypted(file)
    except OSError:
        return False


@contextmanager
def opened(source: Path, passphrase: str = "") -> Iterator[zipfile.ZipFile]:
    """The archive of a backup, encrypted or not. Refusals: backup.not_a_backup, backup.passphrase."""
    try:
        file = source.open("rb")
    except OSError as error:
        raise _not_a_backup() from error
    with file:
        inside: Any = file
        if encryption.is_encrypted(file):
            if not passphrase:
                raise Refusal(
                    "backup.passphrase",
                    _("This backup is encrypted. Type the passphrase it was written with."),
                    field="passphrase",
                )
            try:
                inside = encryption.Decrypting(file, passphrase)
            except encryption.WrongPassphrase as error:
                raise Refusal(
                    "backup.passphrase",
                    _("This is not the passphrase of this backup, or the file is damaged. Type it once more."),
                    field="passphrase",
                ) from error
        try:
            archive = zipfile.ZipFile(inside)
        except _BROKEN as error:
            raise _not_a_backup() from error
        with archive:
            yield archive


def is_of_a_demo(source: Path) -> bool:
    """Whether the local in a backup in the clear is a demo: a node that was set up for good does not start with one.
    What cannot be read says whoever restores it.
    """
    with opened(source) as archive:
        name = next((name for name in archive.namelist() if name.startswith("rows/kernel.node.")), "manifest.json")
        with archive.open(name) as file:
            head, row = file.readline(_LARGEST_MANIFEST), file.readline(_LARGEST_MANIFEST)
    if name.endswith(".tsv"):
        return (b"is_demo", b"1") in zip(head.strip().split(b"\t"), row.rstrip(b"\n").split(b"\t"), strict=False)
    try:
        return ("is_demo", True) in zip(json.loads(head), json.loads(row), strict=False)
    except _BROKEN:
        return False


def decrypt(source: Path, passphrase: str, target: Path) -> None:
    """Writes a backup in the clear (0600), also one that was so already."""
    kept = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with source.open("rb") as file, os.fdopen(kept, "wb") as out:
        inside: Any = encryption.Decrypting(file, passphrase) if encryption.is_encrypted(file) else file
        shutil.copyfileobj(inside, out, encryption.PIECE)


def _not_a_backup() -> Refusal:
    return Refusal(
        "backup.not_a_backup", _("This file is not a backup of a local. Choose the file that ends in .cosmolocal.")
    )


def _damaged(part: str) -> Refusal:
    return Refusal(
        "backup.damaged", _("The file is damaged (%(part)s). Use another backup.") % {"part": one_line(part)[:80]}
    )


def _told(archive: zipfile.ZipFile) -> Any:
    """What stands in the manifest; no more is unpacked than a manifest may have. Raises one of _BROKEN."""
    with archive.open("manifest.json") as inside:
        text = inside.read(_LARGEST_MANIFEST + 1)
    if len(text) > _LARGEST_MANIFEST:
        raise ValueError("manifest.json")
    return json.loads(text)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    if "manifest.json" not in archive.namelist():
        raise _not_a_backup()
    checking.require_entries(archive)
    try:
        manifest = checking.require_shape(_told(archive))
    except _BROKEN as error:
        raise _not_a_backup() from error
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if set(manifest["migrations"]) - known or manifest.get("form", 1) not in (1, backup.FORM):
        raise Refusal(
            "backup.newer",
            _("This backup was written by a newer version (%(theirs)s; this is %(ours)s). Update first, then restore.")
            % {"theirs": manifest["version"], "ours": __version__},
        )
    return manifest


def restore(source: Path, passphrase: str = "") -> dict[str, Any]:
    """Puts a backup into an empty home and brings its tables to this version; the manifest.

    Refusals: backup.not_empty, backup.no_room, backup.no_local, and those of `read_manifest`. Nothing is changed
    unless everything fits.
    """
    if _is_set_up():
        raise Refusal(
            "backup.not_empty",
            _("This home already holds a local. Restore into an empty folder: cosmolocal restore FILE --home FOLDER"),
        )
    home = Path(settings.HOME)
    aside.let_go(home)
    with opened(source, passphrase) as archive, aside.folder(home) as place:
        manifest = _manifest(archive)
        _check_room(archive, home)
        try:
            files = _unpack(archive, place)
            checking.require_keys(place / "home")
            with elsewhere.database(place):
                _fill(archive, manifest)
                _check_seal(manifest)
                checking.require_local()
                messages.hold(by=agents_queries.system())
                _move(files, place, home)
        except (*_BROKEN, DatabaseError) as error:
            raise _damaged(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    try:
        seals.put_back()
    except OSError as error:  # the local stands; `doctor` says what is missing
        log.warning("that the seals were put back could not be written: %s", error)
    return manifest


def _check_seal(manifest: dict[str, Any]) -> None:
    """The chain of seals ends where the backup says it does."""
    told, newest = manifest.get("seal"), seals.head()
    if told and (newest is None or told["number"] != newest.number or told["digest"] != seals.digest(newest)):
        raise ValueError("seals")


def known_heads() -> Iterator[heads.Known]:
    """The head of the chain of seals in each backup of this home that was made since the chain was put back or begun
    anew; encrypted ones only where the passphrase is set, and of these the newest.
    """
    own, passphrase = signing.public_key(), backup.passphrase()
    try:
        since = heads.put_back_at()
    except OSError:  # `proving` says so; each backup counts then
        since = ""
    for path in sorted(backup.folder().glob(f"*{backup.SUFFIX}"), reverse=True):
        hidden = is_encrypted(path)
        if hidden and not passphrase:
            continue
        try:
            with opened(path, passphrase) as archive:
                manifest = _told(archive)
            told = manifest.get("seal")
            if told and told["key"] == own and datetime.fromisoformat(manifest["made_at"]).isoformat() > since:
                yield heads.Known(int(told["number"]), str(told["digest"]), manifest["made_at"], path.name)
        except (Refusal, AttributeError, TypeError, *_BROKEN):
            continue  # whoever restores it is told
        if hidden:
            passphrase = ""


def _is_set_up() -> bool:
    """Has a local been set up here? Tables and the rows that migrating makes are no data."""
    return "kernel_node" in connection.introspection.table_names() and node.is_ready()


def _check_room(archive: zipfile.ZipFile, home: Path) -> None:
    """Unpacked it must fit on the disk, with its indexes: about twice what the rows take as text."""
    if 2 * sum(info.file_size for info in archive.infolist()) > shutil.disk_usage(home).free:
        raise Refusal(
            "backup.no_room", _("There is not enough room on this disk for the backup. Make room, then restore again.")
        )


def _unpack(archive: zipfile.ZipFile, place: Path) -> list[Path]:
    """The files of the home, beside it; every name was looked at before."""
    found = []
    for info in archive.infolist():
        if info.filename.startswith("home/"):
            target = place / info.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as inside, target.open("xb") as file:
                shutil.copyfileobj(inside, file)
            found.append(target)
    return found


def _move(files: list[Path], place: Path, home: Path) -> None:
    for path in files:
        target = home / path.relative_to(place / "home")
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def _fill(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """The tables as they were when it was written, their rows, then everything that changed in tables since."""
    executor = MigrationExecutor(connection)
    leaves = _last_of_each_app(executor.loader, {tuple(name.split(".", 1)) for name in manifest["migrations"]})
    then = executor.loader.project_state(leaves).apps
    held = backup.tables(then)
    _require_tables(archive, manifest, then)
    executor.migrate(leaves)
    for model in reversed(held):
        model._base_manager.all()._raw_delete(connection.alias)  # type: ignore[attr-defined]  # rows that migrating made
    with elsewhere.without_indexes():
        for model in held:
            _fill_table(archive, model, manifest)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), held):
            cursor.execute(statement)
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    executor.migrate(executor.loader.graph.leaf_nodes())
    upgrading.end(plan=plan)
    call_command("createcachetable", verbosity=0)


def _require_tables(archive: zipfile.ZipFile, manifest: dict[str, Any], then: Apps) -> None:
    """Tables of the version that wrote it, also such as are no longer kept, and none left out that has rows.

    Refuses: backup.strange_file. Raises ValueError.
    """
    known = {model._meta.label_lower for model in then.get_models(include_auto_created=True)}
    found = {name.removeprefix("rows/").rpartition(".")[0]: name for name in archive.namelist() if name[:5] == "rows/"}
    for label in found.keys() - known:
        raise checking.strange(found[label])
    for label, count in manifest.get("rows", {}).items():
        if count and label not in found:
            raise ValueError(f"{label}: no rows")


def _fill_table(archive: zipfile.ZipFile, model: type[models.Model], manifest: dict[str, Any]) -> None:
    label = model._meta.label_lower
    old = manifest.get("form", 1) == 1
    name = f"rows/{label}.{'jsonl' if old else 'tsv'}"
    if name not in archive.namelist():
        return
    with archive.open(name) as raw:
        count = rows.read(old_rows.as_text(raw, model) if old else raw, model)
    if count != manifest.get("rows", {}).get(label, count):
        raise ValueError(f"{label}: {count} rows")


def _last_of_each_app(loader: MigrationLoader, applied: set[tuple[str, ...]]) -> list[tuple[str, str]]:
    """The newest migration of each app among `applied`: asking for an older one would undo."""
    graph = loader.graph
    return [
        (app, name)
        for app, name in graph.nodes
        if (app, name) in applied
        and not any(c.key[0] == app and c.key in applied for c in graph.node_map[app, name].children)
    ]
