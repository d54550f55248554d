"""What a household is called: no two of those here alike, since crates, labels and payments are recognised by it."""

from itertools import count

from django.utils.translation import gettext as _

from cosmolocal.agents import locks
from cosmolocal.agents.models import Agent, AgentQuerySet
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.refusal import Refusal


def require_free(name: str, *, field: str, beside: Agent | None = None) -> None:
    """For a name that somebody chose; inside operations. `beside`: the household itself.

    Refuses: agents.name_taken.
    """
    locks.hold_local()
    if _others(beside).filter(name=one_line(name)).exists():
        raise Refusal(
            "agents.name_taken",
            _("Another household is called “%(name)s”. Please add a word, for example a first name or the street.")
            % {"name": one_line(name)},
            field=field,
        )


def made_free(name: str, beside: Agent | None = None) -> str:
    """For a name that nobody chose: the name, or with the first number behind it that makes it another one; inside
    operations.
    """
    locks.hold_local()
    plain, longest = one_line(name), Agent._meta.get_field("name").max_length or 0
    candidates = (plain if number == 1 else f"{plain[: longest - 8]} {number}" for number in count(1))
    return next(name for name in candidates if not _others(beside).filter(name=name).exists())


def _others(beside: Agent | None) -> AgentQuerySet:
    found = Agent.objects.present().filter(kind=Agent.Kind.HOUSEHOLD)
    return found.exclude(pk=beside.pk) if beside else found
