"""What is done with goods once they are here: a lot is divided or packed anew, lots go into one bin.

Nothing gets lost on the way: what goes in is what comes out and what is written down as lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import EventDraft, LotDraft, ProcessDraft
from cosmolocal.handovers import policy, rules
from cosmolocal.handovers.models import Handover, Loss
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal

if TYPE_CHECKING:
    from cosmolocal.flows.models import EconomicResource


@dataclass(frozen=True)
class _Work:
    """One thing that was done: what went in by lot, what comes out by kind of goods, what was lost of one lot."""

    based_on: str
    taken: Mapping[int, int]
    made: Mapping[int, int]
    lost: tuple[int, int] = (0, 0)  # lot, base units


@operation("handovers.divide_lot", said=gettext_lazy("divided a lot"))
def divide_lot(
    *, by: Agent, handover: Handover, lot_id: int, taken: int, made: int, into: int | None = None, key: str = ""
) -> "EconomicResource":
    """Of `taken` base units of a lot, such as a cheese, come `made` base units of a new one; the rest is lost.

    `into`: the kind of goods that comes out, where it is another one (wheels become pieces); then, where the two are
    counted differently, nothing is said to be lost. Refuses: handovers.nothing_made, handovers.more_than_taken,
    handovers.not_so_much_free, handovers.not_here.
    """
    policy.permit_packing(by, handover.place)
    lot = _lots_here(handover, [lot_id])[lot_id]
    kind = into or lot.conforms_to_id
    if taken <= 0 or made <= 0:
        raise Refusal("handovers.nothing_made", _("Write how much was taken, and how much came of it."), field="made")
    is_same_unit = lot.conforms_to.unit_id == flows_queries.specification(kind).unit_id
    if is_same_unit and made > taken:
        raise Refusal(
            "handovers.more_than_taken",
            _("More came of it than was taken. Look at both numbers again."),
            field="made",
        )
    lost = taken - made if is_same_unit else 0
    if lost:
        _note_loss(by, handover, lot_id, lost)
    work = _Work("split" if kind == lot.conforms_to_id else "repack", {lot_id: taken}, {kind: made}, (lot_id, lost))
    return _write(by, handover, work, rules.part_code(lot.lot, _codes(handover, lot.lot)))[0]


@operation("handovers.mix_lots", said=gettext_lazy("put lots together"))
def mix_lots(*, by: Agent, handover: Handover, taken: Mapping[int, int], key: str = "") -> "list[EconomicResource]":
    """Two lots or more (lot -> base units) go into one bin. Each kind of goods keeps its share, as a new lot with one
    code for all: whatever is packed from it is possibly of each of them. Returns the lots in the order of their kinds.

    Refuses: handovers.one_lot_only, handovers.other_unit, handovers.not_so_much_free, handovers.not_here.
    """
    policy.permit_packing(by, handover.place)
    wanted = {lot: quantity for lot, quantity in taken.items() if quantity > 0}
    lots = _lots_here(handover, wanted)
    if len(wanted) < 2:
        raise Refusal(
            "handovers.one_lot_only", _("Say of which lots, two at least, and how much of each goes into the bin.")
        )
    if len({lot.conforms_to.unit_id for lot in lots.values()}) > 1:
        raise Refusal(
            "handovers.other_unit", _("These are not counted alike, so one bin cannot hold them. Choose others.")
        )
    made: dict[int, int] = {}
    for id in sorted(wanted, key=lambda id: lots[id].conforms_to_id):
        made[lots[id].conforms_to_id] = made.get(lots[id].conforms_to_id, 0) + wanted[id]
    code = rules.mixed_code(clock.day_of(handover.begins), [lots[id].lot for id in sorted(wanted)])
    return _write(by, handover, _Work("mix", wanted, made), rules.free_code(code, _codes(handover, code)))


def _write(by: Agent, handover: Handover, work: _Work, code: str) -> "list[EconomicResource]":
    home = agents_queries.home_local().pk
    [process] = flows.begin_processes(by=by, drafts=[ProcessDraft(work.based_on, handover.place_id)])
    drafts = [LotDraft(kind, home, handover.place_id, code) for kind in work.made]
    lots = flows.open_lots(by=by, drafts=drafts)
    lost_lot, lost = work.lost
    events = [
        EventDraft("lower", lost, resource_id=lost_lot, reason="cut", guard=True),
        *(
            EventDraft(
                "consume",
                quantity - (lost if lot == lost_lot else 0),
                resource_id=lot,
                input_of_id=process.pk,
                guard=True,
            )
            for lot, quantity in work.taken.items()
        ),
        *(
            EventDraft(
                "produce",
                quantity,
                resource_id=lot.pk,
                to_location_id=handover.place_id,
                output_of_id=process.pk,
            )
            for lot, quantity in zip(lots, work.made.values(), strict=True)
        ),
    ]
    try:
        flows.record(by=by, drafts=[one for one in events if one.quantity])
    except Refusal as refusal:
        if refusal.code != "flows.not_enough":
            raise
        raise Refusal(
            "handovers.not_so_much_free",
            _("There is not so much of it that is in no crate yet. Write down first what came, or take less."),
            lots=sorted(refusal.facts.get("resources", ())),
        ) from refusal
    return lots


def _note_loss(by: Agent, handover: Handover, lot_id: int, quantity: int) -> None:
    """What falls away in cutting is ours to bear: the farm brought it whole."""
    Loss.objects.create(
        handover=handover,
        lot_id=lot_id,
        quantity=quantity,
        reason="cut",
        borne_by="local",
        by=by,
        at=running().at,
    )


def _lots_here(handover: Handover, ids: Sequence[int] | Mapping[int, int]) -> "dict[int, EconomicResource]":
    """The lots, which must be ours and lie at this hand-over's place."""
    lots, home = flows_queries.resources(ids), agents_queries.home_local().pk
    here = {
        id: lot
        for id, lot in lots.items()
        if (lot.location_id, lot.primary_accountable_id) == (handover.place_id, home)
        and not lot.conforms_to.medium_of_exchange
    }
    if len(here) < len(set(ids)):
        raise Refusal("handovers.not_here", _("This lot is not here. Load the page again."))
    return here


def _codes(handover: Handover, like: str) -> list[str]:
    """Codes at this place that begin so."""
    return flows_queries.lot_codes(handover.place_id, like)
