"""No text makes an expression walk back and forth: twice the letters are twice the steps, whatever they are."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from math import inf
from typing import Any

import pytest

from tests.architecture import source
from tests.architecture.steps import Walk

pytestmark = pytest.mark.once
LETTERS = 24  # of the shorter of two texts
# These read short texts of our own only.
SHORT = {
    r"look/drawings/svg.py: \s*\n\s*",  # drawings that come with this project
}


def expressions() -> Iterator[tuple[str, "re.Pattern[Any]", str]]:
    """Every expression of the project: where it stands, and how it is asked."""
    for where, path in source.modules():
        if "import re\n" not in source.text(path) or "demo" in path.parts:
            continue
        module = import_module("cosmolocal." + where.removesuffix(".py").replace("/", "."))
        for node in ast.walk(source.tree(path)):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name("re"), attr=how), args=[ast.Constant(written), *_]):
                    if how not in ("compile", "escape"):
                        yield f"{where}: {written}", re.compile(written), how
                case ast.Attribute(value=ast.Name(name), attr=how):
                    if isinstance(found := getattr(module, name, None), re.Pattern):
                        yield f"{where}: {name}", found, how


def worst(pattern: "re.Pattern[Any]", how: str) -> tuple[float, str]:
    """By how much the steps grow where the text is twice as long, for the worst of many texts; 2 is right."""
    walk = Walk(pattern)
    known, endless = walk.letters()
    found = (0.0, "")
    for begin in ["", *known[:12]]:
        for letter in endless[:12]:
            try:
                once, twice = (walk.steps(begin + letter * many + "\x1a", how) for many in (LETTERS, 2 * LETTERS))
            except OverflowError:
                return inf, begin + letter
            found = max(found, (twice / once, begin + letter))
    return found


def test_twice_the_letters_are_twice_the_steps() -> None:
    slow = {where: grows for where, pattern, how in expressions() if (grows := worst(pattern, how))[0] > 3}
    assert {where: grows for where, grows in slow.items() if where not in SHORT} == {}
    assert slow.keys() >= SHORT


def test_the_counting_finds_what_walks_back_and_forth() -> None:
    assert worst(re.compile(r"[;\t]\s*x"), "sub")[0] > 3
    assert worst(re.compile(r"\s+$"), "search")[0] > 3
    assert worst(re.compile(r"\s+$"), "match")[0] < 3
    assert worst(re.compile(r"(?<!\s)\s+$"), "search")[0] < 3
    assert worst(re.compile(r"a+a+b"), "match")[0] > 3
    assert worst(re.compile(r"(?:a+)+b"), "match")[0] == inf
