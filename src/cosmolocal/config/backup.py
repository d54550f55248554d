"""Everything of this local as one file: database, pictures, keys and the version that wrote it.

The rows are written as text (`rows`), so a backup made on SQLite can be restored on PostgreSQL and the other way round.
`restoring` puts it back.
"""

import json
import os
import queue
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.db import connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from django_tasks_db.models import DBTaskResult

from cosmolocal import __version__
from cosmolocal.config import encryption, rows
from cosmolocal.kernel import clock, node, seals, signing
from cosmolocal.kernel.jobs import UNFINISHED, enqueue, job
from cosmolocal.kernel.models import TimerRun
from cosmolocal.kernel.practices import Timer
from cosmolocal.kernel.snapshot import snapshot

SUFFIX = ".cosmolocal"
KEPT_FILES = ("secret.key", "node.id", signing.FILE)
LEFT_OUT = {"sessions.session", "kernel.workerbeat", "local_messages.secret"}
AT_NIGHT = time(3)
_NIGHT = "config.night"  # when the last nightly backup was asked for, beside the runs of timers
KEEP_DAYS, KEEP_WEEKS, KEEP_MONTHS = 7, 4, 12
FORM = 2  # rows as text; a backup that names none holds them as JSON


def write(target: Path, passphrase: str = "") -> Path:
    """Writes a backup while the node goes on working; the file appears only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with _into(file, passphrase) as out:
                _write_all(out)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _write_all(out: IO[bytes]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with snapshot() as alias:
            _write_rows(archive, alias)
        for path in _files():
            archive.write(path, f"home/{path.relative_to(settings.HOME)}")


def passphrase() -> str:
    """What the operator encrypts backups with; empty: they are not."""
    return os.environ.get("COSMOLOCAL_BACKUP_PASSPHRASE", "")


@contextmanager
def _into(file: IO[bytes], passphrase: str) -> Iterator[IO[bytes]]:
    if not passphrase:
        yield file
        return
    sealed: Any = encryption.Encrypting(file, passphrase)
    yield sealed
    sealed.close()  # not after an error: a file without its last piece is no backup


def _files() -> Iterator[Path]:
    for name in KEPT_FILES:
        if (settings.HOME / name).exists():
            yield settings.HOME / name
    folder = Path(settings.MEDIA_ROOT)
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path


def tables(registry: Apps) -> list[type[models.Model]]:
    """What a backup holds."""
    found = registry.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and not m._meta.proxy and m._meta.label_lower not in LEFT_OUT]


def _rows_of(model: type[models.Model]) -> models.QuerySet[models.Model]:
    """The rows of a table that a backup carries: of jobs those that are still to be done."""
    return model._base_manager.filter(UNFINISHED) if model is DBTaskResult else model._base_manager.all()


def _write_rows(archive: zipfile.ZipFile, alias: str) -> None:
    counts: dict[str, int] = {}
    for model in tables(apps):
        with archive.open(f"rows/{model._meta.label_lower}.tsv", "w", force_zip64=True) as raw, _Behind(raw) as out:
            counts[model._meta.label_lower] = rows.write(_rows_of(model), alias, out.put)
    loader = MigrationLoader(connections[alias])
    manifest = {
        "form": FORM,
        "version": __version__,
        "made_at": clock.now().isoformat(),
        "local": node.current().name,
        "migrations": sorted(f"{app}.{name}" for app, name in loader.applied_migrations),
        "rows": counts,
        "seal": _head(alias),
    }
    archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))


def _head(alias: str) -> dict[str, Any] | None:
    """The newest seal in it: what is there later must reach as far (`restoring.heads`)."""
    newest = seals.head(alias)
    return {"number": newest.number, "digest": seals.digest(newest), "key": newest.key} if newest else None


class _Behind:
    """Compresses and writes in a thread of its own, while the next rows are read."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target = target
        self.error: BaseException | None = None
        self.waiting: queue.Queue[bytes | None] = queue.Queue(maxsize=8)
        self.thread = threading.Thread(target=self._run, name="compress")

    def _run(self) -> None:
        while (block := self.waiting.get()) is not None:
            if self.error is None:
                try:
                    self.target.write(block)
                except BaseException as error:  # noqa: BLE001 - raised again where the rows are read
                    self.error = error

    def put(self, block: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.waiting.put(block)

    def __enter__(self) -> "_Behind":
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self.waiting.put(None)
        self.thread.join()
        if self.error is not None and kind is None:
            raise self.error


def folder() -> Path:
    return Path(settings.HOME) / "backups"


def default_file(before: str = "") -> Path:
    """backups/<moment on the local's wall>.cosmolocal in the home; `before`: words in front of the moment."""
    return folder() / f"{before}{clock.wall(clock.now()):%Y-%m-%d-%H%M%S}{SUFFIX}"


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
    write(default_file(), passphrase())
    prune(clock.today())


def _nightly() -> None:
    """Once each night of the local's own zone: at the first moment from 03:00 on at which the node is awake."""
    ready_at, night = node.current().ready_at, begin_of_night(clock.now())
    last = TimerRun.objects.filter(name=_NIGHT).values_list("at", flat=True).first()
    if ready_at is None or max(ready_at, last or ready_at) >= night:
        return
    with transaction.atomic():
        TimerRun.objects.update_or_create(name=_NIGHT, defaults={"at": clock.now()})
        enqueue("config.nightly_backup")


def begin_of_night(now: datetime) -> datetime:
    """The last 03:00 on the local's wall that is not after `now`; where that night skips it, the end of the gap."""
    today = clock.day_of(now)
    begun = clock.from_wall(datetime.combine(today, AT_NIGHT))
    return begun if begun <= now else clock.from_wall(datetime.combine(today - timedelta(days=1), AT_NIGHT))


timers = (Timer("config.nightly_backup", timedelta(minutes=1), _nightly),)
