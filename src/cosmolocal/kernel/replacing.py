"""Guards of SQLite against REPLACE, which takes the place of a row without a word to the triggers of its deletion.

`INSERT OR REPLACE` and `UPDATE OR REPLACE` are refused wherever they would take a guarded row away, and so is another
number for a guarded row, by whatever name of it. SQLite asks before it looks at `ON CONFLICT` too: who may meet a
guarded row looks first whether it is there. PostgreSQL has no REPLACE, and its upsert is an update to the triggers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connections, models
from django.db.models.sql import Query

from cosmolocal.kernel.evidence import KEPT, SEALED

INSERTED, CHANGED = "_no_replace", "_no_replace_by"
_ROW_NUMBER = ("rowid", "_rowid_", "oid")  # SQLite's other names of the id; a trigger is asked by the name that is said


@dataclass(frozen=True)
class Key:
    """Columns of which no two rows have the same; `among`: SQL that says which rows are meant (empty: all)."""

    columns: tuple[str, ...]
    among: str = ""


def guarded() -> dict[str, type[models.Model]]:
    """Table -> model of everything that is kept or sealed."""
    return {table: rule.model for table, rule in KEPT.items()} | {table: rule.model for table, rule in SEALED.items()}


def once(table: str, row: str) -> str:
    """SQL that says since when a row of that table is guarded; empty: from the start."""
    told = KEPT[table].once if table in KEPT else SEALED[table].when
    return told.format(row=row)


def keys(model: type[models.Model]) -> list[Key]:
    """What no two rows of a model share: the id, unique fields, unique constraints. TypeError: one of expressions."""
    meta = model._meta
    found = [Key((str(field.column),)) for field in meta.concrete_fields if field.unique]
    found += [Key(_columns(model, names)) for names in meta.unique_together]
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            if constraint.expressions:
                raise TypeError(f"{constraint.name}: evidence has no unique expressions")
            found.append(Key(_columns(model, constraint.fields), _among(model, constraint.condition)))
    return found


def guards(using: str = "default") -> Iterator[tuple[str, str, str]]:
    """(name, table, what follows the name) of each trigger; none but on SQLite."""
    if connections[using].vendor != "sqlite":
        return
    for table, model in guarded().items():
        every = keys(model)
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        pk = every[0].columns[0]
        hit = " OR ".join(_taken(table, key) for key in every)
        yield table + INSERTED, table, f"BEFORE INSERT ON {table} WHEN {hit} {stop}"
        told = dict.fromkeys([*(name for key in every for name in key.columns), *_ROW_NUMBER])
        named = ", ".join(f'"{column}"' for column in told)
        moved = " AND ".join(part for part in (f'OLD."{pk}" <> NEW."{pk}"', once(table, "OLD")) if part)
        hit = " OR ".join([moved, *(_taken(table, key, f'there."{pk}" <> OLD."{pk}"') for key in every)])
        yield table + CHANGED, table, f"BEFORE UPDATE OF {named} ON {table} WHEN {hit} {stop}"


def _taken(table: str, key: Key, also: str = "") -> str:
    """SQL: a guarded row stands where the new one goes. Nothing equals nothing, as in the keys themselves."""
    asked = [f'there."{column}" = NEW."{column}"' for column in key.columns]
    if key.among:
        asked += [_of(key.among, "there"), _of(key.among, "NEW")]
    asked += [f"({part})" for part in (once(table, "there"), also) if part]
    return f"EXISTS (SELECT 1 FROM {table} AS there WHERE {' AND '.join(asked)})"  # noqa: S608 - names of our own models


def _columns(model: type[models.Model], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(model._meta.get_field(name).column) for name in names)  # type: ignore[union-attr]


def _among(model: type[models.Model], condition: models.Q | None) -> str:
    """A condition in the words of its index on SQLite, whose columns have no table before them."""
    if condition is None:
        return ""
    connection = connections["default"]
    where = Query(model, alias_cols=False).build_where(condition)
    sql, params = where.as_sql(Query(model).get_compiler(connection=connection), connection)
    quote = connection.schema_editor(collect_sql=True).quote_value
    return str(sql) % tuple(quote(value) for value in params)


def _of(sql: str, row: str) -> str:
    return "(" + re.sub(r'"(\w+)"', rf'{row}."\1"', sql) + ")"
