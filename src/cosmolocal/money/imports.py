"""A file of opening books from its bytes to the books: read, judged row by row, and, unless it is a dry run, written.

The door of the command line; the browser goes the same way in steps (`tasks.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations, queries
from cosmolocal.money.opening import columns, judging
from cosmolocal.money.opening.oddities import Odd
from cosmolocal.money.opening.rows import Judged, Reader, Row, RowRefused
from cosmolocal.money.operations.opening import may_give_tasks
from cosmolocal.money.rules import Sums
from cosmolocal.paper.models import Upload
from cosmolocal.paper.tables import ReadTable, read_table

BATCH = 100


@dataclass(frozen=True)
class Reading:
    """The rows of a file that could be read, and those that could not."""

    rows: list[Row]
    refused: list[Judged]


@dataclass(frozen=True)
class Outcome:
    """What became of each row, and whether the sums agreed; `written`: it was no dry run."""

    rows: list[Judged]
    sums: Sums
    written: bool
    odd: Sequence[Odd] = ()

    @property
    def refused(self) -> int:
        """How many rows were left out."""
        return sum(row.verdict == "refused" for row in self.rows)

    def lines(self) -> list[str]:
        """What the command line says: refused and changed rows, then the sums."""
        words = {"new": _("new"), "changed": _("changed"), "same": _("the same"), "refused": _("refused")}
        told = [
            f"{row.number}: {words[row.verdict]}: {row.what} {row.sentence}".rstrip()
            for row in self.rows
            if row.verdict in ("refused", "changed")
        ]
        told += [
            _("Is this right? Row %(row)s, %(who)s:") % {"row": row, "who": who} + f" {say}"
            for row, who, say in self.odd
        ]
        counts = judging.Verdicts(self.rows, {}, self.sums).counts
        told.append(", ".join(f"{count} {words[name]}" for name, count in counts.items()))
        told.append(agreement(self.sums))
        told.append(_("Written into the books.") if self.written else _("Nothing was written."))
        return told


def agreement(sums: Sums) -> str:
    """One sentence on whether bank and cash agree with all balances."""
    facts = {"boxes": queries.format(sums.boxes), "accounts": queries.format(sums.accounts)}
    if sums.difference == 0:
        return _("The sums agree: bank and cash hold %(boxes)s, all accounts together %(accounts)s.") % facts
    return _(
        "The sums do not agree: bank and cash hold %(boxes)s, all accounts together %(accounts)s; "
        "the difference is %(difference)s."
    ) % (facts | {"difference": queries.format(sums.difference)})


def read(table: ReadTable, mapping: Mapping[str, int] | None = None) -> Reading:
    """The rows of a table by their columns (guessed where `mapping` is None). Refuses with money.no_name_column."""
    where = dict(columns.guess(table.header) if mapping is None else mapping)
    if not {"name", "surname", "household"} & where.keys():
        raise Refusal(
            "money.no_name_column", _("No column says the name. Say which one it is, or write “name” above it.")
        )
    reader = Reader(where, queries.default_currency().decimals, table.decimal_mark)
    rows, refused = [], []
    for line in table.rows:
        try:
            rows.append(reader.read(line.number, line.cells))
        except RowRefused as refusal:
            refused.append(Judged(line.number, "refused", _called(line.cells, where), str(refusal)))
    return Reading(rows, refused)


def _called(cells: Sequence[str], where: Mapping[str, int]) -> str:
    """How a row that cannot be read is called in the list: its name, its household, or what stands first."""
    named = [
        cells[where[field]] for field in ("name", "surname", "household") if where.get(field, len(cells)) < len(cells)
    ]
    return next((text for text in [*named, *cells] if text), "")[:120]


def judge(by: Agent, reading: Reading) -> judging.Verdicts:
    """The dry run: a verdict for each row, and whether the sums agree."""
    return judging.judge(queries.default_currency(), reading.rows, reading.refused, may_give_tasks=may_give_tasks(by))


def write(
    by: Agent,
    rows: Sequence[Row],
    on: date,
    *,
    accept_difference: bool = False,
    key: str = "",
    told: Callable[[int], None] = lambda done: None,
) -> int:
    """Writes people in batches and then all balances in one deed; may be run again after it broke off."""
    verdicts = judge(by, Reading(list(rows), []))
    if verdicts.sums.difference and not accept_difference:
        raise Refusal(
            "money.sums_differ", agreement(verdicts.sums), field="accept", difference=verdicts.sums.difference
        )
    root = key or ids.fresh_key()
    for start in range(0, len(rows), BATCH):
        operations.import_people(by=by, rows=list(rows[start : start + BATCH]), key=f"{root}:{start}")
        told(min(start + BATCH, len(rows)))
    return operations.import_opening_books(
        by=by, rows=list(rows), on=on, accept_difference=accept_difference, key=f"{root}:books"
    )


def take_over(upload: Upload) -> None:
    """The taking over of a kept file, as far as it did not happen before; refusals stand in its Progress."""
    by = Agent.objects.get(pk=upload.mapping["by"])

    def told(done: int) -> None:
        operations.note_progress(by=by, upload=upload, done=done, state="running")

    try:
        reading = read(read_table(bytes(upload.data), upload.name), upload.mapping["columns"])
        write(
            by,
            reading.rows,
            date.fromisoformat(upload.mapping["on"]),
            accept_difference=upload.mapping["accept"],
            key=f"upload:{upload.pk}",
            told=told,
        )
    except Refusal as refusal:
        operations.note_progress(by=by, upload=upload, done=0, state="refused", sentence=str(refusal))
        return
    operations.note_progress(by=by, upload=upload, done=len(upload.verdicts), state="done")


def run_import(
    by: Agent, data: bytes, name: str, on: date, dry_run: bool = False, accept_difference: bool = False
) -> Outcome:
    """Takes opening books over at the beginning of `on`; `dry_run` only says what would happen.

    A row may be refused, never the file. Refuses with the codes of `paper.tables.read_table`, money.no_name_column,
    money.sums_differ, money.not_yet, agents.not_allowed.
    """
    reading = read(read_table(data, name))
    verdicts = judge(by, reading)
    if not dry_run:
        write(by, reading.rows, on, accept_difference=accept_difference)
    return Outcome(verdicts.rows, verdicts.sums, not dry_run, verdicts.odd)
