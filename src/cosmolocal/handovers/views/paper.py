"""What comes back on paper is keyed in here, in the order in which it was printed: packing sheets, the pick-up list."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents.pages import actor, numbers, post
from cosmolocal.handovers import keying, operations, pickup, queries
from cosmolocal.handovers.keying import ALL, Part, SheetForm
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.views.pages import (
    get_door_or_404,
    get_handover_or_404,
    head,
    may_hand_over,
    say_where_charged,
)
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among

ORDERS = ("household", "product")
DOOR_LINES = 200  # ticks in one form


@open_to("packer")
def key_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The packing sheet as a form; a block is saved alone, or the whole page at once."""
    handover = get_handover_or_404(request, pk)
    by = request.GET.get("by", ORDERS[0])
    if by not in ORDERS:
        raise Http404
    every = keying.parts(handover, by)
    part = _chosen(request, every)
    if request.method == "POST" and part is not None:
        return _save(request, handover, by, every, part)
    form = SheetForm(part=part) if part else None
    return _page(request, handover, by, every, form)


@open_to("keeper")
def key_in_door(request: HttpRequest, pk: int) -> HttpResponse:
    """The pick-up list as a form: who has a tick on paper gets one here; ticks that stand are not taken away."""
    handover = get_door_or_404(request, pk)
    page = Paginator(queries.found(handover), DOOR_LINES).get_page(request.GET.get("page"))
    if request.method == "POST":
        waiting = handover.crates.exclude(state=Crate.State.COLLECTED).select_related("receiver")
        crates = list(waiting.filter(pk__in=among(numbers(request.POST, "crate"))).order_by("number"))

        def act(key: str) -> None:
            if crates:
                operations.hand_over_listed(by=actor(request), handover=handover, crates=crates, key=key)

        said = ngettext("%(count)s crate was collected.", "%(count)s crates were collected.", len(crates))
        door = reverse("handovers:door", args=[pk])
        return post(
            request,
            act,
            to=f"{request.path}?page={page.next_page_number()}" if page.has_next() else door,
            said=said % {"count": len(crates)},
            refused_to=request.get_full_path(),
        )
    context = head(request, handover, "lists") | {
        "page": page,
        "rows": pickup.rows(handover, list(page)),
        "may_read_only": not may_hand_over(request, handover),
    }
    return render(request, "handovers/key_in_door.html", context)


def _save(request: HttpRequest, handover: Handover, by: str, every: list[Part], part: Part) -> HttpResponse:
    chosen = (
        request.POST.get("save") or request.POST.get("saving") or ALL
    )  # an answered question saves what it was about
    form = SheetForm(request.POST, part=part)
    lines = form.lines(chosen)
    try:
        if lines:
            taken = operations.pack_from_paper(
                by=actor(request), handover=handover, lines=lines, key=form.cleaned_data["key"]
            )
            _say(request, handover, len(lines), taken)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _page(request, handover, by, every, form, status=422)
    if not form.errors and chosen == ALL:
        if not lines:
            messages.info(request, _("Nothing new on this page: everything stood here already."))
        return redirect(_next(handover, by, every, part))
    now = keying.parts(handover, by)
    again = SheetForm(request.POST, part=next((one for one in now if one.number == part.number), part))
    again.tell(form)
    return _page(request, handover, by, now, again, status=422 if form.errors else 200)


def _say(request: HttpRequest, handover: Handover, count: int, taken: list[Crate]) -> None:
    said = ngettext("%(count)s line written down.", "%(count)s lines written down.", count)
    messages.success(request, said % {"count": count})
    if taken:
        numbers = ", ".join(str(crate.number) for crate in taken)
        words = _("Collected already, and put right: %(crates)s. What was taken is now what you wrote.")
        messages.info(request, words % {"crates": numbers})
        say_where_charged(request, handover)


def _chosen(request: HttpRequest, every: list[Part]) -> Part | None:
    wanted = request.GET.get("part", "1")
    return next((part for part in every if str(part.number) == wanted), every[0] if every else None)


def _next(handover: Handover, by: str, every: list[Part], part: Part) -> str:
    if part.number < len(every):
        return f"{reverse('handovers:key_in', args=[handover.pk])}?by={by}&part={part.number + 1}"
    return reverse("handovers:packing", args=[handover.pk])


def _page(
    request: HttpRequest, handover: Handover, by: str, every: list[Part], form: SheetForm | None, status: int = 200
) -> HttpResponse:
    address = reverse("handovers:key_in", args=[handover.pk])
    names = {"household": _("By crate"), "product": _("By goods")}
    context: dict[str, Any] = head(request, handover, "lists") | {
        "by": by,
        "orders": [{"url": f"{address}?by={name}", "label": names[name], "current": name == by} for name in ORDERS],
        "form": form,
        "seen": keying.now(),
        "saving": request.POST.get("save") or request.POST.get("saving") or ALL,
        "parts": [
            {
                "url": f"{address}?by={by}&part={part.number}",
                "label": part.label,
                "current": form is not None and part.number == form.part.number,
            }
            for part in every
        ],
    }
    return render(request, "handovers/key_in.html", context, status=status)
