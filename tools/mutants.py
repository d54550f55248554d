"""Which breaks of the source a test must notice: each is one function with one small change.

Looked at: every policy in whole, every permit paragraph of an operation, and each place where promises are lowered,
moved or finished, with what decides whether that happens.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "src"
# Functions that are broken in every way: what all promises go through.
WHOLE = {
    "cosmolocal.flows.operations.promises": {"release", "assign_lots", "finish", "shift", "_rewrite"},
    "cosmolocal.flows.rules": {"open_promise", "shift_promise"},
}
PERMITS = ("permit", "require", "forbid")
RELEASES = ("release", "finish", "assign_lots")

_PAIRS = (
    *((ast.Eq, ast.NotEq), (ast.Is, ast.IsNot), (ast.In, ast.NotIn), (ast.Lt, ast.LtE), (ast.Gt, ast.GtE)),
    *((ast.And, ast.Or), (ast.Add, ast.Sub), (ast.BitOr, ast.BitAnd)),
)
_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {one: two for pair in _PAIRS for one, two in (pair, pair[::-1])}
_OTHER = {"max": "min", "min": "max", "any": "all", "all": "any", "exclude": "filter"}

Change = Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """`name` says what is broken and is the same on every machine; `code` takes the place of the function's own, and
    `source` that of the file for tests that read it.
    """

    name: str
    module: str
    function: str
    code: CodeType
    source: str


def mutants(only: str = "") -> Iterator[Mutant]:
    """Every mutant whose name contains `only`, in the order of files."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        if ".tests." in module or ".migrations." in module:
            continue
        yield from (mutant for mutant in _of_module(path, module) if only in mutant.name)


def marked(mutant: Mutant, call: str) -> CodeType:
    """The function unbroken, which calls the builtin `call` with its own name first: so it runs at its own speed."""
    path = Path(mutant.code.co_filename)
    tree = ast.parse(path.read_text())
    node = next(one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == mutant.function)
    said = ast.Call(ast.Name(call, ast.Load()), [ast.Constant(f"{mutant.module}.{mutant.function}")], [])
    node.body.insert(int(ast.get_docstring(node) is not None), ast.copy_location(ast.Expr(said), node))
    return _code_of(compile(ast.fix_missing_locations(tree), str(path), "exec"), node)


def _of_module(path: Path, module: str) -> Iterator[Mutant]:
    text = path.read_text()
    tree = ast.parse(text)
    for index, node in enumerate(tree.body):
        if not isinstance(node, ast.FunctionDef):
            continue
        seen = Counter[str]()
        for number in range(len(_breaks(module, node))):
            broken = copy.deepcopy(node)
            words, change = _breaks(module, broken)[number]
            change()
            seen[words] += 1
            name = f"{module}.{node.name}: {words}" + (f" ({seen[words]})" if seen[words] > 1 else "")
            body = [*tree.body[:index], broken, *tree.body[index + 1 :]]
            whole = ast.fix_missing_locations(ast.Module(body, []))
            code = _code_of(compile(whole, str(path), "exec"), node)
            yield Mutant(name, module, node.name, code, _read_as(text, node, broken))


def _read_as(text: str, node: ast.FunctionDef, broken: ast.FunctionDef) -> str:
    """The file with the broken function; all others stay on their lines."""
    lines = text.split("\n")
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1
    length = (node.end_lineno or first) - first
    told = ast.unparse(broken).split("\n")
    return "\n".join([*lines[:first], *told, *[""] * (length - len(told)), *lines[first + length :]])


def _code_of(module: CodeType, node: ast.FunctionDef) -> CodeType:
    return next(one for one in module.co_consts if isinstance(one, CodeType) and one.co_name == node.name)


def _breaks(module: str, function: ast.FunctionDef) -> list[tuple[str, Change]]:
    """What can be broken in a function: words and the change itself, which works on this very tree."""
    return [found for part in _parts(module, function) for found in _of(part)]


def _parts(module: str, function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The statements and conditions of a function that are broken."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if module.endswith(".policy") or function.name in WHOLE.get(module, ()):
        yield _Block(function.body, len(function.body) - len(body))
    elif ".operations" in module:
        yield from _asked(function.body)


class _Block(ast.AST):
    """Statements that can be left out, with the list they stand in."""

    def __init__(self, statements: list[ast.stmt], first: int, only: ast.stmt | None = None) -> None:
        self.statements, self.first, self.only = statements, first, only


def _asked(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """Permits and releases among statements, and the conditions around a release."""
    for statement in statements:
        if isinstance(statement, ast.Expr) and _called(statement.value, PERMITS, RELEASES):
            yield _Block(statements, 0, statement)
        for inner in ("body", "orelse", "handlers", "finalbody"):
            parts = list(_asked(getattr(statement, inner, [])))
            if isinstance(statement, ast.If) and inner == "body" and parts:
                yield statement.test if isinstance(statement.test, ast.BoolOp) else _Condition(statement)
            yield from parts


class _Condition(ast.AST):
    def __init__(self, owner: ast.If) -> None:
        self.owner = owner


def _called(node: ast.expr, starts: tuple[str, ...], names: tuple[str, ...]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in names or name.split("_")[0] in starts


def _of(part: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(part, _Condition):
        yield from _condition(part.owner)
        return
    if not isinstance(part, _Block):
        yield from _of_expression(part)
        return
    for position in range(part.first, len(part.statements)):
        statement = part.statements[position]
        if part.only is None or statement is part.only:
            yield from _of_statement(statement, part.statements, position)


def _of_statement(statement: ast.stmt, among: list[ast.stmt], position: int) -> Iterator[tuple[str, Change]]:
    if isinstance(statement, (ast.Expr, ast.AugAssign, ast.Raise)):
        yield f"without `{_text(statement)}`", _put(among, position, ast.Pass())
    if isinstance(statement, ast.Return) and statement.value is not None:
        for value in (True, False):
            if ast.unparse(statement.value) != str(value):
                words = f"`{_text(statement.value)}` is {value}"
                yield words, _put(among, position, ast.Return(ast.Constant(value)))
    if isinstance(statement, ast.If):
        yield from _condition(statement)
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(statement, field, [])
        for index, one in enumerate(inner):
            yield from _of_statement(one, inner, index)
    for _field, value in ast.iter_fields(statement):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.expr):
                yield from _of_expression(one)


def _condition(statement: ast.If) -> Iterator[tuple[str, Change]]:
    for value in (True, False):
        yield f"`if {_text(statement.test)}` is {value}", _set(statement, "test", ast.Constant(value))


def _of_expression(expression: ast.AST) -> Iterator[tuple[str, Change]]:
    for node in ast.walk(expression):
        text = _text(node)
        if isinstance(node, ast.BoolOp):
            yield f"`{text}` with the other word", _set(node, "op", _SWAPPED[type(node.op)]())
            neutral = isinstance(node.op, ast.And)
            for index, part in enumerate(node.values):
                yield f"`{text}` without `{_text(part)}`", _put(node.values, index, ast.Constant(neutral))
        elif isinstance(node, (ast.Compare, ast.BinOp)):
            field, old = ("ops", node.ops[0]) if isinstance(node, ast.Compare) else ("op", node.op)
            if type(old) in _SWAPPED:
                other: object = _SWAPPED[type(old)]()
                yield f"`{text}` turned", _set(node, field, [other, *node.ops[1:]] if field == "ops" else other)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
            # Said twice: `not not x` is x as a condition.
            yield f"`{text}` turned", _set(node, "operand", ast.UnaryOp(type(node.op)(), node.operand))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield f"`{text}` turned", _set(node, "value", not node.value)
        elif isinstance(node, (ast.List, ast.Set, ast.Tuple)):
            yield from _fewer(node.elts, text)
        elif isinstance(node, ast.Call):
            yield from _of_call(node, text)


def _of_call(node: ast.Call, text: str) -> Iterator[tuple[str, Change]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _OTHER:
        field = "attr" if isinstance(node.func, ast.Attribute) else "id"
        yield f"`{text}` with {_OTHER[name]}", _set(node.func, field, _OTHER[name])
    if node.keywords and len(node.args) + len(node.keywords) > 1:
        yield from _fewer(node.keywords, text)
    if name in ("permit", "holds_any", "has", "filter", "exclude"):
        yield from _fewer(node.args, text)


def _fewer(parts: list[Any], text: str) -> Iterator[tuple[str, Change]]:
    """One part left out each time."""
    for index, part in enumerate(parts):
        if _text(part) not in ("by", "by=by"):  # without it nothing runs
            yield f"`{text}` without `{_text(part)}`", _drop(parts, index)


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:89]}…"


def _put(among: list[Any], position: int, other: ast.AST) -> Change:
    return lambda: among.__setitem__(position, other)


def _set(node: ast.AST, field: str, value: object) -> Change:
    return lambda: setattr(node, field, value)


def _drop(among: list[Any], index: int) -> Change:
    return lambda: among.__delitem__(index)
