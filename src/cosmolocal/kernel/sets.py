"""Many rows in one statement: no database's limit of parameters, and nothing put together per row."""
# ruff: noqa: S608 - names of tables and columns come from models

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models.expressions import RawSQL


def among(ids: Iterable[int]) -> RawSQL:
    """For `filter(pk__in=among(ids))` with hundreds or thousands of ids; for a few, a list will do."""
    return RawSQL(select_carried(), [carried(ids)])  # noqa: S611 - our own text


def select_carried() -> str:
    """A statement whose one parameter, made by `carried`, holds whole numbers; it gives them as rows."""
    return "SELECT value FROM json_each(%s)" if connection.vendor == "sqlite" else "SELECT unnest(%s::bigint[])"


def carried(ids: Iterable[int]) -> str:
    """Whole numbers as one text, in the way of the database."""
    return json.dumps(list(ids)) if connection.vendor == "sqlite" else array(ids)


def array(values: Iterable[int | bool | None]) -> str:
    """Whole numbers as PostgreSQL writes an array; the driver takes five times as long for a list."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[int]:
    """Writes rows by one statement, however many: `names` are fields, each row has their values in that order; the ids
    in the order of the rows. For text, numbers, moments and yes or no. Inside a transaction.
    """
    fields = [_column(model, name) for name in names]
    carried = json.dumps(
        [[field.get_db_prep_save(v, connection) for field, v in zip(fields, row, strict=True)] for row in rows],
        default=str,
    )
    quote, key = connection.ops.quote_name, model._meta.pk
    assert key is not None
    if connection.vendor == "sqlite":
        parts = [f"json_extract(value, '$[{place}]')" for place in range(len(fields))]
        source = "json_each(%s) ORDER BY key"
    else:
        parts = [f"(value->>{place})::{field.db_type(connection)}" for place, field in enumerate(fields)]
        source = "json_array_elements(%s::json) WITH ORDINALITY AS given (value, place) ORDER BY place"
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) SELECT {', '.join(parts)} FROM {source} "
            f"RETURNING {quote(str(key.column))}",
            [carried],
        )
        return sorted(row[0] for row in cursor.fetchall())


def rewrite(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Gives many rows new values: each of `rows` is a value for each of `fields`, then the id. The rows are there, and
    locked by the caller where another writer may want them.
    """
    columns, table = [_column(model, name) for name in (*fields, "id")], model._meta.db_table
    names = [_name(column) for column in columns[:-1]]
    if connection.vendor == "sqlite":
        told = ", ".join(f"{name} = %s" for name in names)
        _many(f"UPDATE {table} SET {told} WHERE id = %s", columns, rows)
    else:
        told = ", ".join(f"{name} = j.{name}" for name in names)
        _as_table(f"UPDATE {table} AS r SET {told} FROM {{rows}} WHERE r.id = j.id", columns, rows)


def put(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unique: str,
    kept: Sequence[str] = (),
) -> None:
    """Inserts many rows, each a value for each of `fields`; where there is one with the same `unique` already, it takes
    the values over, save those of the fields `kept`.
    """
    columns, table = [_column(model, name) for name in fields], model._meta.db_table
    names, key = [_name(column) for column in columns], _name(_column(model, unique))
    staying = {key, *(_name(_column(model, name)) for name in kept)}
    told = ", ".join(f"{name} = excluded.{name}" for name in names if name not in staying)
    insert, conflict = f"INSERT INTO {table} ({', '.join(names)})", f"ON CONFLICT ({key}) DO UPDATE SET {told}"
    if connection.vendor == "sqlite":
        _many(f"{insert} VALUES ({', '.join(['%s'] * len(names))}) {conflict}", columns, rows)
    else:
        _as_table(f"{insert} SELECT {', '.join(names)} FROM {{rows}} {conflict}", columns, rows)


def _many(sql: str, columns: "Sequence[models.Field[Any, Any]]", rows: Iterable[Sequence[Any]]) -> None:
    """SQLite prepares it once; what it writes in its own way (moments, JSON) is asked of the field."""
    plain = (int, str, bool, type(None))
    stored = (
        [
            value if type(value) in plain else column.get_db_prep_save(value, connection)
            for column, value in zip(columns, row, strict=True)
        ]
        for row in rows
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, stored)  # type: ignore[arg-type]  # SQLite takes rows as they come


def _as_table(sql: str, columns: "Sequence[models.Field[Any, Any]]", rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL reads all rows from one parameter."""
    kinds = ", ".join(f"{_name(column)} {column.rel_db_type(connection)}" for column in columns)
    told = [{_name(column): value for column, value in zip(columns, row, strict=True)} for row in rows]
    with connection.cursor() as cursor:
        table = f"jsonb_to_recordset(%s::jsonb) AS j({kinds})"
        cursor.execute(sql.format(rows=table), [json.dumps(told, default=_written)])


def _column(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field) or not field.column:
        raise FieldDoesNotExist(f"{model._meta.label}.{name} is no column")
    return field


def _name(column: "models.Field[Any, Any]") -> str:
    return str(column.column)


def _written(value: Any) -> str:
    if isinstance(value, date):  # moments too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not travel in a set")
