"""At the door: who has come, who is still to come, and what to know about each."""

from collections.abc import Iterable
from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.pages import actor, back_to, key_of, post
from cosmolocal.agents.queries import reader
from cosmolocal.handovers import operations, pickup, policy, queries
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.queries import CrateRow
from cosmolocal.handovers.views.pages import get_crate_or_404, get_handover_or_404, head, may_hand_over
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.sets import among
from cosmolocal.look.pages import say

PER_PAGE, LATELY = 50, 20  # crates that wait on a page, crates that were collected last


@open_to("packer")
def door(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody with a crate here, found by name or number, ticked when she has it."""
    handover = get_handover_or_404(request, pk)
    return _page(request, handover)


@open_to("keeper")
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """She has her crate."""
    crate = get_crate_or_404(request, pk)
    operations.hand_over(by=actor(request), crate=crate, key=key_of(request))
    return _after(request, crate, _("%(name)s has crate %(number)s."))


@open_to("keeper")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticked by mistake: it still stands here."""
    crate = get_crate_or_404(request, pk)
    operations.take_back(by=actor(request), crate=crate, key=key_of(request))
    return _after(request, crate, _("Crate %(number)s of %(name)s stands here again."))


@open_to("keeper")
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody came for it."""
    crate = get_crate_or_404(request, pk)
    operations.leave_crate(by=actor(request), crate=crate, key=key_of(request))
    return _after(request, crate, _("Crate %(number)s of %(name)s was not collected."))


@open_to("keeper")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The door is shut."""
    handover = get_handover_or_404(request, pk)
    return post(
        request,
        lambda _key: operations.close_handover(by=actor(request), handover=handover),
        to=reverse("handovers:door", args=[pk]),
        said=_("The hand-over is closed. What still stands here is marked as not collected."),
    )


def _page(request: HttpRequest, handover: Handover) -> HttpResponse:
    words = _words(request)
    found = queries.found(handover, words)
    page = Paginator(found.exclude(state=Crate.State.COLLECTED), PER_PAGE).get_page(request.GET.get("page"))
    collected = found.filter(state=Crate.State.COLLECTED)
    owing = pickup.notes(handover)  # only of whom there is something to say
    owes = list(collected.filter(receiver_id__in=among(owing)).order_by("number")[:PER_PAGE])
    lately = collected.order_by("-changed_at", "number")[:LATELY]
    gone = {crate.pk: crate for crate in [*owes, *lately]}.values()
    rows = _rows(request, handover, [*page.object_list, *gone])
    context = head(request, handover, "door") | {
        "page": page,
        "waiting": [row for row in rows if not row.is_collected],
        "gone": [row for row in rows if row.is_collected],
        "gone_count": collected.count(),
        "someone_owes": bool(owes),
        "progress": queries.progress(handover),
        "words": words,
        "may_read_only": not may_hand_over(request, handover),
    }
    part = getattr(request, "htmx", False)
    return render(request, "handovers/parts/door.html" if part else "handovers/door.html", context)


def _rows(request: HttpRequest, handover: Handover, crates: Iterable[Crate]) -> list[CrateRow]:
    rows = pickup.rows(handover, list(crates))
    if queries.kept_by(reader(request)).filter(pk=handover.pk).exists():
        return rows
    # A packer may look; the pages behind the names are the keeper's.
    return [replace(row, note=replace(row.note, url="") if row.note else None) for row in rows]


def _words(request: HttpRequest) -> str:
    return (request.GET.get("q") or request.POST.get("q") or "").strip()


def _after(request: HttpRequest, crate: Crate, sentence: str) -> HttpResponse:
    """Where htmx asked: the row as it is now, with the counter; the rest of the page stays as it was drawn."""
    said = sentence % {"name": crate.receiver.name, "number": crate.number}
    if getattr(request, "htmx", False):
        now = queries.found(crate.handover).get(pk=crate.pk)
        context = {
            "row": _rows(request, crate.handover, [now])[0],
            "progress": queries.progress(crate.handover),
            "words": _words(request),
        }
        said = f"{said} {policy.called_off(crate.handover)}".strip()
        return say(render(request, "handovers/parts/door_answer.html", context), said)
    messages.success(request, said)
    return redirect(back_to(request, reverse("handovers:door", args=[crate.handover_id])))
