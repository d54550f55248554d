"""How tables leave as CSV and xlsx, and how a table that somebody uploads is read."""

import csv
import io
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from unicodedata import east_asian_width

from django.utils import timezone
from django.utils.translation import gettext as _

from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import apart
from cosmolocal.paper.formulas import harmless_when_cut
from cosmolocal.paper.numbers import decimal_marks_of, has_comma
from cosmolocal.paper.rows import MOST_ROWS, is_sheet, rows_in

log = logging.getLogger("cosmolocal.paper")
LARGEST_BYTES = 10 * 1024 * 1024
AT_ONCE_BYTES = 40_000  # a smaller file is read while the person waits; what a larger one comes to is left to a job
MOST_TITLES = 5  # lines above the heads of a list that name it
LEAST_HEADS = 3  # a list of fewer columns may begin with a row of one cell
SECONDS = 10  # for a file; the largest that is taken needs five

Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True)
class Column:
    """One column of a table that leaves the node. `width` is for PDF: "auto", "1fr", "24mm".

    "check" and "blank" are for paper: a box to tick, a line to write on; their cells are None.
    """

    title: str
    kind: Literal["text", "number", "date", "time", "check", "blank"] = "text"
    decimals: int | None = None
    width: str = "auto"
    strong: bool = False


@dataclass(frozen=True)
class Group:
    """A row over the rows that belong together, for paper; data files leave it out."""

    title: str


@dataclass(frozen=True)
class Table:
    """One table for all its forms: page, PDF, CSV, xlsx. `total` is the last row, set apart."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell] | Group]
    total: Sequence[Cell] | None = None
    name: str = ""

    def plain_rows(self) -> list[Sequence[Cell]]:
        """The rows without headings of groups, the total last."""
        rows: list[Sequence[Cell]] = [row for row in self.rows if not isinstance(row, Group)]
        return [*rows, self.total] if self.total is not None else rows


@dataclass(frozen=True)
class ReadRow:
    """One row as it was read; `number` is the one that a spreadsheet program shows beside it, from 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class ReadTable:
    """What an uploaded file holds. `lines` are all rows that are not empty, with the header, each without empty cells
    at its end; `width` is that of the widest; `count` of the rows under the header, also where `lines` are the first
    ones only.
    """

    lines: list[ReadRow]
    header_lines: int
    width: int
    count: int
    kind: Literal["csv", "sheet"]
    encoding: str = ""
    delimiter: str = ""
    decimal_mark: str | None = None
    sheet: str = ""

    @property
    def header(self) -> list[str]:
        """The titles of all columns: the last header line, "" for those it does not name; or an empty list."""
        if not (self.header_lines and self.lines):
            return []
        titles = self.lines[self.header_lines - 1].cells
        return [*titles, *[""] * (self.width - len(titles))]

    @property
    def rows(self) -> list[ReadRow]:
        """The rows under the header."""
        return self.lines[self.header_lines :]


def csv_bytes(columns: Sequence[Column | str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8 with the mark that makes spreadsheet programs read it so; formulas are made harmless."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(harmless_when_cut(column.title if isinstance(column, Column) else column) for column in columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def xlsx_bytes(tables: Sequence[Table]) -> bytes:
    """A workbook with one sheet a table: typed cells, bold header that stays in view, fitting widths."""
    # The wheel costs 8 MB of memory, which only a process that writes workbooks should spend.
    from cosmolocal.paper.workbook import write  # noqa: PLC0415

    return write(tables)


def read_table(data: bytes, filename: str = "", *, header_lines: int = 1) -> ReadTable:
    """The table in an uploaded CSV, xlsx or ods file, told apart by content, never by the name.

    Refuses with `paper.too_large`, `paper.empty_table`, `paper.not_a_table`, `paper.too_many_rows`,
    `paper.too_many_columns`, `paper.too_many_cells`, `paper.cell_too_long`, `paper.unclosed_quote` and
    `paper.busy`; raises nothing else.
    """
    return _read(data, MOST_ROWS, header_lines)


def glance(data: bytes, first: int, *, header_lines: int = 1) -> ReadTable:
    """The same with no more than the `first` rows, the header among them: whoever chooses columns needs no others.

    The whole file is looked at; `count` says how many rows it has. Refuses as `read_table` does.
    """
    return _read(data, first, header_lines)


def _read(data: bytes, first: int, header_lines: int) -> ReadTable:
    if len(data) > LARGEST_BYTES:
        raise Refusal(
            "paper.too_large",
            _("This file is larger than 10 MB. Take out pictures, or send it in several parts."),
        )
    found = rows_in(data, first) if len(data) <= AT_ONCE_BYTES and not is_sheet(data) else _read_apart(data, first)
    if "problem" in found:
        raise _refusal(found["problem"], found.get("row"))
    if not found["lines"]:
        raise Refusal("paper.empty_table", _("This file is empty. Choose the file that holds the rows."))
    lines = [ReadRow(number, cells) for number, cells in found.pop("lines")]
    titles = _titles_above(lines) if header_lines else 0
    lines = lines[titles:]
    marks = decimal_marks_of(cell for line in lines for cell in line.cells if cell)
    if found["kind"] == "sheet":
        # Numbers of a sheet come with a point, and are never unclear. Text with a comma beside them may be anything.
        marks = {",", "."} if any(has_comma(cell) for line in lines[header_lines:] for cell in line.cells) else {"."}
    mark = next(iter(marks)) if len(marks) == 1 else None
    count = max(found.pop("count") - titles - header_lines, 0)
    return ReadTable(lines=lines, header_lines=header_lines, count=count, decimal_mark=mark, **found)


def _titles_above(lines: Sequence[ReadRow]) -> int:
    """How many lines stand above the heads of the columns and name the whole list: one cell each, over a line of
    three or more that reaches at least as far.
    """
    filled = [sum(1 for cell in line.cells if cell.strip()) for line in lines[: MOST_TITLES + 1]]
    above = next((place for place, count in enumerate(filled) if count != 1), 0)
    if not above or filled[above] < LEAST_HEADS:
        return 0
    return above if max(len(line.cells) for line in lines[:above]) <= len(lines[above].cells) else 0


def _read_apart(data: bytes, first: int) -> dict[str, Any]:
    payload = first.to_bytes(8, "big") + data
    try:
        answer = apart.run("cosmolocal.paper.unpack", payload, seconds=SECONDS, megabytes=700, alone=True)
    except apart.ChildError as error:
        log.info("an uploaded table was not read: %s", str(error).rsplit("\n", 1)[-1])
        return {"problem": "not_a_table"}
    found: dict[str, Any] = json.loads(answer)
    return found


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return local_naive(cell).isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, str):
        return harmless_when_cut(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def letters_wide(text: str) -> int:
    """How wide a text is, in Latin letters: Chinese and Korean ones count double. At most 160."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text[:80])


def local_naive(moment: datetime) -> datetime:
    """The moment as the wall clock here shows it, without a zone, as files hold it."""
    return clock.wall(moment).replace(tzinfo=None) if timezone.is_aware(moment) else moment


def _refusal(problem: str, row: int | None) -> Refusal:
    """What is told of a file that cannot be read; `row` as a spreadsheet program numbers it."""
    if problem == "too_large":
        return Refusal(
            "paper.too_large",
            _("This workbook unfolds to more than can be read here. Save the rows as CSV and try again."),
        )
    if problem == "too_many_rows":
        return Refusal("paper.too_many_rows", _("This file has more than 50,000 rows. Send it in several parts."))
    if problem == "too_many_columns":
        return Refusal(
            "paper.too_many_columns",
            _("Row %(row)s has more than 200 columns. Keep only the columns that are needed.") % {"row": row},
        )
    if problem == "too_many_cells":
        return Refusal(
            "paper.too_many_cells",
            _("This table has more than 1,000,000 cells. Keep only the columns that are needed, or send it in parts."),
        )
    if problem == "unclosed_quote":
        return Refusal(
            "paper.unclosed_quote",
            _("A quotation mark in row %(row)s opens and never closes. Correct it in the file and try again.")
            % {"row": row},
            row=row,
        )
    if problem == "cell_too_long":
        return _cell_too_long(row)
    return Refusal(
        "paper.not_a_table",
        _("This file is not a table that can be read. Save it as CSV, xlsx or ods and choose that file."),
    )


def _cell_too_long(row: int | None = None) -> Refusal:
    if row is None:
        sentence = _("A cell is far too long; perhaps a quotation mark is missing. Correct it and try again.")
    else:
        sentence = _("A cell in row %(row)s has more than 10,000 letters. Shorten it and try again.") % {"row": row}
    return Refusal("paper.cell_too_long", sentence)
