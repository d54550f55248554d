"""Writes docs/reference from the source: operations, refusals, jobs, practice fields, commands, tables; `--check`
compares.

Read by syntax tree (commands: from their parser, tables: from the models), so that it works without a database and
documents only what is there.
"""

import argparse
import ast
import inspect
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from cosmolocal.config import cli
from tools import tables

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "cosmolocal"
PAGES = ROOT / "docs" / "reference"
WRITTEN_BY = "Written by `make reference` from the source.\n"


@dataclass
class Refused:
    """One refusal code: the sentences people read, the fields they point at, the files that raise it."""

    sentences: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Each module of the package (no tests, no migrations) with its path below src/cosmolocal."""
    return tuple(
        (path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(SOURCE.rglob("*.py"))
        if not {"tests", "migrations"} & set(path.relative_to(SOURCE).parts)
    )


@cache
def declared(decorator: str) -> dict[str, tuple[str, ast.FunctionDef, bool]]:
    """Functions under `@decorator("code")`: code -> file, function, whether it says fact=True."""
    found = {}
    for place, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and _name(mark.func) == decorator and mark.args:
                    code = _text(mark.args[0])
                    fact = any(k.arg == "fact" and _constant(k.value) is True for k in mark.keywords)
                    found[code] = (place, node, fact)
    return dict(sorted(found.items()))


def refusals() -> dict[str, Refused]:
    """Every refusal code that the source raises with a literal code."""
    found: dict[str, Refused] = {}
    for place, tree in sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _name(node.func) == "Refusal" and node.args):
                continue
            code = _text(node.args[0])
            if not code:
                continue
            entry = found.setdefault(code, Refused())
            entry.files.add(place)
            entry.sentences.update(_sentences(node.args[1]) if len(node.args) > 1 else [])
            pointed = [node.args[2]] if len(node.args) > 2 else []
            pointed += [k.value for k in node.keywords if k.arg == "field"]
            entry.fields.update(filter(None, map(_text, pointed)))
    return dict(sorted(found.items()))


def environment() -> set[str]:
    """Names of environment variables that the package reads."""
    found = set()
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _dotted(node.func) in (
                "os.environ.get",
                "os.getenv",
                "environ.get",
            ):
                found.add(_text(node.args[0]))
            elif isinstance(node, ast.Subscript) and _dotted(node.value) in ("os.environ", "environ"):
                found.add(_text(node.slice))
    return found - {""}


def practice_fields() -> dict[str, list[tuple[str, str, str]]]:
    """The dataclasses of kernel/practices.py: class -> (field, type, default)."""
    tree = ast.parse((SOURCE / "kernel" / "practices.py").read_text(encoding="utf-8"))
    return {
        node.name: [
            (
                ast.unparse(line.target),
                ast.unparse(line.annotation),
                ast.unparse(line.value) if line.value else "",
            )
            for line in node.body
            if isinstance(line, ast.AnnAssign)
        ]
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def pages() -> dict[str, str]:
    """File name -> content of each written page."""
    return {
        "operations.md": _operations_page(),
        "refusals.md": _refusals_page(),
        "jobs.md": _jobs_page(),
        "practice.md": _practice_page(),
        "commands.md": _commands_page(),
        "tables.md": tables.page(WRITTEN_BY),
    }


def _operations_page() -> str:
    parts = ["# Operations\n", WRITTEN_BY]
    parts.append(
        "Everything that can be done. A *wish* may be refused; a *fact* has already happened, so it is "
        "always recorded. Each takes `by` (who does it); the same `key` again returns the first result.\n"
    )
    app = ""
    for code, (place, node, fact) in declared("operation").items():
        if code.split(".")[0] != app:
            app = code.split(".")[0]
            parts.append(f"## {app}\n")
        parts.append(f"### `{code}`\n")
        parts.append(f"{'Fact' if fact else 'Wish'}, `{place}`. Takes {_arguments(node)}.\n")
        parts.append(inspect.cleandoc(ast.get_docstring(node) or "") + "\n")
    return "\n".join(parts)


def _refusals_page() -> str:
    parts = ["# Refusals\n", WRITTEN_BY]
    parts.append("What a person reads when a wish cannot be granted. Codes are for machines and never change.\n")
    parts.append("| code | the sentence | field | raised in |\n|---|---|---|---|")
    for code, entry in refusals().items():
        sentence = " / ".join(sorted(entry.sentences)).replace("|", "\\|")
        fields = ", ".join(f"`{name}`" for name in sorted(entry.fields))
        parts.append(f"| `{code}` | {sentence} | {fields} | {', '.join(sorted(entry.files))} |")
    return "\n".join(parts) + "\n"


def _jobs_page() -> str:
    parts = ["# Jobs\n", WRITTEN_BY]
    parts.append("Work after an operation: at least once, retried with growing pauses, then on the steward's list.\n")
    parts.append("| job | what it does | file |\n|---|---|---|")
    for name, (place, node, _) in declared("job").items():
        first = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
        parts.append(f"| `{name}` | {first} | {place} |")
    return "\n".join(parts) + "\n"


def _practice_page() -> str:
    parts = ["# What a practice declares\n", WRITTEN_BY]
    for name, fields in practice_fields().items():
        parts.append(f"## `{name}`\n\n| field | type | default |\n|---|---|---|")
        parts += [f"| `{n}` | `{t.replace('|', chr(92) + '|')}` | {f'`{d}`' if d else ''} |" for n, t, d in fields]
        parts.append("")
    return "\n".join(parts)


def _commands_page() -> str:
    parts = ["# The command `cosmolocal`\n", WRITTEN_BY]
    parts.append("Exit status: 0 done, 1 refused with a sentence, 2 the words were not understood.\n")
    chosen = next(a for a in cli.parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in chosen.choices.items():
        parts.append(f"## `{name}`\n\n{command.description}\n")
        options = [a for a in command._actions if a.dest != "help"]
        if options:
            parts.append("| option | meaning |\n|---|---|")
            parts += [f"| `{_option(a)}` | {a.help or ', '.join(a.choices or ())} |" for a in options]
            parts.append("")
    return "\n".join(parts)


def _option(action: argparse.Action) -> str:
    """As it is typed: `--port PORT`, `--json`, `FILE`."""
    value = "" if action.nargs == 0 else (action.metavar or action.dest).upper()
    return " ".join(filter(None, [action.option_strings[0] if action.option_strings else "", str(value)]))


def _arguments(node: ast.FunctionDef) -> str:
    names = [a.arg for a in [*node.args.args, *node.args.kwonlyargs] if a.arg not in ("by", "key")]
    return ", ".join(f"`{name}`" for name in names) or "nothing more"


def _sentences(node: ast.expr) -> list[str]:
    """The literal texts inside a sentence argument: `_("..") % x`, `ngettext("..", "..", n)`."""
    return [
        n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str) and " " in n.value
    ]


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, (ast.Attribute, ast.Name)) else ""


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _text(node: ast.expr) -> str:
    value = _constant(node)
    return value if isinstance(value, str) else ""


def main() -> int:
    """Write the pages, or with `--check` say which differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, content in pages().items():
        path = PAGES / name
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    settings = PAGES / "settings.md"
    unwritten = environment() - set(_ticked(settings.read_text(encoding="utf-8") if settings.exists() else ""))
    if unwritten:
        print("docs/reference/settings.md does not speak of: " + ", ".join(sorted(unwritten)))
    if check and stale:
        print("Not as the source says (run `make reference`): " + ", ".join(stale))
    return 1 if unwritten or (check and stale) else 0


def _ticked(text: str) -> list[str]:
    return text.split("`")[1::2]


if __name__ == "__main__":
    sys.exit(main())
