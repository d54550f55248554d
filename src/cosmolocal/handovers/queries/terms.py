"""On which terms goods came, or are to come: those that stood when they were agreed to."""

from typing import TYPE_CHECKING

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import Terms
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers.models import Handover, Receipt
from cosmolocal.handovers.queries.contents import contents

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment


def promised(handover: Handover, specification_id: int) -> "list[Commitment]":
    """What producers promised of one kind of goods for a hand-over, what is still open first (one statement)."""
    due = flows_queries.due_at(handover.place_id, handover.begins, finished=None).filter(
        receiver=agents_queries.home_local(), specification=specification_id
    )
    return list(due.order_by("finished", "pk"))


def may_be_from(handover: Handover, lot_id: int | None, specification_id: int) -> list[Agent]:
    """Where nobody can tell whose the goods of a lot are: the producers that may have brought them, to ask a person."""
    lies = contents(lot_id) if lot_id is not None else {}
    if lies and None not in lies:
        return []
    makers = {one.provider_id: one.provider for one in promised(handover, specification_id)}
    return list(makers.values()) if len(makers) > 1 else []


def terms_of(receipt: Receipt) -> Terms:
    """Who sells, net or gross, who bears a loss, as agreed for what a receipt is about (two statements)."""
    promise, event = receipt.commitment, receipt.event
    agreement = promise.agreement_id if promise else event.agreement_id if event else None
    return terms_under(agreement, receipt.producer_id)


def is_settled(receipt: Receipt) -> bool:
    """Has the producer been paid for it already? What changes now no longer changes what she gets (one statement)."""
    promise = receipt.commitment
    if promise is None or promise.agreement_id is None:
        return False
    clauses = flows_queries.commitments_of([promise.agreement_id]).filter(is_reciprocal=True)
    return clauses.exists() and not clauses.filter(finished=False).exists()


def is_charged(handover: Handover) -> bool:
    """Has what was packed here been charged already, so that a new weight changes no payment (three statements)?"""
    receipt = handover.receipts.exclude(commitment=None).select_related("commitment").order_by("pk").first()
    return receipt is not None and is_settled(receipt)


def terms_under(agreement_id: int | None, producer_id: int) -> Terms:
    """The terms an agreement with a producer was made under; where none were kept, those of today."""
    agreed = catalog_queries.agreed_terms([agreement_id]) if agreement_id else {}
    return agreed.get(agreement_id or 0) or catalog_queries.terms_of([producer_id])[producer_id]
