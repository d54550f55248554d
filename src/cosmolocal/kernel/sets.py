"""Many ids as one parameter of a statement: no database's limit of parameters, and nothing to prepare per id."""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL


def among(ids: Iterable[int]) -> RawSQL:
    """For `filter(pk__in=among(ids))` with hundreds or thousands of ids; for a few, a list will do."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(ids))])
    return RawSQL("SELECT unnest(%s::bigint[])", [array(ids)])


def array(values: Iterable[int | bool | None]) -> str:
    """Whole numbers as PostgreSQL writes an array; the driver takes five times as long for a list."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"
