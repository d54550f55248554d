"""What happened on an account or in a box between two days, with the balance before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet, Sum

from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.sets import among
from cosmolocal.money.models import Account, MoneyBox, Note
from cosmolocal.money.queries.months import held_before
from cosmolocal.money.rules import MAY_BE_UNDONE
from cosmolocal.money.words import FUND_LABELS, reason_label


@dataclass(frozen=True)
class Line:
    """One movement: minor units, above 0 when the balance rose. `with_whom`: the other account, or who paid."""

    at: datetime
    on: date
    amount: int
    balance: int
    text: str
    with_whom: str = ""
    words: str = ""
    value_on: date | None = None
    operation_id: int = 0
    may_be_undone: bool = False


@dataclass(frozen=True)
class Statement:
    """All movements from `since` to `until`, both days included; `closing` = `opening` + the lines."""

    since: date
    until: date
    opening: int
    lines: Sequence[Line]
    closing: int

    @property
    def came(self) -> int:
        """The sum of what raised the balance."""
        return sum(line.amount for line in self.lines if line.amount > 0)

    @property
    def went(self) -> int:
        """The sum of what lowered it, as an amount above 0."""
        return -sum(line.amount for line in self.lines if line.amount < 0)


LINES_A_PAGE = 100


@dataclass(frozen=True)
class StatementPage(Statement):
    """Some of the lines; opening, closing and what came and went are those of the whole time. `sums`: minor units."""

    page: Page[int]
    sums: Mapping[str, int]

    @property
    def came(self) -> int:
        """The sum of what raised the balance, on all pages."""
        return self.sums["came"]

    @property
    def went(self) -> int:
        """The sum of what lowered it, on all pages, as an amount above 0."""
        return -self.sums["went"]


LATELY = 20  # entries


def moment_after(day: date) -> datetime:
    """The first moment of the day after, on the local's wall clock."""
    return clock.from_wall(datetime.combine(day + timedelta(days=1), time.min))


def moment_of(day: date) -> datetime:
    """The first moment of a day on the local's wall clock."""
    return moment_after(day - timedelta(days=1))


def statement(account: Account, since: date, until: date) -> Statement:
    """The statement of one account (five statements of SQL, whatever its length)."""
    return _statement(account, since, until)


def box_statement(box: MoneyBox, since: date, until: date) -> Statement:
    """What went in and out of a bank account or cash box."""
    return _statement(box, since, until)


def balance_at(thing: Account | MoneyBox, before: datetime) -> int:
    """What an account or a box held just before a moment."""
    return held_before([thing.resource_id], before)[thing.resource_id]


def usual_amount(thing: Account | MoneyBox) -> int | None:
    """The most that one of the last entries moved, in minor units; None before the first (one statement)."""
    return max(filter(None, flows_queries.latest_quantities(thing.resource_id, LATELY)), default=None)


def day_of_deed(deed: Operation) -> date:
    """The true day of what a deed booked, the first of several; today where it booked nothing."""
    days = [on or clock.day_of(at) for at, on in deed.events.values_list("at", "value_on")]
    return min(days, default=clock.today())


def held_on(thing: Account | MoneyBox, day: date) -> int:
    """What an account or a box truly held at the end of a day: with late facts of closed months on their own days.

    From the nearest moment at which it is known; a late fact stands after its own day (three or four statements).
    """
    pk, after = thing.resource_id, moment_after(day)
    return balance_at(thing, after) + flows_queries.moved_late([pk], after, day)[pk]


def lowered_since(account: Account, since: datetime) -> int:
    """How much was taken from an account by facts (not moved to another) since a moment: one statement."""
    found = account.resource.events.filter(action="lower", at__gte=since)
    return int(found.aggregate(sum=Sum("quantity"))["sum"] or 0)


def _statement(thing: Account | MoneyBox, since: date, until: date) -> Statement:
    begin, end = moment_of(since), moment_after(until)
    opening = balance_at(thing, begin)
    lines = _lines(thing, _told(_events(thing, begin, end)), opening)
    return Statement(since, until, opening, lines, lines[-1].balance if lines else opening)


def statement_page(thing: Account | MoneyBox, since: date, until: date, number: str = "") -> StatementPage:
    """One page of a statement, the last where no number is given; its sums are of the whole time (ten statements,
    of which three name the lines that are shown).
    """
    begin, end = moment_of(since), moment_after(until)
    opening, moves = balance_at(thing, begin), flows_queries.moves_of(thing.resource_id, begin, end)
    closing = opening + moves.gained + moves.lost
    paginator = Paginator(range(moves.count), LINES_A_PAGE)
    page = paginator.get_page(number or paginator.num_pages)
    first = (page.number - 1) * LINES_A_PAGE
    shown = flows_queries.ids_between(thing.resource_id, begin, end, slice(first, first + LINES_A_PAGE))
    before = closing - flows_queries.moved_from(thing.resource_id, shown[0], end) if first else opening
    lines = _lines(thing, _told(_named(shown)), before)
    sums = {"came": moves.gained, "went": moves.lost}
    return StatementPage(since, until, opening, lines, closing, page, sums)


def count_lines(thing: Account | MoneyBox, since: date, until: date) -> int:
    """How many lines a statement has (two statements)."""
    return flows_queries.moves_of(thing.resource_id, moment_of(since), moment_after(until)).count


def newest_lines(thing: Account | MoneyBox, since: date, until: date, most: int) -> list[Line]:
    """The last lines of a time, the newest first (six statements)."""
    begin, end = moment_of(since), moment_after(until)
    shown = flows_queries.ids_between(thing.resource_id, begin, end, slice(0, most, -1))
    if not shown:
        return []
    before = balance_at(thing, end) - flows_queries.moved_from(thing.resource_id, shown[-1], end)
    return _lines(thing, _told(_named(shown)), before)[::-1]


def _named(shown: Sequence[tuple[datetime, int]]) -> QuerySet[Any]:
    """The events of these moments and ids, in the order in which they were booked."""
    return flows_queries.events_by([pk for _at, pk in shown])


def _lines(thing: Account | MoneyBox, events: Sequence[dict[str, Any]], running: int) -> list[Line]:
    notes = dict(
        Note.objects.filter(operation__in=among({event["operation_id"] for event in events})).values_list(
            "operation_id", "words"
        )
    )
    zone = node.zone()
    lines = []
    for event in events:
        gains = event["to_resource_id"] == thing.resource_id or event["action"] == "raise"
        amount = event["quantity"] if gains else -event["quantity"]
        running += amount
        lines.append(
            Line(
                at=event["at"],
                on=event["at"].astimezone(zone).date(),
                amount=amount,
                balance=running,
                text=reason_label(event["reason"]),
                with_whom=_other(event, gains),
                words=notes.get(event["operation_id"], ""),
                value_on=event["value_on"],
                operation_id=event["operation_id"],
                may_be_undone=event["operation__code"] in MAY_BE_UNDONE
                and not (event["corrects_id"] or event["is_corrected"]),
            )
        )
    return lines


def _events(thing: Account | MoneyBox, begin: datetime, end: datetime) -> QuerySet[Any]:
    """The movements in the order in which they were booked."""
    return flows_queries.events_of([thing.resource_id], begin, end).order_by("at", "id")


def _told(found: QuerySet[Any]) -> list[dict[str, Any]]:
    """With the names of the other side, and whether one was taken back."""
    side = ("account__code", "account__name", "account__holder__name", "money_box__name")
    later = found.model._default_manager.filter(corrects=OuterRef("pk"))
    return list(
        found.annotate(is_corrected=Exists(later)).values(
            "is_corrected",
            "corrects_id",
            "operation__code",
            "at",
            "value_on",
            "action",
            "quantity",
            "reason",
            "operation_id",
            "resource_id",
            "to_resource_id",
            "provider__name",
            "receiver__name",
            *(f"resource__{name}" for name in side),
            *(f"to_resource__{name}" for name in side),
        )
    )


def _other(event: dict[str, Any], gains: bool) -> str:
    """Who stands on the other side: a fund, a round, a box, somebody outside our books; nobody where money came in."""
    if event["action"] in ("raise", "lower"):
        return ""
    prefix, party = ("resource", "provider") if gains else ("to_resource", "receiver")
    if event[f"{prefix}_id"] is None:
        return event[f"{party}__name"] or ""
    code = event[f"{prefix}__account__code"]
    if code in FUND_LABELS:
        return str(FUND_LABELS[code])
    names = (f"{prefix}__account__name", f"{prefix}__money_box__name", f"{prefix}__account__holder__name")
    return next((event[name] for name in names if event[name]), "")


def history(account: Account, points: int = 30) -> list[tuple[date, int]]:
    """The balance at the end of the last `points` days, oldest first: backwards from what it holds (one statement).

    The account comes as `labelled()` loads it.
    """
    zone, today = node.zone(), clock.today()
    since = today - timedelta(days=points - 1)
    moved: dict[date, int] = {}
    moves = flows_queries.events_of([account.resource_id], moment_of(since))
    for at, action, quantity, target in moves.values_list("at", "action", "quantity", "to_resource_id"):
        gains = target == account.resource_id or action == "raise"
        day = min(at.astimezone(zone).date(), today)
        moved[day] = moved.get(day, 0) + (quantity if gains else -quantity)
    balance, days = account.resource.accounting_quantity, []
    for number in range(points):
        day = today - timedelta(days=number)
        days.append((day, balance))
        balance -= moved.get(day, 0)
    return days[::-1]
