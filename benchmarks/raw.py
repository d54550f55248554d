"""The limit of the ledger: the same rows and checks as our transfer, in hand-written SQL on the bare driver."""

import json
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection

Pair = tuple[int, int, int, int, int]  # resource, to resource, provider, receiver, quantity

_OPERATION = (
    "INSERT INTO kernel_operation (code, by_id, at, key, fingerprint) VALUES ({0}, {0}, {0}, {0}, '') "
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
_BATCH_COLUMNS = "quantity, provider_id, receiver_id, resource_id, to_resource_id"


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

    def transfer(self, pair: Pair) -> None:
        """One transfer in one transaction: operation, event, two guarded updates."""
        resource, to_resource, provider, receiver, quantity = pair
        run, kind, now = self.link.execute, self.specification, datetime.now(UTC)
        at = now.replace(tzinfo=None).isoformat(" ") if self.is_sqlite else now
        run(self.begin)
        row = run(self.operation, ("raw", self.by, at, secrets.token_urlsafe(16))).fetchone()[0]
        run(self.event, (quantity, provider, receiver, resource, to_resource, kind, at, row))
        taken = run(self.take, (quantity, quantity, resource, kind, provider, quantity)).rowcount
        given = run(self.give, (quantity, quantity, to_resource, kind, receiver)).rowcount
        if taken + given != 2:
            run("ROLLBACK")
            raise ValueError("not enough")
        run("COMMIT")

    def batch(self, pairs: Sequence[Pair]) -> None:
        """Many transfers in one transaction: one insert of events, one update of the sums by resource."""
        run, now = self.link.execute, datetime.now(UTC)
        at = now.replace(tzinfo=None).isoformat(" ") if self.is_sqlite else now
        sums: dict[int, int] = {}
        for resource, to_resource, _provider, _receiver, quantity in pairs:
            sums[resource] = sums.get(resource, 0) - quantity
            sums[to_resource] = sums.get(to_resource, 0) + quantity
        run(self.begin)
        row = run(self.operation, ("raw", self.by, at, secrets.token_urlsafe(16))).fetchone()[0]
        rows = [(quantity, *pair) for *pair, quantity in pairs]
        if self.is_sqlite:
            picked = ", ".join(f"json_extract(value, '$[{index}]')" for index in (0, 3, 4, 1, 2))
            table = f"SELECT {picked} FROM json_each(?)"
            sql = (
                "INSERT INTO flows_economicevent (action, specification_id, at, state, reason, operation_id, "
                f"{_BATCH_COLUMNS}) SELECT 'transfer', ?, ?, '', '', ?, t.* FROM ({table}) t"
            )
            run(sql, (self.specification, at, row, json.dumps(rows)))
            changed = run(
                "UPDATE flows_economicresource AS r SET accounting_quantity = r.accounting_quantity + j.q, "
                "onhand_quantity = r.onhand_quantity + j.q FROM (SELECT json_extract(value, '$[0]') AS id, "
                "json_extract(value, '$[1]') AS q FROM json_each(?)) AS j WHERE r.id = j.id AND r.conforms_to_id = ? "
                "AND (j.q >= 0 OR r.floor IS NULL OR r.accounting_quantity - r.promised_quantity + j.q >= r.floor)",
                (json.dumps(list(sums.items())), self.specification),
            ).rowcount
        else:
            names = ("quantity", "resource_id", "to_resource_id", "provider_id", "receiver_id")
            kinds = ", ".join(f"{name} bigint" for name in names)
            run(
                "INSERT INTO flows_economicevent (action, specification_id, at, state, reason, operation_id, "
                f"{_BATCH_COLUMNS}) SELECT 'transfer', %s, %s, '', '', %s, {_BATCH_COLUMNS} "
                f"FROM jsonb_to_recordset(%s::jsonb) AS j({kinds})",
                (self.specification, at, row, json.dumps([dict(zip(names, r, strict=True)) for r in rows])),
            )
            changed = run(
                "WITH j AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS j(id bigint, q bigint)), "
                "l AS (SELECT r.id FROM flows_economicresource r JOIN j ON j.id = r.id ORDER BY r.id "
                "FOR NO KEY UPDATE OF r) "
                "UPDATE flows_economicresource AS r SET accounting_quantity = r.accounting_quantity + j.q, "
                "onhand_quantity = r.onhand_quantity + j.q FROM j JOIN l ON l.id = j.id WHERE r.id = j.id "
                "AND r.conforms_to_id = %s AND (j.q >= 0 OR r.floor IS NULL "
                "OR r.accounting_quantity - r.promised_quantity + j.q >= r.floor)",
                (json.dumps([{"id": id, "q": q} for id, q in sums.items()]), self.specification),
            ).rowcount
        if changed != len(sums):
            run("ROLLBACK")
            raise ValueError("not enough")
        run("COMMIT")

    def close(self) -> None:
        self.link.close()
