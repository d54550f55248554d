"""`python -m benchmarks [NAME ...] [--json] [--quick]`: each benchmark on each of its databases, one row each."""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import kept, table
from benchmarks.harness import Benchmark
from tools import postgres

ENGINES = ("SQLite", "PostgreSQL")


@contextlib.contextmanager
def environment(database: str, place: Path) -> Iterator[dict[str, str]]:
    """What a benchmark's process runs in: a home and a database in `place`, with settings of production."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COSMOLOCAL_") and name not in ("DATABASE_URL", "PORT")
    }
    with contextlib.ExitStack() as stack:
        home = place / "home"
        home.mkdir(exist_ok=True, parents=True)
        found = {**kept, "COSMOLOCAL_HOME": str(home), "COSMOLOCAL_LOG": "WARNING"}
        if database == "PostgreSQL":
            place.chmod(0o711)  # the cluster runs as another user
            found["DATABASE_URL"] = stack.enter_context(postgres.cluster(durable=True, data=place / "data"))
        yield found


def measure(benchmark: Benchmark, database: str, quick: bool, year: Path | None) -> Iterator[dict[str, Any]]:
    """One benchmark on one database, in a process of its own: each row when it is known. `Stopped` when it fails."""
    words = [benchmark.name, database, *(["--quick"] if quick else [])]
    with tempfile.TemporaryDirectory(prefix="cosmolocal-bench-") as name:
        Path(name).chmod(0o711)
        place = Path(name) / "run"
        if benchmark.begins:
            begun = year / database.lower() if year else Path(name) / "begun"
            if not kept.is_at(begun / "home"):
                if begun.exists():
                    raise SystemExit(f"{begun}: no year was built there to its end. Name another folder or remove it.")
                with environment(database, begun) as env:
                    for _ in _rows([*words, "--begin"], env):
                        pass
            subprocess.run(["cp", "-a", begun, place], check=True)
        with environment(database, place) as env:
            yield from _rows(words, env)


class Stopped(Exception):
    """A benchmark did not come to its end."""


def _rows(words: list[str], env: dict[str, str]) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.ground", *words]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            for line in running.stdout:
                if line.startswith("{"):
                    yield json.loads(line)
        except BaseException:
            running.terminate()
            raise
    if running.returncode != 0:
        raise Stopped


def main() -> int:
    from benchmarks.catalogue import BENCHMARKS

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(b.name for b in BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="small sizes, to try a benchmark; writes no page")
    parser.add_argument("--database", choices=ENGINES, help="only this one")
    parser.add_argument("--year", type=Path, metavar="DIR", help="where the year of `region` stays, to be used again")
    parser.add_argument("--install-peers", action="store_true", help="build the peers' own environments")
    wish = parser.parse_args()
    if wish.install_peers:
        print("No benchmark has a peer of its own yet: the peer columns stay empty.")
        return 0
    unknown = set(wish.names) - {b.name for b in BENCHMARKS}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # and nothing stays behind
    failed = False
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
            try:
                for row in measure(benchmark, database, wish.quick, wish.year):
                    print(json.dumps(row) if wish.json else table.lines([row])[2], flush=True)
                    if not wish.quick:  # what was measured stays, also where the next figure never comes
                        table.write([row], os.cpu_count() or 1)
            except Stopped:
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
