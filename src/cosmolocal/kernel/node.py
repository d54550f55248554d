"""What concerns this node: its name, zone, currency and switches. Nothing about it is cached in a module."""

from typing import Any

from cosmolocal.kernel.models import Node


def current() -> Node:
    """The one row about this local; an unsaved `Node(name="")` before setup."""
    return Node.objects.first() or Node(name="")


def is_ready() -> bool:
    """True once setup is done and members may sign in."""
    return Node.objects.filter(ready_at__isnull=False).exists()


def configure(**fields: Any) -> Node:
    """Writes the node's row (made on first use). Called inside operations of setup and settings only."""
    node = current()
    for name, value in fields.items():
        setattr(node, name, value)
    node.save()
    return node
