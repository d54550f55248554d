"""Everything of this local as one file, and back: database, pictures, keys and the version that wrote it.

The rows are written as JSON lines, so a backup made on SQLite can be restored on PostgreSQL and the other way round.
"""

import base64
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from cosmolocal import __version__
from cosmolocal.agents import queries as people
from cosmolocal.kernel import clock, node, triggers
from cosmolocal.kernel.jobs import UNFINISHED, enqueue, job
from cosmolocal.kernel.practice import Timer
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import operations as letters

SUFFIX = ".cosmolocal"
KEPT_FILES = ("secret.key", "node.id")
LEFT_OUT = {"sessions.session", "kernel.workerbeat"}
KEEP_DAYS, KEEP_WEEKS, KEEP_MONTHS = 7, 4, 12
_BATCH = 2000


def write(target: Path) -> Path:
    """Writes a backup while the node goes on working; the file appears only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            with _snapshot() as alias:
                _write_rows(archive, alias)
            for path in _files():
                archive.write(path, f"home/{path.relative_to(settings.HOME)}")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _files() -> Iterator[Path]:
    for name in KEPT_FILES:
        if (settings.HOME / name).exists():
            yield settings.HOME / name
    folder = Path(settings.MEDIA_ROOT)
    if folder.is_dir():
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


class _snapshot:  # noqa: N801 - reads as a word in a with statement
    """A second connection that sees one moment of the database and stops nobody from writing."""

    def __enter__(self) -> str:
        chosen = {**connections.settings["default"], "CONN_MAX_AGE": 0}
        if connection.vendor == "sqlite":
            chosen["OPTIONS"] = {**chosen["OPTIONS"], "transaction_mode": "DEFERRED"}
            chosen["NAME"] = connection.settings_dict["NAME"]
        else:
            chosen["NAME"] = connection.settings_dict["NAME"]
        connections.settings["snapshot"] = chosen
        self.block = transaction.atomic(using="snapshot")
        self.block.__enter__()
        if connection.vendor != "sqlite":
            with connections["snapshot"].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return "snapshot"

    def __exit__(self, *error: Any) -> None:
        self.block.__exit__(*error)
        connections["snapshot"].close()
        del connections["snapshot"]
        del connections.settings["snapshot"]


def _tables(registry: Apps) -> list[type[models.Model]]:
    found = registry.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and not m._meta.proxy and m._meta.label_lower not in LEFT_OUT]


def _kept_of(model: type[models.Model]) -> models.QuerySet[models.Model]:
    """The rows of a table that a backup carries: of jobs those that are still to be done."""
    return model._base_manager.filter(UNFINISHED) if model is DBTaskResult else model._base_manager.all()


def _write_rows(archive: zipfile.ZipFile, alias: str) -> None:
    counts: dict[str, int] = {}
    for model in _tables(apps):
        fields = model._meta.concrete_fields
        names = [field.attname for field in fields]
        rows = _kept_of(model).using(alias).order_by("pk").values_list(*names)
        with archive.open(f"rows/{model._meta.label_lower}.jsonl", "w", force_zip64=True) as raw:
            out = io.TextIOWrapper(raw, encoding="utf-8")
            out.write(json.dumps(names) + "\n")
            number = 0
            for row in rows.iterator(chunk_size=_BATCH):
                out.write(
                    json.dumps([_writable(f, v) for f, v in zip(fields, row, strict=True)], cls=DjangoJSONEncoder)
                )
                out.write("\n")
                number += 1
            out.flush()
            counts[model._meta.label_lower] = number
    loader = MigrationLoader(connections[alias])
    manifest = {
        "version": __version__,
        "made_at": clock.now().isoformat(),
        "local": node.current().name,
        "migrations": sorted(f"{app}.{name}" for app, name in loader.applied_migrations),
        "rows": counts,
    }
    archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))


def _writable(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.BinaryField) and value is not None:
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime):
        return value.isoformat()  # Django's encoder would cut microseconds
    return value


def read_manifest(source: Path) -> dict[str, Any]:
    """What a backup says of itself. Refusals: backup.not_a_backup, backup.newer."""
    try:
        with zipfile.ZipFile(source) as archive:
            if (bad := archive.testzip()) is not None:
                raise Refusal(
                    "backup.damaged", _("The file is damaged (%(part)s). Use another backup.") % {"part": bad}
                )
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Refusal(
            "backup.not_a_backup", _("This file is not a backup of a local. Choose a file that `backup` wrote.")
        ) from error
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    unknown = set(manifest["migrations"]) - known
    if unknown:
        raise Refusal(
            "backup.newer",
            _("This backup was written by a newer version (%(theirs)s; this is %(ours)s). Update first, then restore.")
            % {"theirs": manifest["version"], "ours": __version__},
        )
    return manifest


def restore(source: Path) -> dict[str, Any]:
    """Puts a backup into an empty home and brings its tables to this version; the manifest.

    Refusals: backup.not_empty, and those of `read_manifest`. Nothing is changed unless everything fits.
    """
    manifest = read_manifest(source)
    if _has_data():
        raise Refusal(
            "backup.not_empty",
            _("This home already holds a local. Restore into an empty folder: cosmolocal restore FILE --home FOLDER"),
        )
    executor = MigrationExecutor(connection)
    leaves = _last_of_each_app(executor.loader, {tuple(name.split(".", 1)) for name in manifest["migrations"]})
    executor.migrate(leaves)
    state = executor.loader.project_state(leaves)
    with zipfile.ZipFile(source) as archive:
        _read_rows(archive, state.apps)
        _read_files(archive)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    triggers.protect()
    if node.is_ready():
        letters.hold(by=people.system())
    return manifest


def _last_of_each_app(loader: MigrationLoader, applied: set[tuple[str, ...]]) -> list[tuple[str, str]]:
    """The newest migration of each app among `applied`: asking for an older one would undo."""
    graph = loader.graph
    return [
        (app, name)
        for app, name in graph.nodes
        if (app, name) in applied
        and not any(c.key[0] == app and c.key in applied for c in graph.node_map[app, name].children)
    ]


def _has_data() -> bool:
    """Has a local been set up here? Tables and the rows that migrating makes are no data."""
    return "kernel_node" in connection.introspection.table_names() and node.is_ready()


def _read_rows(archive: zipfile.ZipFile, registry: Apps) -> None:
    triggers.lift()
    with transaction.atomic():
        wanted = _tables(registry)
        for model in reversed(wanted):
            model._base_manager.all()._raw_delete(connection.alias)  # type: ignore[attr-defined]  # rows that migrating made
        for model in wanted:
            name = f"rows/{model._meta.label_lower}.jsonl"
            if name in archive.namelist():
                _read_table(archive, name, model)
        reset = connection.ops.sequence_reset_sql(_plain_style(), wanted)
        with connection.cursor() as cursor:
            for statement in reset:
                cursor.execute(statement)


def _plain_style() -> Any:
    class Plain:
        def __getattr__(self, name: str) -> Any:
            return lambda text: text

    return Plain()


def _read_table(archive: zipfile.ZipFile, name: str, model: type[models.Model]) -> None:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    with archive.open(name) as raw:
        lines = io.TextIOWrapper(raw, encoding="utf-8")
        fields = [by_name[attname] for attname in json.loads(next(lines))]
        batch: list[models.Model] = []
        for line in lines:
            values = json.loads(line)
            batch.append(model(**{f.attname: _readable(f, v) for f, v in zip(fields, values, strict=True)}))
            if len(batch) == _BATCH:
                _insert(model, batch, fields)
                batch = []
        if batch:
            _insert(model, batch, fields)


def _readable(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None or isinstance(field, (models.JSONField, models.ForeignKey)):
        return value
    return field.to_python(value)


def _insert(model: type[models.Model], batch: list[models.Model], fields: list[models.Field[Any, Any]]) -> None:
    # raw: values as they were, so that auto_now fields keep their moment
    size = max(1, min(len(batch), connection.ops.bulk_batch_size(fields, batch)))
    for start in range(0, len(batch), size):
        model._base_manager.all()._insert(  # type: ignore[attr-defined]
            batch[start : start + size], fields=fields, using=connection.alias, raw=True
        )


def _read_files(archive: zipfile.ZipFile) -> None:
    home = Path(settings.HOME)
    with tempfile.TemporaryDirectory(dir=home) as staging:
        for name in archive.namelist():
            if name.startswith("home/"):
                archive.extract(name, staging)
        source = Path(staging) / "home"
        for path in source.rglob("*") if source.exists() else ():
            if path.is_file():
                target = home / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)
    for name in KEPT_FILES:
        if (home / name).exists():
            (home / name).chmod(0o600)


def folder() -> Path:
    return Path(settings.HOME) / "backups"


def default_file() -> Path:
    """backups/<moment>.cosmolocal in the home."""
    return folder() / f"{clock.wall(clock.now()):%Y-%m-%d-%H%M%S}{SUFFIX}"


def prune(today: date) -> list[Path]:
    """Deletes nightly backups beyond 7 days, 4 weeks and 12 months; what was deleted."""
    dated: dict[Path, date] = {}
    for path in folder().glob(f"*{SUFFIX}"):
        try:
            dated[path] = date.fromisoformat(path.name[:10])
        except ValueError:
            continue
    kept: set[Path] = set()
    weeks: dict[tuple[int, int], Path] = {}
    months: dict[tuple[int, int], Path] = {}
    for path, day in sorted(dated.items(), key=lambda pair: pair[1], reverse=True):
        if day > today - timedelta(days=KEEP_DAYS):
            kept.add(path)
        weeks.setdefault(day.isocalendar()[:2], path)
        months.setdefault((day.year, day.month), path)
    kept.update(list(weeks.values())[:KEEP_WEEKS], list(months.values())[:KEEP_MONTHS])
    gone = [path for path in dated if path not in kept]
    for path in gone:
        path.unlink()
    return gone


@job("config.nightly_backup")
def nightly_backup() -> None:
    write(default_file())
    prune(clock.today())


def _nightly() -> None:
    """At night, by the local's own clock, once."""
    if node.is_ready() and clock.wall(clock.now()).hour == 3:
        enqueue("config.nightly_backup")


timers = (Timer("config.nightly_backup", timedelta(minutes=61), _nightly),)
