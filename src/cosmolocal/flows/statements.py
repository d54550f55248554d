"""The few hot statements of the journal, written by hand for both databases; everything else uses the ORM.

Many rows travel as one JSON parameter. On PostgreSQL rows are locked in the order of their ids, so that two writers
never wait for each other in a circle.
"""
# ruff: noqa: S608 - statements are put together from constants of this file only

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from cosmolocal.flows.rules import Change, EventDraft
from cosmolocal.kernel.driver import Statement
from cosmolocal.kernel.sets import array

_NUMBER, _TEXT, _YES_NO, _MOMENT, _DATE = "bigint", "text", "boolean", "timestamptz", "date"

EVENT_COLUMNS = {
    "action": _TEXT,
    "quantity": _NUMBER,
    "effort_quantity": _NUMBER,
    "begins": _MOMENT,
    "ends": _MOMENT,
    "provider_id": _NUMBER,
    "receiver_id": _NUMBER,
    "resource_id": _NUMBER,
    "to_resource_id": _NUMBER,
    "specification_id": _NUMBER,
    "at": _MOMENT,
    "value_on": _DATE,
    "to_location_id": _NUMBER,
    "state": _TEXT,
    "reason": _TEXT,
    "agreement_id": _NUMBER,
    "fulfils_id": _NUMBER,
    "input_of_id": _NUMBER,
    "output_of_id": _NUMBER,
    "corrects_id": _NUMBER,
    "operation_id": _NUMBER,
}
COMMITMENT_COLUMNS = {
    "agreement_id": _NUMBER,
    "is_reciprocal": _YES_NO,
    "action": _TEXT,
    "provider_id": _NUMBER,
    "receiver_id": _NUMBER,
    "specification_id": _NUMBER,
    "resource_id": _NUMBER,
    "to_resource_id": _NUMBER,
    "satisfies_id": _NUMBER,
    "quantity": _NUMBER,
    "fulfilled_quantity": _NUMBER,
    "place_id": _NUMBER,
    "due": _MOMENT,
    "begins": _MOMENT,
    "ends": _MOMENT,
    "output_of_id": _NUMBER,
    "finished": _YES_NO,
}


def moment(value: datetime | date) -> str:
    """A moment or a date as the database stores it."""
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return value.isoformat()


# One transfer between two resources: both quantities move, or neither and no event is written.
_MOVE = (
    "UPDATE flows_economicresource AS r SET "
    "accounting_quantity = r.accounting_quantity + CASE r.id WHEN {source} THEN -{quantity} ELSE {quantity} END, "
    "onhand_quantity = r.onhand_quantity + CASE r.id WHEN {source} THEN -{quantity} ELSE {quantity} END "
    "{more} r.id IN ({source}, {target}) AND r.conforms_to_id = {kind} "
    "AND r.primary_accountable_id = CASE r.id WHEN {source} THEN {provider} ELSE {receiver} END "
    "AND (r.id = {target} OR NOT {guard} OR r.floor IS NULL "
    "OR r.accounting_quantity - r.promised_quantity - {quantity} >= r.floor)"
)
_MOVED = (
    "action, quantity, provider_id, receiver_id, resource_id, to_resource_id, specification_id, at, value_on, "
    "state, reason, agreement_id, operation_id"
)
_NUMBERS = ("source", "target", "quantity", "kind", "provider", "receiver")
_MOVE_SQLITE = Statement(_MOVE.format(**{name: f"%({name})s" for name in _NUMBERS}, guard="%(guard)s", more="WHERE"))
_WRITE_SQLITE = Statement(
    f"INSERT INTO flows_economicevent ({_MOVED}) VALUES ('transfer', %(quantity)s, %(provider)s, %(receiver)s, "
    "%(source)s, %(target)s, %(kind)s, %(at)s, %(value_on)s, '', %(reason)s, %(agreement)s, %(operation)s)"
)
_MOVE_POSTGRESQL = Statement(
    "WITH l AS (SELECT id FROM flows_economicresource WHERE id IN (%(source)s::bigint, %(target)s::bigint) ORDER BY id "
    "FOR NO KEY UPDATE), u AS ("
    + _MOVE.format(
        **{name: f"%({name})s::bigint" for name in _NUMBERS}, guard="%(guard)s", more="FROM l WHERE r.id = l.id AND"
    )
    + f" RETURNING 1) INSERT INTO flows_economicevent ({_MOVED}) SELECT 'transfer', %(quantity)s::bigint, "
    "%(provider)s::bigint, %(receiver)s::bigint, %(source)s::bigint, %(target)s::bigint, %(kind)s::bigint, "
    "%(at)s::timestamptz, %(value_on)s::date, '', %(reason)s::text, %(agreement)s::bigint, %(operation)s::bigint "
    "WHERE (SELECT count(*) FROM u) = 2 RETURNING id"
)


def move(told: EventDraft, at: datetime, operation_id: int) -> int | None:
    """Writes one transfer that names both resources and both parties; the event's id, None where it cannot be so."""
    is_sqlite = connection.vendor == "sqlite"
    values = {
        "source": told.resource_id,
        "target": told.to_resource_id,
        "quantity": told.quantity,
        "kind": told.specification_id,
        "provider": told.provider_id,
        "receiver": told.receiver_id,
        "guard": told.guard,
        "at": moment(at) if is_sqlite else at,
        "value_on": moment(told.value_on) if is_sqlite and told.value_on else told.value_on,
        "reason": told.reason,
        "agreement": told.agreement_id,
        "operation": operation_id,
    }
    if is_sqlite:
        return int(_WRITE_SQLITE.run(values).lastrowid) if _MOVE_SQLITE.run(values).rowcount == 2 else None
    found = _MOVE_POSTGRESQL.run(values).fetchone()
    return found[0] if found else None


_fields = attrgetter(
    *("quantity", "specification_id", "resource_id", "to_resource_id", "provider_id", "receiver_id"),
    *("guard", "agreement_id", "at", "value_on", "reason"),
)


class Moves:
    """Many plain transfers: one statement writes the events, one moves the sums by resource.

    `agree` is false where two of them say that a resource is of different kinds or owners.
    """

    def __init__(self, told: Sequence[EventDraft]) -> None:
        self.agree = True
        self.changes: dict[int, list[Any]] = {}  # resource -> [by how much, kind, owner, guard]
        self.alike: list[tuple[tuple[Any, ...], list[tuple[Any, ...]]]] = []  # what rows share, rows
        changes, last, rows = self.changes, list[Any](), list[tuple[Any, ...]]()
        for one in told:
            quantity, kind, source, target, provider, receiver, guard, agreement, *shared = _fields(one)
            change = changes.get(source)
            if change is None:
                changes[source] = [-quantity, kind, provider, guard]
            else:
                change[0] -= quantity
                change[3] = change[3] or guard
                self.agree = self.agree and change[1] == kind and change[2] == provider
            change = changes.get(target)
            if change is None:
                changes[target] = [quantity, kind, receiver, False]
            else:
                change[0] += quantity
                self.agree = self.agree and change[1] == kind and change[2] == receiver
            if shared != last:
                last, rows = shared, []
                self.alike.append((tuple(shared), rows))
            rows.append((source, target, quantity, agreement))

    def write(self, operation_id: int, now: datetime) -> list[int] | None:
        """The ids of the events in the order told; None where a resource cannot move so (some may have moved)."""
        ids: list[int] = []
        for (at, value_on, reason), rows in self.alike:
            shared = (moment(at or now), moment(value_on) if value_on else None, reason, operation_id)
            ids.extend(_insert_moves(shared, rows))
        return ids if self._shift() and len(ids) == sum(len(rows) for _shared, rows in self.alike) else None

    def _shift(self) -> bool:
        """Whether every resource was what was told of it, and had enough where that was asked."""
        rows: Any = (  # not a list: it is read once, and may be long
            (by, by, id, kind, owner, guard and by < 0, by)
            for id in sorted(self.changes)
            for by, kind, owner, guard in (self.changes[id],)
        )
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.executemany(_SHIFT_MOVES_SQLITE, rows)
            else:
                columns = zip(*(row[1:6] for row in rows), strict=True)
                cursor.execute(_SHIFT_MOVES_POSTGRESQL, [array(column) for column in columns])
            return bool(cursor.rowcount == len(self.changes))


def _insert_moves(shared: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Iterable[int]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_INSERT_MOVES_SQLITE, [*shared, json.dumps(rows)])
            # One statement of the only writer: its ids follow each other.
            return range(cursor.lastrowid - cursor.rowcount + 1, cursor.lastrowid + 1)
        cursor.execute(_INSERT_MOVES_POSTGRESQL, [*shared, *map(array, zip(*rows, strict=True))])
        return [row[0] for row in cursor.fetchall()]


# Parties and kind are those of the resources: that they were told so is checked where the sums move.
_INSERT_MOVES = (
    "INSERT INTO flows_economicevent (action, at, value_on, state, reason, operation_id, resource_id, to_resource_id, "
    "quantity, agreement_id, provider_id, receiver_id, specification_id) "
    "SELECT 'transfer', %s, %s, '', %s, %s, j.source, j.target, j.quantity, j.agreement, "
    "s.primary_accountable_id, t.primary_accountable_id, s.conforms_to_id FROM {rows} "
    "CROSS JOIN flows_economicresource s CROSS JOIN flows_economicresource t WHERE s.id = j.source AND t.id = j.target"
)
_INSERT_MOVES_SQLITE = _INSERT_MOVES.format(
    rows="(SELECT json_extract(value, '$[0]') AS source, json_extract(value, '$[1]') AS target, "
    "json_extract(value, '$[2]') AS quantity, json_extract(value, '$[3]') AS agreement FROM json_each(%s)) AS j"
)
_INSERT_MOVES_POSTGRESQL = (
    _INSERT_MOVES.format(
        rows="unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) "
        "WITH ORDINALITY AS j(source, target, quantity, agreement, place)"
    )
    + " ORDER BY j.place RETURNING id"
)
_SHIFT_MOVES_SQLITE = (
    "UPDATE flows_economicresource SET accounting_quantity = accounting_quantity + %s, "
    "onhand_quantity = onhand_quantity + %s WHERE id = %s AND conforms_to_id = %s AND primary_accountable_id = %s "
    "AND (NOT %s OR floor IS NULL OR accounting_quantity - promised_quantity + %s >= floor)"
)
_SHIFT_MOVES_POSTGRESQL = (
    "WITH j AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[]) "
    "AS j(moved, id, kind, owner, guard)), "
    "l AS (SELECT r.id FROM flows_economicresource r JOIN j ON j.id = r.id ORDER BY r.id FOR NO KEY UPDATE OF r) "
    "UPDATE flows_economicresource AS r SET accounting_quantity = r.accounting_quantity + j.moved, "
    "onhand_quantity = r.onhand_quantity + j.moved FROM j JOIN l ON l.id = j.id "
    "WHERE r.id = j.id AND r.conforms_to_id = j.kind AND r.primary_accountable_id = j.owner "
    "AND (NOT j.guard OR r.floor IS NULL OR r.accounting_quantity - r.promised_quantity + j.moved >= r.floor)"
)


def insert_events(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes events; returns their ids in the same order."""
    return _insert("flows_economicevent", EVENT_COLUMNS, rows)


def insert_commitments(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes commitments; returns their ids in the same order."""
    return _insert("flows_commitment", COMMITMENT_COLUMNS, rows)


def shift_resources(changes: Mapping[int, Change]) -> list[int]:
    """Moves the quantities of resources; returns the guarded ones left as they are, since they would fall too low."""
    columns = {"id": _NUMBER, "accounting": _NUMBER, "onhand": _NUMBER, "promised": _NUMBER, "guard": _YES_NO}
    rows = [
        {"id": id, "accounting": c.accounting, "onhand": c.onhand, "promised": c.promised, "guard": c.guard}
        for id, c in changes.items()
    ]
    return _update(
        "flows_economicresource",
        columns,
        rows,
        "accounting_quantity = r.accounting_quantity + j.accounting, onhand_quantity = r.onhand_quantity + j.onhand, "
        "promised_quantity = r.promised_quantity + j.promised",
        "NOT j.guard OR r.floor IS NULL "
        "OR r.accounting_quantity + j.accounting - r.promised_quantity - j.promised >= r.floor",
    )


def shift_intents(changes: Mapping[int, int], *, guard: bool) -> list[int]:
    """Moves what is promised of intents; gives those that are closed or have not so much left, and stay as they are."""
    rows = [{"id": id, "promised": promised, "guard": guard and promised > 0} for id, promised in changes.items()]
    return _update(
        "flows_intent",
        {"id": _NUMBER, "promised": _NUMBER, "guard": _YES_NO},
        rows,
        "promised_quantity = r.promised_quantity + j.promised",
        "NOT j.guard OR (NOT r.finished AND (r.available_quantity IS NULL "
        "OR r.available_quantity - r.promised_quantity - j.promised >= 0))",
    )


def fulfil(fulfilled: Mapping[int, int]) -> None:
    """Writes how far commitments are fulfilled; a whole one is finished. The caller has locked them."""
    _update(
        "flows_commitment",
        {"id": _NUMBER, "fulfilled": _NUMBER},
        [{"id": id, "fulfilled": quantity} for id, quantity in fulfilled.items()],
        "fulfilled_quantity = j.fulfilled, finished = (r.finished OR j.fulfilled >= r.quantity)",
    )


def rewrite_commitments(rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes quantity, resource, process and finished of commitments. Rows are locked by the caller."""
    columns = {"id": _NUMBER, "quantity": _NUMBER, "resource_id": _NUMBER, "output_of_id": _NUMBER, "finished": _YES_NO}
    _update("flows_commitment", columns, rows, _as_told(columns))


def reschedule_commitments(rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes quantity, resource, begins and ends of commitments. Rows are locked by the caller."""
    columns = {"id": _NUMBER, "quantity": _NUMBER, "resource_id": _NUMBER, "begins": _MOMENT, "ends": _MOMENT}
    _update("flows_commitment", columns, rows, _as_told(columns))


def overlapping(ids: Iterable[int]) -> list[tuple[int, int]]:
    """Of these commitments, each with every open one (itself never) that has the same resource at a time of its own.

    Half-open: what begins when the other ends does not overlap. The caller has locked the resources.
    """
    asked = array(ids) if connection.vendor == "postgresql" else json.dumps(list(ids))
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPPING.format(ids=_IDS[connection.vendor]), [asked])
        return [(row[0], row[1]) for row in cursor.fetchall()]


_IDS = {"sqlite": "(SELECT value FROM json_each(%s))", "postgresql": "(SELECT unnest(%s::bigint[]))"}
_OVERLAPPING = (
    "SELECT c.id, o.id FROM flows_commitment c JOIN flows_commitment o ON o.resource_id = c.resource_id "
    "AND o.begins IS NOT NULL AND o.ends > c.begins AND o.begins < c.ends AND o.id <> c.id AND NOT o.finished "
    "WHERE c.id IN {ids} AND c.begins IS NOT NULL AND NOT c.finished ORDER BY c.id, o.id"
)


def lock(table: str, ids: Iterable[int]) -> None:
    """Locks rows in the order of their ids (PostgreSQL; SQLite has one writer at a time anyway)."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {table} WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            [array(ids)],
        )


def _as_told(columns: Iterable[str]) -> str:
    """The columns of the rows but their id, as the parameter says them."""
    return ", ".join(f"{name} = j.{name}" for name in columns if name != "id")


def _insert(table: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    if not rows:
        return []
    names = ", ".join(columns)
    sql = f"INSERT INTO {table} ({names}) SELECT {names} FROM {_table(columns)} RETURNING id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(rows)])
        return [row[0] for row in cursor.fetchall()]


def _update(
    table: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], assign: str, condition: str = ""
) -> list[int]:
    """Changes rows by id where the condition holds; gives the ids of those that were not changed."""
    if not rows:
        return []
    where = f"WHERE r.id = j.id AND ({condition})" if condition else "WHERE r.id = j.id"
    if connection.vendor == "sqlite":
        sql = f"UPDATE {table} AS r SET {assign} FROM {_table(columns)} {where} RETURNING id"
    else:
        sql = (
            f"WITH j AS (SELECT * FROM {_table(columns)}), "
            f"l AS (SELECT r.id FROM {table} r JOIN j ON j.id = r.id ORDER BY r.id FOR NO KEY UPDATE OF r) "
            f"UPDATE {table} AS r SET {assign} FROM j JOIN l ON l.id = j.id {where} RETURNING r.id"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(rows)])
        done = {row[0] for row in cursor.fetchall()}
    return [row["id"] for row in rows if row["id"] not in done]


def _table(columns: Mapping[str, str]) -> str:
    """The JSON parameter as a table named j."""
    if connection.vendor == "sqlite":
        picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
        return f"(SELECT {picked} FROM json_each(%s)) AS j"
    return f"jsonb_to_recordset(%s::jsonb) AS j({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
