"""A file of goods from its bytes to the catalog: read, judge row by row, and, unless it is a dry run, write.

The command line goes all the way at once (`run_import`); the browser in steps: `check`, then `take_over` by a job.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations
from cosmolocal.catalog.intake.judging import judge_file, shared_numbers
from cosmolocal.catalog.intake.known import lists
from cosmolocal.catalog.intake.names import KINDS, Names, unknown
from cosmolocal.catalog.intake.reading import read
from cosmolocal.catalog.intake.rows import VERDICTS, Judged, Reading, Row, Verdict
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper.models import Upload
from cosmolocal.paper.tables import LARGEST_BYTES
from cosmolocal.paper.uploads import require_own

BATCH = 500
VERDICT: Mapping[str, Verdict] = {verdict: verdict for verdict in VERDICTS}
MOST_NAMES = 100


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
    agents_policy.permit(by, agents_policy.STEWARD)
    with file.open("rb") as opened:
        data = opened.read(LARGEST_BYTES + 1)
    reading = read(data, file.name)
    names = names or Names()
    names.make_missing = names.make_missing or make_missing
    judged = judge_file(reading.rows, names)
    if not dry_run:
        judged = write(by, reading.rows, names, judged)
    return Report(reading.form, sorted([*judged, *reading.refused], key=lambda row: row.number))


def write(by: Agent, rows: Sequence[Row], names: Names, judged: Sequence[Judged]) -> list[Judged]:
    """Writes rows in batches, each an operation of its own, and answers what became of each."""
    operations.make_names(by=by, rows=rows, names=names)
    shared = sorted(shared_numbers(rows))
    verdicts: list[str] = []
    for start in range(0, len(rows), BATCH):
        batch = list(rows[start : start + BATCH])
        verdicts += operations.import_rows(by=by, rows=batch, names=names, shared=shared)
    return as_written(judged, verdicts)


def as_written(judged: Sequence[Judged], verdicts: Sequence[str]) -> list[Judged]:
    """What became of rows that were judged before: the same, unless somebody changed the goods in between."""
    return [
        before if before.verdict == verdict else Judged(before.number, VERDICT[verdict], before.what, _changed_since())
        for before, verdict in zip(judged, verdicts, strict=True)
    ]


def _changed_since() -> str:
    return _("Somebody changed these goods after the file was read.")


def check(by: Agent, upload: Upload, key: str = "") -> Upload:
    """Reads an upload and keeps what would become of each row; a file that is no list is kept as refused. What is
    refused for now is raised: the job comes again. Refuses: agents.not_allowed, paper.not_as_sent.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    require_own(upload)
    try:
        reading = read(bytes(upload.data), upload.name)
    except Refusal as refusal:
        if refusal.later:
            raise
        return operations.keep_check(
            by=by, upload=upload, verdicts=[], mapping=upload.mapping, sentence=str(refusal), key=key
        )
    names = Names.from_mapping(upload.mapping)
    asked = unknown(reading.rows, names, lists())
    mapping = {**upload.mapping, **names.plain(), "form": reading.form, "unknown": asked}
    if upload.mapping.get("decided"):
        mapping["unknown"] = {}
    mapping["names"] = _names_of(mapping, asked)
    return operations.keep_check(
        by=by, upload=upload, verdicts=_all_verdicts(judge_file(reading.rows, names), reading), mapping=mapping, key=key
    )


def take_over(by: Agent, upload: Upload, key: str) -> None:
    """Writes the rows of an upload, batch by batch; called again with the same key it goes on where it was.

    What is refused for now (a full disk, others who write) is raised: the job comes again. Refuses: agents.not_allowed.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    try:
        reading = read(bytes(upload.data), upload.name)
        names = Names.from_mapping(upload.mapping)
        operations.make_names(by=by, rows=reading.rows, names=names, key=f"{key}:names")
        shared = sorted(shared_numbers(reading.rows))
        verdicts: list[str] = []
        for start in range(0, len(reading.rows), BATCH):
            batch = reading.rows[start : start + BATCH]
            verdicts += operations.import_batch(
                by=by, upload=upload, rows=batch, shared=shared, done=start + len(batch), key=f"{key}:{start}"
            )
    except Refusal as refusal:
        if refusal.later:
            raise
        operations.end_import(by=by, upload=upload, verdicts=upload.verdicts, sentence=str(refusal), key=f"{key}:end")
        return
    looked_at = {row[0]: Judged(*row) for row in upload.verdicts}
    judged = as_written([looked_at[row.number] for row in reading.rows], verdicts)
    operations.end_import(by=by, upload=upload, verdicts=_all_verdicts(judged, reading), key=f"{key}:end")


def _all_verdicts(judged: Sequence[Judged], reading: Reading) -> list[list[Any]]:
    """Those of read and unread rows, in the order of the file."""
    return [row.plain() for row in sorted([*judged, *reading.refused], key=lambda row: row.number)]


def _names_of(mapping: Mapping[str, Any], asked: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Every name a person was or is asked about, so that she can change her mind: at most a hundred of a kind."""
    before = mapping.get("names", {})
    return {
        kind: list(dict.fromkeys([*before.get(kind, []), *asked.get(kind, [])]))[:MOST_NAMES]
        for kind in KINDS
        if before.get(kind) or asked.get(kind)
    }
