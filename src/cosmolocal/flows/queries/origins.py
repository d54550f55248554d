"""Where a thing came from and what became of it: along events from lot to lot, and through processes."""
# ruff: noqa: S608 - statements are put together from constants of this file only

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows.actions import ACTIONS
from cosmolocal.flows.models import Commitment, EconomicEvent, EconomicResource, Process, ResourceSpecification

DEPTH = 12  # how many hands and processes are followed
_LIMIT = 2000  # no lot has so long a story; a stock that was mixed for years may


@dataclass(frozen=True)
class Step:
    """One event on the way, `depth` hands away from where the question was asked. Quantities in the smallest unit.

    `action` is the event's; "promised" where nothing has happened yet. A side that is None lies outside our books.
    """

    depth: int
    action: str
    at: datetime | None
    quantity: int
    specification: ResourceSpecification
    provider: Agent | None
    receiver: Agent | None
    resource: EconomicResource | None
    to_resource: EconomicResource | None
    process: Process | None
    place: Place | None
    event_id: int | None


def trace(*, resource_id: int | None = None, event_id: int | None = None, depth: int = DEPTH) -> list[Step]:
    """What a resource or an event came from, the nearest first: two statements."""
    return _steps(_walk(_BACK, resource_id, event_id, depth))


def track(*, resource_id: int | None = None, event_id: int | None = None, depth: int = DEPTH) -> list[Step]:
    """What became of a resource, or of what an event brought, the nearest first: two statements."""
    return _steps(_walk(_ONWARD, resource_id, event_id, depth))


def provenance(*, commitment_id: int | None = None, resource_id: int | None = None) -> list[Step]:
    """The way of a lot, or of what somebody ordered, back to where it entered our books, the nearest first.

    Of an order that is not packed yet: the one who offers it.
    """
    if commitment_id is None:
        return trace(resource_id=resource_id)
    promise = Commitment.objects.select_related(
        "specification__unit", "provider__place", "receiver", "resource", "satisfies__provider__place"
    ).get(pk=commitment_id)
    if promise.resource_id is not None:
        return trace(resource_id=promise.resource_id)
    offered = promise.satisfies.provider if promise.satisfies is not None else None
    return [
        Step(
            depth=0,
            action="promised",
            at=None,
            quantity=promise.quantity,
            specification=promise.specification,
            provider=offered or promise.provider,
            receiver=promise.receiver,
            resource=None,
            to_resource=None,
            process=None,
            place=None,
            event_id=None,
        )
    ]


def _walk(direction: str, resource_id: int | None, event_id: int | None, depth: int) -> dict[int, int]:
    """Events along the way: id -> depth. Asked of an event, the event itself is the first."""
    where = {"resource": resource_id, "event": event_id, "depth": depth}
    with connection.cursor() as cursor:
        cursor.execute(direction, where)
        found: dict[int, int] = {}
        for id, away in cursor.fetchall():
            found[id] = min(away, found.get(id, away))
    return found


def _steps(depths: dict[int, int]) -> list[Step]:
    events = EconomicEvent.objects.filter(pk__in=depths).select_related(
        *("specification__unit", "provider__place", "receiver__place", "to_location", "input_of", "output_of"),
        *("resource", "to_resource"),
    )
    found = [_step(event, depths[event.pk]) for event in events]
    return sorted(found, key=lambda step: (step.depth, -(step.event_id or 0)))


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
    )


# What brings something into the resource that it names; any other action takes from it, and may name a to-resource.
_BRINGS = ", ".join(
    f"'{name}'"
    for name, action in ACTIONS.items()
    if not action.has_two_sides and 1 in (action.accounting_signs[0], action.onhand_signs[0])
)
_BEFORE = f"CASE WHEN e.action IN ({_BRINGS}) THEN NULL ELSE e.resource_id END, e.output_of_id"
_AFTER = f"CASE WHEN e.action IN ({_BRINGS}) THEN e.resource_id ELSE e.to_resource_id END, e.input_of_id"
_ARRIVES = (
    f"((e.to_resource_id = {{0}} AND e.action NOT IN ({_BRINGS})) "
    f"OR (e.resource_id = {{0}} AND e.action IN ({_BRINGS})))"
)
_LEAVES = f"(e.resource_id = {{0}} AND e.action NOT IN ({_BRINGS}))"
# Neither a reversal nor what it took back belongs to anything's way.
_STANDS = (
    "e.quantity >= 0 AND COALESCE(e.effort_quantity, 0) >= 0 "
    "AND NOT EXISTS (SELECT 1 FROM flows_economicevent c WHERE c.corrects_id = e.id)"
)


def _direction(reaches: str, leads_to: str, process: str, later: str) -> str:
    """One recursive statement: events that reach a resource or process, then those that reach what they lead to."""
    return f"""
WITH RECURSIVE way(event_id, resource_id, process_id, depth) AS (
    SELECT e.id, {leads_to}, 0 FROM flows_economicevent e WHERE {reaches.format("%(resource)s")} AND {_STANDS}
    UNION
    SELECT e.id, {leads_to}, 0 FROM flows_economicevent e WHERE e.id = %(event)s
    UNION
    SELECT e.id, {leads_to}, w.depth + 1 FROM way w JOIN flows_economicevent e
        ON ({reaches.format("w.resource_id")} AND e.id {later} w.event_id) OR e.{process} = w.process_id
    WHERE w.depth < %(depth)s AND {_STANDS}
)
SELECT event_id, depth FROM way LIMIT {_LIMIT}
"""


_BACK = _direction(_ARRIVES, _BEFORE, "input_of_id", "<")
_ONWARD = _direction(_LEAVES, _AFTER, "output_of_id", ">")
