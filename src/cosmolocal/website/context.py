"""What every page knows: this local, who is reading, and which items of the navigation are hers."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.kernel import node
from cosmolocal.website import navigation


def page(request: HttpRequest) -> dict[str, Any]:
    """`local` (the node's row), `reader`, `nav`, and the strips: acting for somebody, roles of the demo."""
    local = getattr(request, "node", None) or node.current()
    reader = getattr(request, "reader", agents_queries.STRANGER)
    if local.ready_at is None:
        return {"local": local, "reader": reader}
    return {
        "local": local,
        "reader": reader,
        "nav": navigation.nav(request, reader, local),
        "acting_for": reader.on_behalf_of.name if reader.on_behalf_of else "",
        "acting_stop_url": reverse("agents:stop_acting"),
        "demo_roles": navigation.demo_roles(request, reader, local),
        "footer_links": [
            {"url": reverse("about"), "label": _("About this page")},
            {"url": reverse("privacy"), "label": _("Who sees what")},
        ],
    }
