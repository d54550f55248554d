"""One operation: one row, one key, one result; a refusal leaves nothing behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock
from cosmolocal.kernel import operation as kernel_operation
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.operation import fingerprint, is_running, operation, running
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def jo() -> Agent:
    return Agent.objects.create(kind="person", name="Jo", created_at=clock.now())


@pytest.fixture(autouse=True)
def own_operations() -> Iterator[None]:
    before = dict(kernel_operation.declared)
    yield
    kernel_operation.declared.clear()
    kernel_operation.declared.update(before)


def greet_operation():
    @operation("test.greet")
    def greet(*, by: Agent, name: str, key: str = "") -> Agent:
        if name == "nobody":
            Agent.objects.create(kind="person", name="left behind", created_at=running().at)
            raise Refusal("test.nobody", "Say a name.")
        return Agent.objects.create(kind="person", name=name, created_at=running().at)

    return greet


def test_the_same_key_gives_the_first_result(jo: Agent) -> None:
    greet = greet_operation()
    first = greet(by=jo, name="Amina", key="k1")
    second = greet(by=jo, name="Amina", key="k1")
    assert first == second
    assert Agent.objects.filter(name="Amina").count() == 1
    assert Operation.objects.filter(code="test.greet").count() == 1


def test_the_same_key_with_another_wish_is_refused(jo: Agent) -> None:
    greet = greet_operation()
    greet(by=jo, name="Amina", key="k1")
    with pytest.raises(Refusal) as caught:
        greet(by=jo, name="Wei", key="k1")
    assert caught.value.code == "kernel.key_reused"


def test_without_a_key_each_call_is_its_own_deed(jo: Agent) -> None:
    greet = greet_operation()
    assert greet(by=jo, name="Amina") != greet(by=jo, name="Amina")


def test_a_refusal_leaves_nothing_so_a_corrected_retry_succeeds(jo: Agent) -> None:
    greet = greet_operation()
    with pytest.raises(Refusal):
        greet(by=jo, name="nobody", key="k2")
    assert not Agent.objects.filter(name="left behind").exists()
    assert not Operation.objects.filter(key="k2").exists()
    assert greet(by=jo, name="Amina", key="k2").name == "Amina"


def test_nested_operations_join_the_outermost(jo: Agent) -> None:
    greet = greet_operation()

    @operation("test.greet_both")
    def greet_both(*, by: Agent, key: str = "") -> list[Agent]:
        assert is_running()
        return [greet(by=by, name="Amina"), greet(by=by, name="Wei")]

    both = greet_both(by=jo, key="k3")
    assert greet_both(by=jo, key="k3") == both
    assert list(Operation.objects.values_list("code", flat=True)) == ["test.greet_both"]


def test_writing_needs_an_operation() -> None:
    with pytest.raises(LookupError):
        running()


def test_an_operation_row_cannot_be_changed_or_deleted(jo: Agent) -> None:
    greet_operation()(by=jo, name="Amina", key="k4")
    for statement in ("UPDATE kernel_operation SET code = 'x'", "DELETE FROM kernel_operation"):
        with pytest.raises(DatabaseError, match="append-only"):
            execute(statement)


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_declared_code_belongs_to_one_module(jo: Agent) -> None:
    greet_operation()

    def greet(*, by: Agent) -> None: ...

    greet.__module__ = "elsewhere"
    with pytest.raises(TypeError, match="twice"):
        operation("test.greet")(greet)


def test_a_fingerprint_sees_every_value_but_not_the_order_of_names(jo: Agent) -> None:
    assert fingerprint({"a": 1, "b": [jo]}) == fingerprint({"b": [jo], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert fingerprint({"a": 1, "by": jo, "key": "x"}) == fingerprint({"a": 1, "by": None, "key": "y"})


def test_a_fingerprint_sees_into_wishes_of_every_kind(jo: Agent) -> None:
    @dataclass(frozen=True, slots=True)
    class Line:
        who: Agent
        on: date
        count: int = 1

    day = date(2026, 12, 5)
    wishes = [
        [Line(jo, day)],
        [Line(jo, day, 2)],
        [Line(jo, day + timedelta(1))],
        (line for line in [Line(jo, day), Line(jo, day)]),
        {3: 4},
        {3: 5},
        {jo.pk, 8},
        frozenset({jo.pk}),
        b"picture",
        b"another",
        Decimal("1.50"),
        None,
    ]
    assert len({fingerprint({"wish": wish}) for wish in wishes}) == len(wishes)
    assert fingerprint({"a": {"x", "y", "z"}}) == fingerprint({"a": {"z", "y", "x"}})
    assert fingerprint({"a": [Line(jo, day)]}) == fingerprint({"a": (Line(Agent(pk=jo.pk), day),)})


def test_a_statement_that_takes_too_long_is_ended_and_said_in_words(jo):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite ends no statement by itself")

    @operation("test.dawdle")
    def dawdle(*, by: Agent, key: str = "") -> None:
        Agent.objects.create(kind="person", name="left behind", created_at=running().at)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("0",)  # every connection has a limit
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
    with pytest.raises(Refusal) as caught:
        dawdle(by=jo)
    assert caught.value.code == "kernel.too_slow"
    assert not Agent.objects.filter(name="left behind").exists()


def test_a_wait_for_another_writer_ends_and_is_said_in_words(jo):
    if connection.vendor == "sqlite":
        pytest.skip("there the wait of SQLite itself ends it")

    @operation("test.wait")
    def wait(*, by: Agent, key: str = "") -> None:
        Agent.objects.create(kind="person", name="left behind", created_at=running().at)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(77)")

    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(77)")
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() != ("0",)  # every connection has a limit
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(Refusal) as caught:
            wait(by=jo)
    finally:
        other.close()
    assert caught.value.code == "kernel.busy"
    assert not Agent.objects.filter(name="left behind").exists()
