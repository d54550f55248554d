"""What strangers read of the shop: how many farms there are, and where those that show themselves lie."""

from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel.practices import PublicPart

DRAWINGS = ("leaf", "egg", "root", "grain", "tea", "fish", "fruit", "mushroom", "tofu")
FEWEST = 5  # farms that are told as a number


def public(local: Agent) -> PublicPart:
    """Of all farms a number; by name those that are public (one statement)."""
    every = list(agents_queries.producers())
    shown = [farm for farm in every if farm.is_public]
    figures = [(_("Farms and workshops"), len(every))] if len(every) >= FEWEST else []
    stops = _stops([local, *shown])
    if not (shown or stops):
        return PublicPart(figures, DRAWINGS)
    data = {
        "farms": [{"label": farm.name, "note": farm.about[:120]} for farm in shown],
        "stops": stops,
        "map_title": _("%(name)s and its farms") % {"name": local.name},
    }
    return PublicPart(figures, DRAWINGS, "shop/parts/where_from.html", data)


def _stops(agents: list[Agent]) -> list[dict[str, Any]]:
    """The local in the middle, its farms around it, by the names of their places."""
    return [
        {
            "label": agent.place.name,
            "lat": agent.place.latitude,
            "lon": agent.place.longitude,
            "tone": "store" if agent.is_home else "farm",
            "number": number or None,
        }
        for number, agent in enumerate(agents)
        if agent.place and agent.place.latitude is not None
    ]
