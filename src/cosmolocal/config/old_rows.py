"""Rows of backups of the first form, JSON lines, as the text that `rows` reads."""

import io
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any, cast

from django.db import models

from cosmolocal.config.rows import LONGEST_LINE


def as_text(source: IO[bytes], model: type[models.Model]) -> IO[bytes]:
    """The same table in the form of today."""
    lines = io.TextIOWrapper(source, encoding="utf-8")
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    names = json.loads(lines.readline(LONGEST_LINE))
    fields = [by_name[name] for name in names]
    return cast("IO[bytes]", io.BufferedReader(_Made(_text(lines, names, fields))))


def _text(lines: IO[str], names: list[str], fields: list[models.Field[Any, Any]]) -> Iterator[bytes]:
    yield ("\t".join(names) + "\n").encode()
    while line := lines.readline(LONGEST_LINE):
        values = zip(fields, json.loads(line), strict=True)
        yield ("\t".join(_value(field, value) for field, value in values) + "\n").encode()


def _value(field: models.Field[Any, Any], value: Any) -> str:
    if isinstance(field, models.JSONField):
        return "\\N" if value is None and field.null else _escaped(json.dumps(value))
    if value is None:
        return "\\N"
    if isinstance(field, models.BinaryField):
        return "\\\\x" + b64decode(value).hex()
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(field, models.BooleanField):
        return str(int(value))
    if isinstance(field, models.UUIDField):
        return str(value).replace("-", "")
    return _escaped(str(value))


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, written)
    return text


class _Made(io.RawIOBase):
    """A file out of what a generator gives."""

    def __init__(self, found: Iterator[bytes]) -> None:
        self.found, self.rest = found, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.rest:
            self.rest = next(self.found, b"")
        some, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(some)] = some
        return len(some)
