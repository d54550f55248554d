"""Looks through every committed file for what belongs to one machine: indexes of packages, paths, conflicts, keys."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Written in pieces, so that this file does not find itself.
HOSTS = ["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "deb\\." + r"debian\.org"]
OPTIONS = ["--(extra-)?index" + "-url", "--find" + "-links", "--trusted" + "-host", "index_url" + r"\s*="]
PATHS = [
    "/ro" + "ot/",
    "/wo" + r"rk/(main|shared|\.library)\b",
    "/op" + "t/(pypi|wheels)",
    "/Us" + r"ers/\w+/",
]
CONFLICT = ["^<" + "<<<<<< ", "^>" + ">>>>>> "]
PATTERN = re.compile("|".join([*HOSTS, *OPTIONS, *PATHS, *CONFLICT]), re.MULTILINE)
# The one place that speaks of the option by name: it says that no address is written.
ALLOWED = {"tools/lock.sh"}
# What a node keeps for itself in its home. Settings read without a home of their own make one where they stand.
KEPT = re.compile(r"(node\.id|.*\.key|.*\.sqlite3)")


def findings(root: Path) -> list[str]:
    """`file:line: what` for each finding in a committed (or about to be committed) text file."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    found = []
    for name in sorted(set(listed) - ALLOWED):
        path = root / name
        if not path.is_file():
            continue
        if KEPT.fullmatch(path.name):
            found.append(f"{name}: it belongs to one node")
        content = path.read_bytes()
        if b"\0" in content:
            continue
        text = content.decode("utf-8", errors="replace")
        for match in PATTERN.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name}:{line}: {match.group()}")
    return found


if __name__ == "__main__":
    found = findings(ROOT)
    print("\n".join(found))
    sys.exit(1 if found else 0)
