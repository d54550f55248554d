"""What happened: events are written here and nowhere else, with their effects on quantities and promises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.flows import queries, rules, statements
from cosmolocal.flows.actions import ACTIONS
from cosmolocal.flows.models import EconomicEvent, EconomicResource, Process, ProcessSpecification
from cosmolocal.flows.operations.promises import bad_event, load_promises, shift
from cosmolocal.flows.rules import EventDraft
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among
from cosmolocal.kernel.writer import Running


@dataclass(frozen=True)
class ProcessDraft:
    """What was done, as a code of `ProcessSpecification`; where, on which day, under which certificate, where known."""

    based_on: str
    place_id: int | None = None
    day: date | None = None
    certificate: str = ""


@operation("flows.begin_processes", said=gettext_lazy("noted what was done with goods"))
def begin_processes(*, by: Agent, drafts: Sequence[ProcessDraft], key: str = "") -> list[Process]:
    """Things done to resources, in the order of the drafts (one statement). Events name them as input_of or output_of,
    promises as output_of. Refuses `flows.bad_event` where the code is unknown.
    """
    if any(draft.based_on not in ProcessSpecification.values for draft in drafts):
        raise bad_event("process_specification")
    now = running()
    return Process.objects.bulk_create(
        Process(
            based_on=draft.based_on,
            at=now.at,
            day=draft.day,
            place_id=draft.place_id,
            certificate=draft.certificate[:120],
            operation_id=now.id,
        )
        for draft in drafts
    )


@operation("flows.record", said=gettext_lazy("made an entry"))
def record(*, by: Agent, drafts: Sequence[EventDraft], key: str = "") -> list[int]:
    """Writes what happened, all or none; returns the ids of the events in the same order. Quantities in smallest units.

    Refuses `flows.bad_event` (fact: `problem`, one word of rules.check) and, for drafts with `guard`,
    `flows.not_enough` (fact: `resources`, id -> how much may be spent).
    """
    if len(drafts) >= _MANY and all(map(_is_plain, drafts)):
        moved = _moved_at_once(drafts)
        if moved is not None:
            return moved
    promises = load_promises(ids) if (ids := {h.fulfils_id for h in drafts if h.fulfils_id}) else {}
    stocks = queries.stocks({id for h in drafts for id in (h.resource_id, h.to_resource_id) if id})
    completed = [_completed(draft, stocks, promises) for draft in drafts]
    _check(completed, stocks, promises)
    now = running()
    ids_of_events = statements.insert_events([_row(draft, now) for draft in completed])
    found = rules.changes(completed, promises)
    shift(found, ())
    statements.fulfil(found.fulfilled)
    _mark(completed, stocks)
    return ids_of_events


@operation("flows.transfer", said=gettext_lazy("moved something"))
def transfer(*, by: Agent, draft: EventDraft, key: str = "") -> int:
    """One transfer between two resources, the fastest way there is; the id of its event. Refuses as `record` does.

    What names everything (kind, both resources, both parties, nothing to fulfil or to change besides) is one or two
    statements; anything else goes the way of `record`.
    """
    if not _is_plain(draft):
        return record(by=by, drafts=[draft])[0]
    now = running()
    event = statements.move(draft, draft.at or now.at, now.id)
    if event is None:
        raise _why_not(draft)
    return event


_MANY = 20  # from here on it pays to try the fast way first
_whole = attrgetter("specification_id", "provider_id", "receiver_id", "resource_id", "to_resource_id")
_besides = attrgetter(
    *("fulfils_id", "corrects_id", "to_location_id", "effort_quantity", "begins", "ends"),
    *("input_of_id", "output_of_id", "state"),
)
_NOTHING = (None, None, None, None, None, None, None, None, "")


def _is_plain(told: EventDraft) -> bool:
    """A transfer that names everything, and changes nothing but two quantities."""
    return (
        told.action == "transfer"
        and told.quantity > 0
        and told.resource_id != told.to_resource_id
        and _besides(told) == _NOTHING
        and None not in _whole(told)
    )


def _moved_at_once(drafts: Sequence[EventDraft]) -> list[int] | None:
    """Many plain transfers in two statements; None, with nothing written, where one of them cannot be so."""
    now = running()
    moves = statements.Moves(drafts)
    if not moves.agree:
        return None
    with transaction.atomic():
        events = moves.write(now.id, now.at)
        if events is None:
            transaction.set_rollback(True)
    return events


def _why_not(told: EventDraft) -> Refusal:
    """Says why a plain transfer was not written; one side of it may have moved, and is undone by the refusal."""
    stocks = queries.stocks({id for id in (told.resource_id, told.to_resource_id) if id})
    problem = rules.check(told, stocks, {})
    if not problem and told.guard and told.resource_id:
        return Refusal(
            "flows.not_enough",
            _("There is not so much left. Take less, or something else."),
            intents={},
            resources=queries.spendable([told.resource_id]),
        )
    return bad_event(problem or "not_receiver")


@operation("flows.correct", said=gettext_lazy("corrected an entry"), fact=True)
def correct(
    *,
    by: Agent,
    event_id: int,
    replacement: EventDraft | None = None,
    at: datetime | None = None,
    value_on: date | None = None,
    key: str = "",
) -> list[int]:
    """Takes an event back by a reversing one and writes the right one, if any; both are linked to it by `corrects`.

    `at` and `value_on` are when the reversing one counts, and its true day where that differs; now, where not given.

    Returns the ids of the new events. Refuses `flows.already_corrected` and `flows.bad_event`.
    """
    event = EconomicEvent.objects.select_for_update(no_key=True).filter(pk=event_id).first()
    if event is None:
        raise bad_event("absent")
    if EconomicEvent.objects.filter(corrects_id=event_id).exists():
        raise Refusal(
            "flows.already_corrected", _("This was corrected before. Correct the newer entry instead."), event=event_id
        )
    drafts = [replace(rules.reversal(queries.draft_of(event), event_id), at=at, value_on=value_on)]
    if replacement is not None:
        drafts.append(replace(replacement, corrects_id=event_id))
    return record(by=by, drafts=drafts)


def _completed(draft: EventDraft, stocks: dict[int, rules.Stock], promises: dict[int, rules.Promise]) -> EventDraft:
    if draft.action not in ACTIONS:
        raise bad_event("action")
    copy = replace(draft)
    rules.complete(copy, stocks, promises)
    return copy


def _check(drafts: Iterable[EventDraft], stocks: dict[int, rules.Stock], promises: dict[int, rules.Promise]) -> None:
    """Refuses the first draft that breaks a rule."""
    nowhere = {h.specification_id for h in drafts if not h.resource_id and not h.to_resource_id}
    money = queries.currencies({id for id in nowhere if id}) if nowhere else set()
    for draft in drafts:
        problem = rules.check(draft, stocks, promises, money)
        if problem:
            raise bad_event(problem)


def _row(draft: EventDraft, now: Running) -> dict[str, Any]:
    return {
        "action": draft.action,
        "quantity": draft.quantity,
        "effort_quantity": draft.effort_quantity,
        "begins": statements.moment(draft.begins) if draft.begins else None,
        "ends": statements.moment(draft.ends) if draft.ends else None,
        "provider_id": draft.provider_id,
        "receiver_id": draft.receiver_id,
        "resource_id": draft.resource_id,
        "to_resource_id": draft.to_resource_id,
        "specification_id": draft.specification_id,
        "at": statements.moment(draft.at or now.at),
        "value_on": statements.moment(draft.value_on) if draft.value_on else None,
        "to_location_id": draft.to_location_id,
        "state": draft.state,
        "reason": draft.reason,
        "agreement_id": draft.agreement_id,
        "fulfils_id": draft.fulfils_id,
        "input_of_id": draft.input_of_id,
        "output_of_id": draft.output_of_id,
        "corrects_id": draft.corrects_id,
        "operation_id": now.id,
    }


def _mark(drafts: Sequence[EventDraft], stocks: dict[int, rules.Stock]) -> None:
    """Where things are now, in which state, whose, and in what."""
    outputs = {h.output_of_id for h in drafts if h.output_of_id}
    codes = dict(Process.objects.filter(pk__in=outputs).values_list("pk", "based_on")) if outputs else {}
    marked: dict[int, dict[str, object]] = {}
    for draft in drafts:
        for id, columns in rules.marks(draft, stocks, codes).items():
            marked.setdefault(id, {}).update(columns)
    alike: dict[tuple[tuple[str, object], ...], list[int]] = {}
    for id, columns in marked.items():
        alike.setdefault(tuple(sorted(columns.items())), []).append(id)
    for marks, ids in alike.items():
        EconomicResource.objects.filter(pk__in=among(ids)).update(**dict(marks))
