"""What every page knows: this local, who is reading, and where the doors are."""

from typing import Any

from django.http import HttpRequest

from cosmolocal.kernel import node


def page(request: HttpRequest) -> dict[str, Any]:
    """`local` (the node's row) and `nav` (the doors this reader may open)."""
    return {"local": node.current(), "nav": []}
