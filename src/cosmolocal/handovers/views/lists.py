"""Lists for the wall and the van: by household, by goods, by place; printed, as PDF, CSV, xlsx; labels."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import file
from cosmolocal.handovers import documents, pickup, queries
from cosmolocal.handovers.models import Handover
from cosmolocal.handovers.views.pages import get_handover_or_404, head, may_hand_over
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft

SHEETS, ROWS, ALL_OF_IT = 24, 100, 100_000  # crates or goods, lines of the pick-up list
KINDS = ("household", "product", "place", "door")


@open_to("packer")
def lists(request: HttpRequest, pk: int) -> HttpResponse:
    """The packing list in one of three orders, or the pick-up list; `as` gives a file."""
    handover = get_handover_or_404(request, pk)
    by, kind = request.GET.get("by", "household"), request.GET.get("as", "")
    if by not in KINDS:
        raise Http404
    if kind:
        return _file(request, handover, by, kind)
    is_large = queries.is_large(handover)
    context = head(request, handover, "lists") | {
        "by": by,
        "kinds": documents.kinds(handover, by),
        "may_key_in_door": may_hand_over(request, handover),
        "is_large": is_large,
        **_list(handover, by, request.GET.get("page", "1") if is_large else None),
    }
    template = "handovers/print.html" if "print" in request.GET else "handovers/lists.html"
    return render(request, template, context)


def _list(handover: Handover, by: str, number: str | None) -> dict[str, Any]:
    """One order of the list: all of it, or a page of what is too long for one (`number` may be any text)."""

    def page_of(rows: Any, size: int) -> Page[Any]:
        return Paginator(rows, size if number is not None else ALL_OF_IT).get_page(number)

    if by == "household":
        crates = page_of(queries.found(handover), SHEETS)
        return {"page": crates, "sheets": queries.crate_sheets(handover, only=crates.object_list)}
    if by == "product":
        kinds = page_of(queries.kinds_due(handover), SHEETS)
        return {"page": kinds, "products": queries.product_sheets(handover, only=kinds.object_list)}
    if by == "door":
        rows = page_of(queries.found(handover), ROWS)
        return {"page": rows, "rows": pickup.rows(handover, list(rows.object_list))}
    if number is None:
        return {"places": queries.place_sheets(handover)}
    sums = page_of(queries.place_sums(handover), ROWS)
    return {"page": sums, "places": queries.place_sheets(handover, only=sums.object_list)}


@open_to("packer")
def labels(request: HttpRequest, pk: int) -> HttpResponse:
    """One label a crate, as PDF."""
    handover = get_handover_or_404(request, pk)
    draft = ErrandDraft("handovers.labels", [pk], _("Labels"), reverse("handovers:lists", args=[pk]))
    return file(request, draft, kind="pdf", rows=handover.crates.count())


def _file(request: HttpRequest, handover: Handover, by: str, kind: str) -> HttpResponse:
    back = f"{reverse('handovers:lists', args=[handover.pk])}?by={by}"
    draft = ErrandDraft("handovers.list", [handover.pk, by, kind], documents.title(handover), back)
    if by == "door":
        rows = handover.crates.count()
    elif by == "place":
        rows = len(queries.place_sums(handover))
    else:
        rows = sum(queries.line_counts(handover, "receiver").values())
    return file(request, draft, kind=kind, rows=rows)
