"""Reads from the source whom an operation permits: the roles in its permit paragraph, through the policies it asks."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType
from typing import Any

from cosmolocal.agents import policy

_DEEP = 4
_PREDICATES = {policy.require: "own", policy.is_steward: "steward", policy.may_vote: "asked"}


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
        if called is policy.permit:
            roles = {_role(argument, function) for argument in arguments[1:] if not isinstance(argument, ast.keyword)}
            found |= roles or {"house"}
        elif inspect.isfunction(called) and called in _PREDICATES:
            found |= {_PREDICATES[called]}
        elif deep and _is_ours(called, function):
            found |= _own(called, deep - 1)
    return frozenset(found)


def _is_ours(called: Any, caller: FunctionType) -> bool:
    """A policy of any app, or a private function beside the caller; not another operation."""
    if not inspect.isfunction(called) or called.__module__ == policy.__name__ or hasattr(called, "__wrapped__"):
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
