"""What the house can do, the house does: nothing is there for tests alone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "cosmolocal"
FOUND_BY_NAME = {"job", "timer", "filter", "simple_tag", "simple_block_tag"}  # by the first word of a decorator
ASKED_BY_TESTS = {
    "large_catalog",  # many goods, for tests of size
    "missing_packages",  # whether the fonts of this machine can set these letters
    "reason_to_keep",  # why rows of a table stay for ever
    "release_reservation",  # the ledger's deed alone, with its guard
    "transfer_many",  # the same
    "track",  # the way forward through the journal, against `trace`
}


def _sources(suffix: str) -> list[str]:
    files = (p for p in SOURCE.rglob(f"*{suffix}") if not {"tests", "migrations"} & set(p.parts))
    return [path.read_text() for path in files]


def _used(tree: ast.Module) -> Iterator[str]:
    """Every name that is called, handed on or written in a text; neither imports nor `__all__` nor words
    about it, nor what its own decorator calls it.
    """
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\w+", node.value)
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                yield from (part.id for part in ast.walk(mark) if isinstance(part, ast.Name))
                yield from (part.attr for part in ast.walk(mark) if isinstance(part, ast.Attribute))
        waiting.extend(child for child in ast.iter_child_nodes(node) if not _says_only(child, node))


def _says_only(child: ast.AST, parent: ast.AST) -> bool:
    is_mark = isinstance(parent, ast.FunctionDef) and child in parent.decorator_list
    is_said = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
    is_list = isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__"
    return is_mark or is_said or is_list


def _is_found_by_name(node: ast.FunctionDef) -> bool:
    names = {word for mark in node.decorator_list for word in re.findall(r"\w+", ast.unparse(mark).split("(")[0])}
    return bool(names & FOUND_BY_NAME)


def test_every_function_is_used_by_something_that_is_no_test() -> None:
    trees = [ast.parse(text) for text in _sources(".py")]
    used = {name for tree in trees for name in _used(tree)}
    used.update(word for text in _sources(".html") for word in re.findall(r"\w+", text))
    defined = {node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {node.name for node in defined if node.name not in used and not _is_found_by_name(node)} == ASKED_BY_TESTS
