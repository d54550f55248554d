"""What many tests stand on, built once for each worker: its rows are kept as text and written again for each test."""

import pickle
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

Made = TypeVar("Made")
Rows = dict[str, list[bytes]]  # table -> a text for each row, from which the database reads it again
_NOTED = "kernel_written"  # triggers write into it while other rows come


class Kept(Generic[Made]):
    """Calls `build` for the first test; later ones have the same rows, and a copy of what it gave.

    `build` only adds rows, and leaves nothing else behind. Where the node does not begin as it began then (a test with
    transactions of its own has emptied it), it is built anew.
    """

    def __init__(self, build: Callable[[], Made]) -> None:
        self.build = build
        self.start: Rows = {}
        self.added: Rows = {}
        self.made = b""

    def __call__(self) -> Made:
        """What was built, in a database without it."""
        if not self.made:
            return self._build()
        if rows_of_tables(self.start) != self.start:
            return self.build()
        with transaction.atomic(), connection.cursor() as cursor:
            _write(cursor, self.added)
        copy: Made = pickle.loads(self.made)
        return copy

    def _build(self) -> Made:
        start = rows_of_tables()
        built = self.build()
        end = rows_of_tables()
        noted = end.pop(_NOTED)
        changed = [table for table, rows in start.items() if table != _NOTED and not set(rows) <= set(end[table])]
        assert not changed, f"a build that changes rows which were there before cannot be kept: {changed}"
        self.start = {table: start[table] for table in end if start[table]}
        self.added = {table: [row for row in rows if row not in start[table]] for table, rows in end.items()}
        self.added[_NOTED] = noted
        self.made = pickle.dumps(built)
        return built


def rows_of_tables(tables: Iterable[str] | None = None) -> Rows:
    """The rows of these tables, or of all, as text, in the order in which they lie there."""
    with connection.cursor() as cursor:
        every = sorted(connection.introspection.table_names(cursor)) if tables is None else tables
        return {table: _rows_of(cursor, table) for table in every}


def _rows_of(cursor: Any, table: str) -> list[bytes]:
    if connection.vendor != "sqlite":
        with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
            return b"".join(bytes(part) for part in copy).splitlines(keepends=True)
    cursor.execute(f'SELECT name FROM pragma_table_info("{table}")')
    quoted = " || ', ' || ".join(f'quote("{name}")' for (name,) in cursor.fetchall())
    cursor.execute(f"SELECT '(' || {quoted} || ')' FROM \"{table}\"")
    return [row.encode() for (row,) in cursor.fetchall()]


def _write(cursor: Any, added: Rows) -> None:
    """Last of all what the triggers would have noted had an operation written the rows."""
    for table in [*(table for table in added if table != _NOTED), _NOTED]:
        if table == _NOTED:
            cursor.execute(f'DELETE FROM "{table}"')
        if not added[table]:
            continue
        if connection.vendor == "sqlite":
            cursor.execute(f'INSERT INTO "{table}" VALUES {b", ".join(added[table]).decode()}')
        else:
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(b"".join(added[table]))
            _go_on_counting(cursor, table)


def _go_on_counting(cursor: Any, table: str) -> None:
    """Numbers that come next follow the rows that are there."""
    cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attidentity != ''", [table])
    for (column,) in cursor.fetchall():
        counter = f"pg_get_serial_sequence('{table}', '{column}')"
        cursor.execute(f'SELECT setval({counter}, max("{column}")) FROM "{table}"')
