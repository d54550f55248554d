"""The shop in figures, for everybody: rounds of a year, as a page and as a table to take along."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents.pages import number
from cosmolocal.kernel.access import open_to
from cosmolocal.look.forms import LAST_YEAR
from cosmolocal.money import queries as money_queries
from cosmolocal.paper import downloads
from cosmolocal.practices.shop.settling import documents, pages


@open_to("anyone")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Sales, where they went, the farmers' share beside what the community wants."""
    year = pages.year(number(request.GET, "year", most=LAST_YEAR))
    currency = money_queries.default_currency()
    kind = request.GET.get("as", "")
    if kind:
        return downloads.table(documents.year_table(year, currency), _("Rounds %(year)s") % {"year": year.year}, kind)
    tabs = [
        {"url": f"{reverse('shop:figures')}?year={one}", "label": str(one), "current": one == year.year}
        for one in year.years
    ]
    context = {"year": year, "currency": currency, "tabs": tabs if len(tabs) > 1 else []}
    return render(request, "shop/figures.html", context)
