"""Rows as the seals see them: the same bytes for the same row on both databases, hashed with its parts."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.db import connections, models

from cosmolocal.kernel.evidence import Sealed, parts_of, whole_of

_BATCH = 5000
_PLAIN = 3  # columns of a statement that has no objects: id, open text, personal text
# An object of plain names, whole numbers and plain words, as both databases write it: most are such, and putting the
# pairs of the text in order is what reading and writing it would do, in a fifth of the time.
_PAIR = r'"[a-z_]+": (?:-?[1-9][0-9]*|0|"[A-Za-z0-9_.-]*")'
_FLAT = re.compile(rf"\{{{_PAIR}(?:, {_PAIR})*\}}")
_WORDS = ("CharField", "TextField", "EmailField")


@dataclass(frozen=True, slots=True)
class Row:
    """One row and its parts: `open` is the hash of what may always be read, `personal` a text that may be erased."""

    id: int
    open: bytes
    personal: str = ""


def print_of(row: Row, salt: bytes | None) -> bytes:
    """The hash that is sealed (32 bytes). With a salt, what is personal cannot be guessed from it once that is gone."""
    if salt is None:
        return row.open
    hidden = hashlib.sha256(salt + row.personal.encode()).digest()
    return hashlib.sha256(row.open + hidden).digest()


def rows(rule: Sealed, which: str = "", using: str = "default") -> Iterator[Row]:
    """Rows in the order of their ids; `which`: SQL over {id}, the column that holds the id of a whole."""
    pk = str(rule.columns()[0].column)
    wholes = _read(rule, f'"{pk}"', _where(rule.when, which, pk), using)
    parts = [_Parts(part, which, using) for part in parts_of(rule.table)]
    for id, text, personal in wholes:
        told = f"{rule.table}|{text}"
        for part in parts:
            told += part.of(id)
        yield Row(id, hashlib.sha256(told.encode()).digest(), personal)


class _Parts:
    """The parts of wholes that are asked for in the order of their ids: one statement reads them all."""

    def __init__(self, rule: Sealed, which: str, using: str) -> None:
        self.table, (_whole, column) = rule.table, whole_of(rule)
        self.found = _read(rule, f'"{column}"', _where("", which, column), using)
        self.next = next(self.found, None)

    def of(self, id: int) -> str:
        """Their lines, each after a line end."""
        lines, row, table = "", self.next, self.table
        while row is not None and row[0] <= id:
            if row[0] == id:
                lines += f"\n{table}|{row[1]}"
            row = next(self.found, None)
        self.next = row
        return lines


def _where(when: str, which: str, column: str) -> str:
    asked = [part for part in (when.format(row="row"), which.format(id=f'row."{column}"')) if part]
    return f"WHERE {' AND '.join(f'({part})' for part in asked)}" if asked else ""


def _read(rule: Sealed, whole: str, where: str, using: str) -> Iterator[tuple[int, str, str]]:
    """(id of the whole, text of what is open, text of what is personal), in the order of that id and of its own."""
    connection = connections[using]
    fields = rule.columns()
    plain = [field for field in fields if not isinstance(field, models.JSONField)]
    hidden = {field.name for field in fields if field.name in rule.personal}
    texts = _joined([f for f in plain if f.name not in hidden], connection.vendor)
    for field in rule.later_columns():
        texts += f" || coalesce('|{field.name}=' || {_written(field, connection.vendor)}, '')"
    secrets = _joined([f for f in plain if f.name in hidden], connection.vendor)
    told = ["row." + whole, texts, secrets or "''"]
    told += [f'CAST(row."{f.column}" AS text)' for f in fields if isinstance(f, models.JSONField)]
    sql = f'SELECT {", ".join(told)} FROM {rule.table} "row" {where} ORDER BY row.{whole}, row."{fields[0].column}"'  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql.replace("row.", '"row".'))
        while batch := cursor.fetchmany(_BATCH):
            if len(told) == _PLAIN:
                yield from batch
                continue
            for id, text, personal, *objects in batch:
                yield id, "|".join([text, *map(_normal, objects)]), personal


def _joined(fields: "list[models.Field[Any, Any]]", vendor: str) -> str:
    """SQL of all of them, with bars between. SQLite writes numbers by one function, in half the time of many; texts
    stand apart, since that function ends a text at a character 0.
    """
    parts: list[str] = []
    for is_word, some in groupby(fields, lambda field: field.get_internal_type() in _WORDS):
        texts = [_as_text(field, vendor) for field in some]
        if vendor != "sqlite" or is_word or len(texts) == 1:
            parts += texts
        else:
            parts.append(f"printf('{'|'.join(['%s'] * len(texts))}', {', '.join(texts)})")
    return " || '|' || ".join(parts)


def _as_text(field: models.Field[Any, Any], vendor: str) -> str:
    """SQL that gives one text for one value, whatever the database keeps it as; `~` for nothing."""
    return f"coalesce({_written(field, vendor)}, '~')"


def _written(field: models.Field[Any, Any], vendor: str) -> str:
    """SQL of the text of one value; null for nothing."""
    column, kind = f'row."{field.column}"', field.get_internal_type()
    if kind == "DateTimeField":
        written = (
            f"CASE length({column}) WHEN 19 THEN {column} || '.000000' ELSE {column} END"
            if vendor == "sqlite"
            else f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        )
    elif kind == "DateField":
        written = column if vendor == "sqlite" else f"to_char({column}, 'YYYY-MM-DD')"
    elif kind == "BooleanField":
        written = f"CASE WHEN {column} THEN '1' WHEN NOT {column} THEN '0' END"
    elif kind in _WORDS:
        written = f"'\"' || replace({column}, '\"', '\"\"') || '\"'"
    else:
        written = f"CAST({column} AS text)"
    return written


@lru_cache(maxsize=4096)
def _normal(value: str | None) -> str:
    if value is None:
        return "~"
    if _FLAT.fullmatch(value):
        return "{" + ",".join([pair.replace(": ", ":", 1) for pair in sorted(value[1:-1].split(", "))]) + "}"
    return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
