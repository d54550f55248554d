"""Which rows can never be changed or deleted, and the database triggers that refuse it (SQLite and PostgreSQL)."""

from dataclasses import dataclass
from typing import Any

from django.db import connections


@dataclass(frozen=True)
class AppendOnly:
    """`table` refuses DELETE and, unless `may_change` (SQL over OLD and NEW) is true, UPDATE."""

    table: str
    may_change: str = ""


# One list; `doctor` checks that each stands in the database.
APPEND_ONLY: tuple[AppendOnly, ...] = (
    AppendOnly("kernel_operation", "OLD.result IS NULL AND NEW.id = OLD.id AND NEW.key = OLD.key"),
    AppendOnly("flows_economicevent"),
    AppendOnly("flows_process"),
    AppendOnly("catalog_priceversion"),
)


_FUNCTION = """
CREATE OR REPLACE FUNCTION cosmolocal_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def _statements(rule: AppendOnly, vendor: str) -> list[str]:
    table, guard = rule.table, f"WHEN (NOT ({rule.may_change})) " if rule.may_change else ""
    if vendor == "sqlite":
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_update",
            f"DROP TRIGGER IF EXISTS {table}_no_delete",
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {guard}{stop}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stop}",
        ]
    run = "EXECUTE FUNCTION cosmolocal_append_only()"
    return [
        _FUNCTION,
        f"DROP TRIGGER IF EXISTS {table}_no_update ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_delete ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {guard}{run}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {run}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}",
    ]


def protect(using: str = "default") -> None:
    """(Re)creates the triggers of every table that exists."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for rule in APPEND_ONLY:
            if rule.table in tables:
                for statement in _statements(rule, connection.vendor):
                    cursor.execute(statement)


def lift(using: str = "default") -> None:
    """Drops the triggers; only the test suite's flush may do this."""
    connection = connections[using]
    suffix = "" if connection.vendor == "sqlite" else " ON {table}"
    with connection.cursor() as cursor:
        for rule in APPEND_ONLY:
            for deed in ("update", "delete", "truncate"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {rule.table}_no_{deed}" + suffix.format(table=rule.table))


def missing(using: str = "default") -> list[str]:
    """Names of tables whose triggers are absent; empty when the books are protected."""
    connection = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    wanted = ("update", "delete") if connection.vendor == "sqlite" else ("update", "delete", "truncate")
    return [rule.table for rule in APPEND_ONLY if any(f"{rule.table}_no_{deed}" not in found for deed in wanted)]


def protect_after_migrate(using: str = "default", **_: Any) -> None:
    protect(using)
