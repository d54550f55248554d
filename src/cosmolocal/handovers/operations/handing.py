"""What is promised changes hands, or did not: what the journal says of a tick at the door."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import EventDraft

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment


def record(by: Agent, commitment_ids: Iterable[int]) -> None:
    """What is still promised of these changes hands (five statements, however many they are)."""
    home = agents_queries.home_local().pk
    left = [one for one in flows_queries.promises(commitment_ids).values() if one.quantity > one.fulfilled]
    flows.record(
        by=by,
        drafts=[
            EventDraft(
                action="transfer",
                quantity=one.quantity - one.fulfilled,
                specification_id=one.specification_id,
                provider_id=home,
                receiver_id=one.receiver_id,
                resource_id=one.resource_id,
                agreement_id=one.agreement_id,
                fulfils_id=one.id,
            )
            for one in left
        ],
    )
    flows.finish(by=by, commitments=[one.id for one in left])


def went_to(by: Agent, commitment_ids: Iterable[int], receiver_id: int) -> None:
    """What was ticked as handed over of these went to somebody else: each event is taken back and written with the
    right name, at the same moment. The promises stay those of who was promised.
    """
    for event in flows_queries.events_by(flows_queries.fulfilling(commitment_ids)):
        right = replace(flows_queries.draft_of(event), receiver_id=receiver_id, fulfils_id=None)
        flows.correct(by=by, event_id=event.pk, replacement=right, at=event.at, value_on=event.value_on)


def reverse(by: Agent, commitments: Iterable["Commitment"]) -> dict[int, int]:
    """What was written as handed over of these is reversed, each with the event it corrects. Returns commitment
    id -> id of who had it, where that was somebody else than was promised.
    """
    promised = {commitment.pk: commitment.receiver_id for commitment in commitments}
    standing, others = flows_queries.fulfilling(promised), dict[int, int]()
    for event in flows_queries.events_by(standing):
        flows.correct(by=by, event_id=event.pk, replacement=None)
        if event.receiver_id is not None and event.receiver_id != promised[standing[event.pk]]:
            others[standing[event.pk]] = event.receiver_id
    return others
