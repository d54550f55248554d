"""Looks that are done side by side find what they find one after the other."""

import os
from functools import partial

import pytest
from django.db import connection

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import system
from cosmolocal.kernel import beside
from cosmolocal.kernel.beside import side_by_side


def names_and_where(turn: int) -> list[tuple[int, str, int]]:
    return [(turn, name, os.getpid()) for name in Agent.objects.order_by("pk").values_list("name", flat=True)]


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_looks_find_what_stands_in_the_database_in_their_order(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "AT_MOST", cores)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    system()
    there = list(Agent.objects.order_by("pk").values_list("name", flat=True))
    found = side_by_side([partial(names_and_where, turn) for turn in range(5)])
    assert [(turn, name) for turn, name, _where in found] == [(turn, name) for turn in range(5) for name in there]
    assert (os.getpid() in {where for _turn, _name, where in found}) is (cores == 1)
    assert Agent.objects.count() == len(there)  # this process may go on asking


@pytest.mark.django_db(transaction=True)
def test_a_look_that_fails_fails_the_whole() -> None:
    def break_off() -> list[int]:
        raise LookupError("no such row")

    with pytest.raises(LookupError, match="no such row"):
        side_by_side([break_off, lambda: [1]])


@pytest.mark.django_db
def test_inside_a_transaction_looks_see_what_it_wrote() -> None:
    system()
    assert connection.in_atomic_block
    found = side_by_side([partial(names_and_where, turn) for turn in range(2)])
    assert found
    assert {where for _turn, _name, where in found} == {os.getpid()}
