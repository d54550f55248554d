"""What concerns this node: its name, zone, currency and switches. Nothing about it is cached in a module."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from cosmolocal.kernel.models import Node

_read: ContextVar[Node | None] = ContextVar("node_read", default=None)


def current() -> Node:
    """The one row about this local; an unsaved `Node(name="")` before setup."""
    return _read.get() or _row()


def zone() -> ZoneInfo:
    """The zone in which this node lives, whoever asks and from which door; UTC before setup."""
    return ZoneInfo(current().zone or "UTC")


@contextmanager
def at_home(row: Node | None = None) -> Iterator[Node]:
    """Every door enters here: request, job, command. Inside, clock and words are those of the node.

    Its row is read a single time, until something changes it; or it is `row`, and nothing is read (screen and paper
    by themselves). Who writes to somebody speaks that person's language.
    """
    row = row or _row()
    token = _read.set(row)
    try:
        with timezone.override(zone()), translation.override(row.language):
            yield row
    finally:
        _read.reset(token)


def _row() -> Node:
    return Node.objects.first() or Node(name="")


def is_ready() -> bool:
    """True once setup is done and members may sign in."""
    return Node.objects.filter(ready_at__isnull=False).exists()


def configure(**fields: Any) -> Node:
    """Writes the node's row (made on first use). Called inside operations of setup and settings only."""
    node = _row()
    _read.set(None)
    for name, value in fields.items():
        setattr(node, name, value)
    node.save()
    return node
