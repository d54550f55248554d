"""At the door: who has come, who is still to come, and what to know about each."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.policy import may_enter
from cosmolocal.agents.queries import reader
from cosmolocal.handovers import operations, pickup, policy, queries
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.views.answers import actor, head, key_of, open_crate, open_handover
from cosmolocal.look.answers import say


def door(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody with a crate here, found by name or number, ticked when she has it."""
    handover = open_handover(request, pk)
    return _page(request, handover)


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """She has her crate."""
    crate = open_crate(request, pk)
    operations.hand_over(by=actor(request), crate=crate, key=key_of(request))
    return _after(request, crate, _("%(name)s has crate %(number)s."))


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticked by mistake: it still stands here."""
    crate = open_crate(request, pk)
    operations.take_back(by=actor(request), crate=crate, key=key_of(request))
    return _after(request, crate, _("Crate %(number)s of %(name)s stands here again."))


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody came for it."""
    crate = open_crate(request, pk)
    operations.leave_crate(by=actor(request), crate=crate, key=key_of(request))
    return _after(request, crate, _("Crate %(number)s of %(name)s was not collected."))


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The door is shut."""
    handover = open_handover(request, pk)
    operations.close_handover(by=actor(request), handover=handover)
    messages.success(request, _("The hand-over is closed. What still stands here is marked as not collected."))
    return redirect("handovers:door", pk)


def _page(request: HttpRequest, handover: Handover) -> HttpResponse:
    words = (request.GET.get("q") or request.POST.get("q") or "").strip()
    told = pickup.notes(handover)
    if not may_enter(reader(request), "keeper"):  # a packer may look; the pages behind the names are the keeper's
        told = {who: replace(note, url="") for who, note in told.items()}
    sheets = [sheet for sheet in queries.crate_sheets(handover) if _matches(sheet.crate, words)]
    rows = [(sheet, told.get(sheet.crate.receiver_id)) for sheet in sheets]
    context = head(request, handover, "door") | {
        "waiting": [row for row in rows if row[0].crate.state != Crate.State.COLLECTED],
        "gone": (gone := [row for row in rows if row[0].crate.state == Crate.State.COLLECTED]),
        "someone_owes": any(note and note.text for _sheet, note in gone),
        "progress": queries.progress(handover),
        "words": words,
        "may_read_only": not policy.may_hand_over(actor(request), handover.place),
    }
    part = getattr(request, "htmx", False)
    return render(request, "handovers/parts/door.html" if part else "handovers/door.html", context)


def _matches(crate: Crate, words: str) -> bool:
    return words.casefold() in crate.receiver.name.casefold() or words == str(crate.number)


def _after(request: HttpRequest, crate: Crate, sentence: str) -> HttpResponse:
    said = sentence % {"name": crate.receiver.name, "number": crate.number}
    if getattr(request, "htmx", False):
        return say(_page(request, crate.handover), said)
    messages.success(request, said)
    back = request.POST.get("back", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect(reverse("handovers:door", args=[crate.handover_id]))
