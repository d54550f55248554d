"""May this draft be written so, and what does it do to the quantities it touches? Decides, reads nothing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from cosmolocal.flows.actions import ACTIONS


@dataclass(slots=True)
class EventDraft:
    """Something that happened, in ids and in the smallest unit. A null side means "outside our books".

    `guard` makes it a wish: it is refused where the resource would fall below its floor. `quantity` is negative only
    where an earlier event is reversed (`corrects_id`). Sides left out are taken from the commitment or the resource.
    """

    action: str
    quantity: int = 0
    specification_id: int | None = None
    provider_id: int | None = None
    receiver_id: int | None = None
    resource_id: int | None = None
    to_resource_id: int | None = None
    agreement_id: int | None = None
    fulfils_id: int | None = None
    at: datetime | None = None
    value_on: date | None = None
    to_location_id: int | None = None
    state: str = ""
    reason: str = ""
    corrects_id: int | None = None
    input_of_id: int | None = None
    output_of_id: int | None = None
    effort_quantity: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    guard: bool = False

    @property
    def is_reversal(self) -> bool:
        """True where it counts backwards, which only taking an event back does."""
        return self.quantity < 0 or (self.effort_quantity or 0) < 0


@dataclass(frozen=True, slots=True)
class Stock:
    """What a rule needs to know of a resource."""

    id: int
    specification_id: int
    accountable_id: int
    is_money: bool  # conforms to a medium of exchange
    accounting: int = 0
    onhand: int = 0
    contained_in_id: int | None = None
    has_contents: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """What a rule needs to know of a commitment."""

    id: int
    specification_id: int
    provider_id: int
    receiver_id: int
    resource_id: int | None
    satisfies_id: int | None
    agreement_id: int | None
    quantity: int
    fulfilled: int
    finished: bool
    output_of_id: int | None = None
    action: str = "transfer"
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(slots=True)
class Change:
    """By how much the quantities of one resource move; `guard`: only where it stays at or above its floor."""

    accounting: int = 0
    onhand: int = 0
    promised: int = 0
    guard: bool = False


@dataclass(slots=True)
class Changes:
    """What some drafts do together: by resource, by intent, and how far each commitment is fulfilled now."""

    resources: dict[int, Change] = field(default_factory=dict)
    intents: dict[int, int] = field(default_factory=dict)
    fulfilled: dict[int, int] = field(default_factory=dict)


def open_promise(quantity: int, fulfilled: int, finished: bool) -> int:
    """How much of a commitment is still promised; over-fulfilment promises nothing more."""
    return 0 if finished else max(quantity - max(fulfilled, 0), 0)


def is_time(begins: datetime | None, ends: datetime | None) -> bool:
    """Both are left out, or it does not end before it begins."""
    if begins is None or ends is None:
        return begins is ends
    return begins <= ends


def complete(draft: EventDraft, stocks: Mapping[int, Stock], promises: Mapping[int, Promise]) -> None:
    """Fills in what follows from the rest: parties, specification and agreement."""
    promise = promises.get(draft.fulfils_id) if draft.fulfils_id else None
    source = stocks.get(draft.resource_id) if draft.resource_id else None
    target = stocks.get(draft.to_resource_id) if draft.to_resource_id else None
    if draft.specification_id is None:
        known = source or target or promise
        draft.specification_id = known.specification_id if known else None
    if promise is not None:
        draft.provider_id = draft.provider_id or promise.provider_id
        draft.receiver_id = draft.receiver_id or promise.receiver_id
        draft.agreement_id = draft.agreement_id or promise.agreement_id
    if source is not None:
        draft.provider_id = draft.provider_id or source.accountable_id
    if target is not None:
        draft.receiver_id = draft.receiver_id or target.accountable_id
    if not ACTIONS[draft.action].has_two_sides:
        draft.provider_id = draft.provider_id or draft.receiver_id
        draft.receiver_id = draft.receiver_id or draft.provider_id


def check(
    draft: EventDraft,
    stocks: Mapping[int, Stock],
    promises: Mapping[int, Promise],
    money: Collection[int | None] = (),
) -> str:
    """Why a draft cannot be written so, in one word; "" where it can. `money`: ids of currencies."""
    action = ACTIONS.get(draft.action)
    if action is None:
        return "action"
    if draft.is_reversal and draft.corrects_id is None:
        return "negative"
    if action.promises_effort and draft.effort_quantity is None and (action.counts == "effort" or draft.fulfils_id):
        return "effort"
    if not is_time(draft.begins, draft.ends):
        return "interval"
    if (draft.input_of_id and action.flow not in ("input", "both")) or (
        draft.output_of_id and action.flow not in ("output", "both")
    ):
        return "process"
    if draft.specification_id is None:
        return "specification"
    try:
        source = stocks[draft.resource_id] if draft.resource_id else None
        target = stocks[draft.to_resource_id] if draft.to_resource_id else None
        promise = promises[draft.fulfils_id] if draft.fulfils_id else None
    except KeyError:
        return "absent"
    return (
        _check_kinds(draft, source, target, promise, money)
        or _check_parties(draft, source, target, promise)
        or _check_containment(draft, source)
    )


def _check_kinds(
    draft: EventDraft,
    source: Stock | None,
    target: Stock | None,
    promise: Promise | None,
    money: Collection[int | None],
) -> str:
    kind, action = draft.specification_id, ACTIONS[draft.action]
    if source is not None and source.specification_id != kind:
        return "kind"
    if target is not None:
        if not action.has_two_sides and action.contained != "update":
            return "two_sides"
        if target.specification_id != kind and action.contained != "update":
            return "kind"
    if promise is not None and (
        promise.specification_id != kind or ACTIONS[promise.action].promises_effort != action.promises_effort
    ):
        return "other_promise"
    if (source and source.is_money) or (target and target.is_money) or kind in money:
        if draft.action not in ("transfer", "raise", "lower"):
            return "money_action"
        if source is None or (draft.action == "transfer" and target is None):
            return "outside"
    return ""


def _check_parties(draft: EventDraft, source: Stock | None, target: Stock | None, promise: Promise | None) -> str:
    action, provider, receiver = ACTIONS[draft.action], draft.provider_id, draft.receiver_id
    if promise is not None and (provider, receiver) != (promise.provider_id, promise.receiver_id):
        return "other_parties"
    if draft.action == "move" and provider != receiver and source is not None and target is not None:
        return "same_agent"
    if draft.is_reversal:
        return ""  # a reversal repeats the parties of its event, even where the thing has gone on since
    if source is not None and source.accountable_id != provider:
        # Custody may lie with another than the owner; single-sided actions name the owner on either side.
        if action.has_two_sides and action.accounting:
            return "not_provider"
        if not action.has_two_sides and action.accounting and source.accountable_id != receiver:
            return "not_provider"
    if target is not None and action.accountable == "updateTo" and target.accountable_id != receiver:
        is_whole = source is not None and source.id == target.id
        if not is_whole and (target.is_money or target.accounting or target.onhand):
            return "not_receiver"
    return ""


def _check_containment(draft: EventDraft, source: Stock | None) -> str:
    """A contained thing, or one that contains others, is picked up or accepted whole."""
    if source is None or draft.action not in ("pickup", "accept") or draft.is_reversal:
        return ""
    bound = source.contained_in_id is not None or source.has_contents
    return "partly" if bound and draft.quantity != source.onhand else ""


def changes(drafts: Iterable[EventDraft], promises: Mapping[int, Promise]) -> Changes:
    """What the drafts do to quantities and promises, added up by row."""
    found = Changes()
    resources, fulfilled = found.resources, found.fulfilled
    for draft in drafts:
        action, quantity = ACTIONS[draft.action], draft.quantity
        (own, other), (own_onhand, other_onhand) = action.accounting_signs, action.onhand_signs
        if draft.resource_id and (own or own_onhand):
            change = resources.get(draft.resource_id)
            if change is None:
                change = resources[draft.resource_id] = Change()
            change.accounting += own * quantity
            change.onhand += own_onhand * quantity
            change.guard = change.guard or (draft.guard and own * quantity < 0)
        if draft.to_resource_id and (other or other_onhand):
            change = resources.get(draft.to_resource_id)
            if change is None:
                change = resources[draft.to_resource_id] = Change()
            change.accounting += other * quantity
            change.onhand += other_onhand * quantity
        if draft.fulfils_id:
            done = (draft.effort_quantity or 0) if action.promises_effort else quantity
            fulfilled[draft.fulfils_id] = fulfilled.get(draft.fulfils_id, 0) + done
    for commitment_id, quantity in fulfilled.items():
        promise = promises[commitment_id]
        fulfilled[commitment_id] = promise.fulfilled + quantity
        shift_promise(
            found,
            promise,
            open_promise(promise.quantity, fulfilled[commitment_id], promise.finished)
            - open_promise(promise.quantity, promise.fulfilled, promise.finished),
        )
    for change in resources.values():
        # What was promised before and is kept now takes nothing from anybody else.
        change.guard = change.guard and change.accounting - change.promised < 0
    return found


def shift_promise(found: Changes, promise: Promise, by: int) -> None:
    """Moves the promise where it lies: on the resource that it names and takes from, else on the intent."""
    if by == 0:
        return
    if promise.resource_id is not None and ACTIONS[promise.action].takes:
        found.resources.setdefault(promise.resource_id, Change()).promised += by
    elif promise.satisfies_id is not None:
        found.intents[promise.satisfies_id] = found.intents.get(promise.satisfies_id, 0) + by


def marks(draft: EventDraft, stocks: Mapping[int, Stock], processes: Mapping[int, str]) -> dict[int, dict[str, object]]:
    """What a draft changes on resources besides quantities: resource id -> column -> value."""
    action, found = ACTIONS[draft.action], dict[int, dict[str, object]]()
    if draft.is_reversal:
        return found

    def mark(effect: str, column: str, value: object) -> None:
        at = draft.to_resource_id if effect == "updateTo" or action.creates == "optionalTo" else draft.resource_id
        if effect and at and value is not None and value != "":
            found.setdefault(at, {})[column] = value

    mark(action.location, "location_id", draft.to_location_id)
    mark(action.state, "state", draft.state)
    if draft.output_of_id:
        mark(action.stage, "stage", processes.get(draft.output_of_id, "")[:40])
    if action.accountable == "updateTo" and draft.to_resource_id:
        target = stocks[draft.to_resource_id]
        if target.accountable_id != draft.receiver_id:
            mark("updateTo", "primary_accountable_id", draft.receiver_id)
    if draft.resource_id and action.contained == "update":
        mark("update", "contained_in_id", draft.to_resource_id)
    if draft.resource_id and action.contained == "remove":
        found.setdefault(draft.resource_id, {})["contained_in_id"] = None
    return found


def reversal(event: EventDraft, event_id: int) -> EventDraft:
    """The draft that takes an event back: the same with the quantities negative, linked to it."""
    return EventDraft(
        event.action,
        -event.quantity,
        specification_id=event.specification_id,
        provider_id=event.provider_id,
        receiver_id=event.receiver_id,
        resource_id=event.resource_id,
        to_resource_id=event.to_resource_id,
        agreement_id=event.agreement_id,
        fulfils_id=event.fulfils_id,
        reason="correction",
        corrects_id=event_id,
        input_of_id=event.input_of_id,
        output_of_id=event.output_of_id,
        effort_quantity=None if event.effort_quantity is None else -event.effort_quantity,
        begins=event.begins,
        ends=event.ends,
    )
