"""An account: how it stands, what happened on it, how to put money on it; for holders and for who keeps the books."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cosmolocal.agents.pages import file
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.money import documents, queries
from cosmolocal.money.forms import PeriodForm
from cosmolocal.money.models import Account, MoneyBox
from cosmolocal.money.queries.finding import reference_of
from cosmolocal.money.views.pages import books

DAYS_DRAWN = 60
LAST_LINES = 12


@open_to("signed_in")
def mine(request: HttpRequest) -> HttpResponse:
    """My own account: the household's first, else the farm's or restaurant's."""
    own, household = _own(request), reader(request).household
    holder = household.pk if household else None
    first = next((account for account in own if account.holder_id == holder), own[0] if own else None)
    if first is None:
        return render(request, "money/none.html", books(request))
    return redirect("money:account", first.pk)


@open_to("signed_in")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account on one page."""
    found = _get_account_or_404(request, pk)
    standing = queries.standing(found)
    history = queries.history(found, DAYS_DRAWN)
    lines = queries.newest_lines(found, history[0][0], history[-1][0], LAST_LINES + 1)
    own = _own(request)
    is_own = any(one.pk == found.pk for one in own)
    tabs = [
        {"url": reverse("money:account", args=[one.pk]), "label": str(one), "current": one.pk == found.pk}
        for one in (own if is_own else [])
    ]
    context = books(request) | {
        "account": found,
        "standing": standing,
        "points": history,
        "lines": lines[:LAST_LINES],
        "is_more": len(lines) > LAST_LINES,
        "is_own": is_own,
        "is_member": found.kind == Account.Kind.MEMBER,
        "tabs": tabs if len(tabs) > 1 else [],
        "reference": reference_of(found),
        "banks": queries.where_to_pay(found.currency),
    }
    return render(request, "money/account.html", context)


@open_to("signed_in")
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that happened on an account between two days; as a page, CSV, xlsx or PDF."""
    found = _get_account_or_404(request, pk)
    address = reverse("money:statement", args=[pk])
    back = (reverse("money:account", args=[pk]), str(found))
    return statement_page(request, found, address, back)


def statement_page(
    request: HttpRequest, thing: Account | MoneyBox, address: str, back: tuple[str, str]
) -> HttpResponse:
    """The statement of an account or a box in the form that was asked for."""
    form = PeriodForm(request.GET if {"since", "until"} & request.GET.keys() else None)
    days = form.cleaned_data if form.is_valid() else PeriodForm.usual()
    if request.GET.get("as"):
        return _statement_file(request, thing, days, address)
    box = thing if isinstance(thing, MoneyBox) else None
    context = books(request) | {
        "thing": thing,
        "box": box,
        "numbers": queries.waiting_numbers(reader(request), queries.boxes().filter(pk=box.pk)) if box else [],
        "statement": queries.statement_page(thing, days["since"], days["until"], request.GET.get("page", "")),
        "form": PeriodForm(initial=days) if not form.errors else form,
        "period": f"since={days['since']}&until={days['until']}",
        "address": address,
        "back": back,
    }
    return render(request, "money/statement.html", context, status=422 if form.errors else 200)


def _statement_file(
    request: HttpRequest, thing: Account | MoneyBox, days: dict[str, date], address: str
) -> HttpResponse:
    kind, since, until = request.GET["as"], days["since"], days["until"]
    args = [isinstance(thing, Account), thing.pk, since.isoformat(), until.isoformat(), kind]
    title, back = documents.statement_title(thing, since, until), f"{address}?since={since}&until={until}"
    draft = ErrandDraft("money.statement_file", args, title, back)
    return file(request, draft, kind=kind, rows=queries.count_lines(thing, since, until))


def _get_account_or_404(request: HttpRequest, pk: int) -> Account:
    return get_object_or_404(queries.visible_to(reader(request)), pk=pk)


def _own(request: HttpRequest) -> list[Account]:
    if reader(request).person is None:
        raise Http404
    return list(queries.own_accounts(reader(request)))
