"""A row is written for its seal as it was when the first seals were made: else every chain of seals would break."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone

from cosmolocal.config.tests.test_tampering import village  # noqa: F401
from cosmolocal.handovers.tests.village import Village
from cosmolocal.kernel.canonical import Row, rows
from cosmolocal.kernel.evidence import SEALED, Sealed, parts_of


def text_of(field: "models.Field[Any, Any]", row: models.Model) -> str:
    value = getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))  # a closed deed has a null
    if value is None:
        return "~"
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        quoted = value.replace('"', '""')
        return f'"{quoted}"'
    return value.isoformat() if isinstance(value, date) else str(value)


def joined(fields: "list[models.Field[Any, Any]]", row: models.Model) -> str:
    return "|".join(text_of(field, row) for field in fields)


def by_hand(rule: Sealed, row: models.Model) -> str:
    parts = [name for one in rule.objects.values() for name in one.values()]
    open_ones = [field for field in rule.columns() if field.name not in (*rule.personal, *parts)]
    plain = [field for field in open_ones if not isinstance(field, models.JSONField)]
    told = joined(plain, row)
    for field in rule.later_columns():
        told += f"|{field.name}={text_of(field, row)}" if getattr(row, field.attname) is not None else ""
    told = "|".join([told, *(text_of(field, row) for field in open_ones if field not in plain)])
    for columns in rule.objects.values():
        found = {key: getattr(row, name) for key, name in columns.items()}
        told += "|" + json.dumps(found if None not in found.values() else {}, sort_keys=True, separators=(",", ":"))
    return told


def with_parts(rule: Sealed, row: models.Model) -> Row:
    told = f"{rule.table}|{by_hand(rule, row)}"
    for part in parts_of(rule.table):
        for one in part.model._default_manager.filter(**{part.whole: row}).order_by("pk"):
            told += f"\n{part.table}|{by_hand(part, one)}"
    personal = joined([field for field in rule.columns() if field.name in rule.personal], row)
    return Row(row.pk, hashlib.sha256(told.encode()).digest(), personal)


def test_every_sealed_row_is_written_as_by_hand(village: Village) -> None:  # noqa: F811
    looked_at = 0
    for rule in SEALED.values():
        if not rule.whole:
            there = {row.id: row for row in rows(rule)}
            known = {row.pk: row for row in rule.model._default_manager.order_by("pk") if row.pk in there}
            assert list(there) == list(known)
            assert list(there.values()) == [with_parts(rule, row) for row in known.values()], rule.table
            looked_at += len(there)
    assert looked_at > 100
