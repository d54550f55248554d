"""The bytes that seals are made of are the same however a value is put in order, and say everything of a row."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import system
from cosmolocal.kernel import clock
from cosmolocal.kernel.canonical import _normal, rows
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.seals import operation_rule

NAMES = st.text(st.sampled_from("abz_"), min_size=1, max_size=4)
VALUES = st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.none(), st.floats(allow_nan=False))


@given(st.dictionaries(st.one_of(NAMES, st.text(max_size=3)), VALUES, max_size=5))
@example({"model": "shop.order", "id": 12})
@example({"a": 0, "a_": -1, "ab": "x, y"})
@example({"b": '"', "a": ": "})
def test_an_object_is_put_in_order_as_reading_and_writing_it_would(found: dict[str, object]) -> None:
    wanted = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert _normal(json.dumps(found)) == wanted
    assert _normal(json.dumps(found, ensure_ascii=False)) == wanted


@pytest.mark.django_db
def test_every_field_of_a_row_counts_and_nothing_is_hidden_behind_a_strange_character() -> None:
    by = system()
    other = Agent.objects.create(kind="person", name="Amina", created_at=clock.now())
    made = {"code": "a.b", "by": by, "on_behalf_of": None, "at": clock.now(), "key": "k", "fingerprint": "f"}
    kinds = [
        {},
        {"code": "a.c"},
        {"by": other},
        {"on_behalf_of": other},
        {"at": clock.now() + timedelta(seconds=1)},
        {"key": "k2"},
        {"fingerprint": 'f"|"'},
        {"result": {"model": "a.b", "id": 1}},
        {"result": {"model": "a.b", "id": 2}},
    ]
    if connection.vendor == "sqlite":
        kinds += [{"fingerprint": "f\0"}, {"fingerprint": "f\0more"}]
    seen = set[bytes]()
    for kind in kinds:
        with transaction.atomic():  # the same row each time, so that only its fields tell them apart
            Operation(**{"pk": 10**6, "result": None, **made, **kind}).save(force_insert=True)
            seen.update(row.open for row in rows(operation_rule(), f"{{id}} = {10**6}"))
            transaction.set_rollback(True)
    assert len(seen) == len(kinds)
