"""Who writes to the database at this moment: the operation under way, or an upgrade of the node."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@dataclass(frozen=True)
class Running:
    """The operation now under way: the id of its row, and the moment it stands at."""

    id: int
    code: str
    by_id: int
    at: datetime


under_way: ContextVar[Running | None] = ContextVar("running_operation", default=None)
_outside: ContextVar[int | None] = ContextVar("upgrade", default=None)
BY_UPGRADE = 0  # where the id of an operation would stand


def written_by() -> int | None:
    """The id of the operation under way, for the triggers of SQLite; 0 in an upgrade, None outside of both."""
    found = under_way.get()
    return found.id if found else _outside.get()


@contextmanager
def as_upgrade(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """What is written inside belongs to no operation, and to an upgrade of the node: the rows it cannot do without."""
    token = _outside.set(BY_UPGRADE)
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            if connections[using].vendor != "sqlite":
                cursor.execute("SELECT set_config('cosmolocal.operation', %s, true)", [str(BY_UPGRADE)])
            yield
    finally:
        _outside.reset(token)
