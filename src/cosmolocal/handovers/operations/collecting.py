"""Crates leave: handed over, left standing, or taken by the wrong family and put right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations as catalog
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import CommitmentDraft, EventDraft, LotMove
from cosmolocal.handovers import policy, rules
from cosmolocal.handovers.models import Crate, Handover, Packed
from cosmolocal.handovers.operations import handing
from cosmolocal.handovers.operations.packing import pack_as_promised
from cosmolocal.kernel import errands, sets
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.sets import among

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment

AT_ONCE = 400  # crates written together: enough to be quick, few enough to stay small


@operation("handovers.hand_over", said=gettext_lazy("handed a crate over"), fact=True)
def hand_over(*, by: Agent, crate: Crate, collected_by: Agent | None = None, key: str = "") -> Crate:
    """Somebody takes a crate: what lies in it changes hands. What nobody had ticked goes as promised."""
    locked = _lock([crate])[0]
    policy.permit_handing(by, locked.handover.place)
    if locked.state != Crate.State.COLLECTED:
        _hand_over(by, locked.handover, [locked], collected_by)
    return locked


@operation("handovers.hand_over_all", said=gettext_lazy("handed all crates over"))
def hand_over_all(*, by: Agent, handover: Handover, key: str = "") -> None:
    """Every crate was taken: for groups that keep no list at the door. Refuses: handovers.still_open."""
    policy.permit_handing(by, handover.place)
    policy.permit_all_at_once(handover)
    left = handover.crates.exclude(state=Crate.State.COLLECTED)
    _hand_over(by, handover, list(left.select_for_update(of=("self",))), None)


@operation("handovers.hand_over_listed", said=gettext_lazy("keyed in a pick-up list"), fact=True)
def hand_over_listed(*, by: Agent, handover: Handover, crates: Sequence[Crate], key: str = "") -> None:
    """Keys in a pick-up list: these crates were taken. What was ticked off before stays as it was."""
    policy.permit_handing(by, handover.place)
    left = handover.crates.exclude(state=Crate.State.COLLECTED).filter(pk__in=among(crate.pk for crate in crates))
    found = list(left.select_for_update(of=("self",)).select_related("receiver").order_by("pk"))
    if found:
        _hand_over(by, handover, found, None)


@operation("handovers.take_back", said=gettext_lazy("took a tick at the door back"), fact=True)
def take_back(*, by: Agent, crate: Crate, key: str = "") -> Crate:
    """Ticked off by mistake: the crate still stands here. What was written is reversed, and promised again."""
    locked = _lock([crate])[0]
    policy.permit_handing(by, locked.handover.place)
    if locked.state != Crate.State.COLLECTED:
        return locked
    lines = list(locked.lines.filter(quantity__gt=0).select_related("commitment"))
    handing.reverse(by, [line.commitment for line in lines])
    moves = [LotMove(line.commitment_id, line.lot_id, line.quantity, line.commitment.output_of_id) for line in lines]
    flows.assign_lots(by=by, moves=moves)
    locked.state, locked.collected_by, locked.changed_at = Crate.State.PACKED, None, running().at
    locked.save(update_fields=["state", "collected_by", "changed_at"])
    return locked


@operation("handovers.leave_crate", said=gettext_lazy("noted that a crate was not collected"), fact=True)
def leave_crate(*, by: Agent, crate: Crate, key: str = "") -> Crate:
    """Nobody came for a crate: it stays due, and can still be handed over later."""
    locked = _lock([crate])[0]
    policy.permit_handing(by, locked.handover.place)
    if locked.state != Crate.State.COLLECTED:
        locked.state, locked.changed_at = Crate.State.LEFT, running().at
        locked.save(update_fields=["state", "changed_at"])
    return locked


@operation("handovers.close_handover", said=gettext_lazy("closed a hand-over"))
def close_handover(*, by: Agent, handover: Handover) -> Handover:
    """The door is shut: crates that still stand there are marked as not collected. What weighing crate by crate made of
    each lot, more or less than the one weighing on arrival, is counted away; larger rests stay to be looked at.

    Refuses: handovers.still_open.
    """
    policy.permit_handing(by, handover.place)
    policy.permit_all_at_once(handover)
    standing = handover.crates.exclude(state__in=[Crate.State.COLLECTED, Crate.State.LEFT])
    standing.update(state=Crate.State.LEFT, changed_at=running().at)
    _count_away(by, handover)
    handover.state = Handover.State.CLOSED
    handover.save(update_fields=["state"])
    return handover


@operation("handovers.swap_crates", said=gettext_lazy("noted two swapped crates"), fact=True)
def swap_crates(*, by: Agent, crate: Crate, other: Crate, key: str = "") -> None:
    """Two receivers have each other's crate: what was promised to one is promised to the other, what is missing too.

    Who has collected has collected: that mark goes with the receiver. What was written as handed over is reversed and
    written again with the right names. `Packed` rows stay with their crate and get the new commitments.
    """
    first, second = _lock([crate, other])
    for one in (first, second):
        policy.permit_handing(by, one.handover.place)
    pack_as_promised(by, first.handover, {first.receiver_id: first, second.receiver_id: second})
    to = {first.pk: second.receiver_id, second.pk: first.receiver_id}
    packed = Packed.objects.filter(crate__in=[first, second]).exclude(quantity=0, asked=0)
    lines = list(packed.select_related("commitment").order_by("id"))
    _release(by, [line.commitment for line in lines])
    promised = flows.commit(by=by, drafts=[_promised_to(line.commitment, line, to[line.crate_id]) for line in lines])
    catalog.follow_packs({line.commitment_id: new.pk for line, new in zip(lines, promised, strict=True)})
    for line, commitment in zip(lines, promised, strict=True):
        line.commitment = commitment
    Packed.objects.bulk_update(lines, ["commitment"])
    missing = [
        LotMove(line.commitment_id, None, 0, line.commitment.output_of_id) for line in lines if not line.quantity
    ]
    flows.assign_lots(by=by, moves=missing)
    _swap_receivers(first, second)
    for one in (first, second):
        if one.state == Crate.State.COLLECTED:
            handing.record(by, [line.commitment_id for line in lines if line.crate_id == one.pk])


def _count_away(by: Agent, handover: Handover) -> None:
    arrived = handover.receipts.order_by().values_list("lot_id").annotate(came=Sum("accepted"))
    packed = Packed.objects.filter(crate__handover=handover, lot__isnull=False).order_by()
    came = flows_queries.made_at(handover.place_id, set(packed.values_list("lot_id", flat=True).distinct()))
    came |= dict(arrived)
    rests = {lot.pk: lot.accounting_quantity - lot.promised_quantity for lot in flows_queries.resources(came).values()}
    flows.record(
        by=by,
        drafts=[
            EventDraft(
                action="lower" if rests[lot_id] > 0 else "raise",
                quantity=abs(rests[lot_id]),
                resource_id=lot_id,
                reason="count",
            )
            for lot_id in sorted(came)
            if rules.is_weighing_difference(rests[lot_id], came[lot_id])
        ],
    )


def _hand_over(by: Agent, handover: Handover, crates: Sequence[Crate], collected_by: Agent | None) -> None:
    pack_as_promised(by, handover, {crate.receiver_id: crate for crate in crates})
    for begin in range(0, len(crates), AT_ONCE):
        some = [crate.pk for crate in crates[begin : begin + AT_ONCE]]
        inside = Packed.objects.filter(crate_id__in=among(some), quantity__gt=0)
        handing.record(by, inside.values_list("commitment_id", flat=True))
        errands.step(begin + len(some), len(crates))
    for crate in crates:
        crate.state, crate.changed_at = Crate.State.COLLECTED, running().at
        crate.collected_by_id = collected_by.pk if collected_by else crate.receiver_id
    taken = ((str(crate.state), crate.changed_at, crate.collected_by_id, crate.pk) for crate in crates)
    sets.rewrite(Crate, ["state", "changed_at", "collected_by"], taken)
    if handover.state != Handover.State.CLOSED:
        handover.state = Handover.State.OPEN
        handover.save(update_fields=["state"])


def _release(by: Agent, commitments: Sequence["Commitment"]) -> None:
    """Reverses what was handed over against these promises, and releases them."""
    handing.reverse(by, commitments)
    flows.release(by=by, commitments=[commitment.pk for commitment in commitments])


def _promised_to(old: "Commitment", line: Packed, receiver_id: int) -> CommitmentDraft:
    return CommitmentDraft(
        action=old.action,
        provider=old.provider_id,
        receiver=receiver_id,
        specification=old.specification_id,
        quantity=line.quantity or line.asked,
        agreement=old.agreement_id,
        resource=line.lot_id,
        place=old.place_id,
        due=old.due,
        output_of=old.output_of_id,
        guard=False,
    )


def _swap_receivers(first: Crate, second: Crate) -> None:
    """One household has one crate at a hand-over, so one steps aside to the node itself for a moment."""
    mine = (first.receiver, first.state, first.collected_by)
    yours = (second.receiver, second.state, second.collected_by)
    first.receiver = agents_queries.system()
    first.save(update_fields=["receiver"])
    for crate, (receiver, state, collected_by) in ((second, mine), (first, yours)):
        crate.receiver, crate.state, crate.collected_by = receiver, state, collected_by
        crate.changed_at = running().at
        crate.save(update_fields=["receiver", "state", "collected_by", "changed_at"])


def _lock(crates: Sequence[Crate]) -> list[Crate]:
    """The crates as they are now, locked in id order, returned in the order asked."""
    rows = Crate.objects.select_for_update(of=("self",)).select_related("handover__place", "receiver", "collected_by")
    found = {crate.pk: crate for crate in rows.filter(pk__in=among(c.pk for c in crates)).order_by("pk")}
    return [found[crate.pk] for crate in crates]
