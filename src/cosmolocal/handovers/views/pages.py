"""What the pages of a hand-over share: the hand-over a reader may open, what stands on top, what she may do there."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.queries import reader
from cosmolocal.handovers import policy, queries
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.look.dates import format_window


def get_handover_or_404(request: HttpRequest, pk: int) -> Handover:
    """The hand-over, or 404 where the reader may not open it."""
    return get_object_or_404(queries.visible_to(reader(request)), pk=pk)


def get_door_or_404(request: HttpRequest, pk: int) -> Handover:
    """The hand-over, or 404 where the reader does not stand at its door."""
    return get_object_or_404(queries.kept_by(reader(request)), pk=pk)


def get_crate_or_404(request: HttpRequest, pk: int) -> Crate:
    """The crate, or 404 where the reader may not open its hand-over."""
    crates = Crate.objects.select_related("handover__place", "receiver", "packer")
    return get_object_or_404(crates.filter(handover__in=queries.visible_to(reader(request))), pk=pk)


def say_where_charged(request: HttpRequest, handover: Handover) -> bool:
    """A weight that is put right after settling changes no payment by itself: practices put it on a desk. Is it so?"""
    if not queries.is_charged(handover):
        return False
    words = _(
        "Written down. This was settled before, so the earlier weight was paid. What follows stands on the first page "
        "of stewards and treasurers, until one of them books it."
    )
    messages.warning(request, words)
    return True


def head(request: HttpRequest, handover: Handover, here: str) -> dict[str, Any]:
    """What stands on top of each page of one hand-over: where, when, and the ways between its pages."""
    names = (
        ("receiving", _("Receive")),
        ("packing", _("Pack")),
        ("lots", _("Lots")),
        ("lists", _("Lists")),
        ("door", _("Hand over")),
    )
    return {
        "handover": handover,
        "when": format_window(handover.begins, handover.ends),
        "ways": [
            {"url": reverse(f"handovers:{name}", args=[handover.pk]), "label": label, "current": name == here}
            for name, label in names
        ],
        "may_read_only": not may_pack(request, handover),
        "called_off": policy.called_off(handover),
        "still_open": policy.still_open(handover) if here in ("packing", "door") else "",
    }


def may_pack(request: HttpRequest, handover: Handover) -> bool:
    """Auditors and drivers read these pages, and packers of another place who see them as drivers."""
    return policy.may_pack(reader(request), handover.place_id)


def may_hand_over(request: HttpRequest, handover: Handover) -> bool:
    """Whether she gives crates out here; everybody else reads."""
    return policy.may_hand_over(reader(request), handover.place_id)
