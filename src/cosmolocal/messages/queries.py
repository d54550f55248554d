"""What waits, what did not arrive, how the mail server does: at the same cost after years of letters."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from cosmolocal.messages.models import Letter, Outlet

SHOWN, COUNTED = 50, 1000


@dataclass(frozen=True)
class Waiting:
    """Letters that are still to be sent: the first ones, how many (at most `COUNTED`), since when the first waits."""

    first: list[Letter]
    count: int
    since: datetime | None

    @property
    def many(self) -> bool:
        return self.count > COUNTED


def outlet() -> Outlet:
    """How mail leaves this node; an unsaved row where nothing ever went wrong."""
    return Outlet.objects.filter(pk=1).first() or Outlet(pk=1)


def may_go_out(now: datetime) -> bool:
    """Is there a mail server, and is it to be tried now?"""
    if not settings.MAIL_READY:
        return False
    found = outlet()
    return found.held_since is None and (found.next_try_at is None or found.next_try_at <= now)


def is_something_due(now: datetime) -> bool:
    """Does a letter wait whose moment has come?"""
    return Letter.objects.filter(state=Letter.State.WAITING, next_at__lte=now).exists()


def waiting() -> Waiting:
    """What the mail server has not taken yet (two statements)."""
    rows = Letter.objects.filter(state=Letter.State.WAITING)
    first = list(rows.select_related("to").order_by("pk")[:SHOWN])
    count = len(first) if len(first) < SHOWN else rows.order_by()[: COUNTED + 1].count()
    return Waiting(first, count, min((letter.since or letter.written_at for letter in first), default=None))


def stuck() -> list[Letter]:
    """The newest letters that reach nobody by mail (a statement a state)."""
    found: list[Letter] = []
    for state in Letter.STUCK:
        found += _with_reader(Letter.objects.filter(state=state))[:SHOWN]
    return sorted(found, key=lambda letter: -letter.pk)[:SHOWN]


def phone_of(letter: Letter) -> str:
    """Where its reader can be called, for who tells her in person; nothing where nobody knows."""
    contact = getattr(letter.to, "contact", None) if letter.to else None
    return contact.phone if contact and letter.state in Letter.STUCK else ""


def _with_reader(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    return letters.select_related("to__contact").order_by("-pk")
