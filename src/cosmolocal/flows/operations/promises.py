"""Promises: made, lowered, moved to a lot, finished. A quantity is promised in exactly one place."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows import queries, statements
from cosmolocal.flows.actions import ACTIONS
from cosmolocal.flows.models import (
    Agreement,
    Commitment,
    EconomicResource,
    Intent,
    Process,
    ResourceSpecification,
    row_id,
)
from cosmolocal.flows.rules import Change, Changes, Promise, is_time, open_promise, shift_promise
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.prepared import Prepared, slots
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among


@dataclass(frozen=True)
class CommitmentDraft:
    """One promise. It lies on `resource` where given (or on the stock that the intent names), else on `satisfies`.

    `quantity` in the smallest unit; of `use` and `work` in that of the kind's effort. `guard`: refused where there is
    not so much left; False records what was agreed elsewhere. With `begins` and `ends` (half-open) nobody else has
    `resource` in that time, whatever `guard` says: what happened in spite of it is an event.
    """

    action: str
    provider: Agent | int
    receiver: Agent | int
    specification: ResourceSpecification | int
    quantity: int
    agreement: Agreement | int | None = None
    is_reciprocal: bool = False
    resource: EconomicResource | int | None = None
    to_resource: EconomicResource | int | None = None
    satisfies: Intent | int | None = None
    place: Place | int | None = None
    due: datetime | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    output_of: Process | int | None = None
    guard: bool = True


@dataclass(frozen=True)
class LotMove:
    """What was packed for a commitment: from which lot (None: unpacked again) and how much, in the smallest unit; in
    which process (None: it is not packed, or nobody noted it).
    """

    commitment_id: int
    lot_id: int | None
    quantity: int
    process_id: int | None = None


@dataclass(frozen=True)
class TimeMove:
    """Another time (half-open), amount of effort and thing for a promise of a time; `resource` None: the same thing."""

    commitment_id: int
    begins: datetime
    ends: datetime
    quantity: int
    resource: EconomicResource | int | None = None


@operation("flows.agree", said=gettext_lazy("noted an agreement"))
def agree(*, by: Agent, name: str = "", key: str = "") -> Agreement:
    """A new agreement; commitments become its clauses."""
    return Agreement.objects.create(name=name, at=running().at)


@operation("flows.commit", said=gettext_lazy("noted a promise"))
def commit(*, by: Agent, drafts: Sequence[CommitmentDraft], key: str = "") -> list[Commitment]:
    """Makes promises, all or none; returns them in the order of the drafts.

    Refuses `flows.not_enough` (facts: `intents` and `resources`, id -> how much is left), `flows.offer_closed` (fact:
    `intents`, ids), `flows.taken` (fact: `times`, place of the draft -> beginning and end of what stands in its way),
    `flows.bad_event` where a time ends before it begins.
    """
    stock_of = _stocks_of_intents(drafts)
    rows = [_row(draft, stock_of) for draft in drafts]
    timed = {row["resource_id"] for row in rows if row["begins"] is not None}
    if timed:
        statements.lock("flows_economicresource", timed)
    intents, resources, guarded = Counter[int](), dict[int, Change](), set[int]()
    for draft, row in zip(drafts, rows, strict=True):
        if row["resource_id"] is not None and ACTIONS[draft.action].takes:
            change = resources.setdefault(row["resource_id"], Change())
            change.promised += draft.quantity
            change.guard = change.guard or (draft.guard and draft.quantity > 0)
        elif row["satisfies_id"] is not None:
            intents[row["satisfies_id"]] += draft.quantity
            if draft.guard:
                guarded.add(row["satisfies_id"])
    ids = statements.insert_commitments([_stored(row) for row in rows])
    if timed:
        _refuse_taken(ids)
    shift(Changes(resources, dict(intents)), guarded)
    return [Commitment(id=id, **row) for id, row in zip(ids, rows, strict=True)]


@operation("flows.release", said=gettext_lazy("gave a promise free"))
def release(
    *, by: Agent, commitments: Collection[Commitment | int], keep: Mapping[int, int] | None = None, key: str = ""
) -> None:
    """Lowers promises to `keep[commitment id]` (smallest unit; default 0), never below what was already done.

    What is kept becomes the commitment's quantity; where nothing is open any more, the commitment is finished.
    """
    found = load_promises(row_id(commitment) for commitment in commitments)
    wanted = keep or {}
    after = {
        id: LotMove(
            id,
            promise.resource_id,
            max(min(wanted.get(id, 0), promise.quantity), promise.fulfilled),
            promise.output_of_id,
        )
        for id, promise in found.items()
    }
    _rewrite(found, after, reopen=False)


@operation("flows.assign_lots", said=gettext_lazy("noted which lot goes to whom"), fact=True)
def assign_lots(*, by: Agent, moves: Sequence[LotMove], key: str = "") -> None:
    """Packing: the promise leaves the intent (or the earlier lot) and lies on the lot, with the weighed quantity.

    A fact: never refused for want of quantity. A commitment takes one lot; the last move counts.
    """
    found = load_promises(move.commitment_id for move in moves)
    if any(promise.begins for promise in found.values()):
        raise bad_event("interval")
    _rewrite(found, {move.commitment_id: move for move in moves}, reopen=True)


@operation("flows.reschedule", said=gettext_lazy("moved a time"))
def reschedule(*, by: Agent, moves: Sequence[TimeMove], key: str = "") -> None:
    """Moves promises of a time, all or none; two may change places.

    Refuses `flows.taken` (fact: `times`, place of the move -> beginning and end of what stands in its way) and
    `flows.bad_event` where one of them is no promise of a time, is finished, or would end before it begins.
    """
    found = load_promises(move.commitment_id for move in moves)
    things = [*(row_id(move.resource) for move in moves), *(promise.resource_id for promise in found.values())]
    statements.lock("flows_economicresource", {thing for thing in things if thing is not None})
    change, rows = Changes(), []
    for move in moves:
        before = found[move.commitment_id]
        if before.begins is None or before.finished or not _is_span(move.begins, move.ends):
            raise bad_event("interval")
        resource_id = before.resource_id if move.resource is None else row_id(move.resource)
        quantity = max(move.quantity, before.fulfilled)
        after = replace(before, quantity=quantity, resource_id=resource_id)
        shift_promise(change, before, -open_promise(before.quantity, before.fulfilled, before.finished))
        shift_promise(change, after, open_promise(quantity, before.fulfilled, before.finished))
        span = {"begins": statements.moment(move.begins), "ends": statements.moment(move.ends)}
        rows.append({"id": before.id, "quantity": quantity, "resource_id": resource_id, **span})
    statements.reschedule_commitments(rows)
    _refuse_taken([move.commitment_id for move in moves])
    shift(change, ())


@operation("flows.finish", said=gettext_lazy("closed a promise"), fact=True)
def finish(*, by: Agent, commitments: Collection[Commitment | int], key: str = "") -> None:
    """Nothing more will come of these: what is still promised is free again, and the quantities stay to be compared."""
    found = load_promises(row_id(commitment) for commitment in commitments)
    change = Changes()
    for promise in found.values():
        shift_promise(change, promise, -open_promise(promise.quantity, promise.fulfilled, promise.finished))
    shift(change, ())
    Commitment.objects.filter(pk__in=among(found)).update(finished=True)


def load_promises(ids: Iterable[int]) -> dict[int, Promise]:
    """The commitments, locked in the order of their ids. Refuses `flows.bad_event` where one does not exist."""
    wanted = set(ids)
    statements.lock("flows_commitment", wanted)
    found = queries.promises(wanted)
    if len(found) < len(wanted):
        raise Refusal("flows.bad_event", _("This promise is not in the books. Load the page again."))
    return found


def bad_event(problem: str) -> Refusal:
    """What cannot be written so; `problem` is one word of `rules.check`."""
    return Refusal(
        "flows.bad_event",
        _("This cannot be written into the books as it is. Load the page again; if it stays, tell a steward."),
        problem=problem,
    )


def shift(change: Changes, guarded_intents: Iterable[int]) -> None:
    """Moves quantities and promises, intents first; refuses `flows.not_enough` and `flows.offer_closed`."""
    guarded = set(guarded_intents)
    facts = {id: by for id, by in change.intents.items() if id not in guarded}
    drafts = {id: by for id, by in change.intents.items() if id in guarded}
    statements.shift_intents(facts, guard=False)
    lacking = statements.shift_intents(drafts, guard=True)
    short = statements.shift_resources(change.resources)
    if not lacking and not short:
        return
    found = {intent.pk: intent for intent in Intent.objects.filter(pk__in=lacking)}
    closed = [id for id in lacking if id in found and found[id].finished]
    if closed:
        raise Refusal("flows.offer_closed", _("This is no longer on offer. Take it out and try again."), intents=closed)
    raise Refusal(
        "flows.not_enough",
        _("There is not so much left. Take less, or something else."),
        intents={id: queries.left_of(found[id]) for id in lacking if id in found},
        resources=queries.spendable(short),
    )


def _rewrite(found: Mapping[int, Promise], after: Mapping[int, LotMove], *, reopen: bool) -> None:
    change, rows = Changes(), []
    for id, move in after.items():
        before, quantity, resource_id = found[id], move.quantity, move.lot_id
        finished = quantity <= before.fulfilled or (before.finished and not reopen)
        shift_promise(change, before, -open_promise(before.quantity, before.fulfilled, before.finished))
        place = replace(before, resource_id=resource_id, quantity=quantity, finished=finished)
        shift_promise(change, place, open_promise(quantity, before.fulfilled, finished))
        row = {"id": id, "quantity": quantity, "resource_id": resource_id, "finished": finished}
        rows.append({**row, "output_of_id": move.process_id})
    statements.rewrite_commitments(rows)
    shift(change, ())


_STOCKS = Prepared(
    lambda: Intent.objects.filter(pk__in=slots("intents"), resource__isnull=False).values_list("pk", "resource_id")
)


def _stocks_of_intents(drafts: Iterable[CommitmentDraft]) -> dict[int, int]:
    """Which of the wished intents are taken from a stock: intent id -> resource id."""
    ids = {row_id(draft.satisfies) for draft in drafts if draft.satisfies is not None}
    if not ids:
        return {}
    return dict(_STOCKS.all(intents=ids))


def _refuse_taken(ids: Sequence[int]) -> None:
    """Refuses `flows.taken` where somebody else has one of these things at that time; the things are locked."""
    pairs = statements.overlapping(ids)
    if not pairs:
        return
    others = queries.commitments(other for _own, other in pairs)
    times = {ids.index(own): (others[other].begins, others[other].ends) for own, other in reversed(pairs)}
    raise Refusal(
        "flows.taken",
        _("Somebody else has it at that time. Choose another time, or another thing."),
        times=dict(sorted(times.items())),
    )


def _is_span(begins: datetime | None, ends: datetime | None) -> bool:
    """What is promised lasts; what happened may have begun and ended in the same moment."""
    return is_time(begins, ends) and (begins is None or begins != ends)


def _row(draft: CommitmentDraft, stock_of: Mapping[int, int]) -> dict[str, Any]:
    intent, resource = row_id(draft.satisfies), row_id(draft.resource)
    if resource is None and intent is not None:
        resource = stock_of.get(intent)
    if not _is_span(draft.begins, draft.ends):
        raise bad_event("interval")
    return {
        "agreement_id": row_id(draft.agreement),
        "is_reciprocal": draft.is_reciprocal,
        "action": draft.action,
        "provider_id": row_id(draft.provider),
        "receiver_id": row_id(draft.receiver),
        "specification_id": row_id(draft.specification),
        "resource_id": resource,
        "to_resource_id": row_id(draft.to_resource),
        "satisfies_id": intent,
        "quantity": draft.quantity,
        "fulfilled_quantity": 0,
        "place_id": row_id(draft.place),
        "due": draft.due,
        "begins": draft.begins,
        "ends": draft.ends,
        "output_of_id": row_id(draft.output_of),
        "finished": draft.quantity == 0,
    }


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, **{name: statements.moment(row[name]) for name in ("due", "begins", "ends") if row[name]}}
