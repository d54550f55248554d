"""How code is written here, where no linter looks: what stands where, and what is not written at all."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from cosmolocal.kernel.practices import is_practice
from tests.architecture import source

pytestmark = pytest.mark.once

VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "service",
    "services",
    "misc",
    "lib",
}
ENTRANCES = ("views", "handlers", "tasks", "forms", "middleware", "context")
WRITES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "save"}
# place:line's function -> why a door writes by itself
WRITING_DOORS: dict[str, str] = {}
# Wheels that only the worker needs, so that the web process stays small.
HEAVY = {"ortools", "pyvrp"}
# place -> why it imports inside a function
LATE_IMPORTS: dict[str, str] = {
    "config/encryption.py": "cryptography costs 7 MB, and only encrypted backups need it here",
    "kernel/signing.py": "cryptography costs 7 MB, and only who seals or proves needs it",
    "messages/codes.py": "cryptography costs 7 MB, and a web process needs it only once somebody asks for a code",
    "paper/codes.py": "segno costs 2 MB, and few pages draw a code",
    "agents/bank_numbers.py": "schwifty reads the lists of all banks, and few people ever write an account number",
    "money/bank_files.py": "sepaxml and schwifty cost 20 MB, and only locals that pay in euros make such files",
    "paper/tables.py": "openpyxl costs 10 MB, and a web process seldom writes a spreadsheet",
}
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
WAIVER = re.compile(r"#\s*(type:\s*ignore(?!\[)|noqa(?!:)|pra" + r"gma\b)")
# The project never speaks of how it is being developed.
TALK = re.compile(r"\b(A" + r"I agent|LL" + r"M|chat" + r"gpt|clau" + r"de|co" + r"pilot)\b", re.IGNORECASE)


def test_nothing_is_left_unfinished_or_waived_without_a_code() -> None:
    offenders = []
    for path in source.files(".py", ".html", ".css", ".js", ".sh", ".md", ".toml"):
        for number, line in enumerate(source.text(path).splitlines(), start=1):
            if UNFINISHED.search(line) or WAIVER.search(line) or TALK.search(line):
                offenders.append(f"{source.name(path)}:{number}: {line.strip()[:80]}")
    source.complain("Finish it, or give the code of the waiver", offenders)


def test_names_say_what_is_inside() -> None:
    offenders = [place for place, _ in source.modules(tests=True) if VAGUE & set(Path(place).with_suffix("").parts)]
    source.complain("A name that could hold anything", offenders)


def test_every_module_says_what_question_it_answers() -> None:
    offenders = []
    for path in source.files(".py"):
        if "migrations" in path.parts or path.name == "apps.py" or not source.text(path).strip():
            continue
        if not ast.get_docstring(source.tree(path)) and not path.name.startswith("test_"):
            offenders.append(source.name(path))
    source.complain("A module without a docstring", offenders)


def test_what_others_call_says_what_it_does() -> None:
    """Operations, queries, rules and policy are read by other apps: each public function has a docstring."""
    offenders = []
    for place, path in source.modules():
        if source.is_part(place, "operations", "queries", "rules", "policy", "vocabulary"):
            for node in source.tree(path).body:
                public = isinstance(node, source.Function) and not node.name.startswith("_")
                if public and not ast.get_docstring(node):
                    offenders.append(f"{place}: {node.name}")
    source.complain("A public function without a docstring", offenders)


def test_doors_decide_and_write_nothing() -> None:
    """Views, handlers, jobs and forms call operations; the rules stand there, once."""
    offenders = []
    for place, path in source.modules():
        if source.is_part(place, *ENTRANCES):
            for function, call in _calls(path):
                if _is_write(call) and f"{place}:{function}" not in WRITING_DOORS:
                    offenders.append(f"{place}:{function}: {ast.unparse(call.func)}")
    source.complain("A door that writes", offenders)


def test_no_rules_in_signals_and_saving() -> None:
    offenders = []
    for place, path in source.modules():
        for node in source.functions(path):
            if source.is_part(place, "models") and node.name in {"save", "delete", "full_clean"}:
                offenders.append(f"{place}: {node.name}")
        for _, call in _calls(path):
            if ast.unparse(call.func).split(".")[0] in {
                "pre_save",
                "post_save",
                "pre_delete",
                "post_delete",
                "receiver",
            }:
                offenders.append(f"{place}:{call.lineno}: {ast.unparse(call.func)}")
    source.complain("Rules live in operations and rules", offenders)


def test_imports_stand_at_the_top() -> None:
    offenders = []
    for place, path in source.modules():
        for function in source.functions(path):
            for node in ast.walk(function):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                late = [name for name in names if name.split(".")[0] not in HEAVY]
                if late and place not in LATE_IMPORTS:
                    offenders.append(f"{place}:{function.name}: {', '.join(late)}")
    source.complain("An import inside a function", offenders)


def test_no_float_comes_near_a_balance() -> None:
    offenders = []
    for place, path in source.modules():
        near = place.split("/")[0] in {"flows", "money"} or source.is_part(place, "rules", "operations")
        for node in ast.walk(source.tree(path)) if near and not source.is_part(place, "demo") else ():
            is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if is_call or is_literal:
                offenders.append(f"{place}:{node.lineno}: {ast.unparse(node)}")
    source.complain("Integers in the smallest unit", offenders)


def test_sentences_for_people_can_be_translated() -> None:
    """What a Refusal says, and labels and help of forms."""
    offenders = []
    for place, path in source.modules():
        for _, call in _calls(path):
            shown = []
            if getattr(call.func, "id", "") == "Refusal":
                shown = call.args[1:2]
            elif source.is_part(place, "forms"):
                shown = [k.value for k in call.keywords if k.arg in {"label", "help_text", "placeholder"}]
            for value in shown:
                if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and value.value):
                    offenders.append(f"{place}:{call.lineno}: {ast.unparse(value)[:60]}")
    source.complain("A sentence no translator sees", offenders)


def test_tests_test_the_real_thing() -> None:
    """No mocks of our own modules, and no assertion on how long something takes."""
    mocked = re.compile(r"mock\.patch|mocker\.|MagicMock|setattr\(\s*[\"']cosmolocal")
    timed = re.compile(r"assert .*(elapsed|duration|seconds|perf_counter\(\)|monotonic\(\))\s*[<>]|timeit")
    own = {"tests/architecture/test_code.py"}
    offenders = [
        f"{source.name(path)}:{number}: {line.strip()}"
        for path in source.files(".py")
        if path.name.startswith("test_") and source.name(path) not in own
        for number, line in enumerate(source.text(path).splitlines(), start=1)
        if mocked.search(line) or timed.search(line)
    ]
    source.complain("A test that does not test the real thing", offenders)


def test_one_parser_reads_numbers_from_outside() -> None:
    """`"²".isdigit()` is true and int() refuses it; 5,000 digits take a page down. `kernel.outside` knows both."""
    found = []
    for place, path in source.modules():
        if place != "kernel/outside.py":
            for function, call in _calls(path):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                if name in {"isdigit", "isdecimal", "isnumeric"}:
                    found.append(f"{place}:{function}: .{name}()")
    source.complain("Numbers from outside that kernel.outside should read", found)


def test_text_from_outside_has_a_length() -> None:
    """A text field of a form without `max_length` reads whatever fits a request."""
    found = []
    for place, path in source.modules():
        for function, call in _calls(path):
            named = {word.arg for word in call.keywords}
            if ast.unparse(call.func) == "forms.CharField" and not {"max_length", None} & named:
                found.append(f"{place}:{function}")
    source.complain("Text fields without max_length", found)


def _calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the name of the function it stands in."""

    def walk(node: ast.AST, inside: str) -> Iterator[tuple[str, ast.Call]]:
        if isinstance(node, source.Function):
            inside = node.name
        if isinstance(node, ast.Call):
            yield inside, node
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside)

    yield from walk(source.tree(path), "module")


def _is_write(call: ast.Call) -> bool:
    """`Thing.objects.create(..)`, `thing.save()`; a form or session that saves is named so and left alone."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in WRITES):
        return False
    owner = ast.unparse(call.func.value)
    return not re.search(r"(form|super\(\)|session|image|picture|buffer|workbook|book|cache)\b", owner)


# What reads files of others: heavy, or at the mercy of what they hold.
READERS = {"read_table", "reencode", "calendars", "child", "pdf", "images", "PIL", "icalendar", "openpyxl", "zipfile"}


def test_nothing_is_parsed_or_drawn_inside_an_operation() -> None:
    """A deed holds the right to write: files are read before it, and what was read is given to it."""
    offenders = []
    for place, path in source.modules():
        if not source.is_part(place, "operations", "approvals"):
            continue
        for node in ast.walk(source.tree(path)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name.rpartition(".")[2] for alias in node.names}
                module = getattr(node, "module", "") or ""
                if READERS & (names | set(module.split("."))):
                    offenders.append(f"{place}:{node.lineno}")
    source.complain("An operation that parses holds up everybody", offenders)


def test_decoders_of_strange_files_run_in_children_only() -> None:
    """Pillow, calamine, icalendar and expat read uploads in a process with limits of its own."""
    decoders = {"PIL", "python_calamine", "icalendar", "dateutil"}
    children = {"paper/shrink.py", "paper/unpack.py", "agents/holiday_child.py"}
    offenders = []
    for place, path in source.modules():
        for node in ast.walk(source.tree(path)):
            if isinstance(node, (ast.Import, ast.ImportFrom)) and place not in children:
                roots = {alias.name.split(".")[0] for alias in node.names} if isinstance(node, ast.Import) else set()
                roots.add((getattr(node, "module", "") or "").split(".")[0])
                if decoders & roots:
                    offenders.append(f"{place}:{node.lineno}")
    source.complain("Read in the web server", offenders)


def test_only_its_own_folder_and_one_line_of_settings_name_a_practice() -> None:
    names = [app.label for app in apps.get_app_configs() if is_practice(app)]
    assert names, "no practice is installed"
    asked = re.compile(rf"practices[./](?:{'|'.join(names)})\b|[\"'](?:{'|'.join(names)})(?:[.:/]|[\"'](?!\)))")
    found = [
        f"{place}:{number}: {line.strip()}"
        for place, path in [*source.modules(), *source.templates()]
        if not place.startswith("practices/")
        for number, line in enumerate(source.text(path).splitlines(), 1)
        if asked.search(line)
    ]
    settings = [line for line in found if line.startswith("config/settings.py")]
    assert len(settings) == len(names)
    assert [line for line in found if line not in settings] == []
