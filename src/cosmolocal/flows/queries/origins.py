"""Where a thing came from and what became of it: along events from lot to lot, and through processes.

One event leads to another where it brings something into a lot that the other takes from, or goes into a process that
the other comes out of. `trace` follows these leads back and `track` onward: what one finds, the other finds reversed.
"""
# ruff: noqa: S608 - statements are put together from constants of this file only

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

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
    """What a resource or an event came from, the nearest first: two statements."""
    return _steps(_walk(_BACK, [resource_id] if resource_id else [], event_id, depth), depth)


def trace_all(resource_ids: Iterable[int], depth: int = DEPTH) -> Way:
    """What several resources came from, in one way: two statements."""
    return _steps(_walk(_BACK, resource_ids, None, depth), depth)


def track(*, resource_id: int | None = None, event_id: int | None = None, depth: int = DEPTH) -> Way:
    """What became of a resource, or of what an event brought, the nearest first: two statements."""
    return _steps(_walk(_ONWARD, [resource_id] if resource_id else [], event_id, depth), depth)


def leads(resource_id: int, depth: int = DEPTH) -> Way:
    """Of `track` only what goes on inside our books: into other lots and into processes. However many took from a lot,
    this stays short: two statements.
    """
    return _steps(_walk(_INSIDE, [resource_id], None, depth), depth)


def steps_of(events: Iterable[int]) -> Way:
    """These events as steps, in the order they were written (one statement)."""
    return _steps(dict.fromkeys(events, 0), 1)


def _walk(direction: str, resource_ids: Iterable[int], event_id: int | None, depth: int) -> dict[int, int]:
    """Events along the way: id -> depth. Asked of an event, the event itself is the first."""
    where = {"resources": json.dumps(list(resource_ids)), "event": event_id, "depth": depth}
    with connection.cursor() as cursor:
        cursor.execute(direction % {"among": _AMONG[connection.vendor]}, where)
        found: dict[int, int] = {}
        for id, away in cursor.fetchall():
            found[id] = min(away, found.get(id, away))
    return found


def _steps(depths: dict[int, int], depth: int) -> Way:
    events = EconomicEvent.objects.filter(pk__in=among(depths)).select_related(
        *("specification__unit", "provider__place", "receiver__place", "to_location", "resource", "to_resource"),
        *("input_of__place", "output_of__place", "operation"),
    )
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
        by_id=event.operation.by_id,
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


# An arrival that was written down late is the origin also of what had left before: it was typed anew (`corrects`), or
# the lot had given out more than was written down as having come.
_LATE = (
    "CASE WHEN e.corrects_id IS NOT NULL THEN 1 WHEN (SELECT COALESCE(SUM("
    f"CASE WHEN p.resource_id = ({_INTO}) THEN {_onhand(0)} ELSE 0 END "
    f"+ CASE WHEN p.to_resource_id = ({_INTO}) THEN {_onhand(1)} ELSE 0 END), 0) FROM flows_economicevent p "
    f"WHERE p.id < e.id AND (p.resource_id = ({_INTO}) OR p.to_resource_id = ({_INTO}))) < 0 THEN 1 ELSE 0 END"
)
_AMONG = {
    "sqlite": "SELECT value AS id FROM json_each(%(resources)s)",
    "postgresql": "SELECT value::bigint AS id FROM jsonb_array_elements_text(%(resources)s::jsonb)",
}


def _direction(start: str, columns: str, reaches: str, process: str, only: str = "1 = 1") -> str:
    """One recursive statement: events that reach a resource or process, then those that reach what they lead to.

    `columns`: the resource and process that an event leads to, and whether it was written late. CROSS JOIN keeps SQLite
    from reading all events first.
    """
    return f"""
WITH RECURSIVE way(event_id, resource_id, process_id, late, depth) AS (
    SELECT e.id, {columns}, 0 FROM (%(among)s) AS asked CROSS JOIN flows_economicevent e
    WHERE ({start}) AND {_STANDS} AND {only}
    UNION
    SELECT e.id, {columns}, 0 FROM flows_economicevent e WHERE e.id = %%(event)s
    UNION
    SELECT e.id, {columns}, w.depth + 1 FROM way w CROSS JOIN flows_economicevent e
    WHERE ({reaches} OR e.{process} = w.process_id) AND w.depth < %%(depth)s
        AND (w.resource_id IS NOT NULL OR w.process_id IS NOT NULL) AND {_STANDS} AND {only}
)
SELECT event_id, depth FROM way LIMIT {LIMIT}
"""


_BACK = _direction(
    _arrives("asked.id"),
    f"{_FROM}, e.output_of_id, 0",
    _arrives("w.resource_id", f"(e.id < w.event_id OR {_LATE} = 1)"),
    "input_of_id",
)
_LEADS_ON = f"{_INTO}, e.input_of_id, CASE WHEN ({_INTO}) IS NULL THEN 0 ELSE {_LATE} END"
_GOES_ON = _leaves("w.resource_id", "(e.id > w.event_id OR w.late = 1)")
_ONWARD = _direction(_leaves("asked.id"), _LEADS_ON, _GOES_ON, "output_of_id")
_INSIDE = _direction(
    _leaves("asked.id"),
    _LEADS_ON,
    _GOES_ON,
    "output_of_id",
    only=f"({_INTO} IS NOT NULL OR e.input_of_id IS NOT NULL)",
)
