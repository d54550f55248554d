"""Money given back for lines, for who keeps the books: of some time, or of one round; as a page and as a table."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents.pages import file
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.money import queries as money_queries
from cosmolocal.money.forms import PeriodForm
from cosmolocal.practices.shop.door import documents
from cosmolocal.practices.shop.door.pages import given_back as given_pages
from cosmolocal.practices.shop.door.queries import credits
from cosmolocal.practices.shop.models import LineCredit
from cosmolocal.practices.shop.pages import get_round_or_404

PER_PAGE = 100


@open_to("auditor_reads")
@require_safe
def given_back(request: HttpRequest) -> HttpResponse:
    """All of some days."""
    form = PeriodForm(request.GET if {"since", "until"} & request.GET.keys() else None)
    days = form.cleaned_data if form.is_valid() else PeriodForm.usual()
    found, period = credits.between(**days), f"since={days['since']}&until={days['until']}"
    if request.GET.get("as"):
        args = [0, days["since"].isoformat(), days["until"].isoformat()]
        return _file(request, found, args, documents.given_back_between(**days), f"{request.path}?{period}")
    context = {"form": form if form.errors else PeriodForm(initial=days), "period": period}
    return _page(request, found, context | {"back": reverse("money:desk"), "back_label": _("Money")})


@open_to("auditor_reads")
@require_safe
def of_round(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one round."""
    round = get_round_or_404(request, pk)
    found = credits.of_round(round)
    if request.GET.get("as"):
        return _file(request, found, [pk, "", ""], documents.given_back_in(round), request.path)
    context = {"round": round, "back": reverse("shop:round_desk", args=[pk]), "back_label": _("The round")}
    return _page(request, found, context)


def _file(
    request: HttpRequest, found: QuerySet[LineCredit], args: Sequence[Any], title: str, back: str
) -> HttpResponse:
    kind = request.GET["as"]
    return file(request, ErrandDraft("shop.given_back", [*args, kind], title, back), kind=kind, rows=found.count())


def _page(request: HttpRequest, found: QuerySet[LineCredit], context: dict[str, Any]) -> HttpResponse:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "rows": given_pages.rows(page.object_list), "sums": credits.sums(found)}
    context["currency"] = money_queries.default_currency()
    is_wrong = "form" in context and bool(context["form"].errors)
    return render(request, "shop/desk/given_back.html", context, status=422 if is_wrong else 200)
