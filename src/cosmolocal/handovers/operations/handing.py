"""What is promised changes hands, or did not: what the journal says of a tick at the door."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cosmolocal.agents import queries as people
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as journal
from cosmolocal.flows.operations import Happening

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment


def record(by: Agent, commitment_ids: Iterable[int]) -> None:
    """What is still promised of these changes hands (five statements, however many they are)."""
    home = people.home_local().pk
    left = [one for one in journal.promises(commitment_ids).values() if one.quantity > one.fulfilled]
    flows.record(
        by=by,
        happenings=[
            Happening(
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


def reverse(by: Agent, commitments: Iterable["Commitment"]) -> None:
    """What was written as handed over of these is reversed, each with the event it corrects."""
    for commitment in commitments:
        for event_id in commitment.fulfilled_by.filter(corrected_by=None, corrects=None).values_list("id", flat=True):
            flows.correct(by=by, event_id=event_id, replacement=None)
