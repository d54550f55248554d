"""Is each floor tested on its own? Tests of an app stand on the villages of what lies below it, never on a practice."""

import ast
from pathlib import Path

import pytest

from tests.architecture import source

pytestmark = pytest.mark.once

PRACTICES = "cosmolocal.practices"
# file -> why it needs a practice all the same
WHOLE_HOUSE = {
    "config/tests/test_replacing.py": "rows of every app are guarded against REPLACE, those of orders too",
    "config/tests/test_tampering.py": "rows of every app are tampered with, in a house where a round was settled",
    "website/tests/test_asked.py": "what the house says of a deed of a practice that is not stated",
    "website/tests/test_awkward_input.py": "crawls every page of the house, filled by the demo",
    "website/tests/test_into_a_household.py": "who comes into a household reads its earlier orders",
    "website/tests/lively.py": "a month of the whole demo",
    "website/tests/test_places.py": "every deed that belongs to a place, those of practices too",
}


def names_a_practice(tree: ast.AST) -> bool:
    """Does it import anything of a practice?"""
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return any(module == PRACTICES or module.startswith(f"{PRACTICES}.") for module in modules)


def test_lower_floors_are_tested_without_a_practice() -> None:
    tests = {
        place: path
        for place, path in source.modules(tests=True)
        if "tests" in Path(place).parts and not place.startswith("practices/")
    }
    standing = {place for place, path in tests.items() if names_a_practice(source.tree(path))}
    wrong = [f"{place}: imports a practice" for place in sorted(standing - WHOLE_HOUSE.keys())]
    wrong += [f"{place}: no exception is needed any more" for place in sorted(WHOLE_HOUSE.keys() - standing)]
    source.complain("Tests of an app know no practice; use handovers/tests/village.py, or move the test up", wrong)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("from cosmolocal.practices.shop import models", True),
        ("from cosmolocal.practices import shop", True),
        ("from cosmolocal import practices", True),
        ("import cosmolocal.practices.shop.models", True),
        ("from cosmolocal.kernel import practices", False),
        ("from cosmolocal.kernel.practices import Practice", False),
    ],
)
def test_an_import_of_a_practice_is_seen_however_it_is_written(text: str, *, is_one: bool) -> None:
    assert names_a_practice(ast.parse(text)) is is_one
