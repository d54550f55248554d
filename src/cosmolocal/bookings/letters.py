"""What people are told about their bookings: the kinds of letters, which a practice of this room makes its own."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from cosmolocal.messages.rules import NOW, Event

LETTERS: Mapping[str, Event] = {
    "booking_moved": Event(_("Something I booked was moved, ended, or has another code"), NOW, True),
    "booking_late": Event(_("Something is not back in time"), NOW, True),
    "booking_case": Event(_("Somebody said something about a damage"), NOW, True),
}
