"""A fact has happened, so it is recorded: what may still keep one out of the books, its app says beside its tests."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType
from typing import Any

import pytest

from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.kernel import jobs
from cosmolocal.kernel.operation import declared, operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.tests.stating import by_code, stated

PERMISSION = {"agents.not_allowed", "agents.not_yours", "agents.other_place", "money.to_oneself"}
DONE_ALREADY = {"flows.already_corrected", "handovers.received_already", "bookings.done_already"}
# What cannot have happened, or says too little to be written: no amount, a day that has not come, more than there was.
NO_RECORD = set().union(*stated("NO_RECORD").values())
# Said to a wish that passes a guard, or that promises a time; a fact does neither (asked below).
GUARDED = {"flows.not_enough", "flows.offer_closed", "flows.taken", "money.not_enough"}
# Each fact: what may keep it out of the books, but for the guards; its app says it beside its tests.
FACTS = by_code("FACTS")


def facts() -> dict[str, Callable[..., Any]]:
    jobs.load()
    return {code: spec.run for code, spec in declared.items() if spec.is_fact and not code.startswith("test.")}


def test_every_fact_stands_in_the_table() -> None:
    assert sorted(facts()) == sorted(FACTS)


@pytest.mark.parametrize("code", sorted(FACTS))
def test_a_fact_refuses_what_the_table_says_only(code: str) -> None:
    assert codes_of(facts()[code]) - GUARDED == FACTS[code]


@pytest.mark.parametrize("code", sorted(FACTS))
def test_a_fact_passes_no_guard(code: str) -> None:
    asked = {f"{plain.__module__}.{plain.__name__}" for plain in reachable(facts()[code]) if _guards(plain)}
    assert asked <= PASSED_ON


def test_no_limit_and_no_wish_stands_among_the_reasons() -> None:
    assert set().union(*FACTS.values()) <= PERMISSION | DONE_ALREADY | NO_RECORD


# Moves what its callers have sorted into guarded and free.
PASSED_ON = {"cosmolocal.flows.operations.promises.shift", "cosmolocal.money.operations.ledger._draft"}


def _too_much() -> None:
    raise Refusal("money.limit", "Too much.")


def test_the_reading_follows_what_is_called() -> None:
    @operation("test.fact_that_refuses", fact=True)
    def refuse(*, by: object) -> None:
        _too_much()

    del declared["test.fact_that_refuses"]
    assert codes_of(refuse) == {"money.limit"}


def _guards(function: FunctionType) -> bool:
    """Does it ask the books to refuse, by a word or, where a promise is wished, by none?"""
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call):
            words = {word.arg: word.value for word in node.keywords}
            is_free = isinstance(words.get("guard"), ast.Constant) and ast.unparse(words["guard"]) == "False"
            if not is_free and ("guard" in words or _known(node.func, function) is CommitmentDraft):
                return True
    return False


def codes_of(function: Callable[..., Any]) -> set[str]:
    return {code for plain in reachable(function) for code in _codes(plain)}


def reachable(function: Callable[..., Any]) -> set[FunctionType]:
    """A function and all it calls in this project, other deeds too; without what runs every operation."""
    seen: set[FunctionType] = set()
    waiting = [inspect.unwrap(function)]
    while waiting:
        plain = waiting.pop()
        if plain in seen:
            continue
        seen.add(plain)
        waiting += [inspect.unwrap(called) for called in _called(plain)]
    return seen


@cache
def _tree(function: FunctionType) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _codes(function: FunctionType) -> Iterator[str]:
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call) and node.args and _known(node.func, function) is Refusal:
            first = node.args[0]
            yield first.value if isinstance(first, ast.Constant) else ast.unparse(first)


def _called(function: FunctionType) -> Iterator[FunctionType]:
    """Functions of ours that are named in the body: called, or handed on to be called."""
    for node in ast.walk(_tree(function)):
        if isinstance(node, (ast.Name, ast.Attribute)):
            known = _known(node, function)
            if inspect.isfunction(known) and _is_ours(inspect.unwrap(known).__module__):
                yield known


def _is_ours(module: str) -> bool:
    return module.startswith(("cosmolocal.", __name__)) and module != operation.__module__


def _known(node: ast.expr, function: FunctionType) -> Any:
    if isinstance(node, ast.Name):
        return function.__globals__.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(function.__globals__.get(node.value.id), node.attr, None)
    return None
