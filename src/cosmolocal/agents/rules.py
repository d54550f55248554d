"""Decisions about people that need no database: when a circle has said yes, when somebody may be forgotten."""

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
