"""What spoils, breaks or goes missing here; the terms it was agreed under say who bears it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import EventDraft
from cosmolocal.handovers import policy, queries
from cosmolocal.handovers.models import Crate, Handover, Loss, Packed, Receipt
from cosmolocal.handovers.operations import own_goods
from cosmolocal.handovers.operations.changed import goods_changed
from cosmolocal.handovers.operations.packing import PackLine, pack
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.quantity import shares
from cosmolocal.kernel.refusal import Refusal

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment


@operation("handovers.lose", said=gettext_lazy("noted a loss"), fact=True)
def lose(
    *,
    by: Agent,
    handover: Handover,
    lot_id: int,
    quantity: int,
    reason: str,
    producer: Agent | None = None,
    key: str = "",
) -> list[Loss]:
    """`quantity` base units of a lot spoiled, broke or are missing; the terms they were agreed under say who bears it.

    What was received is divided over the receipts whose goods lie in the lot, in proportion to what is still there.
    Before anybody wrote down the arrival it is the one's who promised such goods for this hand-over, or `producer`'s
    where several did (`queries.may_be_from`); nobody's promise: the local bears it. Gives a row for each.
    Refuses: handovers.nothing_lost.
    """
    policy.permit_packing(by, handover.place)
    if quantity <= 0:
        raise Refusal("handovers.nothing_lost", _("Write how much was lost."), field="quantity")
    parts = _parts(handover, lot_id, quantity)
    promise = _promise(handover, lot_id, producer) if None in parts else None
    flows.record(by=by, drafts=[EventDraft(action="lower", quantity=quantity, resource_id=lot_id, reason=reason)])
    losses = Loss.objects.bulk_create(
        Loss(
            handover=handover,
            lot_id=lot_id,
            receipt=receipt,
            promise=None if receipt else promise,
            quantity=part,
            reason=reason,
            borne_by=_bearer(receipt, None if receipt else promise),
            by=by,
            at=running().at,
        )
        for receipt, part in parts.items()
    )
    for changed in sorted({handover.pk, *(one.handover_id for one in parts if one)}):
        goods_changed(changed)
    own_goods.lost(by, losses)
    return losses


@operation("handovers.lose_packed", said=gettext_lazy("noted a loss in a crate"), fact=True)
def lose_packed(
    *,
    by: Agent,
    crate: Crate,
    commitment_id: int,
    quantity: int,
    reason: str,
    producer: Agent | None = None,
    key: str = "",
) -> list[Loss]:
    """Something in a crate spoiled before it was collected: it leaves the crate, and is a loss of its lot (`lose`)."""
    policy.permit_packing(by, crate.handover.place)
    line = Packed.objects.select_for_update().get(crate=crate, commitment_id=commitment_id)
    quantity = min(quantity, line.quantity)
    lot_id = line.lot_id
    if lot_id is None or quantity <= 0:
        raise Refusal("handovers.nothing_lost", _("Write how much was lost."), field="quantity")
    left = PackLine(commitment_id=commitment_id, quantity=line.quantity - quantity, lot_id=lot_id, reason=reason)
    pack(by=by, crate=crate, lines=[left])
    return lose(by=by, handover=crate.handover, lot_id=lot_id, quantity=quantity, reason=reason, producer=producer)


def _parts(handover: Handover, lot_id: int, quantity: int) -> dict[Receipt | None, int]:
    """How much of it each receipt bears (base units); None: what no receipt brought. Of this hand-over first, so that
    of two equal rests the nearer has the odd unit.
    """
    lies = queries.contents(lot_id) or {None: 1}
    found = Receipt.objects.filter(pk__in=[pk for pk in lies if pk]).select_related("commitment", "event", "producer")
    near_first = sorted(found, key=lambda one: (one.handover_id != handover.pk, one.pk))
    sources: list[Receipt | None] = [*near_first, *([None] if None in lies else [])]
    parts = shares(quantity, [lies[one.pk if one else None] for one in sources])
    return {source: part for source, part in zip(sources, parts, strict=True) if part}


def _promise(handover: Handover, lot_id: int, producer: Agent | None) -> "Commitment | None":
    kind = flows_queries.stocks([lot_id])[lot_id].specification_id
    promised = queries.promised(handover, kind)
    if producer is not None:
        promised = [one for one in promised if one.provider_id == producer.pk]
    return promised[0] if len({one.provider_id for one in promised}) == 1 else None


def _bearer(receipt: Receipt | None, promise: "Commitment | None") -> str:
    if receipt is not None:
        return queries.terms_of(receipt).loss_after_packing
    if promise is not None:
        return queries.terms_under(promise.agreement_id, promise.provider_id).loss_after_packing
    return "local"
