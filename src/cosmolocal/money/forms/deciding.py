"""Who agrees to payments out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.models import Agent
from cosmolocal.look.forms import KeyedForm


class DecidersForm(KeyedForm):
    """Another treasurer, or so many people of a circle."""

    circle = forms.ModelChoiceField(
        label=_("Who says yes to a payment list?"),
        queryset=Agent.objects.none(),
        required=False,
        empty_label=_("Another treasurer"),
        help_text=_("A circle reads each list on its own page, and is written to when one waits."),
    )
    needed = forms.IntegerField(
        label=_("How many of the circle?"), min_value=1, max_value=20, initial=2, help_text=_("Without a circle: one.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        circles = Agent.objects.present().filter(kind=Agent.Kind.CIRCLE).order_by("name", "id")
        self.fields["circle"].queryset = circles  # type: ignore[attr-defined]
