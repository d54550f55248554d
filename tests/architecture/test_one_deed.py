"""One press is one deed: on no way through a view do two operations run, each in a transaction of its own."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.architecture.source import PACKAGE

# Where two are right: function -> why.
ALLOWED = {
    "handovers/views/packing.py:close": "a packed crate stays packed, also where somebody else took the next one",
}


@cache
def deeds() -> set[str]:
    """Names of the functions that are operations."""
    trees = (ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py") if "operations" in path.as_posix())
    functions = (node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef))
    return {node.name for node in functions if any("operation(" in ast.unparse(one) for one in node.decorator_list)}


class Paths:
    """How many operations run at most on one way through a function of a module, its own callees included."""

    def __init__(self, tree: ast.Module) -> None:
        self.names = deeds()
        self.modules = {
            (alias.asname or alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.name == "operations"
        }
        self.imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module and "operations" in node.module
            for alias in node.names
        }
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.seen: dict[str, int] = {}

    def of(self, function: ast.FunctionDef) -> int:
        """The most operations on one way; functions within it count where they are named."""
        return self._most(function.body, self._inner(function))

    def _inner(self, function: ast.FunctionDef) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in function.body if isinstance(node, ast.FunctionDef)}

    def _most(self, body: Sequence[ast.stmt], inner: dict[str, ast.FunctionDef]) -> int:
        """Of the rest of a block: what ends it (return, raise) hides what stands behind."""
        if not body:
            return 0
        first, rest = body[0], body[1:]
        if isinstance(first, ast.FunctionDef | ast.ClassDef):
            return self._most(rest, inner)
        if isinstance(first, ast.If):
            here = self._calls(first.test, inner)
            return here + max(self._most([*branch, *rest], inner) for branch in (first.body, first.orelse))
        if isinstance(first, ast.Try):
            done = self._most([*first.body, *first.orelse, *first.finalbody, *rest], inner)
            return max(done, *(self._most([*one.body, *rest], inner) for one in first.handlers), 0)
        if isinstance(first, ast.For | ast.While):
            return 2 * self._most(first.body, inner) + self._most(rest, inner)
        if isinstance(first, ast.With):
            return self._most([*first.body, *rest], inner)
        here = self._calls(first, inner)
        return here if isinstance(first, ast.Return | ast.Raise) else here + self._most(rest, inner)

    def _calls(self, node: ast.AST, inner: dict[str, ast.FunctionDef]) -> int:
        if isinstance(node, ast.IfExp):
            return self._calls(node.test, inner) + max(self._calls(one, inner) for one in (node.body, node.orelse))
        if isinstance(node, ast.Lambda):
            return 0  # handed to a call it is counted there; a table holds several, of which one is called
        found = sum(self._calls(child, inner) for child in ast.iter_child_nodes(node))
        return found + self._called(node, inner) if isinstance(node, ast.Call) else found

    def _called(self, call: ast.Call, inner: dict[str, ast.FunctionDef]) -> int:
        named = call.func
        handed = [arg.id for arg in call.args if isinstance(arg, ast.Name) and arg.id in inner]
        within = sum(self._most(inner[name].body, {}) for name in handed)
        within += sum(self._calls(arg.body, inner) for arg in call.args if isinstance(arg, ast.Lambda))
        if isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name):
            return within + (named.value.id in self.modules and named.attr in self.names)
        if not isinstance(named, ast.Name):
            return within
        if named.id in inner:
            return within + self._most(inner[named.id].body, {})
        if named.id in self.imported and named.id in self.names:
            return within + 1
        return within + self._local(named.id)

    def _local(self, name: str) -> int:
        if name not in self.functions:
            return 0
        if name not in self.seen:
            self.seen[name] = 0  # of a function that calls itself
            self.seen[name] = self.of(self.functions[name])
        return self.seen[name]


def views() -> Iterator[Path]:
    yield from sorted(path for path in PACKAGE.rglob("*.py") if "views" in (path.parent.name, path.stem))


def test_no_press_is_two_transactions():
    found = {}
    for path in views():
        paths = Paths(ast.parse(path.read_text()))
        for name, function in paths.functions.items():
            count = paths.of(function)
            if count > 1:
                found[f"{path.relative_to(PACKAGE)}:{name}"] = count
    assert set(found) == set(ALLOWED), found


def test_the_counting_sees_ways():
    code = """
from cosmolocal.money import operations
def both(request):
    operations.top_up()
    helper()
def helper():
    if 1:
        operations.transfer()
        return
    operations.refund()
def either(request):
    if 1:
        return operations.top_up()
    try:
        operations.refund()
    except Exception:
        return 1
def later(request):
    def act(data):
        operations.top_up()
        operations.refund()
    return form(request, act)
def each(request):
    for one in request:
        operations.top_up()
def handed(request):
    operations.refund()
    return post(request, lambda key: operations.top_up(key=key))
"""
    paths = Paths(ast.parse(code))
    counts = {name: paths.of(function) for name, function in paths.functions.items()}
    assert counts == {"both": 2, "helper": 1, "either": 1, "later": 2, "each": 2, "handed": 2}
