"""What waits on the desk of who looks after shared things."""

from datetime import datetime
from typing import Any

from django.utils.translation import ngettext

from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings import rules as bookings_rules
from cosmolocal.bookings.models import Thing


def context(now: datetime) -> dict[str, Any]:
    """Everything the desk shows: what is late, who asks to be shown something, repairs, damages, what is missing."""
    return {
        "late": list(bookings_queries.late(now, "sharing")),
        "never_back": now - bookings_rules.NEVER_BACK_AFTER,
        "asked": list(bookings_queries.asked("sharing")),
        "repairs": list(bookings_queries.repairs("sharing")),
        "cases": list(bookings_queries.cases("sharing")),
        "missing": list(bookings_queries.things("sharing").filter(state=Thing.State.MISSING)),
        "things": list(bookings_queries.things("sharing")),
    }


def unfinished() -> list[str]:
    """What has to end before shared things can be switched off."""
    count = bookings_queries.coming("sharing").count()
    sentence = ngettext(
        "%(count)d booking is not over: wait until it is given back, or cancel it.",
        "%(count)d bookings are not over: wait until they are given back, or cancel them.",
        count,
    )
    return [sentence % {"count": count}] if count else []


def waiting(now: datetime) -> tuple[int, int]:
    """How many things are late, and how many others wait for somebody (four statements)."""
    others = (bookings_queries.asked("sharing"), bookings_queries.cases("sharing"), bookings_queries.repairs("sharing"))
    return bookings_queries.late(now, "sharing").count(), sum(found.count() for found in others)
