"""The calendar of things on paper: who has what when, for the wall beside them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cosmolocal.bookings import queries
from cosmolocal.bookings.models import Booking, Thing
from cosmolocal.look.dates import format_day, format_daytime
from cosmolocal.paper.sheets import Document, Section
from cosmolocal.paper.tables import Column, Table


def calendar(things: Sequence[Thing], since: datetime) -> Document:
    """Each thing with its bookings of the four weeks since then, and free lines to write on. It hangs where members
    pass by, so it says whose household has it.
    """
    slots = queries.slots([thing.resource_id for thing in things], since, since + timedelta(weeks=4))
    columns = [Column(_("From"), width="2fr"), Column(_("Until"), width="2fr"), Column(_("Who"), width="2fr")]
    columns += [Column(_("Kilometres out")), Column(_("Kilometres back"))]
    sections = []
    for thing in things:
        rows = [
            [
                format_daytime(one.span.begins),
                format_daytime(one.span.ends),
                _("repair") if one.booking.purpose == Booking.Purpose.REPAIR else one.booking.household.name,
                *("", ""),
            ]
            for one in slots
            if one.booking.thing_id == thing.pk
        ]
        blank: list[list[str]] = [["", "", "", "", ""] for _line in range(4)]
        sections.append(Section(heading=thing.name, table=Table(columns, [*rows, *blank], name=thing.name)))
    subtitle = _("Four weeks from %(day)s on") % {"day": format_day(since)}
    return Document(title=_("Who has what"), subtitle=subtitle, sections=sections)
