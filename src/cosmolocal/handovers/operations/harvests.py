"""What a producer grew or made, as far as we know: written beside its arrival, so that the way begins on the field."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import EventDraft, LotDraft, ProcessDraft


@dataclass(frozen=True)
class Harvest:
    """What of one kind of goods came (base units), under which code, and from which day it is where that is known."""

    specification_id: int
    quantity: int
    lot: str = ""
    day: date | None = None


def grow(by: Agent, producer: Agent, harvests: Sequence[Harvest]) -> list[EventDraft]:
    """The lot that each harvest was in the producer's hands, opened empty, and the draft that fills it: one process
    for each field, day and certificate. The caller records them, before the arrivals that take from these lots.
    """
    if not harvests:
        return []
    grown = catalog_queries.origins({one.specification_id for one in harvests})
    drafts = [
        ProcessDraft("grow", origin.place_id or producer.place_id, one.day, origin.certificate)
        for one in harvests
        for origin in (grown[one.specification_id],)
    ]
    distinct = list(dict.fromkeys(drafts))
    processes = dict(zip(distinct, flows.begin_processes(by=by, drafts=distinct), strict=True))
    lots = flows.open_lots(
        by=by,
        drafts=[
            LotDraft(one.specification_id, producer.pk, draft.place_id, one.lot)
            for one, draft in zip(harvests, drafts, strict=True)
        ],
    )
    return [
        EventDraft(
            action="produce",
            quantity=one.quantity,
            specification_id=one.specification_id,
            provider_id=producer.pk,
            receiver_id=producer.pk,
            resource_id=lot.pk,
            to_location_id=draft.place_id,
            output_of_id=processes[draft].pk,
        )
        for one, lot, draft in zip(harvests, lots, drafts, strict=True)
    ]


def regrow(by: Agent, lot_id: int | None, quantity: int) -> None:
    """A harvest was typed wrong: it was `quantity` base units, 0 for nothing. `lot_id`: as the producer had it."""
    standing = (
        flows_queries.events_of([lot_id]).filter(action="produce", quantity__gt=0, corrected_by=None) if lot_id else ()
    )
    for event in standing:
        right = flows_queries.draft_of(event)
        right.quantity, right.at = quantity, None
        flows.correct(by=by, event_id=event.pk, replacement=right if quantity else None)
