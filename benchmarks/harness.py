"""How a figure comes about: ours and the limit alternate in one run on the same data, the median of each counts."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Row:
    """One line of the table. `limit`: the bare resource, measured in the same run; `peer`: other software, if at hand.

    The two ratios say how `ours` stands to them, whatever the unit; `met` says whether `goal` is reached.
    """

    name: str
    database: str
    size: str
    ours: float
    unit: str
    goal: str
    met: bool
    peer: float | None = None
    limit: float | None = None
    note: str = ""

    def as_json(self) -> dict[str, object]:
        row = {
            "name": self.name,
            "database": self.database,
            "size": self.size,
            "ours": _short(self.ours),
            "peer": _short(self.peer),
            "limit": _short(self.limit),
            "unit": self.unit,
            "ours_over_peer": _short(self.ours / self.peer) if self.peer else None,
            "ours_over_limit": _short(self.ours / self.limit) if self.limit else None,
            "goal": self.goal,
            "met": self.met,
        }
        return {**row, "note": self.note} if self.note else row


@dataclass(frozen=True)
class Benchmark:
    """One function, named by its dotted path: it prepares, measures, checks the result, and gives rows.

    `databases`: each gets a process and a fresh database of its own, with the settings of production.
    `begins`: what another process does before, in a database of which `run` gets a copy, so that it can be kept.
    """

    name: str
    run: str  # Callable[[Ground], Iterable[Row]]; a path, since it imports what needs a database
    databases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    begins: str = ""  # Callable[[Ground], None]


@dataclass(frozen=True)
class Ground:
    """Where a benchmark runs: a migrated, empty database. `quick`: everything small, to try the benchmark."""

    database: str
    quick: bool = False

    def size(self, full: int, quick: int) -> int:
        return quick if self.quick else full


def alternate(*works: Callable[[], float], rounds: int = 5) -> list[float]:
    """Runs the works in turn, `rounds` times over (the order turns as well); gives the median figure of each.

    Many short rounds beat few long ones: whatever else the machine does then hits both alike.
    """
    figures: list[list[float]] = [[] for _ in works]
    for turn in range(rounds):
        order = range(len(works)) if turn % 2 == 0 else reversed(range(len(works)))
        for index in order:
            figures[index].append(works[index]())
    return [statistics.median(found) for found in figures]


class Watch:
    """How long something took, in seconds."""

    seconds: float = 0.0


@contextmanager
def watch() -> Iterator[Watch]:
    found, begin = Watch(), time.perf_counter()
    yield found
    found.seconds = time.perf_counter() - begin


def analyse() -> None:
    """Let the database count its rows, as any that has stood for a minute has: plans for empty tables are slow ones."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not pass."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def must(holds: bool, what: str) -> None:
    """A benchmark checks what it has done before it says how long that took."""
    if not holds:
        raise AssertionError(f"the benchmark's result is wrong: {what}")


def _short(value: float | None) -> float | None:
    if value is None:
        return None
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))
