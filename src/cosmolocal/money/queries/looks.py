"""What one person booked alone and somebody else looks at: what waits, what was said, whose accounts a deed touched."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.money import policy
from cosmolocal.money.models import Account, SecondLook
from cosmolocal.money.rules import MAY_BE_UNDONE
from cosmolocal.money.words import DEEDS, reason_label

WAITS_LONG = timedelta(days=7)
OPEN = (SecondLook.State.WAITING, SecondLook.State.QUESTIONED)


@dataclass(frozen=True)
class Look:
    """One row of the list: what was booked, for which day; `is_mine`: this reader may say that it is right."""

    row: SecondLook
    what: str
    on: date
    is_mine: bool
    may_be_undone: bool

    @property
    def is_open(self) -> bool:
        """Still waits for a word."""
        return self.row.state in OPEN


@dataclass(frozen=True)
class Counts:
    """How many wait, how many of them for this reader, how many for more than a week."""

    all: int
    mine: int
    late: int


def second_looks(*, is_open: bool) -> QuerySet[SecondLook]:
    """What waits, the oldest first; or what is decided, the newest first (two statements with their events)."""
    found = SecondLook.objects.select_related(
        "holder", "deed__by", "deed__money_note", "decided_by__by", "asked_by__by", "asked_by__money_note"
    ).prefetch_related("deed__events")
    chosen = found.filter(state__in=OPEN) if is_open else found.exclude(state__in=OPEN)
    return chosen.order_by("deed_id" if is_open else "-deed_id")


def as_looks(rows: list[SecondLook], reader: Reader) -> list[Look]:
    """Rows with what a page says of each, and whether this reader may decide."""
    own, may = policy.own_holders(reader), policy.may_keep_house(reader)
    looks = []
    for row in rows:
        first = next(iter(row.deed.events.all()), None)
        reason = reason_label(first.reason) if first else ""
        what = str(DEEDS.get(row.deed.code, reason))
        if first is not None and row.deed.code == "money.pay_cost" and first.reason != "cost":
            what = f"{what}: {reason}"
        on = first.value_on or clock.day_of(first.at) if first else clock.day_of(row.deed.at)
        is_mine = may and row.deed.by_id != (reader.person.pk if reader.person else 0) and row.holder_id not in own
        looks.append(Look(row, what, on, is_mine and row.state in OPEN, row.deed.code in MAY_BE_UNDONE))
    return looks


def count_looks(reader: Reader) -> Counts:
    """The figures of the desk and of the steward's page (one statement, and whose accounts are her own)."""
    person = reader.person.pk if reader.person else 0
    others = ~Q(deed__by=person) & (Q(holder=None) | ~Q(holder__in=policy.own_holders(reader)))
    late = Q(deed__at__lt=clock.now() - WAITS_LONG)
    found = SecondLook.objects.filter(state__in=OPEN).aggregate(
        all=Count("pk"), mine=Count("pk", filter=others), late=Count("pk", filter=late)
    )
    return Counts(found["all"], found["mine"] if policy.may_keep_house(reader) else 0, found["late"])


def touched_by(deed: Operation) -> list[tuple[Agent, int]]:
    """Whose accounts a deed touched and by how much; the local's own funds are nobody's."""
    moved = Account.objects.filter(holder__is_home=False).filter(
        Q(resource__events__operation=deed) | Q(resource__events_to__operation=deed)
    )
    found = []
    for account in moved.select_related("holder").distinct().order_by("pk"):
        events = deed.events.filter(Q(resource=account.resource_id) | Q(to_resource=account.resource_id))
        found.append((account.holder, int(events.aggregate(sum=Sum("quantity"))["sum"] or 0)))
    return found
