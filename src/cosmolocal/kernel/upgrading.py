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
    """After it (post_migrate): the triggers stand, and rows of the apps that changed are looked at by the next seal."""
    triggers.protect(using)
    changed = {migration.app_label for migration, _backwards in plan or ()}
    tables = set(connections[using].introspection.table_names()) if changed else set()
    if {"kernel_written", "kernel_seal"} <= tables and using == "default":
        for rule in seals.noted_rules():
            if rule.table in tables and rule.model._meta.app_label in changed:
                seals.note_all(rule)
