"""The guides name real files and real functions."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "cosmolocal"
NAMED = re.compile(r"`([a-z_/]+\.py)(?::([A-Za-z_]+))?`")

pytestmark = pytest.mark.once


def defined(path: Path) -> set[str]:
    """Names of functions and classes at the top of a file."""
    return {
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("guide", ["CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_what_a_guide_names_exists(guide: str) -> None:
    named = NAMED.findall((ROOT / guide).read_text())
    wrong = []
    for path, name in named:
        if "/" not in path:
            continue
        file = next((base / path for base in (SOURCE, ROOT) if (base / path).is_file()), None)
        if file is None or (name and name not in defined(file)):
            wrong.append(f"{path}:{name}")
    assert len(named) > 4
    assert wrong == []
