"""Decisions about people that need no database: when a circle has said yes, when somebody may be forgotten."""

from collections.abc import Collection
from datetime import date

KEEP_YEARS = 10
FINAL_YEARS_START = (1, 1)


def approval_state(*, yes: int, no: int, eligible: int, needed: int) -> str:
    """`granted` once `needed` say yes, `refused` once a no has made that impossible, else `open`."""
    if yes >= needed:
        return "granted"
    if no and eligible - no < needed:
        return "refused"
    return "open"


def anonymise_on(left: date, *, keeps_books: bool) -> date:
    """When names may go: books are kept `KEEP_YEARS` full years after the year of leaving, else 30 days."""
    if keeps_books:
        return date(left.year + KEEP_YEARS + 1, *FINAL_YEARS_START)
    return date.fromordinal(left.toordinal() + 30)


def moved(day: date, holidays: Collection[date], rule: str) -> date | None:
    """`day`, or where it is a holiday the last free day `before` it, the first one `after` it, or None for `drop`."""
    if day not in holidays:
        return day
    if rule == "drop":
        return None
    step = -1 if rule == "before" else 1
    while day in holidays:
        day = date.fromordinal(day.toordinal() + step)
    return day
