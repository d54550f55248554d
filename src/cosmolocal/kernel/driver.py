"""The few statements that run in every deed, given to the driver itself: Django's cursors cost more than they do."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


class Statement:
    """One statement of SQL with %s or %(name)s for its values; inside a transaction only.

    Where somebody counts or watches statements, it goes through Django's cursor like any other.
    """

    def __init__(self, sql: str) -> None:
        self.sql, self.sqlite = sql, re.sub(r"%\((\w+)\)s", r":\1", sql).replace("%s", "?")

    def run(self, values: Sequence[Any] | Mapping[str, Any]) -> Any:
        """The cursor after running it: `fetchone()`, `rowcount`, and on SQLite `lastrowid`."""
        db: Any = connections[DEFAULT_DB_ALIAS]
        if db.execute_wrappers or db.queries_logged:
            watched = db.cursor()
            watched.execute(self.sql, values)
            return watched
        with db.wrap_database_errors:
            if db.vendor == "sqlite":
                return db.connection.execute(self.sqlite, values)
            return db.Database.Cursor(db.connection).execute(self.sql, _plain(values), prepare=True)


def _plain(values: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Numbers as text leave their type to the server (PostgreSQL), so that it plans a statement only once."""
    if isinstance(values, Mapping):
        return {name: str(value) if type(value) is int else value for name, value in values.items()}
    return [str(value) if type(value) is int else value for value in values]
