"""One name for one module: what is imported from another app is called the same in every file."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.architecture import source

pytestmark = pytest.mark.once

# Modules that every app has: outside their app they carry its name; `operations` is what an app is used by.
EVERY_APP_HAS = {"operations", "queries", "policy", "rules", "demo", "letters", "imports", "tasks"}
# Apps below which lie apps of their own.
GROUPS = {"practices"}


def app_of(dotted: str) -> str:
    parts = dotted.split(".")
    return ".".join(parts[: 2 if parts[0] in GROUPS else 1])


def imported() -> Iterator[tuple[str, str, str, str]]:
    """Each import of one of our modules: the file, its app (tests of the whole: none), the module, its name there."""
    for path in source.files(".py"):
        here = path.relative_to(source.PACKAGE).as_posix() if path.is_relative_to(source.PACKAGE) else ""
        if "migrations" in path.parts:
            continue
        for node in ast.walk(source.tree(path)):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("cosmolocal."):
                continue
            package = str(node.module).removeprefix("cosmolocal.")
            for alias in node.names:
                place = source.PACKAGE / package.replace(".", "/") / alias.name
                if place.is_dir() or place.with_suffix(".py").is_file():
                    app = app_of(here.removesuffix(".py").replace("/", ".")) if here else ""
                    yield source.name(path), app, f"{package}.{alias.name}", alias.asname or alias.name


def usual(module: str) -> str:
    """The name outside its app of a module that every app has; nothing for any other module."""
    package, _dot, last = module.rpartition(".")
    if last not in EVERY_APP_HAS or package != app_of(module):
        return ""
    app = package.rpartition(".")[2]
    return app if last == "operations" else f"{app}_{last}"


def test_a_module_that_every_app_has_carries_the_name_of_its_app_elsewhere() -> None:
    wrong = [
        f"{file}: {module} as {called}, not {name}"
        for file, app, module, called in imported()
        if (name := usual(module))
        and called != name
        and not (app == app_of(module) and called == module.split(".")[-1])
    ]
    source.complain("`from cosmolocal.APP import queries as APP_queries`, operations as APP", sorted(wrong))


def test_a_module_has_one_name_beside_its_own() -> None:
    others: dict[str, dict[str, str]] = defaultdict(dict)
    for file, _app, module, called in imported():
        if called != module.rpartition(".")[2]:
            others[module].setdefault(called, file)
    wrong = [f"{module}: {names}" for module, names in others.items() if len(names) > 1]
    source.complain("One name for one module", sorted(wrong))
