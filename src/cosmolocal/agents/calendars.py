"""Holidays out of an iCalendar file, as states, schools and churches publish them; read in a process of its own."""

import json
import logging
from datetime import date, timedelta

from django.utils.translation import gettext as _

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import apart

log = logging.getLogger("cosmolocal.agents")
LARGEST_BYTES = 2 * 1024 * 1024
AHEAD = timedelta(days=3 * 366)
SECONDS, MEGABYTES = 5, 400


def read(data: bytes, since: date) -> dict[date, str]:
    """Day -> name of each whole-day entry from `since` on, for three years; entries with a time of day are no holidays.

    Call it before the operation, never inside. Refuses agents.not_a_calendar, agents.calendar_too_large,
    paper.busy.
    """
    if len(data) > LARGEST_BYTES:
        raise _too_large()
    wish = json.dumps({"since": since.isoformat(), "until": (since + AHEAD).isoformat()}).encode()
    try:
        answer = json.loads(
            apart.run(
                "cosmolocal.agents.holiday_child",
                wish + b"\n" + data,
                seconds=SECONDS,
                megabytes=MEGABYTES,
                alone=True,
            )
        )
    except apart.ChildError as error:
        log.info("a calendar was not read: %s", str(error).rsplit("\n", 1)[-1])
        raise _too_large() from error
    if "problem" in answer:
        raise Refusal(
            "agents.not_a_calendar",
            _("This is no calendar that we can read. Choose a file that ends in .ics, as calendar programs save it."),
            "file",
        )
    return {date.fromisoformat(day): name for day, name in answer["days"].items()}


def _too_large() -> Refusal:
    return Refusal(
        "agents.calendar_too_large",
        _("This calendar is too large to read: at most 2 MB. Choose a calendar of holidays only."),
        "file",
    )
