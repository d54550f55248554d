"""The limit of the ledger: the same rows and checks as our transfer, in hand-written SQL on the bare driver."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection

Pair = tuple[int, int, int, int, int]  # resource, to resource, provider, receiver, quantity
Leg = tuple[int, int, int]  # account, to account, quantity

_OPERATION = (
    "INSERT INTO kernel_operation (code, by_id, at, key, fingerprint) VALUES ({0}, {0}, {0}, {0}, {0}) "
    "ON CONFLICT (by_id, code, key) DO NOTHING RETURNING id"
)
_EVENT = (
    "INSERT INTO flows_economicevent (action, quantity, provider_id, receiver_id, resource_id, to_resource_id, "
    "specification_id, at, state, reason, operation_id) "
    "VALUES ('transfer', {0}, {0}, {0}, {0}, {0}, {0}, {0}, '', '', {0})"
)
_TAKE = (
    "UPDATE flows_economicresource SET accounting_quantity = accounting_quantity - {0}, "
    "onhand_quantity = onhand_quantity - {0} WHERE id = {0} AND conforms_to_id = {0} AND primary_accountable_id = {0} "
    "AND (floor IS NULL OR accounting_quantity - promised_quantity - {0} >= floor)"
)
_GIVE = (
    "UPDATE flows_economicresource SET accounting_quantity = accounting_quantity + {0}, "
    "onhand_quantity = onhand_quantity + {0} WHERE id = {0} AND conforms_to_id = {0} AND primary_accountable_id = {0}"
)
# The legs are a table l(source, target, quantity).
_EVENTS = (
    "INSERT INTO flows_economicevent (action, at, state, reason, operation_id, quantity, provider_id, receiver_id, "
    "resource_id, to_resource_id, specification_id) SELECT 'transfer', {mark}, '', '', {mark}, l.quantity, "
    "s.holder_id, t.holder_id, s.resource_id, t.resource_id, c.specification_id FROM {legs} "
    "JOIN money_account s ON s.id = l.source JOIN money_account t ON t.id = l.target "
    "JOIN money_currency c ON c.id = s.currency_id AND c.id = t.currency_id"
)
_SUMS = (
    "UPDATE flows_economicresource AS r SET accounting_quantity = r.accounting_quantity + j.q, "
    "onhand_quantity = r.onhand_quantity + j.q FROM (SELECT a.resource_id AS id, SUM(m.q) AS q FROM ("
    "SELECT source AS account, -quantity AS q FROM {legs} UNION ALL SELECT target, quantity FROM {legs}) AS m "
    "JOIN money_account a ON a.id = m.account GROUP BY a.resource_id) AS j WHERE r.id = j.id "
    "AND (j.q >= 0 OR r.floor IS NULL OR r.accounting_quantity - r.promised_quantity + j.q >= r.floor)"
)
_LEGS_SQLITE = (
    "(SELECT json_extract(value, '$[0]') AS source, json_extract(value, '$[1]') AS target, "
    "json_extract(value, '$[2]') AS quantity FROM json_each(?)) AS l"
)
_LEGS_POSTGRESQL = (
    "(SELECT (v->>0)::bigint AS source, (v->>1)::bigint AS target, (v->>2)::bigint AS quantity "
    "FROM jsonb_array_elements(%s::jsonb) AS v) AS l"
)


class Raw:
    """A connection of its own to the same database, opened as Django opens it."""

    def __init__(self, specification: int, by: int) -> None:
        self.specification, self.by = specification, by
        self.is_sqlite = connection.vendor == "sqlite"
        settings = connection.settings_dict
        if self.is_sqlite:
            self.link: Any = sqlite3.connect(settings["NAME"], isolation_level=None, timeout=20)
            self.link.executescript(settings["OPTIONS"]["init_command"])
            self.begin, mark = "BEGIN IMMEDIATE", "?"
        else:
            self.link = psycopg.connect(
                dbname=settings["NAME"],
                user=settings["USER"],
                host=settings["HOST"],
                autocommit=True,
            )
            self.begin, mark = "BEGIN", "%s"
        self.operation, self.event, self.take, self.give = (
            sql.format(mark) for sql in (_OPERATION, _EVENT, _TAKE, _GIVE)
        )
        legs = _LEGS_SQLITE if self.is_sqlite else _LEGS_POSTGRESQL
        self.events, self.sums = (sql.format(mark=mark, legs=legs) for sql in (_EVENTS, _SUMS))

    def transfer(self, pair: Pair) -> None:
        """One transfer in one transaction: operation, event, two guarded updates."""
        resource, to_resource, provider, receiver, quantity = pair
        run, kind, now = self.link.execute, self.specification, datetime.now(UTC)
        at = now.replace(tzinfo=None).isoformat(" ") if self.is_sqlite else now
        run(self.begin)
        printed = hashlib.sha256(repr(pair).encode()).hexdigest()[:32]
        row = run(self.operation, ("raw", self.by, at, secrets.token_urlsafe(16), printed)).fetchone()[0]
        run(self.event, (quantity, provider, receiver, resource, to_resource, kind, at, row))
        taken = run(self.take, (quantity, quantity, resource, kind, provider, quantity)).rowcount
        given = run(self.give, (quantity, quantity, to_resource, kind, receiver)).rowcount
        if taken + given != 2:
            run("ROLLBACK")
            raise ValueError("not enough")
        run("COMMIT")

    def batch(self, legs: Sequence[Leg]) -> None:
        """Many transfers in one transaction, from account to account: one insert of events, one update of the sums."""
        run, now = self.link.execute, datetime.now(UTC)
        at = now.replace(tzinfo=None).isoformat(" ") if self.is_sqlite else now
        told = json.dumps(legs)
        run(self.begin)
        printed = hashlib.sha256(told.encode()).hexdigest()[:32]
        row = run(self.operation, ("raw", self.by, at, secrets.token_urlsafe(16), printed)).fetchone()[0]
        run(self.events, (at, row, told))
        if run(self.sums, (told, told)).rowcount != len({account for leg in legs for account in leg[:2]}):
            run("ROLLBACK")
            raise ValueError("not enough")
        run("COMMIT")

    def close(self) -> None:
        self.link.close()
