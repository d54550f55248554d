"""Somebody is chosen: from a list where there are few, by a typed name or number where a list would be thousands."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent

MOST_LISTED = 200  # in one list to choose from
MOST_LETTERS = 160  # that are looked for
MOST_NAMED = 4  # who fit, in one sentence
_NUMBERED = re.compile(r"#([0-9]{1,18})$")


def are_many(agents: QuerySet[Agent]) -> bool:
    """Too many for a list to choose from (one statement)."""
    return agents.order_by()[: MOST_LISTED + 1].count() > MOST_LISTED


def written(agent: Agent) -> str:
    """Somebody as she stands in a field, found by that again: Household Miller · H12 #345."""
    return f"{agent.name} · {agent.code} #{agent.pk}" if agent.code else f"{agent.name} #{agent.pk}"


def called(agents: QuerySet[Agent], typed: str) -> Agent:
    """Who is meant by a name, a household's own number, or `#` and a number (at most three statements). Raises a
    ValidationError that says who fits, or that nobody does.
    """
    text = " ".join(typed[:MOST_LETTERS].replace("\x00", "").split())
    found: Sequence[Agent] = []
    if numbered := _NUMBERED.search(text):
        found = list(agents.filter(pk=int(numbered[1])))
    for fits in (Q(code__iexact=text) | Q(name__iexact=text), Q(name__icontains=text)):
        found = found or list(agents.filter(fits)[: MOST_NAMED + 1]) if text else found
    if len(found) == 1:
        return found[0]
    if not found:
        said = _("Nobody here is called “%(name)s” or has this number.")
        raise ValidationError(said % {"name": text[:60]}, code="nobody")
    names = "; ".join(written(agent) for agent in found[:MOST_NAMED]) + ("; …" if len(found) > MOST_NAMED else "")
    raise ValidationError(_("Several fit: %(names)s. Write one of them like this.") % {"names": names}, code="several")


class AgentField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """One of `choose_from`: a list, or a line to type a name in where there are many."""

    is_typed = False

    def __init__(self, *args: Any, empty_label: object = gettext_lazy("choose one"), **options: Any) -> None:
        super().__init__(*args, empty_label=empty_label, **options)  # type: ignore[arg-type]  # a lazy text is one

    def choose_from(self, agents: QuerySet[Agent], *, always_typed: bool = False) -> None:
        """Says who can be chosen."""
        self.queryset = agents
        if always_typed or are_many(agents):
            self.is_typed = True
            self.widget = forms.TextInput(attrs={"autocomplete": "off", "maxlength": MOST_LETTERS})
            self.widget.is_required = self.required
            self.help_text = _("The name as it stands in the list of people.")

    def prepare_value(self, value: Any) -> Any:
        """As it is typed, or the id for the list."""
        if self.is_typed:
            return written(value) if isinstance(value, Agent) else value
        return super().prepare_value(value)

    def to_python(self, value: Any) -> Agent | None:
        """Who is meant, or a sentence that says who fits."""
        if self.is_typed and self.queryset is not None and value not in self.empty_values:
            return called(self.queryset, str(value))
        return super().to_python(value)
