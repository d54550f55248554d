"""What the farms of a round are asked for: who was told, who is to be called; the order of one as a file."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cosmolocal.agents.pages import actor, file, listing_page, number, post
from cosmolocal.agents.queries import SEES_ALL, reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.practices.shop import operations, policy, queries
from cosmolocal.practices.shop.farms import listings
from cosmolocal.practices.shop.farms import papers as farm_papers
from cosmolocal.practices.shop.farms.queries import AskedOrder
from cosmolocal.practices.shop.models import OrderRound, ProducerOrder, ProducerOrderLine
from cosmolocal.practices.shop.pages import get_round_or_404
from cosmolocal.practices.shop.steps import steps_of

FEW_LINES = 150  # of all farms together: they stand open on one page


@open_to("auditor_reads")
def farms(request: HttpRequest, pk: int) -> HttpResponse:
    """What each farm is asked for, who was told, who is to be called."""
    round, kept = get_round_or_404(request, pk), request.GET.copy()
    kept.pop("farm", None)

    def beside(rows: Sequence[AskedOrder]) -> dict[str, Any]:
        shown = [one.order for one in rows]
        return {"asked": queries.farms.asked(shown, of=_open_farm(request, round, shown))}

    calls = [(_("Call list on paper"), reverse("shop:call_list", args=[pk]), "print")]
    return listing_page(
        request,
        listings.asked,
        pk,
        template="shop/desk/farms.html",
        title=_("What the farms bring"),
        lead=round.name,
        back=(reverse("shop:round_desk", args=[pk]), _("The round")),
        deeds=calls if round.producer_orders.exists() else [],
        beside=beside,
        round=round,
        steps=steps_of(round, reader(request)),
        untold=queries.farms.to_call(round).count(),
        currency=round.account.currency,
        may_run=policy.may_run(reader(request)),
        here=f"?{kept.urlencode()}&" if kept else "?",
    )


@open_to("auditor_reads")
@require_safe
def call_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom to call, and what to say, on paper."""
    round = get_round_or_404(request, pk)
    name, back = _("Call list, %(round)s") % {"round": round.name}, reverse("shop:round_farms", args=[pk])
    rows = ProducerOrderLine.objects.filter(order__in=queries.farms.on_call_list(round).order_by()).count()
    return file(request, ErrandDraft("shop.call_list", [pk], name, back), kind="pdf", rows=rows)


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
