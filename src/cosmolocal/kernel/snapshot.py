"""One moment of the whole database, read beside everything that is written meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction

ALIAS = "snapshot"


@contextmanager
def snapshot() -> Iterator[str]:
    """The alias of a second connection that sees one moment and stops nobody from writing.

    Inside a transaction it is that one's moment.
    """
    if connection.in_atomic_block:
        yield "default"
        return
    chosen = {**connections.settings["default"], "CONN_MAX_AGE": 0, "NAME": connection.settings_dict["NAME"]}
    if connection.vendor == "sqlite":
        chosen["OPTIONS"] = {**chosen["OPTIONS"], "transaction_mode": "DEFERRED"}
    connections.settings[ALIAS] = chosen
    try:
        with transaction.atomic(using=ALIAS):
            if connection.vendor != "sqlite":
                with connections[ALIAS].cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]
