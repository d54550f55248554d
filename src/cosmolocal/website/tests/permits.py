"""Reads from the source whom an operation permits, through the policies it asks; and what it says to a lent session."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType
from typing import Any

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import sessions
from cosmolocal.money.operations.looks import look_needed

_DEEP = 4
_ASKS = {sessions.require_own: "no", sessions.require_own_or_house: "no", sessions.require_own_way: "partly"}
_PREDICATES = {agents_policy.require: "own", agents_policy.is_steward: "steward", agents_policy.may_vote: "asked"}


def words(function: Callable[..., Any], deep: int = _DEEP) -> frozenset[str]:
    """Roles, `own` or `asked` where a predicate decides, `house` where only the node itself passes.

    A deed that permits nobody itself is wholly another deed: then whom that one permits. Nothing: everybody.
    """
    plain = inspect.unwrap(function)
    handed = (called for called, _arguments in _calls(plain) if deep and hasattr(called, "__wrapped__"))
    return _own(plain, deep) or frozenset().union(*(words(called, deep - 1) for called in handed))


def _own(function: FunctionType, deep: int) -> frozenset[str]:
    """What its own permit paragraph says, policies and private functions beside it followed."""
    found: set[str] = set()
    for called, arguments in _calls(function):
        if called is agents_policy.permit:
            roles = {_role(argument, function) for argument in arguments[1:] if not isinstance(argument, ast.keyword)}
            found |= roles or {"house"}
        elif inspect.isfunction(called) and called in _PREDICATES:
            found |= {_PREDICATES[called]}
        elif deep and _is_ours(called, function):
            found |= _own(called, deep - 1)
    return frozenset(found)


def _is_ours(called: Any, caller: FunctionType) -> bool:
    """A policy of any app, or a private function beside the caller; not another operation."""
    if not inspect.isfunction(called) or called.__module__ == agents_policy.__name__ or hasattr(called, "__wrapped__"):
        return False
    return called.__module__.endswith(".policy") or called.__module__ == caller.__module__


@cache
def _tree(function: FunctionType) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _calls(function: FunctionType) -> Iterator[tuple[Any, list[Any]]]:
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call):
            either = [node.func.body, node.func.orelse] if isinstance(node.func, ast.IfExp) else [node.func]
            for called in either:
                yield _known(called, function), [*node.args, *node.keywords]


def _known(node: ast.expr, function: FunctionType) -> Any:
    if isinstance(node, ast.Name):
        return function.__globals__.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(function.__globals__.get(node.value.id), node.attr, None)
    return None


def _role(node: ast.expr, function: FunctionType) -> str:
    return str(_known(node, function))


def guard(function: Callable[..., Any], deep: int = _DEEP) -> str:
    """Is a lent session refused: `no` (whatever the wish), `partly` (in some branch), or "" (nowhere is it asked)?"""
    plain = inspect.unwrap(function)
    asked = [(called, node) for node in ast.walk(_tree(plain)) if (called := _called(node, plain)) is not None]
    sure = {node for statement in _tree(plain).body[0].body for node in _always(statement)}  # type: ignore[attr-defined]
    found = ""
    for called, node in asked:
        said = _ASKS.get(called) or (guard(called, deep - 1) if deep and _is_followed(called, plain) else "")
        if said == "no" and node in sure:
            return "no"
        found = "partly" if said else found
    return found


def looks(function: Callable[..., Any], deep: int = _DEEP) -> bool:
    """Does it put itself on the list of what somebody else looks at, where its session is lent?"""
    plain = inspect.unwrap(function)
    found = [called for node in ast.walk(_tree(plain)) if (called := _called(node, plain)) is not None]
    return look_needed in found or any(deep and _is_followed(one, plain) and looks(one, deep - 1) for one in found)


def _called(node: ast.AST, function: FunctionType) -> Any:
    return _known(node.func, function) if isinstance(node, ast.Call) else None


def _is_followed(called: Any, caller: FunctionType) -> bool:
    """Our own functions of operations: deeds inside a deed, and what stands beside it."""
    module = inspect.unwrap(called).__module__ if inspect.isfunction(called) and called is not caller else ""
    return ".operations" in module or module.endswith(".approvals")


def _always(node: ast.AST) -> Iterator[ast.AST]:
    """What a statement does in any case: not what stands in a branch, a loop, or behind an `and`."""
    yield node
    if not isinstance(
        node, ast.If | ast.IfExp | ast.For | ast.While | ast.Try | ast.BoolOp | ast.Lambda | ast.comprehension
    ):
        for inner in ast.iter_child_nodes(node):
            yield from _always(inner)
