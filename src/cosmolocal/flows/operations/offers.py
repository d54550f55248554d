"""What somebody would give or take: proposals, and how much of each intent there is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.flows.models import EconomicResource, Intent, Proposal, ResourceSpecification, row_id
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.sets import among


@dataclass(frozen=True)
class IntentDraft:
    """One thing offered or asked for. `available` in the smallest unit; None: unlimited, still counted.

    `resource`: the stock that it is taken from; promises then lie on that stock.
    """

    action: str
    specification: ResourceSpecification | int
    provider: Agent | int | None
    receiver: Agent | int | None
    available: int | None
    resource: EconomicResource | int | None = None
    is_reciprocal: bool = False


@operation("flows.propose", said=gettext_lazy("made an offer"))
def propose(
    *,
    by: Agent,
    proposer: Agent,
    purpose: str,
    name: str,
    begins: datetime | None,
    ends: datetime | None,
    intents: Sequence[IntentDraft] = (),
    key: str = "",
) -> Proposal:
    """Publishes an offer or a request (`purpose`) with its intents, in the order given."""
    proposal = Proposal.objects.create(by=proposer, purpose=purpose, name=name, begins=begins, ends=ends)
    add_intents(by=by, proposal=proposal, drafts=intents)
    return proposal


@operation("flows.add_intents", said=gettext_lazy("added to an offer"))
def add_intents(*, by: Agent, proposal: Proposal | int, drafts: Sequence[IntentDraft], key: str = "") -> list[Intent]:
    """Adds intents to a proposal; returns them in the order of the drafts."""
    return Intent.objects.bulk_create(
        Intent(
            proposal_id=row_id(proposal),
            action=draft.action,
            specification_id=row_id(draft.specification),
            provider_id=row_id(draft.provider),
            receiver_id=row_id(draft.receiver),
            available_quantity=draft.available,
            resource_id=row_id(draft.resource),
            is_reciprocal=draft.is_reciprocal,
        )
        for draft in drafts
    )


@operation("flows.announce_available", said=gettext_lazy("said how much there is"), fact=True)
def announce_available(*, by: Agent, intent: Intent | int, available: int | None, key: str = "") -> None:
    """How much there is now (smallest unit; None: unlimited). Less than is promised is a fact as well."""
    Intent.objects.filter(pk=row_id(intent)).update(available_quantity=available)


@operation("flows.close_intents", said=gettext_lazy("closed an offer"), fact=True)
def close_intents(*, by: Agent, intents: Collection[Intent | int], key: str = "") -> None:
    """Takes no more promises on these; those made stay."""
    Intent.objects.filter(pk__in=among(row_id(intent) for intent in intents)).update(finished=True)


@operation("flows.reopen_intents", said=gettext_lazy("opened an offer again"))
def reopen_intents(*, by: Agent, intents: Collection[Intent | int], key: str = "") -> None:
    """Takes promises on these again."""
    Intent.objects.filter(pk__in=among(row_id(intent) for intent in intents)).update(finished=False)
