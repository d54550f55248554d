"""What the home pages show of shared things: what one has or fetches soon; what waits for a steward."""

from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings import words
from cosmolocal.bookings.models import Booking
from cosmolocal.kernel import clock
from cosmolocal.kernel.practices import Card
from cosmolocal.look.dates import format_soon
from cosmolocal.practices.sharing.desk import waiting

SOON = timedelta(hours=36)


def member_cards(reader: Reader) -> Sequence[Card]:
    """What she has now, and what she fetches soon (one statement)."""
    now = clock.now()
    open_ones = bookings_queries.own(reader).filter(
        state__in=[*Booking.COMING, Booking.State.OUT], thing__practice="sharing"
    )
    return [_card(one) for one in open_ones.filter(commitment__begins__lt=now + SOON).order_by("commitment__begins")]


def _card(booking: Booking) -> Card:
    span, is_out = bookings_queries.span(booking), booking.state == Booking.State.OUT
    is_late = is_out and span.ends < clock.now()
    return Card(
        title=booking.thing.name,
        text=words.when(booking),
        badge=_("back %(when)s") % {"when": format_soon(span.ends)} if is_out else format_soon(span.begins),
        tone="late" if is_late else "today",
        deed=_("Give it back") if is_out else _("Open"),
        url=reverse("sharing:back" if is_out else "sharing:booking", args=[booking.pk]),
        weight=3 if is_late else 12,
    )


def steward_cards(agent: Agent) -> Sequence[Card]:
    """How much waits on the desk; nothing where nothing does."""
    late, others = waiting(clock.now())
    if not late + others:
        return []
    count = late + others
    return [
        Card(
            title=_("Shared things"),
            text=ngettext("%(count)d thing waits on the desk.", "%(count)d things wait on the desk.", count)
            % {"count": count},
            badge=ngettext("%(count)d late", "%(count)d late", late) % {"count": late} if late else "",
            tone="late" if late else "quiet",
            deed=_("Look at them"),
            url=reverse("sharing:desk"),
            weight=20,
        )
    ]
