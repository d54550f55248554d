"""What the pages of money share: who acts, one form a page, the page that is read once more before money moves."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as people
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.answers import refused, status_of
from cosmolocal.look.dates import format_day
from cosmolocal.look.forms import MoneyField, check_answers
from cosmolocal.money import policy, queries
from cosmolocal.money.forms.fields import late_words
from cosmolocal.money.models import Account
from cosmolocal.money.queries.finding import whose

Act = Callable[[dict[str, Any]], str]


def reader_of(request: HttpRequest) -> Reader:
    """Who reads this page, and as what."""
    return people.reader(request)


def actor(request: HttpRequest) -> Agent:
    """Who does it; the door has let in only somebody signed in."""
    agent = people.reader(request).agent
    if agent is None:
        raise LookupError("this page states an access that lets strangers in")
    return agent


def one_form(request: HttpRequest, form: forms.Form, act: Act, **context: Any) -> HttpResponse:
    """Shows the form; when it is valid, `act(cleaned_data)` does it and returns where to go. A Refusal lands in it."""
    if request.method == "POST" and form.is_valid():
        try:
            return _done(request, form, act)
        except Refusal as refusal:
            refused(form, refusal)
    return _shown(request, form, context)


def read_twice(request: HttpRequest, form: forms.Form, act: Act, **context: Any) -> HttpResponse:
    """As `one_form`, with a page between that shows what was written: nothing moves before it is confirmed."""
    if request.method == "POST" and "again" not in request.POST and form.is_valid():
        if "confirmed" not in request.POST:
            return check_answers(
                request,
                form,
                title=context.get("check_title") or _("Is this right?"),
                submit=context.get("submit") or _("Yes, book it"),
                rows=written(form),
                warning=context.get("warning") or late_words(form),
            )
        try:
            return _done(request, form, act)
        except Refusal as refusal:
            refused(form, refusal)
    return _shown(request, form, {**context, "submit": _("Go on")})


def _done(request: HttpRequest, form: forms.Form, act: Act) -> HttpResponse:
    """Does it, and says so where it counts on another day than the one written."""
    target, late = act(form.cleaned_data), late_words(form)
    if late:
        messages.info(request, late)
    return redirect(target)


def _shown(request: HttpRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    status = status_of(form) if request.method == "POST" else 200
    return render(request, context.pop("template", "look/form.html"), {"form": form, **context}, status=status)


def written(form: forms.Form) -> list[dict[str, Any]]:
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
    return rows


def deed(request: HttpRequest, act: Callable[[str], object], target: str, said: str) -> HttpResponse:
    """A button without a form: does it with the idempotency key of the page, says so, goes back."""
    act(request.POST.get("key") or ids.fresh_key())
    messages.success(request, said)
    return redirect(target)


def books(request: HttpRequest) -> dict[str, Any]:
    """What every page of the books shows by: the currency, and what this reader may do."""
    reader = people.reader(request)
    return {
        "currency": queries.default_currency(),
        "may_book": reader.has("treasurer"),
        "may_read": policy.may_read_books(reader),
        "may_keep_house": policy.may_keep_house(reader),
    }
