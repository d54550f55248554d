"""A file of goods from its bytes to the catalog: read, judge row by row, and, unless it is a dry run, write.

The door of the command line; the browser goes the same way in steps (`tasks.py`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations
from cosmolocal.catalog.intake.judging import judge_file, shared_numbers
from cosmolocal.catalog.intake.names import Names
from cosmolocal.catalog.intake.reading import read
from cosmolocal.catalog.intake.rows import VERDICTS, Judged, Row
from cosmolocal.kernel import ids
from cosmolocal.paper.tables import LARGEST_BYTES

BATCH = 500


@dataclass(frozen=True)
class Report:
    """What became of each row, in the order of the file; `form` is "own" or "ofn"."""

    form: str
    rows: list[Judged]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each verdict."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in VERDICTS}


def run_import(
    by: Agent, file: Path, dry_run: bool = False, make_missing: bool = False, names: Names | None = None
) -> Report:
    """Takes the goods of a file over; `dry_run` only says what would happen. A row may be refused, never the file.

    Refuses with the codes of `paper.tables.read_table`, catalog.unknown_columns, catalog.column_twice,
    agents.not_allowed.
    """
    with file.open("rb") as opened:
        data = opened.read(LARGEST_BYTES + 1)
    reading = read(data, file.name)
    names = names or Names()
    names.make_missing = names.make_missing or make_missing
    if dry_run:
        judged = judge_file(reading.rows, names)
    else:
        judged = [row for batch in write(by, reading.rows, names, ids.fresh_key()) for row in batch]
    return Report(reading.form, sorted([*judged, *reading.refused], key=lambda row: row.number))


def write(by: Agent, rows: Sequence[Row], names: Names, key: str) -> Iterator[list[Judged]]:
    """Writes rows in batches of 500, each an operation of its own, so that a broken run can go on where it was."""
    operations.make_names(by=by, rows=rows, names=names, key=f"{key}:names")
    shared = sorted(shared_numbers(rows))
    for start in range(0, len(rows), BATCH):
        batch = list(rows[start : start + BATCH])
        plain = operations.import_rows(by=by, rows=batch, names=names, shared=shared, key=f"{key}:{start}")
        yield [Judged(*row) for row in plain]
