"""Who did what, and when: the rows of all operations as people read them, and what one of them wrote in the books."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.models import Operation
from cosmolocal.look.dates import format_clock, format_day
from cosmolocal.look.numbers import format_money, format_quantity
from cosmolocal.look.words import asked
from cosmolocal.money import queries as money
from cosmolocal.paper.tables import Column, Table
from cosmolocal.website.words import of_deed

MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Wish:
    """Which deeds: of people with these words in their name (or done for them), of one part, in a time."""

    who: str = ""
    part: str = ""
    since: date | None = None
    until: date | None = None  # included
    by_itself: bool = False  # also what the node did: timers, jobs, imports
    before: int | None = None  # only those that come after this number in the list


@dataclass(frozen=True)
class Entry:
    """One line that a deed wrote in the books. `value_on`: the true date, where its month was closed already."""

    what: str
    given: str
    taken: str
    much: str
    at: datetime
    value_on: date | None
    takes_back: bool


def found(wish: Wish) -> QuerySet[Operation]:
    """The deeds, newest first, with the names of who did them, for whom, and the reason typed (one statement)."""
    deeds = Operation.objects.select_related("by", "on_behalf_of", "money_note").order_by("-at", "-id")
    for word in asked(wish.who):
        deeds = deeds.filter(Q(by__name__icontains=word) | Q(on_behalf_of__name__icontains=word))
    if not wish.by_itself:
        deeds = deeds.exclude(by__kind=Agent.Kind.SYSTEM).exclude(by__is_home=True)
    if wish.part:
        deeds = deeds.filter(code__startswith=f"{wish.part}.")
    if wish.since:
        deeds = deeds.filter(at__gte=money.moment_of(wish.since))
    if wish.until:
        deeds = deeds.filter(at__lt=money.moment_of(wish.until + timedelta(days=1)))
    last = Operation.objects.filter(pk=wish.before).first() if wish.before else None
    return deeds.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk)) if last else deeds


def entries(events: Sequence[Any]) -> Iterator[Entry]:
    """What a deed wrote in the books, goods and money alike, out of `flows.queries.events_in` (two statements)."""
    labels = money.labels_of({pk for event in events for pk in (event.resource_id, event.to_resource_id) if pk})
    for event in events:
        first = labels.get(event.resource_id or 0, event.provider.name if event.provider else "")
        second = labels.get(event.to_resource_id or 0, event.receiver.name if event.receiver else "")
        gains = event.action in ("raise", "produce")
        unit = event.specification.unit
        quantity = abs(event.quantity)
        yield Entry(
            what=_what(event),
            given="" if gains else first,
            taken=first if gains else "" if event.action in ("lower", "consume") else second,
            much=format_money(quantity, unit.code, unit.decimals)
            if unit.dimension == "money"
            else format_quantity(quantity, unit.symbol, unit.decimals),
            at=event.at,
            value_on=event.value_on,
            takes_back=event.corrects_id is not None and event.quantity < 0,
        )


def _what(event: Any) -> str:
    if event.specification.unit.dimension != "money":
        return str(event.specification.name)
    return _("On accounts") if event.specification.medium_of_exchange else _("Money itself")


def table(deeds: QuerySet[Operation]) -> Table:
    """The deeds as a list to take along; at most `MOST_EXPORTED`."""
    titles = [_("Number"), _("Day"), _("Time"), _("Who"), _("For whom"), _("Did what"), _("Why")]
    rows = [
        (
            str(deed.pk),
            format_day(deed.at),
            format_clock(deed.at),
            deed.by.name,
            deed.on_behalf_of.name if deed.on_behalf_of else "",
            of_deed(deed.code),
            reason(deed),
        )
        for deed in deeds[:MOST_EXPORTED]
    ]
    return Table(columns=[Column(title) for title in titles], rows=rows, name=_("Who did what"))


def reason(deed: Operation) -> str:
    """What somebody typed to it, as long as it is kept."""
    note = getattr(deed, "money_note", None)
    return note.words if note else ""
