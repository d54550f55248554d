"""Who is held while a deed looks whether something is there once, so that two at once do not both find nothing."""

from cosmolocal.agents import queries
from cosmolocal.agents.models import Agent


def hold(agent: Agent) -> None:
    """Another deed that holds the same agent waits until this one ends. SQLite has one writer anyway."""
    Agent.objects.select_for_update(no_key=True).values_list("pk").get(pk=agent.pk)


def hold_local() -> None:
    """The same for what concerns the whole local: the names of its circles, its last steward."""
    hold(queries.home_local())
