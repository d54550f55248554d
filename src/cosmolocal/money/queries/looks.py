"""What one person booked alone and somebody else looks at: what waits, what was said, whose accounts a deed touched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.text import capfirst

from cosmolocal.agents import eyes, rights
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent, Role, in_force
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.operation import in_words
from cosmolocal.money import policy
from cosmolocal.money.models import Account, Currency, MoneyBox, Review
from cosmolocal.money.queries.accounts import boxes
from cosmolocal.money.rules import MAY_BE_UNDONE
from cosmolocal.money.words import DEEDS, WHYS, reason_label

WAITS_LONG = timedelta(days=7)
FIRST = 200  # that wait, the oldest: some pages of the list
OPEN = (Review.State.WAITING, Review.State.QUESTIONED)


@dataclass(frozen=True)
class Look:
    """One row of the list: what was booked, for which day."""

    row: Review
    what: str
    on: date
    may_be_undone: bool

    @property
    def told(self) -> list[str]:
        """What was done for this holder, in words; and what was typed to the deed, which is not what was done for
        another of its holders. Needs `reviews`.
        """
        typed = getattr(self.row.deed, "money_note", None)
        others = {row.said for row in self.row.deed.reviews.all()}
        words = [self.row.said, typed.words if typed and typed.words not in others else ""]
        return [one for one in words if one]

    @property
    def is_open(self) -> bool:
        """Still waits for a word."""
        return self.row.state in OPEN


@dataclass(frozen=True)
class Counts:
    """How many wait, whether one of the first is for this reader, how many wait for more than a week."""

    all: int
    mine: bool
    late: int


def every_look() -> QuerySet[Review]:
    """What waits and what is decided (three statements with their events)."""
    return Review.objects.select_related(
        "holder", "box", "deed__by", "deed__money_note", "decided_by__by", "asked_by__by", "asked_by__money_note"
    ).prefetch_related("deed__events", "deed__reviews")


def reviews(*, is_open: bool) -> QuerySet[Review]:
    """What waits, the oldest first; or what is decided, the newest first."""
    found = every_look()
    chosen = found.filter(state__in=OPEN) if is_open else found.exclude(state__in=OPEN)
    return chosen.order_by("deed_id" if is_open else "-deed_id")


def looked_at_by(reader: Reader) -> Callable[[Review], bool]:
    """Which entries this reader may say to be right (two statements, however many are asked about)."""
    own, may, hers = policy.own_ids(reader.agent), policy.may_keep_house(reader), _eyes(reader)
    return lambda row: may and row.state in OPEN and row.deed.by_id not in hers and row.holder_id not in own


def as_looks(rows: list[Review]) -> list[Look]:
    """Rows with what a page says of each."""
    looks = []
    for row in rows:
        first = next(iter(row.deed.events.all()), None)
        reason = reason_label(first.reason) if first else ""
        what = str(DEEDS.get(row.deed.code) or WHYS.get(row.why) or capfirst(in_words(row.deed.code)))
        if first is not None and row.deed.code == "money.pay_cost" and first.reason != "cost":
            what = f"{what}: {reason}"
        on = first.value_on or clock.day_of(first.at) if first else clock.day_of(row.deed.at)
        looks.append(Look(row, what, on, row.deed.code in MAY_BE_UNDONE))
    return looks


def count_looks(reader: Reader) -> Counts:
    """The figures of the desk and of the steward's page (three statements, and whose accounts are her own).

    Deeds are numbered as they are written, so what is older than a week is found by its number: thousands that wait
    are counted without a look at their deeds.
    """
    old = Operation.objects.filter(at__lt=clock.now() - WAITS_LONG).order_by("-at", "-pk")
    last = old.values_list("pk", flat=True).first() or 0
    waiting = Review.objects.filter(state__in=OPEN)
    found = waiting.aggregate(all=Count("deed_id"), late=Count("deed_id", filter=Q(deed_id__lte=last)))
    return Counts(found["all"], bool(found["all"]) and _has_for(reader), found["late"])


def _has_for(reader: Reader) -> bool:
    """Whether one of those that wait longest may be looked at by this reader."""
    if not policy.may_keep_house(reader):
        return False
    hers, own = _eyes(reader), policy.own_ids(reader.agent)
    first = Review.objects.filter(state__in=OPEN).order_by("deed_id").values_list("deed__by", "holder")
    return any(by not in hers and holder not in own for by, holder in first[:FIRST])


def _eyes(reader: Reader) -> set[int]:
    """Ids of those who are one pair of eyes with her."""
    return set(eyes.same([reader.agent.pk]).values_list("pk", flat=True)) if reader.agent else set()


def where_to_pay(currency: Currency) -> list[MoneyBox]:
    """Bank accounts whose number members read: what changed it was looked at, or nobody else could look."""
    banks = boxes(currency).filter(kind=MoneyBox.Kind.BANK).exclude(number="")
    found = banks.annotate(waits=_NUMBER_WAITS).select_related(*_WITH_DEED)
    return [box for box in found if not (box.waits and _lookers(box))]


@dataclass(frozen=True)
class WaitingNumber:
    """An account number that members do not see yet, and who may look at it now; `is_mine`: this reader may."""

    box: MoneyBox
    lookers: Sequence[Agent]
    is_mine: bool


def waiting_numbers(reader: Reader, found: QuerySet[MoneyBox]) -> list[WaitingNumber]:
    """Of these boxes, those whose number waits for somebody else's look (one statement where none does)."""
    waits = []
    for box in found.filter(_NUMBER_WAITS).exclude(number="").select_related(*_WITH_DEED):
        if lookers := _lookers(box):
            asked = (agents_policy.TREASURER, agents_policy.STEWARD)
            settled = [one for one in lookers if rights.decides_from(one, roles=asked) is None]
            waits.append(WaitingNumber(box, settled or lookers, reader.agent in lookers))
    return waits


_WITH_DEED = ("resource", "currency", "place", "number_deed")
# The number of this box waits: its own row, or one from before rows named their box.
_NUMBER_WAITS = Exists(
    Review.objects.filter(
        Q(box=None) | Q(box=OuterRef("pk")), deed=OuterRef("number_deed"), why=Review.Why.NUMBER, state__in=OPEN
    )
)


def _lookers(box: MoneyBox) -> list[Agent]:
    """Who may look at the box's number, which waits for that: everybody with the task but the household of who wrote
    it.
    """
    deed = box.number_deed
    assert deed is not None, "its number waits, so a deed wrote it"
    keepers = Role.objects.filter(in_force(clock.today()), name__in=(agents_policy.TREASURER, agents_policy.STEWARD))
    others = keepers.exclude(agent__in=eyes.same([deed.by_id], deed.at)).values("agent")
    return list(Agent.objects.present().filter(pk__in=others).order_by("name", "id"))


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
