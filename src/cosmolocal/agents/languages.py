"""In which language somebody is written to: her own, else the community's."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import node


def language_of(agent: Agent) -> str:
    """The language that she chose, where this release speaks it; else the community's, else the source's."""
    spoken = dict(settings.LANGUAGES)
    return next((code for code in (agent.language, node.current().language) if code in spoken), settings.LANGUAGE_CODE)


def speaking_to(agent: Agent) -> AbstractContextManager[None]:
    """Words inside are those of this reader: letters and papers that somebody else has set off."""
    return translation.override(language_of(agent))
