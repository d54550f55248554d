"""For whom a reader orders: her household, a restaurant she belongs to, the household of somebody she acts for.

A steward also keys in what a household wrote on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.policy import MEMBER, STEWARD
from cosmolocal.agents.queries import Reader


@dataclass(frozen=True)
class Buyer:
    """Who orders: `by` presses the button, `household` gets the goods and pays. `choices`: whom she may order for."""

    by: Agent
    household: Agent
    on_behalf_of: Agent | None
    choices: Sequence[Agent]


def buyer(reader: Reader, wanted: int | None = None) -> Buyer | None:
    """For whom she orders now: `wanted` (agent id) where she may, else her household. None: she orders for nobody."""
    if reader.agent is None or not reader.has(MEMBER, STEWARD):
        return None
    choices = list(agents_queries.buying_agents_of(reader))
    chosen = next((agent for agent in choices if agent.pk == wanted), None)
    if chosen is None and wanted and may_key_in(reader):
        chosen = everybody().filter(pk=wanted).first()
        choices += [chosen] if chosen else []
    if not choices:
        return None
    return Buyer(reader.agent, chosen or choices[0], reader.on_behalf_of, choices)


def may_key_in(reader: Reader) -> bool:
    """May she order for any household, as it wrote on paper? A steward who acts for nobody else."""
    return reader.has(STEWARD) and reader.on_behalf_of is None


def everybody() -> QuerySet[Agent]:
    """All who may buy here: households, and organisations that are no farms."""
    kinds = Q(kind=Agent.Kind.HOUSEHOLD) | Q(kind=Agent.Kind.ORGANISATION, is_producer=False, is_home=False)
    return Agent.objects.present().filter(kinds).order_by("name", "id")
