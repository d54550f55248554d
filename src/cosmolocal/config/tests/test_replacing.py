"""No row of evidence goes by another that takes its place (SQLite's REPLACE, PostgreSQL's upsert)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.models import AgreedTerms, SupplierTerms
from cosmolocal.config.tests.test_tampering import found, village
from cosmolocal.kernel import clock, replacing, seals, triggers
from cosmolocal.practices.shop.models import Order, OrderLine
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import MONDAY, Village

__all__ = ["village"]
only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")


def _columns(table: str, **others: str) -> tuple[str, str]:
    """The columns of a table, and what to select of a row of it: itself, but for `others`."""
    fields = [str(field.column) for field in replacing.guarded()[table]._meta.concrete_fields]
    return ", ".join(f'"{name}"' for name in fields), ", ".join(others.get(name, f'"{name}"') for name in fields)


def _replace(table: str, which: str = "1 = 1", **others: str) -> str:
    """A statement that puts one row in the place of itself."""
    columns, values = _columns(table, **others)
    source = f"SELECT {values} FROM {table} WHERE {which} ORDER BY id LIMIT 1"
    if connection.vendor == "sqlite":
        return f"INSERT OR REPLACE INTO {table} ({columns}) {source}"
    told = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns.split(", "))
    return f"INSERT INTO {table} ({columns}) {source} ON CONFLICT (id) DO UPDATE SET {told}"


def refuse(statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nothing_takes_the_place_of_evidence(village: Village) -> None:
    for statement in (
        _replace("flows_economicevent", quantity="quantity + 1"),
        _replace("kernel_operation", "result IS NOT NULL", by_id="by_id + 1"),
        _replace("shop_order", "state = 'settled'", final="1"),
        _replace("agents_approval", needed="0"),
        _replace("handovers_receipt", promised="1"),
        _replace("kernel_seal", upto="0"),
    ):
        refuse(statement)
    assert found() == set()


@only_sqlite
def test_replace_is_refused_wherever_rows_are_guarded(village: Village) -> None:
    asked = 0
    for table, model in replacing.guarded().items():
        once = replacing.once(table, table) or "1 = 1"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {once}")
            if not cursor.fetchone()[0]:
                continue
        asked += 1
        refuse(_replace(table, once))
        refuse(_replace(table, once, id="CAST(id AS text)"))
        for key in replacing.keys(model)[1:]:
            filled = " AND ".join([once, *(f'"{name}" IS NOT NULL' for name in key.columns), key.among or "1 = 1"])
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {filled}")
                if cursor.fetchone()[0]:
                    refuse(_replace(table, filled, id="1000000"))
    assert asked > 25


@only_sqlite
def test_a_change_that_replaces_is_refused(village: Village) -> None:
    first, last = ("(SELECT min(id) FROM agents_contact)", "(SELECT max(id) FROM agents_contact)")
    other = "(SELECT max(agent_id) FROM agents_contact)"
    refuse(f"UPDATE OR REPLACE agents_contact SET id = {last} WHERE id = {first}")
    refuse(f"UPDATE OR REPLACE agents_contact SET agent_id = {other} WHERE agent_id < {other}")
    refuse("UPDATE OR REPLACE agents_agent SET code = 'x'")


@only_sqlite
def test_a_row_keeps_its_number_by_whatever_name(village: Village) -> None:
    asked = 0
    for table in replacing.guarded():
        once = replacing.once(table, table) or "1 = 1"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT min(id), max(id) FROM {table} WHERE {once}")
            first, last = cursor.fetchone()
        for name in ("id", "rowid", "_rowid_", "oid", '"RowId"') if first else ():
            refuse(f"UPDATE {table} SET {name} = 1000000 WHERE id = {first}")
            refuse(f"UPDATE OR REPLACE {table} SET {name} = {last} WHERE id = {first}") if last > first else None
            asked += 1
    assert asked > 125


@only_sqlite
def test_the_guards_know_every_key_of_the_database(db: None) -> None:
    for table, model in replacing.guarded().items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT name, partial FROM pragma_index_list('{table}') WHERE \"unique\"")
            there = set()
            for name, partial in cursor.fetchall():
                cursor.execute(f"SELECT name FROM pragma_index_info('{name}')")
                there.add((tuple(sorted(row[0] for row in cursor.fetchall())), bool(partial)))
        told = {(tuple(sorted(key.columns)), bool(key.among)) for key in replacing.keys(model)}
        assert told - {(("id",), False)} == there, table


@only_sqlite
def test_a_guard_that_is_gone_is_said(db: None) -> None:
    assert triggers.missing() == []
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER flows_economicevent_no_replace")
        cursor.execute("DROP TRIGGER agents_contact_no_replace_by")
    assert triggers.missing() == ["agents_contact", "flows_economicevent"]
    triggers.protect()
    assert triggers.missing() == []


def test_lines_of_an_open_order_may_be_written_again(db: None) -> None:
    with clock.frozen_at(MONDAY):
        village = builder.build()
    with clock.frozen_at(MONDAY + timedelta(hours=1)):
        round = village.round()
        village.order(round, "Amina", {"Pak choi": 1})
        lines, orders = list(OrderLine.objects.all()), list(Order.objects.all())
        assert len(lines) == len(orders) == 1
        OrderLine.objects.bulk_create(lines, update_conflicts=True, unique_fields=["id"], update_fields=["reason"])
        Order.objects.bulk_create(orders, update_conflicts=True, unique_fields=["id"], update_fields=["version"])


def test_terms_agreed_before_stay_as_they_are(village: Village) -> None:
    agreed = AgreedTerms.objects.order_by("id").values_list("agreement_id", flat=True)[0]
    producer = SupplierTerms.objects.order_by("id").values_list("producer_id", flat=True)[0]
    before = AgreedTerms.objects.count()
    catalog.agree_terms(by=village.home, agreements={agreed: producer})
    assert AgreedTerms.objects.count() == before
    seals.seal()
    assert found() == set()
