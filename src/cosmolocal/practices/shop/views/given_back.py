"""Money given back for lines, for who keeps the books: of some time, or of one round; as a page and as a table."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.look.dates import format_day
from cosmolocal.money import queries as purse
from cosmolocal.money.forms import PeriodForm
from cosmolocal.paper import downloads
from cosmolocal.practices.shop import documents
from cosmolocal.practices.shop.pages import given_back as pages
from cosmolocal.practices.shop.queries import credits
from cosmolocal.practices.shop.views.rounds import open_round

PER_PAGE = 100


@require_safe
def given_back(request: HttpRequest) -> HttpResponse:
    """All of some days."""
    form = PeriodForm(request.GET if {"since", "until"} & request.GET.keys() else None)
    days = form.cleaned_data if form.is_valid() else PeriodForm.usual()
    name = _("Given back %(since)s to %(until)s") % {key: format_day(day) for key, day in days.items()}
    context = {
        "form": form if form.errors else PeriodForm(initial=days),
        "period": f"since={days['since']}&until={days['until']}",
        "back": reverse("money:desk"),
        "back_label": _("Money"),
    }
    return _page(request, credits.between(**days), name, context)


@require_safe
def of_round(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one round."""
    round = open_round(request, pk)
    context = {"round": round, "back": reverse("shop:round_desk", args=[pk]), "back_label": _("The round")}
    return _page(request, credits.of_round(round), _("Given back, %(round)s") % {"round": round.name}, context)


def _page(request: HttpRequest, found: Any, name: str, context: dict[str, Any]) -> HttpResponse:
    currency, sums = purse.default_currency(), credits.sums(found)
    if kind := request.GET.get("as"):
        return downloads.table(documents.given_back_table(pages.rows(found), sums, currency), name, kind)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "rows": pages.rows(page.object_list), "sums": sums, "currency": currency}
    is_wrong = "form" in context and bool(context["form"].errors)
    return render(request, "shop/desk/given_back.html", context, status=422 if is_wrong else 200)
