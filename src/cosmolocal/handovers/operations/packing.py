"""Crates are made and filled: several people at once, line by line, with what the scale said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import LotMove, ProcessDraft
from cosmolocal.handovers import policy, queries, rules
from cosmolocal.handovers.models import Crate, Handover, Packed
from cosmolocal.handovers.operations import changed, handing, own_goods
from cosmolocal.handovers.operations.holding import check_asked, lock_crate
from cosmolocal.handovers.rules import Free
from cosmolocal.kernel import clock, errands, sets
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment

AT_ONCE = 2_500  # lines written together: enough to be quick, few enough to stay small
NOTHING_WEIGHED: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True)
class PackLine:
    """What went into a crate, in base units; 0: missing. Without a lot the fullest fitting one is taken."""

    commitment_id: int
    quantity: int
    lot_id: int | None = None
    reason: str = ""


@operation("handovers.make_crates", said=gettext_lazy("numbered the crates"))
def make_crates(*, by: Agent, handover: Handover) -> None:
    """Makes one numbered crate for everybody to whom something is due; those made before keep their numbers. A crate
    for which nothing is left goes: nobody packs it, waits for it or is told to fetch it. One that was packed, and for
    which more is due now, is to be packed again.
    """
    policy.permit_packing(by, handover.place)
    due = outgoing(handover, finished=False).filter(quantity__gt=0)
    empty = Crate.objects.filter(handover=handover, state=Crate.State.TO_PACK, lines=None)
    empty.exclude(receiver__in=due.values("receiver_id")).delete()
    more = due.filter(packed=None).values("receiver_id")
    done = Crate.objects.filter(handover=handover, state=Crate.State.PACKED, receiver__in=more)
    done.update(state=Crate.State.TO_PACK, changed_at=running().at)
    have = Crate.objects.filter(handover=handover).values("receiver_id")
    new = Agent.objects.filter(pk__in=due.values("receiver_id")).exclude(pk__in=have)
    last = Crate.objects.filter(handover=handover).aggregate(last=Max("number"))["last"] or 0
    Crate.objects.bulk_create(
        Crate(handover=handover, receiver_id=receiver, number=number, changed_at=running().at)
        for number, receiver in enumerate(new.order_by("name", "id").values_list("id", flat=True), last + 1)
    )


@operation("handovers.claim_crate", said=gettext_lazy("took a crate to pack"))
def claim_crate(*, by: Agent, crate: Crate) -> Crate:
    """Takes a crate to pack, so that others see who is at it; taking over from somebody is allowed."""
    policy.permit_packing(by, crate.handover.place)
    locked = lock_crate(crate)
    if locked.state == Crate.State.TO_PACK and locked.packer_id != by.pk:
        locked.packer, locked.changed_at = by, running().at
        locked.save(update_fields=["packer", "changed_at"])
    return locked


@operation("handovers.pack_line", said=gettext_lazy("packed a line"), fact=True)
def pack_line(
    *,
    by: Agent,
    crate: Crate,
    commitment_id: int,
    quantity: int,
    lot_id: int | None = None,
    reason: str = "",
    key: str = "",
) -> None:
    """Records what went into a crate of one promised line (base units; 0: missing, with a reason)."""
    pack(by=by, crate=crate, lines=[PackLine(commitment_id, quantity, lot_id, reason)])


@operation("handovers.pack", said=gettext_lazy("packed"), fact=True)
def pack(*, by: Agent, crate: Crate, lines: Sequence[PackLine], key: str = "") -> None:
    """Records several lines of one crate; a line packed before gets its new weight. Where the crate has been collected
    what was taken is put right: the entry is reversed and written again.
    """
    policy.permit_packing(by, crate.handover.place)
    locked = lock_crate(crate)
    write_packed(by, locked.handover, {locked.receiver_id: locked}, lines)
    if locked.state == Crate.State.COLLECTED:
        return  # when it was collected stays as it was
    if locked.state == Crate.State.TO_PACK:
        locked.packer = by
        if not _lines_open(locked):
            locked.state = Crate.State.PACKED
    locked.changed_at = running().at
    locked.save(update_fields=["state", "packer", "changed_at"])
    _packing_began(locked.handover)


@operation("handovers.tick_line", said=gettext_lazy("ticked a line"))
def tick_line(*, by: Agent, crate: Crate, commitment_id: int, key: str = "") -> None:
    """A line is in the crate as it was asked, or its share where less is there: nobody has said a number.

    Refuses: handovers.weight_missing where it is billed by weight and this hand-over does not allow a tick without one;
    handovers.already_collected, handovers.taken_out.
    """
    policy.permit_packing(by, crate.handover.place)
    locked = lock_crate(crate)
    line = outgoing(locked.handover).filter(pk=commitment_id, receiver=locked.receiver_id).first()
    if line is None:
        return
    check_asked(line)
    if locked.state == Crate.State.COLLECTED:
        raise Refusal(
            "handovers.already_collected",
            _("This crate has been collected. If something else lay in it, write how much."),
            field="quantity",
        )
    if (
        not _may_tick_unweighed(crate.handover)
        and queries.measured([line.specification_id])[line.specification_id].weigh
    ):
        raise Refusal(
            "handovers.weight_missing",
            _("This is paid by weight. Put it on the scale and write what it says; 0 if it is missing."),
            field="quantity",
        )
    short = queries.short_kinds(crate.handover, [line.specification_id]).get(line.specification_id)
    share = short.shares.get(line.pk, line.quantity) if short else line.quantity
    pack(by=by, crate=crate, lines=[PackLine(line.pk, share, reason="short" if share < line.quantity else "")])


@operation("handovers.allow_unweighed", said=gettext_lazy("chose whether a tick needs a weight"))
def allow_unweighed(*, by: Agent, handover: Handover, allowed: bool) -> Handover:
    """May packers tick what is paid by weight without writing a weight? Then the household pays what it ordered."""
    policy.permit_plan(by)
    handover.may_tick_unweighed = allowed
    handover.save(update_fields=["may_tick_unweighed"])
    return handover


@operation("handovers.pack_all", said=gettext_lazy("packed all that was open"))
def pack_all(*, by: Agent, handover: Handover, weighed: Mapping[int, int] | None = None, key: str = "") -> None:
    """Everything still open was packed as promised, or its share where less came: for small groups, and for who packs
    from paper. `weighed`: commitment id -> base units, what the scale said. Lines that are paid by weight and have none
    stay open, and their crates to pack, unless the hand-over allows a tick without a weight.

    Refuses: handovers.still_open.
    """
    policy.permit_packing(by, handover.place)
    policy.permit_all_at_once(handover)
    crates = {
        crate.receiver_id: crate
        for crate in Crate.objects.select_for_update().filter(handover=handover).exclude(state=Crate.State.COLLECTED)
    }
    only_weighed = not _may_tick_unweighed(handover)
    _write_all(by, handover, crates, _as_promised(handover, crates, weighed or {}, only_weighed=only_weighed))
    waiting = set(_open_lines(handover, crates).values_list("receiver_id", flat=True))
    open_ones = [
        crate.pk for receiver, crate in crates.items() if crate.state == Crate.State.TO_PACK and receiver not in waiting
    ]
    Crate.objects.filter(pk__in=open_ones).update(state=Crate.State.PACKED, packer=by, changed_at=running().at)
    _packing_began(handover)


@operation("handovers.pack_from_paper", said=gettext_lazy("keyed in a packing sheet"), fact=True)
def pack_from_paper(*, by: Agent, handover: Handover, lines: Sequence[PackLine], key: str = "") -> list[Crate]:
    """Keys in a packing sheet, whole or in part: what was written for each line, of many crates. A crate of which no
    line is open any more is packed. Of crates that were collected meanwhile it is put right what was taken; they are
    what is given back.
    """
    policy.permit_packing(by, handover.place)
    receivers = outgoing(handover).filter(pk__in=among(line.commitment_id for line in lines)).values("receiver")
    locked = Crate.objects.select_for_update().filter(handover=handover, receiver__in=receivers).order_by("pk")
    crates = {crate.receiver_id: crate for crate in locked}
    collected = [crate for crate in crates.values() if crate.state == Crate.State.COLLECTED]
    open_ones = {receiver: crate for receiver, crate in crates.items() if crate.state != Crate.State.COLLECTED}
    write_packed(by, handover, crates, lines, on_paper=True)
    unfinished = set(_open_lines(handover, open_ones).values_list("receiver_id", flat=True))
    for receiver, crate in open_ones.items():
        crate.packer, crate.changed_at = by, running().at
        if crate.state == Crate.State.TO_PACK and receiver not in unfinished:
            crate.state = Crate.State.PACKED
    Crate.objects.bulk_update(open_ones.values(), ["state", "packer", "changed_at"], batch_size=500)
    _packing_began(handover)
    return collected


@operation("handovers.unpack_line", said=gettext_lazy("took a tick in a crate back"), fact=True)
def unpack_line(*, by: Agent, crate: Crate, commitment_id: int, key: str = "") -> None:
    """Takes a tick back: the line is as it was asked, and still to pack; what nobody asks for is out of the crate."""
    policy.permit_packing(by, crate.handover.place)
    locked = lock_crate(crate)
    line = Packed.objects.filter(crate=locked, commitment_id=commitment_id).select_related("commitment").first()
    if line is None or locked.state == Crate.State.COLLECTED:
        return
    is_offered = line.commitment.satisfies_id is not None
    flows.assign_lots(by=by, moves=[LotMove(commitment_id, None if is_offered else line.lot_id, line.asked)])
    line.delete()
    changed.goods_changed(locked.handover_id)
    if locked.state == Crate.State.PACKED and line.asked:
        locked.state = Crate.State.TO_PACK
    locked.changed_at = running().at
    locked.save(update_fields=["state", "changed_at"])


@operation("handovers.close_crate", said=gettext_lazy("finished a crate"))
def close_crate(*, by: Agent, crate: Crate, key: str = "") -> Crate:
    """The crate is packed. Refuses while a line is neither ticked nor missing: handovers.lines_open."""
    policy.permit_packing(by, crate.handover.place)
    locked = lock_crate(crate)
    if locked.state != Crate.State.TO_PACK:
        return locked
    left = _lines_open(locked)
    if left:
        raise Refusal(
            "handovers.lines_open",
            _("Not every line is ticked yet. Tick what is in the crate; press Missing where there is nothing."),
            left=left,
        )
    locked.state, locked.packer, locked.changed_at = Crate.State.PACKED, by, running().at
    locked.save(update_fields=["state", "packer", "changed_at"])
    return locked


def outgoing(handover: Handover, *, finished: bool | None = None) -> "QuerySet[Commitment]":
    """What leaves this local at a hand-over: everything due there that it promised; `finished` None: all of it."""
    return flows_queries.due_at(handover.place_id, handover.begins, finished=finished).filter(
        provider_id=agents_queries.home_local().pk
    )


def pack_as_promised(by: Agent, handover: Handover, crates: dict[int, Crate]) -> None:
    """Packs every line of these crates (by receiver) that nobody has ticked: as promised, or its share of the rest."""
    _write_all(by, handover, crates, _as_promised(handover, crates, NOTHING_WEIGHED))


def _write_all(by: Agent, handover: Handover, crates: dict[int, Crate], lines: Sequence[PackLine]) -> None:
    for begin in range(0, len(lines), AT_ONCE):
        some = lines[begin : begin + AT_ONCE]
        write_packed(by, handover, crates, some)
        errands.step(begin + len(some), len(lines))


def _as_promised(
    handover: Handover, crates: Mapping[int, Crate], weighed: Mapping[int, int], *, only_weighed: bool = False
) -> list[PackLine]:
    """What each open line gets; with `only_weighed` no line that is paid by weight and has none."""
    columns = ("pk", "specification_id", "quantity")
    open_lines = list(_open_lines(handover, crates).select_related(None).order_by("pk").values_list(*columns))
    unweighed = {kind for pk, kind, _quantity in open_lines if pk not in weighed}
    goods = queries.measured(unweighed) if only_weighed else {}
    shares = {
        pk: share for kind in queries.short_kinds(handover, unweighed).values() for pk, share in kind.shares.items()
    }
    lines = []
    for pk, kind, quantity in open_lines:
        if pk not in weighed and only_weighed and goods[kind].weigh:
            continue
        there = weighed.get(pk, shares.get(pk, quantity))
        lines.append(PackLine(pk, there, reason="short" if pk not in weighed and there < quantity else ""))
    return lines


def _open_lines(handover: Handover, crates: Iterable[int]) -> "QuerySet[Commitment]":
    return outgoing(handover, finished=False).filter(receiver_id__in=among(crates), packed=None)


def _lines_open(crate: Crate) -> int:
    return _open_lines(crate.handover, [crate.receiver_id]).count()


def _may_tick_unweighed(handover: Handover) -> bool:
    """As it stands now: a steward may have changed it since the page was opened."""
    return Handover.objects.filter(pk=handover.pk, may_tick_unweighed=True).exists()


class Due(NamedTuple):
    """What packing needs to know of one promise: base units still promised, the lot it lies on."""

    id: int
    receiver_id: int
    specification_id: int
    resource_id: int | None
    quantity: int


def write_packed(
    by: Agent, handover: Handover, crates: dict[int, Crate], lines: Sequence[PackLine], *, on_paper: bool = False
) -> None:
    """Moves promises to lots and keeps what the scale said; set-based, for one line or a thousand. What lies in crates
    that were collected changes hands anew, with what it is now.
    """
    wanted = {line.commitment_id: line for line in lines}
    # Whose they are is looked at here: a database without figures of its tables would seek each pair of the two lists.
    asked = outgoing(handover).filter(pk__in=among(wanted))
    collected = {receiver for receiver, crate in crates.items() if crate.state == Crate.State.COLLECTED}
    taken = [one for one in asked if one.receiver_id in collected] if collected else []
    others = handing.reverse(by, taken)
    rows = asked.filter(fulfilled_quantity=0).select_related(None).values_list(*Due._fields)
    promises = [due for due in map(Due._make, rows) if due.receiver_id in crates]
    if not promises:
        return
    own_goods.packed(by, ((one, wanted[one.id].quantity) for one in promises))
    lots = _lots(by, handover, promises, wanted)
    [packing] = flows.begin_processes(by=by, drafts=[ProcessDraft("pack", handover.place_id)])
    moves = [LotMove(one.id, lots.get(one.id), wanted[one.id].quantity, packing.pk) for one in promises]
    flows.assign_lots(by=by, moves=moves)
    sets.put(
        Packed,
        ["commitment", "crate", "lot", "asked", "quantity", "reason", "on_paper", "by", "at"],
        (
            (
                one.id,
                crates[one.receiver_id].pk,
                lots.get(one.id),
                one.quantity,
                wanted[one.id].quantity,
                wanted[one.id].reason or ("missing" if not wanted[one.id].quantity else ""),
                on_paper,
                by.pk,
                running().at,
            )
            for one in promises
        ),
        unique="commitment",
        kept=["asked"],
    )
    changed.goods_changed(handover.pk)
    if taken:
        handing.record(by, [one.pk for one in taken])
        for commitment_id, receiver_id in others.items():
            handing.went_to(by, [commitment_id], receiver_id)


def _lots(by: Agent, handover: Handover, promises: Iterable[Due], wanted: dict[int, PackLine]) -> dict[int, int]:
    """Commitment id -> lot: the one named, the one it lies on already, or one that holds enough; missing: none."""
    found: dict[int, int] = {}
    searching: list[Due] = []
    for promise in promises:
        line = wanted[promise.id]
        named = line.lot_id or promise.resource_id
        if named is not None:
            found[promise.id] = named
        elif line.quantity:
            searching.append(promise)
    found = {id: lot for id, lot in found.items() if wanted[id].quantity}
    if not searching:
        return found
    free = queries.free_lots(handover, {promise.specification_id for promise in searching})
    for promise in searching:
        quantity = wanted[promise.id].quantity
        lots = free.setdefault(promise.specification_id, [])
        if not lots:
            lots.append(Free(_unreceived(by, handover, promise.specification_id), 0))
        lot_id = rules.choose_lot(lots, quantity)
        assert lot_id is not None
        found[promise.id] = lot_id
        lots[:] = [Free(lot.lot_id, lot.quantity - quantity) if lot.lot_id == lot_id else lot for lot in lots]
    return found


def _unreceived(by: Agent, handover: Handover, specification_id: int) -> int:
    """The lot of goods that are packed before anybody wrote down their arrival; receiving fills it later.

    One for each kind, whoever packs first: the hand-over is locked, so that two packers do not make two.
    """
    Handover.objects.select_for_update().get(pk=handover.pk)
    used = Packed.objects.filter(crate__handover=handover, lot__conforms_to=specification_id).order_by("lot_id")
    known = used.values_list("lot_id", flat=True).first()
    if known is not None:
        return known
    day = clock.day_of(handover.begins)
    maker = Agent.objects.filter(products__specification_id=specification_id).first()
    lot = flows.open_resource(
        by=by,
        specification=specification_id,
        accountable=agents_queries.home_local(),
        location=handover.place,
        lot=rules.lot_code(day, maker.name if maker else ""),
    )
    return lot.pk


def _packing_began(handover: Handover) -> None:
    if handover.state in (Handover.State.PLANNED, Handover.State.RECEIVING):
        handover.state = Handover.State.PACKING
        handover.save(update_fields=["state"])
