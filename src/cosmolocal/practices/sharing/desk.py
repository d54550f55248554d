"""What waits on the desk of who looks after shared things."""

from datetime import datetime
from typing import Any

from django.utils.translation import ngettext

from cosmolocal.bookings import queries, rules
from cosmolocal.bookings.models import Thing


def context(now: datetime) -> dict[str, Any]:
    """Everything the desk shows: what is late, who asks to be shown something, repairs, damages, what is missing."""
    return {
        "late": list(queries.late(now, "sharing")),
        "never_back": now - rules.NEVER_BACK_AFTER,
        "asked": list(queries.asked("sharing")),
        "repairs": list(queries.repairs("sharing")),
        "cases": list(queries.cases("sharing")),
        "missing": list(queries.things("sharing").filter(state=Thing.State.MISSING)),
        "things": list(queries.things("sharing")),
    }


def unfinished() -> list[str]:
    """What has to end before shared things can be switched off."""
    count = queries.coming("sharing").count()
    sentence = ngettext(
        "%(count)d booking is not over: wait until it is given back, or cancel it.",
        "%(count)d bookings are not over: wait until they are given back, or cancel them.",
        count,
    )
    return [sentence % {"count": count}] if count else []


def waiting(now: datetime) -> tuple[int, int]:
    """How many things are late, and how many others wait for somebody (four statements)."""
    others = (queries.asked("sharing"), queries.cases("sharing"), queries.repairs("sharing"))
    return queries.late(now, "sharing").count(), sum(found.count() for found in others)
