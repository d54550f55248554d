"""What each practice costs: its lines, and the files outside its folder that name it.

`python tools/practice_cost.py` prints a line for each; `python tools/practice_cost.py shop` also which files they are.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "src/cosmolocal/practices"
# Written by `make reference`, told in the past tense, or prose that may speak of any practice.
UNASKED = ("docs/", "CHANGELOG.md", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "STYLE.md")
CODE, TEMPLATES, TESTS, DOCS, MIGRATIONS = "code", "templates", "tests", "docs", "migrations"
KINDS = (CODE, TEMPLATES, TESTS, DOCS, MIGRATIONS)


class Cost(NamedTuple):
    """Lines by kind, and the other files that name the practice: those that run, and those that test or measure."""

    lines: Mapping[str, int]
    named_in: tuple[str, ...]
    tested_in: tuple[str, ...]

    @property
    def whole(self) -> int:
        """What a person writes of it: all but its migrations, which Django writes, and its page of docs."""
        return sum(self.lines[kind] for kind in (CODE, TEMPLATES, TESTS))


def practices(files: Iterable[str]) -> list[str]:
    """The practices among these files of a checkout."""
    return sorted({name.split("/")[3] for name in files if re.match(rf"{FOLDER}/\w+/practice\.py$", name)})


def cost(practice: str, files: Mapping[str, str]) -> Cost:
    """What `practice` costs in a checkout of these files (path -> text)."""
    own, lines = f"{FOLDER}/{practice}/", dict.fromkeys(KINDS, 0)
    named = re.compile(rf"practices[./]{practice}\b|[\"'/\s(]{practice}[:.][a-zA-Z_]|[\"'/]{practice}[\"'/]")
    running, testing = [], []
    for name, text in files.items():
        if name.startswith(own) or name == f"docs/practices/{practice}.md":
            lines[kind_of(name)] += text.count("\n")
        elif not name.startswith(UNASKED) and named.search(text):
            is_test = not name.startswith("src/") or "/tests/" in name
            (testing if is_test else running).append(name)
    return Cost(lines, tuple(running), tuple(testing))


def kind_of(name: str) -> str:
    """Which of `KINDS` a file of a practice is."""
    parts = name.split("/")
    for kind in (MIGRATIONS, TESTS):
        if kind in parts:
            return kind
    if name.endswith(".md"):
        return DOCS
    return TEMPLATES if "templates" in parts else CODE


def checkout() -> dict[str, str]:
    """The files under version control that hold code, words or styles."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wanted = (".py", ".html", ".txt", ".md", ".js", ".css", ".toml", ".sh")
    found = [ROOT / name for name in listed.splitlines() if name.endswith(wanted)]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in found if path.is_file()}


def main(wanted: list[str]) -> int:
    files = checkout()
    there = practices(files)
    if unknown := set(wanted) - set(there):
        print(f"No practice is called {', '.join(sorted(unknown))}. There are: {', '.join(there)}.")
        return 1
    print(" ".join(f"{word:>11}" for word in ("practice", *KINDS[:3], "together", *KINDS[3:], "named in", "tested in")))
    for practice in there:
        found = cost(practice, files)
        numbers = [found.lines[kind] for kind in KINDS[:3]]
        numbers += [found.whole, found.lines[DOCS], found.lines[MIGRATIONS], len(found.named_in), len(found.tested_in)]
        print(" ".join([f"{practice:>11}", *(f"{number:>11,}" for number in numbers)]))
        if practice in wanted:
            print("\n".join(f"  {name}" for name in (*found.named_in, *found.tested_in)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
