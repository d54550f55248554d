"""A fact has happened, so it is recorded: what may still keep one out of the books stands here, with the reason."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType
from typing import Any

import pytest

from cosmolocal.flows.operations import CommitmentWish
from cosmolocal.kernel import jobs
from cosmolocal.kernel.operation import declared, operation
from cosmolocal.kernel.refusal import Refusal

OURS = ("flows", "money", "catalog", "handovers", "shop", "messages", "agents", "paper", "website", "measures")
PERMISSION = {"agents.not_allowed", "agents.other_place", "money.to_oneself"}
DONE_ALREADY = {"flows.already_corrected", "handovers.received_already"}
# What cannot have happened, or says too little to be written: no amount, a day that has not come, more than there was.
NO_RECORD = {
    *("flows.bad_event", "handovers.nothing_lost", "shop.no_account", "shop.no_such_cash"),
    *("money.bad_amount", "money.not_yet", "money.before_it", "money.reason_missing", "money.other_currency"),
    *("money.same_box", "money.more_than_came", "money.not_paid", "money.cannot_undo"),
}
# Said to a wish that passes a guard, or that promises a time; a fact does neither (asked below).
GUARDED = {"flows.not_enough", "flows.offer_closed", "flows.taken"}
NOTHING: set[str] = set()
ROLE = {"agents.not_allowed", "agents.other_place"}
EVENT = {"flows.bad_event"}
BOOKS = ROLE | EVENT
DAY = {"money.bad_amount", "money.not_yet"}
RIGHT = {"flows.already_corrected"}  # two put the same right at once

# Each fact: what may keep it out of the books, but for the guards.
FACTS: dict[str, set[str]] = {
    **dict.fromkeys(("flows.announce_available", "flows.close_intents", "flows.open_lots"), NOTHING),
    **dict.fromkeys(("flows.define_specification", "flows.define_specifications"), NOTHING),
    **dict.fromkeys(("flows.open_resource", "flows.set_floor"), NOTHING),
    **dict.fromkeys(("flows.assign_lots", "flows.finish"), EVENT),
    "flows.correct": {"flows.bad_event", "flows.already_corrected"},
    **dict.fromkeys(("handovers.give_back", "handovers.unpack_line"), BOOKS),
    **dict.fromkeys(("handovers.hand_over", "handovers.hand_over_listed"), BOOKS | RIGHT),
    **dict.fromkeys(("handovers.pack", "handovers.pack_line", "handovers.pack_from_paper"), BOOKS | RIGHT),
    "handovers.leave_crate": ROLE,
    **dict.fromkeys(("handovers.correct_receipt", "handovers.swap_crates", "handovers.take_back"), BOOKS | RIGHT),
    "handovers.lose": BOOKS | {"handovers.nothing_lost"},
    "handovers.lose_packed": BOOKS | RIGHT | {"handovers.nothing_lost"},
    "handovers.receive": BOOKS | {"handovers.received_already"},
    **dict.fromkeys(("messages.hold", "messages.mark", "messages.tell_in_person"), ROLE),
    **dict.fromkeys(("money.note_progress", "shop.hear_of_letters"), ROLE),
    **dict.fromkeys(("money.count_cash", "money.top_up_unmatched"), BOOKS | DAY),
    "money.match_unmatched": BOOKS | DAY | {"money.before_it", "money.more_than_came", "money.to_oneself"},
    "money.send_back": BOOKS | DAY | {"money.before_it", "money.more_than_came"},
    "money.move_money": BOOKS | DAY | {"money.other_currency", "money.same_box"},
    "money.pay_cost": BOOKS | DAY | {"money.other_currency", "money.reason_missing"},
    **dict.fromkeys(("money.pay_in_coins", "money.top_up"), BOOKS | DAY | {"money.other_currency"}),
    "money.return_payment": BOOKS
    | {"money.before_it", "money.not_yet", "money.not_paid", "money.reason_missing", "flows.already_corrected"},
    "money.undo": BOOKS
    | {"money.before_it", "money.not_yet", "money.cannot_undo", "money.reason_missing", "flows.already_corrected"},
    "shop.undo_cash": BOOKS
    | {"shop.no_such_cash", "money.before_it", "money.not_yet", "money.reason_missing"}
    | {"flows.already_corrected"},
    "shop.take_cash": BOOKS | DAY | {"money.other_currency", "money.before_it", "shop.no_account"},
}


def facts() -> dict[str, Callable[..., Any]]:
    jobs.load()
    return {code: spec.run for code, spec in declared.items() if spec.is_fact and code.split(".")[0] in OURS}


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
PASSED_ON = {"cosmolocal.flows.operations.promises.shift"}


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
            if not is_free and ("guard" in words or _known(node.func, function) is CommitmentWish):
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
