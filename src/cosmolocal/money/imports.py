"""A file of opening books from its bytes to the books: read, judged row by row, and, unless it is a dry run, written.

The door of the command line; the browser goes the same way in steps (`tasks.py`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent, Membership
from cosmolocal.kernel import ids
from cosmolocal.kernel.models import Progress
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations, policy, queries
from cosmolocal.money.opening import columns, judging
from cosmolocal.money.opening.oddities import Odd
from cosmolocal.money.opening.rows import BANK, Judged, Reader, Row, RowRefused
from cosmolocal.money.operations.opening import check_opening, importer
from cosmolocal.money.operations.uploads import KIND, require_open
from cosmolocal.money.rules import Sums
from cosmolocal.paper.models import Upload
from cosmolocal.paper.tables import ReadTable, read_table

BATCH = 100
MOST_AT_ONCE = 1000  # rows and people that a dry run reads in about half a second


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
        verdicts = judging.Verdicts(self.rows, {}, self.sums)
        told.append(", ".join(f"{count} {words[name]}" for name, count in verdicts.counts.items()))
        told.append(verdicts.none_read or agreement(self.sums))
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
    require_name(where)
    reader = Reader(where, queries.default_currency().decimals, table.decimal_mark)
    rows, refused = [], []
    for line in table.rows:
        try:
            rows.append(reader.read(line.number, line.cells))
        except RowRefused as refusal:
            refused.append(Judged(line.number, "refused", _called(line.cells, where), str(refusal)))
    return Reading(rows, refused)


def require_name(mapping: Mapping[str, int]) -> None:
    """Refuses with money.no_name_column where no column of a file says who is meant."""
    if not {"name", "surname", "household"} & mapping.keys():
        raise Refusal(
            "money.no_name_column", _("No column says the name. Say which one it is, or write “name” above it.")
        )


def _called(cells: Sequence[str], where: Mapping[str, int]) -> str:
    """How a row that cannot be read is called in the list: its name, its household, or what stands first."""
    named = [
        cells[where[field]] for field in ("name", "surname", "household") if where.get(field, len(cells)) < len(cells)
    ]
    return next((text for text in [*named, *cells] if text), "")[:120]


def judge(by: Agent, reading: Reading) -> judging.Verdicts:
    """The dry run: a verdict for each row, and whether the sums agree."""
    currency = queries.default_currency()
    return judging.judge(currency, reading.rows, reading.refused, importer(by, currency))


def is_large(upload: Upload) -> bool:
    """Whether a dry run is too long for a page: it reads each row, and everybody who is here (one statement)."""
    here = Membership.objects.filter(until=None).count()
    return int(upload.mapping["head"]["count"]) + here > MOST_AT_ONCE


def judge_file(by: Agent, upload: Upload, mapping: Mapping[str, int], *, key: str = "") -> None:
    """The dry run of a kept file, kept with it. Refuses as `read` and `operations.map_file`."""
    require_open(by, upload)
    verdicts = judge(by, read(read_table(bytes(upload.data), upload.name), mapping))
    rows, sums, changes = [row.plain() for row in verdicts.rows], verdicts.sums, len(verdicts.changed)
    judgement = operations.Judgement(rows, verdicts.counts, sums.boxes, sums.accounts, verdicts.odd, changes)
    operations.map_file(by=by, upload=upload, mapping=mapping, judgement=judgement, key=key)


def write(
    by: Agent,
    reading: Reading,
    on: date,
    *,
    accept_difference: bool = False,
    key: str = "",
    seen: Mapping[str, int] | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> int:
    """Writes people in batches and then all balances in one deed; what can refuse is asked before the first batch.

    May be run again after it broke off: it goes on, and repeats nothing. `seen`: the sums and how many rows are left
    out, as somebody has seen them. Refuses what `check_opening` refuses; money.changed_since where `seen` is not so.
    """
    accepts = accept_difference or seen is not None  # what was seen was agreed to with its difference
    verdicts = check_opening(by, reading.rows, on, reading.refused, accept_difference=accepts)
    if seen is not None and any(seen.get(name) != number for name, number in seen_of(verdicts).items()):
        raise Refusal(
            "money.changed_since",
            _("What this file would change is not what was looked at: the books have moved. Send it again, and look."),
        )
    left_out = {row.number for row in verdicts.rows if row.verdict == "refused"}
    rows = [row for row in reading.rows if row.number not in left_out]
    root = key or ids.fresh_key()
    for start, batch in _batches(rows):
        operations.import_people(by=by, rows=batch, key=f"{root}:{start}")
        told(start + len(batch))
    return operations.import_opening_books(
        by=by, rows=rows, on=on, accept_difference=accept_difference, key=f"{root}:books"
    )


def seen_of(verdicts: judging.Verdicts) -> dict[str, int]:
    """What must still be so when a file is taken over that somebody has looked at; money in minor units."""
    sums = verdicts.sums
    return {"boxes": sums.boxes, "accounts": sums.accounts, "refused": verdicts.counts["refused"]}


def _batches(rows: Sequence[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Some rows at a time with the number of the first; a bank account alone, so that each is looked at by itself."""
    ordered = sorted(rows, key=lambda row: row.kind == BANK)
    people = len(ordered) - sum(row.kind == BANK for row in ordered)
    yield from ((start, ordered[start : min(start + BATCH, people)]) for start in range(0, people, BATCH))
    yield from ((start, [ordered[start]]) for start in range(people, len(ordered)))


def take_over(upload: Upload) -> None:
    """The taking over of a kept file, as far as it did not happen before; refusals stand in its Progress.

    What is refused for now (a full disk, others who write) is raised: the job comes again.
    """
    by = Agent.objects.get(pk=upload.mapping["by"])
    policy.permit_house(by)
    done = Progress.objects.get(kind=KIND, subject_id=upload.pk).done

    def told(now: int) -> None:
        nonlocal done
        done = now
        operations.note_progress(by=by, upload=upload, done=done, state="running")

    try:
        write(
            by,
            read(read_table(bytes(upload.data), upload.name), upload.mapping["columns"]),
            date.fromisoformat(upload.mapping["on"]),
            accept_difference=upload.mapping["accept"],
            key=f"upload:{upload.pk}",
            seen=upload.counts,
            told=told,
        )
    except Refusal as refusal:
        if refusal.later:
            raise
        operations.note_progress(by=by, upload=upload, done=done, state="refused", sentence=str(refusal))
        return
    operations.note_progress(by=by, upload=upload, done=len(upload.verdicts), state="done")


def run_import(
    by: Agent, data: bytes, name: str, on: date, dry_run: bool = False, accept_difference: bool = False
) -> Outcome:
    """Takes opening books over at the beginning of `on`; `dry_run` only says what would happen.

    A row may be refused, never the file for it; where every row is, nothing is written. Refuses with the codes of
    `paper.tables.read_table`, money.no_name_column, and what `check_opening` refuses.
    """
    policy.permit_house(by)
    reading = read(read_table(data, name))
    verdicts = judge(by, reading)
    is_written = not (dry_run or verdicts.none_read)
    if is_written:
        write(by, reading, on, accept_difference=accept_difference)
    return Outcome(verdicts.rows, verdicts.sums, is_written, verdicts.odd)
