"""Where a thing came from and what became of it: along events from lot to lot, and through processes.

One event leads to another where it brings something into a lot that the other takes from, or goes into a process that
the other comes out of. `trace` follows these leads back and `track` onward: what one finds, the other finds reversed.
"""
# ruff: noqa: S608 - statements are put together from constants of this file only

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import F

from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows.actions import ACTIONS
from cosmolocal.flows.models import EconomicEvent, EconomicResource, Process, ResourceSpecification
from cosmolocal.kernel.sets import among

DEPTH = 12  # how many hands and processes are followed
LIMIT = 5000  # no lot has so long a story; a stock that was mixed for years may


@dataclass(frozen=True)
class Step:
    """One event on the way, `depth` hands away from where the question was asked. Quantities in the smallest unit.

    A side that is None lies outside our books. `by_id`: who wrote it down.
    """

    depth: int
    action: str
    at: datetime
    quantity: int
    specification: ResourceSpecification
    provider: Agent | None
    receiver: Agent | None
    resource: EconomicResource | None
    to_resource: EconomicResource | None
    process: Process | None
    place: Place | None
    event_id: int
    by_id: int
    reason: str = ""

    @property
    def brings_to(self) -> EconomicResource | None:
        """The lot that it brings something into."""
        return self.resource if self.action in _BRINGING else self.to_resource

    @property
    def takes_from(self) -> EconomicResource | None:
        """The lot that it takes something from."""
        return None if self.action in _BRINGING else self.resource


class Way(list[Step]):
    """The steps of a way, the nearest first. `is_cut`: there is more than was followed (DEPTH or LIMIT)."""

    is_cut = False


def trace(*, resource_id: int | None = None, event_id: int | None = None, depth: int = DEPTH) -> Way:
    """What a resource or an event came from, the nearest first: a statement for each hand."""
    return _steps(_walk(_BACK, [resource_id] if resource_id else [], event_id, depth), depth)


def trace_all(resource_ids: Iterable[int], depth: int = DEPTH) -> Way:
    """What several resources came from, in one way: a statement for each hand."""
    return _steps(_walk(_BACK, resource_ids, None, depth), depth)


def track(*, resource_id: int | None = None, event_id: int | None = None, depth: int = DEPTH) -> Way:
    """What became of a resource, or of what an event brought, the nearest first: a statement for each hand."""
    return _steps(_walk(_ONWARD, [resource_id] if resource_id else [], event_id, depth), depth)


def leads(resource_id: int, depth: int = DEPTH) -> Way:
    """Of `track` only what goes on inside our books: into other lots and into processes. However many took from a lot,
    this stays short: a statement for each hand.
    """
    return _steps(_walk(_INSIDE, [resource_id], None, depth), depth)


def steps_of(events: Iterable[int]) -> Way:
    """These events as steps, in the order they were written (one statement)."""
    return _steps(dict.fromkeys(events, 0), 1)


def _walk(direction: "_Direction", resource_ids: Iterable[int], event_id: int | None, depth: int) -> dict[int, int]:
    """Events along the way: id -> depth. Asked of an event, the event itself is the first.

    A statement for each hand or process, and each lot is asked once with its widest bound: an event for each pair of
    arrival and departure would be millions where thousands went into a stock and thousands left it.
    """
    found: dict[int, int] = {}
    asked: dict[int, int] = {}  # lot -> the bound it was asked with
    worked: set[int] = set()
    ends = _Ends(lots=dict.fromkeys(resource_ids, direction.widest))
    for away in range(depth + 1):
        if event_id is not None and away == 0:
            rows = _fetched(direction.itself, {"event": event_id})
        elif not ends.lots and not ends.processes:
            break
        else:
            asked |= ends.lots
            worked |= ends.processes
            rows = _fetched(direction.further, ends.told())
        ends = _Ends()
        for event, lot, process, is_typed_anew in rows:
            if event in found:
                continue
            found[event] = away
            if lot is not None:
                bound = direction.widest if is_typed_anew else event
                ends.lots[lot] = direction.wider(bound, ends.lots.get(lot, bound))
                ends.arrived.append((lot, event))
            if process is not None and process not in worked:
                ends.processes.add(process)
        for lot in [lot for lot, bound in ends.lots.items() if lot in asked and direction.has(asked[lot], bound)]:
            del ends.lots[lot]
        if len(found) >= LIMIT:
            break
    return found


@dataclass
class _Ends:
    """Where the way goes on: lots with a bound (an event's id), the events that led there, and processes."""

    lots: dict[int, int] = field(default_factory=dict)
    arrived: list[tuple[int, int]] = field(default_factory=list)
    processes: set[int] = field(default_factory=set)

    def told(self) -> dict[str, str]:
        """As parameters of a statement."""
        led = [pair for pair in self.arrived if pair[0] in self.lots]
        lots, processes = list(self.lots.items()), [(process, 0) for process in self.processes]
        return {"lots": json.dumps(lots), "arrived": json.dumps(led), "processes": json.dumps(processes)}


_Row = tuple[int, int | None, int | None, bool]  # an event, the lot and process it leads to, was it typed anew


def _fetched(statement: str, parameters: Mapping[str, int | str]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement % _PAIRS[connection.vendor], parameters)
        rows: list[_Row] = cursor.fetchall()
    return rows


def _steps(depths: dict[int, int], depth: int) -> Way:
    events = EconomicEvent.objects.filter(pk__in=among(depths)).select_related(
        *("specification__unit", "provider__place", "receiver__place", "to_location", "resource", "to_resource"),
        *("input_of__place", "output_of__place"),
    )
    # Not the operation itself: its result names all that it wrote, and would be read once for each event of it.
    events = events.annotate(written_by=F("operation__by"))
    found = Way(_step(event, depths[event.pk]) for event in events)
    found.sort(key=lambda step: (step.depth, -step.event_id))
    found.is_cut = len(found) >= LIMIT or any(step.depth >= depth for step in found)
    return found


def _step(event: EconomicEvent, depth: int) -> Step:
    return Step(
        depth=depth,
        action=event.action,
        at=event.at,
        quantity=event.quantity,
        specification=event.specification,
        provider=event.provider,
        receiver=event.receiver,
        resource=event.resource,
        to_resource=event.to_resource,
        process=event.output_of or event.input_of,
        place=event.to_location,
        event_id=event.pk,
        by_id=event.written_by,  # type: ignore[attr-defined]
        reason=event.reason,
    )


# What brings something into the resource that it names; any other action takes from it, and may name a to-resource.
_BRINGING = frozenset(
    name
    for name, action in ACTIONS.items()
    if not action.has_two_sides and 1 in (action.accounting_signs[0], action.onhand_signs[0])
)
_BRINGS = "e.action IN ({})".format(", ".join(f"'{name}'" for name in sorted(_BRINGING)))
_FROM = f"CASE WHEN {_BRINGS} THEN NULL ELSE e.resource_id END"
_INTO = f"CASE WHEN {_BRINGS} THEN e.resource_id ELSE e.to_resource_id END"
# Neither a reversal nor what it took back belongs to anything's way.
_STANDS = (
    "e.quantity >= 0 AND COALESCE(e.effort_quantity, 0) >= 0 "
    "AND NOT EXISTS (SELECT 1 FROM flows_economicevent c WHERE c.corrects_id = e.id)"
)


def _arrives(at: str, and_so: str = "1 = 1") -> str:
    """Written as alternatives that an index each can answer."""
    return (
        f"(e.to_resource_id = {at} AND NOT {_BRINGS} AND {and_so}) OR (e.resource_id = {at} AND {_BRINGS} AND {and_so})"
    )


def _leaves(at: str, and_so: str = "1 = 1") -> str:
    return f"(e.resource_id = {at} AND NOT {_BRINGS} AND {and_so})"


def _onhand(side: int) -> str:
    signs = {name: action.onhand_signs[side] for name, action in ACTIONS.items() if action.onhand_signs[side]}
    cases = " ".join(f"WHEN '{name}' THEN {'' if sign > 0 else '-'}p.quantity" for name, sign in signs.items())
    return f"(CASE p.action {cases} ELSE 0 END)"


_PAIRS = {
    "sqlite": {
        name: "SELECT json_extract(value, '$[0]') AS lot, json_extract(value, '$[1]') AS bound "
        f"FROM json_each(%({name})s)"
        for name in ("lots", "arrived", "processes")
    },
    "postgresql": {
        name: "SELECT (value->>0)::bigint AS lot, (value->>1)::bigint AS bound "
        f"FROM jsonb_array_elements(%({name})s::jsonb)"
        for name in ("lots", "arrived", "processes")
    },
}


@dataclass(frozen=True)
class _Direction:
    """Statements that give (event, lot and process it leads to, whether it was typed anew), and how bounds compare."""

    itself: str
    further: str
    widest: int
    wider: Callable[[int, int], int]

    def has(self, asked: int, bound: int) -> bool:
        """Has what was asked with one bound found all that the other would?"""
        return self.wider(asked, bound) == asked


def _further(columns: str, late: str, reached: Sequence[str], only: str = "1 = 1") -> str:
    """`late`: a condition on a lot `l` with a bound; where it holds, `story` has each event of that lot with the
    quantity that was there before it. CROSS JOIN keeps SQLite from reading all events first.
    """
    ways = "\n    UNION ".join(
        f"SELECT e.id, {columns}, e.corrects_id IS NOT NULL FROM {where} AND {_STANDS} AND {only}" for where in reached
    )
    return f"""
WITH lots AS (%(lots)s), arrived AS (%(arrived)s), processes AS (%(processes)s),
doubtful AS (SELECT l.lot, l.bound FROM lots l WHERE EXISTS (SELECT 1 FROM flows_economicevent e WHERE {late})),
moved AS (
    SELECT d.lot, p.id, {_onhand(0)} AS change
    FROM doubtful d CROSS JOIN flows_economicevent p WHERE p.resource_id = d.lot
    UNION ALL
    SELECT d.lot, p.id, {_onhand(1)} FROM doubtful d CROSS JOIN flows_economicevent p WHERE p.to_resource_id = d.lot
),
story AS (
    SELECT lot, id, SUM(SUM(change)) OVER (
        PARTITION BY lot ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS was
    FROM moved GROUP BY lot, id
)
    {ways}
LIMIT {LIMIT}
"""


def _itself(columns: str) -> str:
    return f"SELECT e.id, {columns}, e.corrects_id IS NOT NULL FROM flows_economicevent e WHERE e.id = %%(event)s"


# An arrival that was written down late is the origin also of what had left before: it was typed anew (`corrects`), or
# the lot had given out more than was written down as having come.
_BACK = _Direction(
    _itself(f"{_FROM}, e.output_of_id"),
    _further(
        f"{_FROM}, e.output_of_id",
        _arrives("l.lot", "e.id > l.bound"),
        [
            f"lots l CROSS JOIN flows_economicevent e WHERE ({_arrives('l.lot', 'e.id < l.bound')})",
            (
                "doubtful l CROSS JOIN story s CROSS JOIN flows_economicevent e WHERE s.lot = l.lot AND e.id = s.id "
                f"AND e.id > l.bound AND ({_arrives('l.lot')}) AND (s.was < 0 OR e.corrects_id IS NOT NULL)"
            ),
            "processes q CROSS JOIN flows_economicevent e WHERE e.input_of_id = q.lot",
        ],
    ),
    widest=2**62,
    wider=max,
)
_LEADS_ON = f"{_INTO}, e.input_of_id"


def _onward(only: str = "1 = 1") -> _Direction:
    late = "SELECT s.lot FROM story s JOIN arrived a ON a.lot = s.lot AND a.bound = s.id WHERE s.was < 0"
    reached = [
        f"lots l CROSS JOIN flows_economicevent e WHERE {_leaves('l.lot', 'e.id > l.bound')}",
        f"(SELECT DISTINCT lot FROM ({late}) AS late) AS l CROSS JOIN flows_economicevent e WHERE {_leaves('l.lot')}",
        "processes q CROSS JOIN flows_economicevent e WHERE e.output_of_id = q.lot",
    ]
    further = _further(_LEADS_ON, _leaves("l.lot", "e.id < l.bound"), reached, only)
    return _Direction(_itself(_LEADS_ON), further, widest=0, wider=min)


_ONWARD = _onward()
_INSIDE = _onward(f"({_INTO} IS NOT NULL OR e.input_of_id IS NOT NULL)")
