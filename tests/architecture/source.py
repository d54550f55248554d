"""What the architecture tests read: the files of this project and their syntax trees, each read once."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "cosmolocal"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Files under version control, or about to be, that end in one of the suffixes."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(ROOT / name for name in sorted(set(listed)) if name.endswith(suffixes) and (ROOT / name).is_file())


def name(path: Path) -> str:
    """The path as people write it, from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def modules(*, tests: bool = False) -> Iterator[tuple[str, Path]]:
    """Python files of the package without migrations: name below src/cosmolocal, path."""
    for path in files(".py"):
        if path.is_relative_to(PACKAGE):
            place = path.relative_to(PACKAGE)
            if "migrations" not in place.parts and (tests or "tests" not in place.parts):
                yield place.as_posix(), path


def templates() -> Iterator[tuple[str, Path]]:
    """Templates of the package: name below src/cosmolocal, path."""
    for path in files(".html", ".txt"):
        if path.is_relative_to(PACKAGE) and "tests" not in path.parts:
            yield path.relative_to(PACKAGE).as_posix(), path


def is_part(place: str, *parts: str) -> bool:
    """Is this module one of `parts` of its app? `operations`: shop/operations.py, or a file of that folder."""
    pieces = Path(place).with_suffix("").parts
    return any(part in pieces[1:] for part in parts)


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def complain(rule: str, offenders: list[str]) -> None:
    """Fail with every offender, one a line."""
    assert not offenders, f"{rule}\n  " + "\n  ".join(offenders)
