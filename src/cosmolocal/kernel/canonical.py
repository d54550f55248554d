"""Rows as the seals see them: the same bytes for the same row on both databases, hashed with its parts."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connections, models

from cosmolocal.kernel.evidence import Sealed, parts_of, whole_of

_BATCH = 5000


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
        digest = hashlib.sha256(f"{rule.table}|{text}".encode())
        for part in parts:
            for line in part.of(id):
                digest.update(line.encode())
        yield Row(id, digest.digest(), personal)


class _Parts:
    """The parts of wholes that are asked for in the order of their ids: one statement reads them all."""

    def __init__(self, rule: Sealed, which: str, using: str) -> None:
        self.rule, (_whole, column) = rule, whole_of(rule)
        self.found = _read(rule, f'"{column}"', _where("", which, column), using)
        self.next = next(self.found, None)

    def of(self, id: int) -> Iterator[str]:
        while self.next is not None and self.next[0] <= id:
            if self.next[0] == id:
                yield f"\n{self.rule.table}|{self.next[1]}"
            self.next = next(self.found, None)


def _where(when: str, which: str, column: str) -> str:
    asked = [part for part in (when.format(row="row"), which.format(id=f'row."{column}"')) if part]
    return f"WHERE {' AND '.join(f'({part})' for part in asked)}" if asked else ""


def _read(rule: Sealed, whole: str, where: str, using: str) -> Iterator[tuple[int, str, str]]:
    """(id of the whole, text of what is open, text of what is personal), in the order of that id and of its own."""
    connection = connections[using]
    fields = rule.columns()
    plain = [field for field in fields if not isinstance(field, models.JSONField)]
    hidden = {field.name for field in fields if field.name in rule.personal}
    texts = [_as_text(f, connection.vendor) for f in plain if f.name not in hidden]
    secrets = [_as_text(f, connection.vendor) for f in plain if f.name in hidden]
    told = ["row." + whole, _joined(texts), _joined(secrets) if secrets else "''"]
    told += [f'CAST(row."{f.column}" AS text)' for f in fields if isinstance(f, models.JSONField)]
    sql = f'SELECT {", ".join(told)} FROM {rule.table} "row" {where} ORDER BY row.{whole}, row."{fields[0].column}"'  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql.replace("row.", '"row".'))
        while batch := cursor.fetchmany(_BATCH):
            for id, text, personal, *objects in batch:
                yield id, "|".join([text, *map(_normal, objects)]) if objects else text, personal


def _joined(texts: list[str]) -> str:
    return " || '|' || ".join(texts)


def _as_text(field: models.Field[Any, Any], vendor: str) -> str:
    """SQL that gives one text for one value, whatever the database keeps it as; `~` for nothing."""
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
    elif kind in ("CharField", "TextField", "EmailField"):
        written = f"'\"' || replace({column}, '\"', '\"\"') || '\"'"
    else:
        written = f"CAST({column} AS text)"
    return f"coalesce({written}, '~')"


@lru_cache(maxsize=4096)
def _normal(value: str | None) -> str:
    if value is None:
        return "~"
    return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
