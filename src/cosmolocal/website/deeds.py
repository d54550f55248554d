"""Who did what, and when: the rows of all operations as people read them, and what one of them wrote in the books."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.operation import declared, in_words
from cosmolocal.look.dates import format_clock, format_day
from cosmolocal.look.numbers import format_money, format_quantity
from cosmolocal.look.words import asked
from cosmolocal.money import queries as money_queries
from cosmolocal.paper.tables import Column, Table

MOST_EXPORTED = 50_000
FEW = 40  # people of one name, each looked up by herself


def parts() -> list[tuple[str, str]]:
    """The part of a code before its dot with its words, of every app that declares deeds."""
    used = {code.partition(".")[0] for code in declared}
    named = ((app.name.rpartition(".")[2], str(app.verbose_name)) for app in apps.get_app_configs())
    return [(name, words) for name, words in named if name in used]


@dataclass(frozen=True)
class Search:
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


def found(search: Search) -> QuerySet[Operation]:
    """The deeds, newest first, with the names of who did them, for whom, and the reason typed (one statement)."""
    return _chosen(search).select_related("by", "on_behalf_of", "money_note").order_by("-at", "-id")


def newest(search: Search, most: int) -> list[Operation]:
    """The first of `found`, at the same price however many there are: the newest of each person and kind first."""
    parts = _parts(search)
    ids: Any = _first_of(parts, most) if parts else []
    if parts is None:  # chosen before anything is joined: most of what is passed over was done by the node itself
        ids = _chosen(search).order_by("-at", "-id").values("pk")[:most]
    rows = Operation.objects.filter(pk__in=ids).select_related("by", "on_behalf_of", "money_note")
    return sorted(rows, key=lambda deed: (deed.at, deed.pk), reverse=True)


def _chosen(search: Search) -> QuerySet[Operation]:
    deeds = Operation.objects.all()
    for word in asked(search.who):
        named = _named(word)
        deeds = deeds.filter(Q(by__in=named) | Q(on_behalf_of__in=named))
    if search.part:
        # From "money." up to "money/", the sign that follows: an index on codes can answer that.
        deeds = deeds.filter(code__gte=f"{search.part}.", code__lt=f"{search.part}/")
    return _in_time(deeds, search)


def _in_time(deeds: QuerySet[Operation], search: Search) -> QuerySet[Operation]:
    if not search.by_itself:
        nobody = Agent.objects.filter(Q(kind=Agent.Kind.SYSTEM) | Q(is_home=True))
        deeds = deeds.exclude(by__in=list(nobody.values_list("pk", flat=True)))
    if search.since:
        deeds = deeds.filter(at__gte=money_queries.moment_of(search.since))
    if search.until:
        deeds = deeds.filter(at__lt=money_queries.moment_of(search.until + timedelta(days=1)))
    last = Operation.objects.filter(pk=search.before).first() if search.before else None
    earlier = deeds.filter(at__lte=last.at) if last else deeds  # what an index can follow
    return earlier.filter(Q(at__lt=last.at) | Q(id__lt=last.pk)) if last else deeds


def _named(word: str) -> QuerySet[Agent]:
    return Agent.objects.filter(name__icontains=word)


def _parts(search: Search) -> list[QuerySet[Operation]] | None:
    """Queries of which each follows an index of its own, together all of `found`; None: too many people, or no wish.

    A word that so many people are called is found among the newest deeds soon enough.
    """
    deeds = _chosen(search)
    words = asked(search.who)
    if words:
        people = list(_named(words[0]).values_list("pk", flat=True)[: FEW + 1])
        if len(people) > FEW:
            return None
        return [deeds.filter(by=pk) for pk in people] + [deeds.filter(on_behalf_of=pk) for pk in people]
    if search.part:
        return [deeds.filter(code=code) for code in declared if code.startswith(f"{search.part}.")]
    return None


def _first_of(parts: Sequence[QuerySet[Operation]], most: int) -> list[int]:
    """Ids of the newest of all parts together (one statement)."""
    told: list[str] = []
    values: list[Any] = []
    for number, part in enumerate(parts):
        sql, params = part.order_by("-at", "-id").values_list("at", "id")[:most].query.sql_with_params()
        told.append(f"SELECT * FROM ({sql}) AS part{number}")  # noqa: S608 - written by the ORM
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION '.join(told)} ORDER BY 1 DESC, 2 DESC LIMIT {most}", values)
        return [row[1] for row in cursor.fetchall()]


def entries(events: Sequence[Any]) -> Iterator[Entry]:
    """What a deed wrote in the books, goods and money alike, out of `flows.queries.events_in` (two statements)."""
    labels = money_queries.labels_of({pk for event in events for pk in (event.resource_id, event.to_resource_id) if pk})
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
            in_words(deed.code),
            reason(deed),
        )
        for deed in deeds[:MOST_EXPORTED]
    ]
    return Table(columns=[Column(title) for title in titles], rows=rows, name=_("Who did what"))


def reason(deed: Operation) -> str:
    """What somebody typed to it, as long as it is kept."""
    note = getattr(deed, "money_note", None)
    return note.words if note else ""
