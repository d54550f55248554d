"""Sizes that keep the source readable. An exception stands here with its reason, or the file gets smaller."""

import ast
import inspect
import tomllib

import pytest
from django.apps import apps

from tests.architecture import source
from tools import reference

pytestmark = pytest.mark.once

FILE_LINES, TEMPLATE_LINES, FUNCTION_LINES, ARGUMENTS, MODEL_FIELDS = 400, 200, 50, 6, 15
WIDTH = 120
DEPENDENCIES, SETTINGS = 25, 25
# Every operation may take these three, beside what it is about.
CARRIED = {"self", "cls", "by", "key", "on_behalf_of"}

# name -> why it may be larger
FILES: dict[str, str] = {
    "src/cosmolocal/flows/tests/machine.py": "one state machine: Hypothesis wants all its steps in one class",
    "tests/journeys/test_worked_example.py": "the worked example, step by step in the order of the text it follows",
}
TEMPLATES: dict[str, str] = {}
FUNCTIONS: dict[str, str] = {
    "src/cosmolocal/practices/shop/tests/test_whole_round.py:test_a_whole_round": "a week, read from top to bottom",
    "src/cosmolocal/practices/shop/tests/test_desk.py:test_a_round_from_plan_to_payment": "a week, page by page",
}
MANY_ARGUMENTS: dict[str, str] = {
    "src/cosmolocal/agents/operations/people.py:add_member": "one row of a member list, as people have it",
    "src/cosmolocal/flows/operations/stocks.py:open_resource": "the columns of one row, most with a default",
}
MODELS: dict[str, str] = {
    "shop.OrderRound": "what a steward sets for a round stands in one row, on one page",
    "shop.OrderLine": "price, seller, tax and split as they were agreed, frozen in the line",
    "flows.Commitment": "the commitment of Valueflows, whole: who gives what to whom, how much, where, when",
    "flows.EconomicEvent": "the event of Valueflows, whole: who gave what to whom, how much, where, when",
}


def _check(rule: str, limit: int, sizes: dict[str, int], excepted: dict[str, str]) -> None:
    over = {name: size for name, size in sizes.items() if size > limit}
    lines = [f"{name}: {size}" for name, size in sorted(over.items()) if name not in excepted]
    lines += [f"{name}: no exception is needed any more" for name in excepted if name not in over]
    source.complain(f"{rule}: at most {limit}", lines)


def test_files_are_short() -> None:
    # A style sheet is a list of declarations: it is read by searching, not from top to bottom.
    paths = source.files(".py", ".js", ".typ", ".sh")
    sizes = {source.name(path): source.text(path).count("\n") for path in paths if "migrations" not in path.parts}
    _check("Lines of a file", FILE_LINES, sizes, FILES)


def test_templates_are_short() -> None:
    sizes = {source.name(path): source.text(path).count("\n") for path in source.files(".html")}
    _check("Lines of a template", TEMPLATE_LINES, sizes, TEMPLATES)


def test_lines_of_templates_are_short() -> None:
    """Else the limit of lines is met by longer ones. Python's lines are the formatter's."""
    wide = {}
    for path in source.files(".html"):
        for number, line in enumerate(source.text(path).splitlines(), start=1):
            wide[f"{source.name(path)}:{number}"] = len(line)
    _check("Characters of a line of a template", WIDTH, wide, {})


def test_functions_are_short() -> None:
    """Counted without decorators and docstring."""
    sizes = {}
    for path in source.files(".py"):
        if "migrations" not in path.parts:
            for node in source.functions(path):
                docstring = ast.get_docstring(node, clean=False)
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                sizes[f"{source.name(path)}:{node.name}"] = length - (docstring.count("\n") + 1 if docstring else 0)
    _check("Lines of a function", FUNCTION_LINES, sizes, FUNCTIONS)


def test_functions_take_few_arguments() -> None:
    """Test functions are asked for fixtures, which are no arguments anybody passes."""
    sizes = {}
    for path in source.files(".py"):
        if {"migrations", "tests"} & set(path.parts):
            continue
        for node in source.functions(path):
            taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            sizes[f"{source.name(path)}:{node.name}"] = len([a for a in taken if a.arg not in CARRIED])
    _check("Arguments of a function", ARGUMENTS, sizes, MANY_ARGUMENTS)


def test_models_have_few_fields() -> None:
    sizes = {
        model._meta.label: len([f for f in model._meta.local_fields if not f.primary_key])
        for model in apps.get_models()
        if model.__module__.startswith("cosmolocal.")
    }
    _check("Fields of a model", MODEL_FIELDS, sizes, MODELS)


def test_a_node_needs_few_packages_and_settings() -> None:
    project = tomllib.loads(source.text(source.ROOT / "pyproject.toml"))["project"]
    assert len(project["dependencies"]) <= DEPENDENCIES
    assert len(reference.environment()) <= SETTINGS


def test_sizes_are_measured_at_all() -> None:
    """A limit that looks at nothing would always hold."""
    path = source.ROOT / inspect.getfile(inspect.currentframe())  # type: ignore[arg-type]
    assert path in source.files(".py")
    assert len(list(source.functions(path))) > 5
