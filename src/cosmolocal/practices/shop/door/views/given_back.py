"""Money given back for lines, for who keeps the books: of some time, or of one round."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents.pages import listing_page
from cosmolocal.kernel.access import open_to
from cosmolocal.money import queries as money_queries
from cosmolocal.money.forms import PeriodForm
from cosmolocal.practices.shop.door import listings
from cosmolocal.practices.shop.door.queries import credits
from cosmolocal.practices.shop.pages import get_round_or_404


@open_to("auditor_reads")
@require_safe
def given_back(request: HttpRequest) -> HttpResponse:
    """All of some days."""
    form = PeriodForm(request.GET if {"since", "until"} & request.GET.keys() else None)
    days = form.cleaned_data if form.is_valid() else PeriodForm.usual()
    answer = _page(
        request,
        0,
        days["since"].isoformat(),
        days["until"].isoformat(),
        lead=_("For goods that were bad, wrong or missing, and what settling took back."),
        back=(reverse("money:desk"), _("Money")),
        form=form if form.errors else PeriodForm(initial=days),
        sums=credits.sums(credits.between(**days)),
    )
    answer.status_code = 422 if form.errors else answer.status_code
    return answer


@open_to("auditor_reads")
@require_safe
def of_round(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one round."""
    round = get_round_or_404(request, pk)
    back = (reverse("shop:round_desk", args=[pk]), _("The round"))
    return _page(request, pk, "", "", lead=round.name, back=back, sums=credits.sums(credits.of_round(round)))


def _page(request: HttpRequest, round_id: int, since: str, until: str, **page: Any) -> HttpResponse:
    page |= {"title": _("Money given back"), "template": "shop/desk/given_back.html"}
    page |= {"currency": money_queries.default_currency()}
    return listing_page(request, listings.given_back, round_id, since, until, **page)
