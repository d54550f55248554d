"""What the farms of a round are asked for: who was told, who is to be called; the order of one as a file."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.pages import actor, file, number, post
from cosmolocal.agents.queries import SEES_ALL, reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.practices.shop import operations, policy, queries
from cosmolocal.practices.shop.farms import papers as farm_papers
from cosmolocal.practices.shop.models import OrderRound, ProducerOrder, ProducerOrderLine
from cosmolocal.practices.shop.pages import get_round_or_404
from cosmolocal.practices.shop.steps import steps_of

FARMS_A_PAGE = 40
FEW_LINES = 150  # of all farms together: they stand open on one page


@open_to("auditor_reads")
def farms(request: HttpRequest, pk: int) -> HttpResponse:
    """What each farm is asked for, who was told, who is to be called; the call list on paper."""
    round = get_round_or_404(request, pk)
    untold = queries.farms.to_call(round)
    if request.GET.get("as") == "pdf":
        name = _("Call list, %(round)s") % {"round": round.name}
        rows = ProducerOrderLine.objects.filter(order__in=queries.farms.on_call_list(round).order_by()).count()
        return file(request, ErrandDraft("shop.call_list", [pk], name, request.path), kind="pdf", rows=rows)
    page = Paginator(queries.farms.orders_of(round), FARMS_A_PAGE).get_page(request.GET.get("page"))
    open_one = _open_farm(request, round, list(page.object_list))
    context: dict[str, Any] = {
        "round": round,
        "steps": steps_of(round, reader(request)),
        "page": page,
        "asked": queries.farms.asked(page.object_list, of=open_one),
        "untold": untold.count(),
        "currency": round.account.currency,
        "may_run": policy.may_run(reader(request)),
    }
    return render(request, "shop/desk/farms.html", context)


def _open_farm(request: HttpRequest, round: OrderRound, shown: Sequence[ProducerOrder]) -> list[int] | None:
    """Where there are many lines one farm stands open: the one somebody asked for, else the first; None: all do."""
    if ProducerOrderLine.objects.filter(order__round=round).count() <= FEW_LINES:
        return None
    wanted = number(request.GET, "farm")
    return [order.pk for order in shown if order.pk == wanted] or [order.pk for order in shown[:1]]


@open_to("steward")
@require_POST
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody called the farm."""
    found = get_object_or_404(queries.farms.visible_to(reader(request)), pk=pk)
    return post(
        request,
        lambda key: operations.mark_told(by=actor(request), producer_order=found, how="call", key=key),
        to=reverse("shop:round_farms", args=[found.round_id]),
        said=_("%(name)s knows.") % {"name": found.producer.name},
    )


@open_to("producer")
def order_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One farm's order as PDF, CSV or xlsx; for stewards and for the farm itself."""
    found = get_object_or_404(queries.farms.visible_to(reader(request)), pk=pk)
    kind, title = request.GET.get("as", "pdf"), farm_papers.order_title(found)
    is_farm = not reader(request).has(*SEES_ALL)
    back = reverse("shop:farm") if is_farm else reverse("shop:round_farms", args=[found.round_id])
    draft = ErrandDraft("shop.order_file", [pk, kind], title, back)
    return file(request, draft, kind=kind, rows=found.lines.count())
