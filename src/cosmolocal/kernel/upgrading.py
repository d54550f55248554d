"""Guards around a change of the tables: lifted before it, made anew after it, and what it may have rewritten is noted.

SQLite drops triggers silently whenever Django rebuilds a table, and refuses to rebuild one that a trigger names.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections

from cosmolocal.kernel import seals, triggers


def begin(using: str = "default", plan: Sequence[Any] = (), **_: Any) -> None:
    """Before a migration (pre_migrate): nothing where there is nothing to do."""
    if plan:
        triggers.lift(using)


def end(using: str = "default", plan: Sequence[Any] = (), **_: Any) -> None:
    """After it (post_migrate): the triggers stand, and rows that it may have rewritten are looked at by the next seal.

    An upgrade that was killed before it came here is ended by the next start, which finds a shorter plan or none: what
    changed since the last seal is what that seal says.
    """
    triggers.protect(using)
    changed = {migration.app_label for migration, _backwards in plan or ()}
    tables = set(connections[using].introspection.table_names())
    if {"kernel_written", "kernel_seal"} <= tables and using == "default":
        last = seals.head()
        since = seals.upgraded(last) if last else set()
        for rule in seals.noted_rules():
            if rule.table in tables and (rule.model._meta.app_label in changed or rule.table in since):
                seals.note_all(rule)
