"""Which days to look at, and which month to close."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.look.dates import format_day
from cosmolocal.look.forms import DayField, KeyedForm
from cosmolocal.money import queries, rules
from cosmolocal.money.forms.fields import HappenedField, today

MONTHS_OFFERED = 14


class PeriodForm(forms.Form):
    """From when to when, both days included; this month and the two before where nothing is said."""

    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("To"))

    @staticmethod
    def usual() -> dict[str, date]:
        """From the first of the month before last up to today."""
        last = today()
        return {"since": (last.replace(day=1) - timedelta(days=32)).replace(day=1), "until": last}

    def clean(self) -> dict[str, Any]:
        """Days that make a period."""
        found = super().clean() or {}
        if not self.errors and found["since"] > found["until"]:
            raise ValidationError(_("The first day must come before the last one."))
        return found


class DayForm(forms.Form):
    """At the end of which day."""

    on = HappenedField(label=gettext_lazy("At the end of"))


class CloseMonthForm(KeyedForm):
    """Up to the end of which month."""

    until = forms.TypedChoiceField(label=gettext_lazy("Close up to the end of"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until"].choices = [(day.isoformat(), format_day(day)) for day in closable()]  # type: ignore[attr-defined]


def closable() -> list[date]:
    """Ends of months that are over and still open, the newest first; not more than a good year."""
    found: list[date] = []
    before = queries.closed_until()
    day = today().replace(day=1) - timedelta(days=1)
    while len(found) < MONTHS_OFFERED and (before is None or day > before):
        found.append(rules.month_end(day))
        day = day.replace(day=1) - timedelta(days=1)
    return found
