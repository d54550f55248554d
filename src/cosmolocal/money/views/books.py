"""The whole balance on any day, and closing a month."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import actor, form_page
from cosmolocal.kernel.access import open_to
from cosmolocal.look.dates import format_day
from cosmolocal.money import documents, forms, operations, queries
from cosmolocal.money.forms.books import closable
from cosmolocal.money.forms.fields import today
from cosmolocal.money.views.pages import books, written
from cosmolocal.money.words import GROUP_LABELS
from cosmolocal.paper import downloads, pdf


@open_to("auditor_reads")
def sheet(request: HttpRequest) -> HttpResponse:
    """What the local has and whose it is, at the end of any day; as a page, CSV, xlsx or PDF."""
    form = forms.DayForm(request.GET if "on" in request.GET else None)
    on = form.cleaned_data["on"] if form.is_valid() else today()
    currency = queries.default_currency()
    found = queries.balance_sheet(on, currency)
    kind = request.GET.get("as", "")
    name = _("Balance sheet %(day)s") % {"day": on.isoformat()}
    if kind == "pdf":
        return downloads.file(
            pdf.render(documents.sheet_document(found, currency, on)), f"{name}.pdf", "application/pdf"
        )
    if kind:
        return downloads.table(documents.sheet_table(found, currency), name, kind)
    sides = [
        (_("What we have"), [(GROUP_LABELS[group.code], group) for group in found.assets], found.assets_total),
        (_("Whose it is"), [(GROUP_LABELS[group.code], group) for group in found.claims], found.claims_total),
    ]
    context = books(request) | {
        "sheet": found,
        "sides": sides,
        "on": on,
        "form": form if form.errors else forms.DayForm(initial={"on": on}),
        "closed_until": queries.closed_until(),
    }
    return render(request, "money/sheet.html", context, status=422 if form.errors else 200)


@open_to("treasurer")
def close_month(request: HttpRequest) -> HttpResponse:
    """Closes a month: what stands in it stays as it is."""
    desk = reverse("money:desk")
    if not closable():
        return render(request, "money/nothing_to_close.html", books(request) | {"back": desk, "back_label": _("Money")})

    def act(data: dict[str, Any]) -> str:
        operations.close_month(by=actor(request), until=data["until"], key=data["key"])
        messages.success(request, _("The books are closed up to %(day)s.") % {"day": format_day(data["until"])})
        return f"{reverse('money:sheet')}?on={data['until'].isoformat()}"

    lead = _(
        "What is written there can then no longer change. Whatever is found later is booked today, with its true day."
    )
    form, title, back = forms.CloseMonthForm(request.POST or None), _("Close a month"), (desk, _("Money"))
    return form_page(request, form, act, check=written, title=title, lead=lead, submit=_("Yes, close it"), back=back)
