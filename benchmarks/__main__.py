"""`python -m benchmarks [NAME ...] [--json] [--quick]`: each benchmark on each of its databases, one row each."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import table
from tools import postgres

ENGINES = ("SQLite", "PostgreSQL")


@contextlib.contextmanager
def environment(database: str) -> Iterator[dict[str, str]]:
    """What a benchmark's process runs in: a folder and a database that are thrown away, settings of production."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COSMOLOCAL_") and name not in ("DATABASE_URL", "PORT")
    }
    with tempfile.TemporaryDirectory(prefix="cosmolocal-bench-") as home, contextlib.ExitStack() as stack:
        found = {**kept, "COSMOLOCAL_HOME": home, "COSMOLOCAL_LOG": "WARNING"}
        if database == "PostgreSQL":
            found["DATABASE_URL"] = stack.enter_context(postgres.cluster(durable=True))
        yield found


def measure(name: str, database: str, quick: bool) -> list[dict[str, Any]]:
    """One benchmark on one database, in a process of its own; an empty list says that it failed."""
    command = [sys.executable, "-m", "benchmarks.ground", name, database, *(["--quick"] if quick else [])]
    with environment(database) as env:
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return []
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> int:
    from benchmarks.catalogue import BENCHMARKS

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(b.name for b in BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="small sizes, to try a benchmark; writes no page")
    parser.add_argument("--database", choices=ENGINES, help="only this one")
    parser.add_argument("--install-peers", action="store_true", help="build the peers' own environments")
    wish = parser.parse_args()
    if wish.install_peers:
        print("No benchmark has a peer of its own yet: the peer columns stay empty.")
        return 0
    unknown = set(wish.names) - {b.name for b in BENCHMARKS}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    rows, failed = [], False
    if not wish.json:
        print("\n".join(table.lines([])))
    for benchmark in BENCHMARKS:
        if wish.names and benchmark.name not in wish.names:
            continue
        for database in benchmark.databases:
            if wish.database not in (None, database):
                continue
            if database == "PostgreSQL" and postgres.bin_folder() is None:
                print(f"{benchmark.name}: PostgreSQL is not installed, left out", file=sys.stderr)
                failed = True
                continue
            found = measure(benchmark.name, database, wish.quick)
            failed = failed or not found
            for row in found:
                print(json.dumps(row) if wish.json else table.lines([row])[2], flush=True)
            rows += found
    if not wish.quick and rows:
        table.write(rows, os.cpu_count() or 1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
