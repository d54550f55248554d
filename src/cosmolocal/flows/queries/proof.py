"""Are the books right? Every quantity is computed anew from the events, every promise from the commitments."""
# ruff: noqa: S608 - statements are put together from constants of this file only

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cosmolocal.flows.actions import ACTIONS


@dataclass(frozen=True)
class Finding:
    """Something in the books that does not agree. `sentence` says what, `fix` how to mend it."""

    code: str  # quantity, promise, offer, fulfilment, time
    row_id: int
    sentence: str
    fix: str


def replay() -> list[Finding]:
    """Compares what is stored with what events and commitments give; empty: the books agree to the smallest unit."""
    return [finding for look in looks() for finding in look()]


def looks() -> list[Callable[[], list[Finding]]]:
    """What `replay` does, in pieces that may be done beside each other."""
    return [_resources, _intents, _commitments, _times]


def _resources() -> list[Finding]:
    """Accounting, onhand and promised quantity of every resource, in one statement."""
    found = []
    for id, name, accounting, onhand, promised, told, told_onhand, told_promised in _rows(_RESOURCES):
        thing = {"id": id, "name": name}
        if (accounting, onhand) != (told, told_onhand):
            sentence = _(
                "Stock %(id)s %(name)s: the books say %(accounting)s (on hand %(onhand)s), its events give %(told)s "
                "(on hand %(told_onhand)s)."
            )
            numbers = {"accounting": accounting, "onhand": onhand, "told": told, "told_onhand": told_onhand}
            found.append(Finding("quantity", id, sentence % {**thing, **numbers}, _fix_by_backup()))
        if promised != told_promised:
            sentence = _("Stock %(id)s %(name)s: %(promised)s is set aside, its promises come to %(told)s.")
            numbers = {"promised": promised, "told": told_promised}
            found.append(Finding("promise", id, sentence % {**thing, **numbers}, _fix_by_backup()))
    return found


def _intents() -> list[Finding]:
    """What is promised of every offer, in one statement."""
    sentence = _("Offer %(id)s: %(promised)s is promised, its orders come to %(told)s.")
    return [
        Finding("offer", id, sentence % {"id": id, "promised": promised, "told": told}, _fix_by_backup())
        for id, promised, told in _rows(_INTENTS)
    ]


def _commitments() -> list[Finding]:
    """How far every promise is kept, in one statement."""
    sentence = _("Promise %(id)s: %(done)s of it is kept, its events come to %(told)s.")
    return [
        Finding("fulfilment", id, sentence % {"id": id, "done": done, "told": told}, _fix_by_backup())
        for id, done, told in _rows(_COMMITMENTS)
    ]


def _times() -> list[Finding]:
    """Things that two have at once, in one statement."""
    sentence = _("Promises %(id)s and %(other)s: both have stock %(thing)s to themselves at the same time.")
    return [
        Finding("time", id, sentence % {"id": id, "other": other, "thing": thing}, _fix_by_backup())
        for id, other, thing in _rows(_TIMES)
    ]


def _fix_by_backup() -> str:
    return _(
        "Somebody changed the database past the program: make a copy of it, restore the last backup without this "
        "finding, and type in again what happened since."
    )


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()]


def _effect(side: int, kind: str) -> str:
    """The sum of what events do to one side's quantity, as SQL made from the table of actions."""
    signs = {name: getattr(action, f"{kind}_signs")[side] for name, action in ACTIONS.items()}
    cases = " ".join(
        f"WHEN '{name}' THEN {'' if sign > 0 else '-'}quantity" for name, sign in signs.items() if sign != 0
    )
    return f"SUM(CASE action {cases} ELSE 0 END)"


def _list(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_TAKING = _list(name for name, action in ACTIONS.items() if action.takes)
_EFFORT = _list(name for name, action in ACTIONS.items() if action.promises_effort)
# As the index of such promises says it: a year of promises that are kept is not read for those that are not.
_UNDONE = "fulfilled_quantity < quantity"
_OPEN = f"CASE WHEN {_UNDONE} THEN quantity - fulfilled_quantity ELSE 0 END"

_RESOURCES = f"""
WITH sides AS (
    SELECT resource_id AS id, {_effect(0, "accounting")} AS accounting, {_effect(0, "onhand")} AS onhand
    FROM flows_economicevent WHERE resource_id IS NOT NULL GROUP BY resource_id
    UNION ALL
    SELECT to_resource_id, {_effect(1, "accounting")}, {_effect(1, "onhand")}
    FROM flows_economicevent WHERE to_resource_id IS NOT NULL GROUP BY to_resource_id
), told AS (
    SELECT id, CAST(SUM(accounting) AS bigint) AS accounting, CAST(SUM(onhand) AS bigint) AS onhand
    FROM sides GROUP BY id
), promised AS (
    SELECT resource_id AS id, CAST(SUM({_OPEN}) AS bigint) AS quantity FROM flows_commitment
    WHERE NOT finished AND {_UNDONE} AND resource_id IS NOT NULL AND action IN ({_TAKING}) GROUP BY resource_id
)
SELECT r.id, r.name, r.accounting_quantity, r.onhand_quantity, r.promised_quantity,
    COALESCE(t.accounting, 0), COALESCE(t.onhand, 0), COALESCE(p.quantity, 0)
FROM flows_economicresource r LEFT JOIN told t ON t.id = r.id LEFT JOIN promised p ON p.id = r.id
WHERE r.accounting_quantity <> COALESCE(t.accounting, 0) OR r.onhand_quantity <> COALESCE(t.onhand, 0)
    OR r.promised_quantity <> COALESCE(p.quantity, 0)
ORDER BY r.id
"""

_INTENTS = f"""
WITH promised AS (
    SELECT satisfies_id AS id, CAST(SUM({_OPEN}) AS bigint) AS quantity FROM flows_commitment
    WHERE NOT finished AND {_UNDONE} AND satisfies_id IS NOT NULL AND (resource_id IS NULL OR action NOT IN ({_TAKING}))
    GROUP BY satisfies_id
)
SELECT i.id, i.promised_quantity, COALESCE(p.quantity, 0) FROM flows_intent i LEFT JOIN promised p ON p.id = i.id
WHERE i.promised_quantity <> COALESCE(p.quantity, 0) ORDER BY i.id
"""

_COMMITMENTS = f"""
WITH told AS (
    SELECT fulfils_id AS id,
        CAST(SUM(CASE WHEN action IN ({_EFFORT}) THEN COALESCE(effort_quantity, 0) ELSE quantity END) AS bigint)
        AS quantity
    FROM flows_economicevent WHERE fulfils_id IS NOT NULL GROUP BY fulfils_id
)
SELECT c.id, c.fulfilled_quantity, COALESCE(t.quantity, 0) FROM flows_commitment c LEFT JOIN told t ON t.id = c.id
WHERE c.fulfilled_quantity <> COALESCE(t.quantity, 0) ORDER BY c.id
"""

_TIMES = """
SELECT a.id, b.id, a.resource_id FROM flows_commitment a JOIN flows_commitment b ON b.resource_id = a.resource_id
    AND b.begins IS NOT NULL AND b.ends > a.begins AND b.begins < a.ends AND b.id > a.id AND NOT b.finished
WHERE a.begins IS NOT NULL AND NOT a.finished ORDER BY a.id, b.id
"""
