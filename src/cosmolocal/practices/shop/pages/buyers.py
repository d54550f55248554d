"""For whom a reader orders: her household, a restaurant she belongs to, or the household of somebody she acts for."""

from collections.abc import Sequence
from dataclasses import dataclass

from cosmolocal.agents import queries as people
from cosmolocal.agents.models import Agent
from cosmolocal.agents.policy import MEMBER
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
    if reader.agent is None or not reader.has(MEMBER):
        return None
    choices = people.buying_agents_of(reader)
    if not choices:
        return None
    chosen = next((agent for agent in choices if agent.pk == wanted), choices[0])
    return Buyer(reader.agent, chosen, reader.on_behalf_of, choices)
