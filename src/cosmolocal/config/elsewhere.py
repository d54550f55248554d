"""A database beside the node's own: filled while the other stays as it is, and swapped in by one step."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection, transaction

_SCHEMA = "cosmolocal_restoring"
_FUNCTIONS = ("cosmolocal_append_only", "cosmolocal_written", "cosmolocal_salt_stays")
# Nobody else reads it, and it is thrown away when anything fails: no write needs to survive a power cut before the end.
_HASTY = (
    "PRAGMA journal_mode=MEMORY;PRAGMA synchronous=OFF;PRAGMA foreign_keys=OFF;PRAGMA cache_size=-65536;"
    "PRAGMA temp_store=FILE;PRAGMA threads=2;PRAGMA locking_mode=EXCLUSIVE"
)


@contextmanager
def database(place: Path) -> Iterator[None]:
    """Inside, the default database is an empty one. It takes the place of the other when the block ends well."""
    run = _sqlite if connection.vendor == "sqlite" else _postgresql
    with run(place):
        yield


@contextmanager
def _pointing(**changes: Any) -> Iterator[None]:
    """The default connection with other settings."""
    before = {name: connection.settings_dict[name] for name in changes}
    connection.close()
    connection.settings_dict.update(changes)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def _sqlite(place: Path) -> Iterator[None]:
    real, beside = Path(connection.settings_dict["NAME"]), place / "local.sqlite3"
    with _pointing(NAME=beside, OPTIONS={**connection.settings_dict["OPTIONS"], "init_command": _HASTY}):
        yield
    beside.chmod(0o600)
    _sync(beside)
    if real.exists():
        with sqlite3.connect(real) as old:  # what its log holds goes into it, so that no log meets another file
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old.close()
    for more in ("-wal", "-shm"):
        real.with_name(real.name + more).unlink(missing_ok=True)
    beside.replace(real)
    _sync(real.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _postgresql(_place: Path) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        real = cursor.fetchone()[0]
        cursor.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {_SCHEMA}")
    options = connection.settings_dict["OPTIONS"]
    hasty = f"-c search_path={_SCHEMA} -c synchronous_commit=off -c maintenance_work_mem=256MB -c statement_timeout=0"
    try:
        with _pointing(OPTIONS={**options, "options": f"{options.get('options', '')} {hasty}"}):
            yield
        with transaction.atomic():
            _swap_schemas(real)
    finally:
        with suppress(Exception), connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _swap_schemas(real: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [_SCHEMA])
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'DROP TABLE IF EXISTS "{real}"."{table}" CASCADE')
        for function in _FUNCTIONS:
            cursor.execute(f'DROP FUNCTION IF EXISTS "{real}".{function}() CASCADE')
            cursor.execute(f'ALTER FUNCTION {_SCHEMA}.{function}() SET SCHEMA "{real}"')
        for table in tables:
            cursor.execute(f'ALTER TABLE {_SCHEMA}."{table}" SET SCHEMA "{real}"')


@contextmanager
def without_indexes() -> Iterator[None]:
    """Tables take many rows faster without their indexes, and make these faster from all of them."""
    find = _sqlite_indexes if connection.vendor == "sqlite" else _postgresql_indexes
    drop, make = find()
    connection.disable_constraint_checking()  # SQLite looks at all references at the end
    with connection.cursor() as cursor:
        for statement in drop:
            cursor.execute(statement)
    with transaction.atomic():
        yield
    with connection.cursor() as cursor:
        for statement in make:
            cursor.execute(statement)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_key_check")
            if (lost := cursor.fetchone()) is not None:
                raise ValueError(f"{lost[0]} {lost[1]} names a row of {lost[2]} that is not there")


def _sqlite_indexes() -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        found = cursor.fetchall()
    return [f'DROP INDEX "{name}"' for name, _sql in found], [sql for _name, sql in found]


def _postgresql_indexes() -> tuple[list[str], list[str]]:
    """References go first and come last; what makes a row findable by its id stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = current_schema()::regnamespace AND contype IN ('f', 'u') ORDER BY contype, conname"
        )
        bound = cursor.fetchall()
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint WHERE conindid = (quote_ident(schemaname) || '.' || quote_ident(indexname))"
            "::regclass)"
        )
        found = cursor.fetchall()
    drop = [f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _sql in bound]
    make = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {sql}' for table, name, sql in reversed(bound)]
    return drop + [f'DROP INDEX "{name}"' for name, _sql in found], [sql for _name, sql in found] + make
