"""Rows as text, the same on both databases: one line a row, in the form PostgreSQL's COPY reads and writes.

Columns are parted by tabs, nothing is \\N, and tab, line end and backslash are escaped. Moments are UTC as SQLite keeps
them, yes and no are 1 and 0, bytes \\x and hex. The databases make and take the lines themselves, so that a year of a
region takes a minute; the first line of a table names its columns.
"""
# ruff: noqa: S608 - statements are put together from names of our own models

import re
from collections.abc import Callable, Iterator
from typing import IO, Any

from django.db import connection, connections, models

BLOCK = 1 << 20
LONGEST_LINE = (
    256 * 1024 * 1024
)  # the row of an uploaded file of the largest size, with what became of each of its rows
_ROWS_AT_ONCE = 5000
_TOGETHER = 20  # rows that one statement writes; SQLite takes 32,766 values in one
_NOTHING = "\\N"
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"n": "\n", "t": "\t", "r": "\r"}
Fields = list[models.Field[Any, Any]]
Out = Callable[[bytes], object]


def write(wanted: models.QuerySet[models.Model], alias: str, out: Out) -> int:
    """Gives rows of a table, its header first, to `out` in blocks; how many there were."""
    fields: Fields = list(wanted.model._meta.concrete_fields)
    out(("\t".join(field.attname for field in fields) + "\n").encode())
    write_rows = _write_sqlite if connections[alias].vendor == "sqlite" else _write_postgresql
    return write_rows(f"{wanted.model._meta.db_table} {_where(wanted, alias)}", fields, alias, out)


def _where(wanted: models.QuerySet[models.Model], alias: str) -> str:
    """Which rows, by their ids: COPY takes no values beside its text."""
    if not wanted.query.where:
        return ""
    ids = wanted.using(alias).values_list("pk", flat=True)
    pk = wanted.model._meta.pk.column
    return f'WHERE "{pk}" IN ({", ".join(repr(str(id).replace("-", "")) for id in ids) or "NULL"})'


def _write_sqlite(table: str, fields: Fields, alias: str, out: Out) -> int:
    line, count = " || char(9) || ".join(_text_on_sqlite(field) for field in fields), 0
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT {line} FROM {table}")
        while batch := cursor.fetchmany(_ROWS_AT_ONCE):
            out(("\n".join([row[0] for row in batch]) + "\n").encode())
            count += len(batch)
    return count


def _text_on_sqlite(field: models.Field[Any, Any]) -> str:
    column, kind = f'"{field.column}"', field.get_internal_type()
    if kind in ("CharField", "TextField", "EmailField", "JSONField"):
        text = f"replace({column}, char(92), char(92, 92))"
        for number, letter in ((9, "t"), (10, "n"), (13, "r")):
            text = f"replace({text}, char({number}), char(92) || '{letter}')"
    elif kind == "BinaryField":
        text = f"char(92, 92) || 'x' || lower(hex({column}))"  # hex of nothing is not nothing
        return f"CASE WHEN {column} IS NULL THEN '{_NOTHING}' ELSE {text} END"
    else:
        text = f"printf('%!.17g', {column})" if kind == "FloatField" else column
        if kind == "FloatField":
            return f"CASE WHEN {column} IS NULL THEN '{_NOTHING}' ELSE {text} END"
    return text if not field.null else f"coalesce({text}, '{_NOTHING}')"


def _write_postgresql(table: str, fields: Fields, alias: str, out: Out) -> int:
    columns = ", ".join(_text_on_postgresql(field) for field in fields)
    block, size, count = list[bytes](), 0, 0
    with connections[alias].cursor() as cursor, cursor.copy(f"COPY (SELECT {columns} FROM {table}) TO STDOUT") as told:
        for row in told:
            block.append(bytes(row))
            size += len(row)
            count += 1
            if size > BLOCK:
                out(b"".join(block))
                block, size = [], 0
    out(b"".join(block))
    return count


def _text_on_postgresql(field: models.Field[Any, Any]) -> str:
    column, kind = f'"{field.column}"', field.get_internal_type()
    if kind == "DateTimeField":
        whole, parts = "YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD HH24:MI:SS.US"
        utc = f"({column} AT TIME ZONE 'UTC')"
        return f"to_char({utc}, CASE date_trunc('second', {utc}) WHEN {utc} THEN '{whole}' ELSE '{parts}' END)"
    if kind == "BooleanField":
        return f"{column}::int"
    if kind == "UUIDField":
        return f"replace({column}::text, '-', '')"
    return column


def read(source: IO[bytes], model: type[models.Model]) -> int:
    """Puts a table into the default database; how many rows. Raises ValueError where a line is not one of `write`."""
    header = source.readline(BLOCK).decode().rstrip("\n").split("\t")
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    if not set(header) <= set(by_name):
        raise ValueError(f"{model._meta.label} has other columns")
    fields = [by_name[name] for name in header]
    read_rows = _read_sqlite if connection.vendor == "sqlite" else _read_postgresql
    return read_rows(source, model._meta.db_table, fields)


def _read_postgresql(source: IO[bytes], table: str, fields: Fields) -> int:
    columns, count = ", ".join(f'"{field.column}"' for field in fields), 0
    copy = f"COPY {table} ({columns}) FROM STDIN"
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(copy) as into:
            while block := source.read(BLOCK):
                into.write(block)
                count += block.count(b"\n")
        if cursor.rowcount != count:  # a line may say that none follows
            raise ValueError(f"{table}: {cursor.rowcount} of {count} rows")
    return count


def _read_sqlite(source: IO[bytes], table: str, fields: Fields) -> int:
    """Plain lines go to SQLite as they are, many in one statement: the type of a column makes numbers of digits."""
    columns, count = ", ".join(f'"{field.column}"' for field in fields), 0
    marks = [f"nullif(?, '{_NOTHING}')" if field.null else "?" for field in fields]
    into, width = f"INSERT INTO {table} ({columns}) VALUES ", len(fields)
    binary = [place for place, field in enumerate(fields) if isinstance(field, models.BinaryField)]
    connection.ensure_connection()
    for lines in _lines(source):
        count += len(lines)
        plain, odd = _parted(lines, all_odd=bool(binary))
        if any(line.count("\t") != width - 1 for line in lines):
            raise ValueError(f"{table}: a line has another number of columns")
        with connection.wrap_database_errors:
            _insert(into, marks, "\t".join(plain).split("\t") if plain else [])
            _insert(into, ["?"] * width, [value for row in _values(odd, binary) for value in row])
    _require_kinds(table, fields)
    return count


def _require_kinds(table: str, fields: Fields) -> None:
    """What PostgreSQL asks of each value by itself. Raises ValueError."""
    wrong = [rule for field in fields if (rule := _wrong_on_sqlite(field))]
    with connection.cursor() as cursor:
        for rule in wrong:
            cursor.execute(f"SELECT 1 FROM {table} WHERE {rule} LIMIT 1")
            if cursor.fetchone():
                raise ValueError(f"{table}: {rule}")


def _wrong_on_sqlite(field: models.Field[Any, Any]) -> str:
    """Which rows of a column hold something of another kind: the type of a column is a wish there."""
    column, kind = f'"{field.column}"', (getattr(field, "target_field", None) or field).get_internal_type()
    if kind in ("DateTimeField", "DateField"):
        return f"{column} IS NOT NULL AND julianday({column}) IS NULL"
    is_number = kind.endswith("IntegerField") or kind in ("AutoField", "BigAutoField", "BooleanField", "FloatField")
    return f"typeof({column}) IN ('text', 'blob')" if is_number else ""


def _insert(into: str, marks: list[str], values: list[Any]) -> None:
    """Rows, one value after the other, by the driver itself: `_TOGETHER` rows a statement, then the rest."""
    width, row = len(marks), f"({', '.join(marks)})"
    done = len(values) - len(values) % (width * _TOGETHER)
    for step, upto, first in ((width * _TOGETHER, done, 0), (width, len(values), done)):
        statement = into + ", ".join([row] * (step // width))
        connection.connection.executemany(statement, (values[at : at + step] for at in range(first, upto, step)))


def _lines(source: IO[bytes]) -> Iterator[list[str]]:
    rest = b""
    while block := source.read(BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise ValueError("a line is too long")
        yield b"\n".join(whole).decode().split("\n") if whole else []
    if rest:
        raise ValueError("the last line is not whole")


def _parted(lines: list[str], *, all_odd: bool) -> tuple[list[str], list[str]]:
    """Lines without an escape (but for "nothing"), and the others."""
    if all_odd:
        return [], lines
    whole = "\n".join(lines)
    if whole.count("\\") == whole.count(_NOTHING):
        return lines, []
    plain, odd = list[str](), list[str]()
    for line in lines:
        (plain if line.count("\\") == line.count(_NOTHING) else odd).append(line)
    return plain, odd


def _values(lines: list[str], binary: list[int]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for line in lines:
        values: list[Any] = [None if text == _NOTHING else _meant(text) for text in line.split("\t")]
        for place in binary:
            if values[place] is not None:
                values[place] = bytes.fromhex(values[place].removeprefix("\\x"))
        rows.append(values)
    return rows


def _meant(text: str) -> str:
    return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), text) if "\\" in text else text
