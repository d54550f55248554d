"""Goods arrive: against what was promised, with the lot they become; what goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.catalog import operations as catalog
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import EventDraft, LotDraft
from cosmolocal.handovers import policy, rules
from cosmolocal.handovers.models import Handover, Loss, Packed, Receipt
from cosmolocal.handovers.operations import harvests, own_goods
from cosmolocal.handovers.operations.changed import goods_changed
from cosmolocal.handovers.operations.harvests import Harvest
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among
from cosmolocal.look.dates import format_clock


@dataclass(frozen=True)
class ReceiptLine:
    """What the scale said of one kind of goods, in base units; without `commitment_id` nobody had ordered it."""

    specification_id: int
    received: int
    accepted: int
    commitment_id: int | None = None
    lot: str = ""  # empty: made of the day and the producer
    reason: str = ""


@operation("handovers.plan_handover", said=gettext_lazy("planned a hand-over"))
def plan_handover(*, by: Agent, place: Place, begins: datetime, ends: datetime) -> Handover:
    """Plans when and where goods change hands; the same place and beginning again: the same one, with a new end.

    Refuses: handovers.ends_before_it_begins.
    """
    policy.permit_plan(by)
    if ends <= begins:
        raise Refusal(
            "handovers.ends_before_it_begins",
            _("The hand-over must end after it begins. Look at the two times again."),
            field="ends",
        )
    handover, is_new = Handover.objects.get_or_create(place=place, begins=begins, defaults={"ends": ends})
    if not is_new and handover.ends != ends:
        handover.ends = ends
        handover.save(update_fields=["ends"])
    return handover


@operation("handovers.receive", said=gettext_lazy("took goods in"), fact=True)
def receive(
    *, by: Agent, handover: Handover, producer: Agent, lines: Sequence[ReceiptLine], key: str = ""
) -> list[Receipt]:
    """Records what a producer brought: each line becomes (or fills) a lot and fulfils its promise. Never refused for
    being short, over or unordered: `rules.verdict` says which it is. Refuses: handovers.received_already.
    """
    policy.permit_packing(by, handover.place)
    _check_first(handover, lines)
    lots = _lots_for(by, handover, producer, lines)
    promised = _promised(handover, lines)
    came = [line for line in lines if line.accepted > 0]
    unordered = _agreement(by, handover, producer) if any(not line.commitment_id for line in came) else None
    home = agents_queries.home_local()
    grown = harvests.grow(by, producer, [Harvest(line.specification_id, line.accepted, line.lot) for line in came])
    arrivals = [
        EventDraft(
            action="transfer",
            quantity=line.accepted,
            specification_id=line.specification_id,
            provider_id=producer.pk,
            receiver_id=home.pk,
            resource_id=harvested.resource_id,
            to_resource_id=lots[line.specification_id, line.lot],
            to_location_id=handover.place_id,
            fulfils_id=line.commitment_id,
            agreement_id=None if line.commitment_id else unordered,
            reason=line.reason,
        )
        for line, harvested in zip(came, grown, strict=True)
    ]
    events = flows.record(by=by, drafts=[*grown, *arrivals])[len(grown) :]
    event_of = {id(line): event for line, event in zip(came, events, strict=True)}
    _begin(handover, Handover.State.RECEIVING)
    receipts = Receipt.objects.bulk_create(
        Receipt(
            handover=handover,
            producer=producer,
            specification_id=line.specification_id,
            commitment_id=line.commitment_id,
            lot_id=lots[line.specification_id, line.lot],
            event_id=event_of.get(id(line)),
            promised=promised.get(line.commitment_id or 0, 0),
            received=line.received,
            accepted=line.accepted,
            reason=line.reason,
            by=by,
            at=running().at,
        )
        for line in lines
    )
    own_goods.came(by, producer, receipts)
    goods_changed(handover.pk)
    return receipts


@operation("handovers.correct_receipt", said=gettext_lazy("corrected what had come in"), fact=True)
def correct_receipt(
    *, by: Agent, receipt: Receipt, received: int, accepted: int, reason: str = "count", key: str = ""
) -> Receipt:
    """Puts right what was typed wrong on receiving (base units): a reversing event and the right one, linked.

    What went back since (`give_back`) stays so: `accepted` is what is here and paid for.
    """
    policy.permit_packing(by, receipt.handover.place)
    locked = Receipt.objects.select_for_update(of=("self",)).select_related(*_KNOWN).get(pk=receipt.pk)
    returned = locked.event.quantity - locked.accepted if locked.event else 0
    came = accepted + returned
    right = _arrival(locked, came, reason)
    if locked.event_id:
        harvests.regrow(by, right.resource_id, came)
        made = flows.correct(by=by, event_id=locked.event_id, replacement=right if came else None)
    elif came:
        [grown] = harvests.grow(by, locked.producer, [Harvest(locked.specification_id, came, locked.lot.lot)])
        right.resource_id = grown.resource_id
        made = flows.record(by=by, drafts=[grown, right])
    locked.event_id, before = made[-1] if came else None, locked.accepted
    locked.received, locked.accepted, locked.reason = received, accepted, reason
    locked.save(update_fields=["event", "received", "accepted", "reason"])
    own_goods.corrected(by, locked, before)
    goods_changed(locked.handover_id)
    return locked


@operation("handovers.give_back", said=gettext_lazy("gave goods back to a farm"), fact=True)
def give_back(*, by: Agent, receipt: Receipt, quantity: int, reason: str = "returned", key: str = "") -> Receipt:
    """Goods go back with the producer (base units): they leave the lot and are not paid for."""
    policy.permit_packing(by, receipt.handover.place)
    locked = Receipt.objects.select_for_update().get(pk=receipt.pk)
    quantity = min(quantity, locked.accepted)
    if quantity > 0:
        flows.record(
            by=by,
            drafts=[
                EventDraft(
                    action="transfer",
                    quantity=quantity,
                    specification_id=locked.specification_id,
                    provider_id=agents_queries.home_local().pk,
                    receiver_id=locked.producer_id,
                    resource_id=locked.lot_id,
                    reason=reason,
                )
            ],
        )
        Receipt.objects.filter(pk=locked.pk).update(accepted=F("accepted") - quantity, reason=reason)
        goods_changed(locked.handover_id)
    locked.refresh_from_db()
    return locked


_KNOWN = ("event", "lot", "producer", "handover")


def _arrival(receipt: Receipt, accepted: int, reason: str) -> EventDraft:
    return EventDraft(
        action="transfer",
        quantity=accepted,
        specification_id=receipt.specification_id,
        provider_id=receipt.producer_id,
        receiver_id=agents_queries.home_local().pk,
        resource_id=receipt.event.resource_id if receipt.event else None,
        to_resource_id=receipt.lot_id,
        to_location_id=receipt.handover.place_id,
        fulfils_id=receipt.commitment_id,
        agreement_id=receipt.event.agreement_id if receipt.event else None,
        reason=reason,
    )


def _check_first(handover: Handover, lines: Sequence[ReceiptLine]) -> None:
    """Two who write down the same delivery at once would pay it twice. The hand-over stays locked, since a packer may
    just be making the lot for goods that are not yet here.
    """
    Handover.objects.select_for_update().get(pk=handover.pk)
    promises = [line.commitment_id for line in lines if line.commitment_id]
    known = Receipt.objects.filter(commitment__in=promises).select_related("by").first()
    if known is not None:
        raise Refusal(
            "handovers.received_already",
            _("%(name)s wrote down at %(when)s what came. Look at it; if it is wrong, or more came since, correct it.")
            % {"name": known.by.name, "when": format_clock(known.at)},
        )


def _promised(handover: Handover, lines: Sequence[ReceiptLine]) -> dict[int, int]:
    due = flows_queries.due_at(handover.place_id, handover.begins, finished=None)
    named = due.filter(pk__in=among(line.commitment_id for line in lines if line.commitment_id))
    return {commitment.pk: commitment.quantity for commitment in named}


def _agreement(by: Agent, handover: Handover, producer: Agent) -> int:
    """Under which agreement goods come that nobody had ordered: what the producer agreed to bring here anyway, else one
    made now, so that the terms of today stay with them.
    """
    due = flows_queries.due_at(handover.place_id, handover.begins, finished=None)
    known = due.filter(provider=producer, receiver=agents_queries.home_local()).exclude(agreement=None)
    agreement = known.values_list("agreement_id", flat=True).first()
    if agreement is None:
        agreement = flows.agree(by=by, name=str(handover)).pk
        catalog.agree_terms(by=by, agreements={agreement: producer.pk})
    return agreement


def _lots_for(
    by: Agent, handover: Handover, producer: Agent, lines: Sequence[ReceiptLine]
) -> dict[tuple[int, str], int]:
    """A lot for each kind of goods and code; what arrives later the same day fills the same lot."""
    day = clock.day_of(handover.begins)
    of_others = Receipt.objects.filter(handover=handover).exclude(producer=producer)
    default = rules.lot_code(day, producer.name, of_others.values_list("lot__lot", flat=True))
    known = _lots_of(handover, {line.specification_id for line in lines})
    wanted = {(line.specification_id, line.lot or default) for line in lines}
    home = agents_queries.home_local().pk
    drafts = [LotDraft(kind, home, handover.place_id, code) for kind, code in sorted(wanted - known.keys())]
    for lot in flows.open_lots(by=by, drafts=drafts):
        known[lot.conforms_to_id, lot.lot] = lot.pk
    return {(line.specification_id, line.lot): known[line.specification_id, line.lot or default] for line in lines}


def _lots_of(handover: Handover, specifications: set[int]) -> dict[tuple[int, str], int]:
    """Lots that this hand-over has seen already, also those packed or lost before anybody wrote down their arrival."""
    arrived = Receipt.objects.filter(handover=handover, specification_id__in=specifications)
    packed = Packed.objects.filter(crate__handover=handover, lot__conforms_to_id__in=specifications)
    lost = Loss.objects.filter(handover=handover, lot__conforms_to_id__in=specifications)
    rows = [
        *lost.values_list("lot__conforms_to_id", "lot__lot", "lot_id"),
        *packed.values_list("lot__conforms_to_id", "lot__lot", "lot_id"),
        *arrived.values_list("specification_id", "lot__lot", "lot_id"),
    ]
    return {(kind, code): lot for kind, code, lot in rows}


def _begin(handover: Handover, state: str) -> None:
    """Moves a hand-over forward, never back."""
    order = list(Handover.State.values)
    if order.index(handover.state) < order.index(state):
        handover.state = state
        handover.save(update_fields=["state"])
