"""Who is held while a deed looks whether something is there once, so that two at once do not both find nothing."""

from django.utils.translation import gettext as _

from cosmolocal.agents import queries
from cosmolocal.agents.models import Agent, Role, in_force
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal


def hold(agent: Agent) -> None:
    """Another deed that holds the same agent waits until this one ends. SQLite has one writer anyway."""
    Agent.objects.select_for_update(no_key=True).values_list("pk").get(pk=agent.pk)


def hold_local() -> None:
    """The same for what concerns the whole local: the names of its circles, its last steward."""
    hold(queries.home_local())


def check_steward_stays(*, without: Agent) -> None:
    """Under `hold_local`: somebody else is steward now, and of no end. Two who end next week would leave nobody then.

    Refuses agents.last_steward.
    """
    others = Role.objects.filter(in_force(clock.today()), name=Role.Name.STEWARD, until=None, agent__hidden_at=None)
    if not others.exclude(agent=without).exists():
        raise Refusal(
            "agents.last_steward", _("Somebody must look after the local. Give the role to somebody else first.")
        )
