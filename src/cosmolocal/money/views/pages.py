"""What the pages of the books share: what they show by, and what was written, to be read once more."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest

from cosmolocal.agents.pages import Check
from cosmolocal.agents.queries import reader
from cosmolocal.look.dates import format_day
from cosmolocal.look.forms import MoneyField
from cosmolocal.money import policy, queries
from cosmolocal.money.forms.fields import moment_on
from cosmolocal.money.models import Account
from cosmolocal.money.queries.finding import whose


def written(form: forms.Form) -> Check:
    """What was written, one row a field, as a person reads it; empty answers are left out."""
    rows = []
    for bound in form.visible_fields():
        value = form.cleaned_data.get(bound.name)
        if value in (None, ""):
            continue
        if isinstance(bound.field, MoneyField):
            value = bound.field.write(value)
        elif isinstance(value, Account):
            value = whose(value)
        elif isinstance(value, date):
            value = format_day(value)
        elif isinstance(bound.field, forms.ChoiceField) and not isinstance(bound.field, forms.ModelChoiceField):
            value = dict(list(bound.field.choices)).get(value, value)  # type: ignore[arg-type]
        rows.append({"label": bound.label, "value": str(value)})
    return Check(rows)


def dated(data: dict[str, Any]) -> dict[str, Any]:
    """The answers as operations take them: the moment at which it happened (`at`) for the day (`on`)."""
    return {name: value for name, value in data.items() if name != "on"} | {"at": moment_on(data["on"])}


def books(request: HttpRequest) -> dict[str, Any]:
    """What every page of the books shows by: the currency, and what this reader may do."""
    who = reader(request)
    return {
        "currency": queries.default_currency(),
        "may_book": who.has("treasurer"),
        "may_read": policy.may_read_books(who),
        "may_keep_house": policy.may_keep_house(who),
    }
