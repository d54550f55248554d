"""Rows as the seals see them: the same bytes for the same row on both databases, hashed with its parts."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connections, models

from cosmolocal.kernel.evidence import Sealed, parts_of, whole_of

_BATCH = 5000
# An object of plain names, whole numbers and plain words, as both databases write it: most are such, and putting the
# pairs of the text in order is what reading and writing it would do, in a fifth of the time.
_PAIR = r'"[a-z_]+": (?:-?[1-9][0-9]*|0|"[A-Za-z0-9_.-]*")'
_FLAT = re.compile(rf"\{{{_PAIR}(?:, {_PAIR})*\}}")
_WORDS = ("CharField", "TextField", "EmailField")
Fields = list[models.Field[Any, Any]]
Parts = Mapping[str, models.Field[Any, Any]]  # of an object: the column of each key


class Row(NamedTuple):
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
        _whole, column = whole_of(rule)
        self.found = _lines(rule, f'"{column}"', _where("", which, column), using)
        self.next = next(self.found, None)

    def of(self, id: int) -> str:
        """Their lines, each after a line end."""
        row, lines = self.next, ""
        while row is not None and row[0] <= id:
            if row[0] == id:
                lines = row[1]
            row = next(self.found, None)
        self.next = row
        return lines


def _lines(rule: Sealed, whole: str, where: str, using: str) -> Iterator[tuple[int, str]]:
    """(id of the whole, lines of its parts). The database puts them together where no object has to be put in order."""
    if any(isinstance(field, models.JSONField) for field in rule.columns()):
        for id, some in groupby(_read(rule, whole, where, using), itemgetter(0)):
            yield id, "".join([f"\n{rule.table}|{text}" for _id, text, _personal in some])
        return
    vendor, pk = connections[using].vendor, f'"{rule.columns()[0].column}"'
    # SQLite keeps the order of what it puts together so.
    join, end, order = ("group_concat", "char", "") if vendor == "sqlite" else ("string_agg", "chr", " ORDER BY pk")
    read = f"SELECT {whole} AS whole, {pk} AS pk, {_texts(rule, vendor)} AS told "
    read += f'FROM {rule.table} "row" {where} ORDER BY {whole}, {pk}'
    told = f"{join}({end}(10) || '{rule.table}|' || told, ''{order})"
    sql = f"SELECT whole, {told} FROM ({read}) parts GROUP BY whole ORDER BY whole"  # noqa: S608
    yield from _fetched(sql, using)


def _where(when: str, which: str, column: str) -> str:
    asked = [part for part in (when.format(row="row"), which.format(id=f'row."{column}"')) if part]
    return f"WHERE {' AND '.join(f'({part})' for part in asked)}" if asked else ""


def _read(rule: Sealed, whole: str, where: str, using: str) -> Iterator[tuple[int, str, str]]:
    """(id of the whole, text of what is open, text of what is personal), in the order of that id and of its own."""
    vendor, fields = connections[using].vendor, rule.columns()
    objects = [f'CAST(row."{f.column}" AS text)' for f in fields if isinstance(f, models.JSONField)]
    secrets = _joined([f for f in fields if f.name in rule.personal], [], vendor)
    told = ", ".join(["row." + whole, _texts(rule, vendor), secrets, *objects])
    order = f'ORDER BY row.{whole}, row."{fields[0].column}"'
    found = _fetched(f'SELECT {told} FROM {rule.table} "row" {where} {order}', using)  # noqa: S608
    if not objects:
        yield from found
        return
    for id, text, personal, *values in found:
        yield id, "|".join([text, *map(_normal, values)]), personal


def _fetched(sql: str, using: str) -> Iterator[Any]:
    with connections[using].chunked_cursor() as cursor:
        cursor.execute(sql.replace("row.", '"row".'))
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


def _texts(rule: Sealed, vendor: str) -> str:
    """SQL of what is open of a row, without what stands in it as an object."""
    return _joined(rule.plain_columns(), rule.later_columns(), vendor, rule.object_columns())


def _joined(fields: Fields, later: Fields, vendor: str, objects: Sequence[Parts] = ()) -> str:
    """SQL of all of them, with bars between, then of `later` what is there, then `objects`. SQLite writes them by one
    function, in half the time of many; since that function ends a text at a character 0, rows with one are written the
    long way, as are those of whose objects a number is missing.
    """
    if not fields:
        return "''"
    ends = [f"coalesce('|{field.name}=' || {_written(field, vendor)}, '')" for field in later]
    told = [" || '|' || ".join(_as_text(field, vendor) for field in fields), *ends, *map(_object, objects)]
    whole = " || ".join(told)
    if vendor != "sqlite" or len(fields) == 1:
        return whole
    numbers = [f'row."{parts[key].column}"' for parts in objects for key in sorted(parts)]
    form = "|".join(["%s"] * len(fields)) + "%s" * len(ends) + "".join(map(_form_of_object, objects))
    quick = f"printf('{form}', {', '.join([*map(_for_printf, fields), *ends, *numbers])})"
    words = [f"coalesce(row.\"{field.column}\", '')" for field in [*fields, *later] if _is_word(field)]
    long = [f"instr({' || '.join(words)}, char(0))"] if words else []
    long += [f"{' + '.join(numbers)} IS NULL"] if numbers else []
    return f"CASE WHEN {' OR '.join(long)} THEN {whole} ELSE {quick} END" if long else quick


def _object(parts: Parts) -> str:
    """SQL of a bar and what `_normal` makes of an object of these numbers; of an empty one where one is missing."""
    pairs = [f"""'"{key}":' || CAST(row."{parts[key].column}" AS text)""" for key in sorted(parts)]
    told = " || ',' || ".join(pairs)
    return f"coalesce('|{{' || {told} || '}}', '|{{}}')"


def _form_of_object(parts: Parts) -> str:
    """The same for SQLite's `printf`, where no number is missing."""
    return "|{" + ",".join(f'"{key}":%s' for key in sorted(parts)) + "}"


def _for_printf(field: models.Field[Any, Any]) -> str:
    """SQL of what SQLite's `%s` writes as `_as_text` would; numbers need no text of their own, most words are empty."""
    column, kind = f'row."{field.column}"', field.get_internal_type()
    if _is_word(field):
        written = f"CASE {column} WHEN '' THEN '\"\"' ELSE {_written(field, 'sqlite')} END"
    else:
        written = _written(field, "sqlite") if kind in ("DateTimeField", "BooleanField") else column
    return f"coalesce({written}, '~')" if field.null or kind == "BooleanField" else written


def _is_word(field: models.Field[Any, Any]) -> bool:
    return field.get_internal_type() in _WORDS


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
    elif _is_word(field):
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
