"""What lies here, lot by lot: divided, put together, and found again with everybody who got of it."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import actor, form_page, numbers
from cosmolocal.agents.queries import reader
from cosmolocal.catalog.models import Product
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.forms import DivideForm, MixForm
from cosmolocal.handovers.models import Handover
from cosmolocal.handovers.queries import LotHere
from cosmolocal.handovers.views.pages import get_door_or_404, get_handover_or_404, head
from cosmolocal.kernel.access import open_to

A_PAGE = 50


@open_to("packer")
def lots(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that lies at this place."""
    handover = get_handover_or_404(request, pk)
    words = request.GET.get("q", "")[:80]
    page = Paginator(queries.lots_found(handover, words), A_PAGE).get_page(request.GET.get("page"))
    context = head(request, handover, "lots") | {
        "page": page,
        "lots": queries.in_words(page.object_list),
        "words": words,
        "may_ask_who": queries.kept_by(reader(request)).filter(pk=pk).exists(),
    }
    return render(request, "handovers/lots.html", context)


@open_to("packer")
def divide(request: HttpRequest, pk: int, lot: int) -> HttpResponse:
    """A cheese is cut, a sack is filled into bags: something of a lot becomes a lot of its own."""
    handover = get_handover_or_404(request, pk)
    here = _here(handover, [lot])[0]

    def act(data: dict[str, Any]) -> None:
        kind = data["into"].specification_id
        made = operations.divide_lot(by=actor(request), handover=handover, lot_id=lot, **data | {"into": kind})
        messages.success(request, _("Written down. What came of it is lot %(lot)s.") % {"lot": made.lot})

    return form_page(
        request,
        DivideForm(request.POST or None, here=here, products=_products_like(here)),
        act,
        title=_("Divide: %(name)s, lot %(lot)s") % {"name": here.goods.name, "lot": here.lot.lot},
        submit=_("Write it down"),
        back=(reverse("handovers:lots", args=[pk]), _("Lots")),
    )


@open_to("packer")
def mix(request: HttpRequest, pk: int) -> HttpResponse:
    """Two lots or more go into one bin."""
    handover = get_handover_or_404(request, pk)
    chosen = set(numbers(request.GET, "lot"))
    here = _here(handover, chosen) if chosen else []
    if len(here) < 2:
        messages.info(request, _("Tick two lots, or more, that go into one bin."))
        return redirect("handovers:lots", pk)
    form = MixForm(request.POST or None, lots=here)

    def act(data: dict[str, Any]) -> None:
        made = operations.mix_lots(by=actor(request), handover=handover, taken=form.taken(), key=data["key"])
        messages.success(request, _("Written down. What lies in the bin is lot %(lot)s.") % {"lot": made[0].lot})

    lead = _(
        "Say how much of each goes in, nothing where it stays out. "
        "Whoever gets something of it reads that it may be of any of these farms."
    )
    return form_page(
        request,
        form,
        act,
        title=_("Put into one bin"),
        lead=lead,
        submit=_("Write it down"),
        back=(reverse("handovers:lots", args=[pk]), _("Lots")),
    )


@open_to("keeper")
def takers(request: HttpRequest, pk: int, lot: int) -> HttpResponse:
    """Who got of a lot, or is to get it, with whom to call: when a farm says, do not eat it."""
    handover = get_door_or_404(request, pk)
    known = flows_queries.resources([lot]).get(lot)
    if known is None or known.location_id != handover.place_id or known.conforms_to.medium_of_exchange:
        raise Http404
    found = flows_queries.recall(lot)
    everybody = queries.takers(found)
    context = {
        "handover": handover,
        "lot": known,
        "found": found,
        "sure": sum(one.is_sure for one in everybody),
        "possible": sum(not one.is_sure for one in everybody),
        "page": Paginator(everybody, A_PAGE).get_page(request.GET.get("page")),
        "back": reverse("handovers:lots", args=[pk]),
    }
    return render(request, "handovers/takers.html", context)


def _here(handover: Handover, ids: Collection[int]) -> list[LotHere]:
    found = queries.lots_here(handover, only=ids)
    if len(found) < len(ids):
        raise Http404
    return found


def _products_like(here: LotHere) -> QuerySet[Product]:
    """What these goods may be sold as: the goods of the same farm."""
    return Product.objects.filter(producer__products__specification=here.lot.conforms_to_id)
