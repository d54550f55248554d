"""Forms of messages: how I want to hear of things; where a test mail goes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cosmolocal.look.forms import KeyedForm
from cosmolocal.messages import kinds, rules
from cosmolocal.messages.models import Preference

FEW = 3  # parts that all stand open


class ChoiceForm(KeyedForm):
    """One choice a kind of message; those that cannot be refused have no "not at all"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for event, known in kinds.choices().items():
            choices = [
                (value, label) for value, label in Preference.How.choices if known.may_refuse or value != rules.OFF
            ]
            self.fields[event] = forms.ChoiceField(label=known.title, choices=choices, initial=known.default)

    def groups(self) -> list[dict[str, Any]]:
        """The choices by where they come from: the house stands open, and practices where there are few."""
        found = kinds.grouped()
        return [
            {
                "icon": practice.icon if practice else "home",
                "title": practice.title if practice else _("The house"),
                "fields": (fields := [self[name] for name in names]),
                "is_open": practice is None or len(found) <= FEW or any(field.errors for field in fields),
            }
            for practice, names in found
        ]


class TestMailForm(KeyedForm):
    address = forms.EmailField(label=_("Send a test mail to"))
