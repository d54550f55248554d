"""How tables leave as CSV and xlsx, and how a table that somebody uploads is read."""

import csv
import io
import json
import logging
import re
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
from cosmolocal.paper import apart, decoding
from cosmolocal.paper.numbers import decimal_mark_of

log = logging.getLogger("cosmolocal.paper")
LARGEST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_CELLS = 1_000_000  # of the whole table
LONGEST_CELL = 10_000
SECONDS = 10  # for a file; the largest that is taken needs three

Cell = str | int | Decimal | date | datetime | bool | None
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Spaces and signs without a width, which programs skip before they look for a formula.
_WITHOUT_WIDTH = "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F))))
_UNSEEN = f" \t\u00a0\u00ad\u180e\u2028\u2029\u2060\u3000\ufeff{_WITHOUT_WIDTH}"
# A program that cuts at other signs than we do finds further cells inside of one: after a run of blanks with such a
# sign, and a quotation mark perhaps. A run is looked at from its first letter on only, so that no text costs more than
# its length.
_CUTS = frozenset(";|\t\n\r")
_RUN = rf"(?<![;|\s{_UNSEEN}])([;|\s{_UNSEEN}]++\"?+)"
_BEGINS = r"(?=[=@＝＠＋－]|[+-](?!\d+(?:[.,]\d+)?(?:\s|$)))"
_RUNS_WITHIN = re.compile(rf"{_RUN}('*+){_BEGINS}")
_MARKED_WITHIN = re.compile(rf"{_RUN}('++){_BEGINS}")
_A_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d+)?")
_NO_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


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
    at its end; `width` is that of the widest.
    """

    lines: list[ReadRow]
    header_lines: int
    width: int
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
    writer.writerow(_harmless_when_cut(column.title if isinstance(column, Column) else column) for column in columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet program would run it as a formula."""
    text = _NO_CONTROL.sub("", text.replace("\r\n", "\n"))
    seen = text.lstrip(_UNSEEN)
    runs = text.startswith(_RUNS) or seen.startswith(_RUNS)
    return "'" + text if runs and not _A_NUMBER.fullmatch(text) else text


def _harmless_when_cut(text: str) -> str:
    """`harmless`, also where a program cuts the cell at a semicolon, a tab, a bar or a line end."""
    return _RUNS_WITHIN.sub(lambda found: found[0] + "'" * _cuts(found), harmless(text))


def _cuts(found: re.Match[str]) -> bool:
    """Is there a sign in the run of blanks at which some program cuts?"""
    return not _CUTS.isdisjoint(found[1])


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
    if len(data) > LARGEST_BYTES:
        raise Refusal(
            "paper.too_large",
            _("This file is larger than 10 MB. Take out pictures, or send it in several parts."),
        )
    found = _read_sheet(data) if data.startswith(b"PK\x03\x04") else _read_text(data)
    lines, about = found
    if not lines:
        raise Refusal("paper.empty_table", _("This file is empty. Choose the file that holds the rows."))
    mark = decimal_mark_of(cell for line in lines for cell in line.cells if cell)
    if about["kind"] == "sheet":
        # Numbers of a sheet come with a point; text that uses the comma beside them makes it uncertain.
        mark = None if mark == "," else "."
    width = max(len(line.cells) for line in lines)
    return ReadTable(lines=lines, header_lines=header_lines, width=width, decimal_mark=mark, **about)


def _read_text(data: bytes) -> tuple[list[ReadRow], dict[str, Any]]:
    try:
        text, encoding = decoding.decode(data)
    except decoding.NotTextError as error:
        raise _not_a_table() from error
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "%pdf", "{", "[{", "{\\rtf")):
        raise _not_a_table()
    delimiter = decoding.delimiter_of(text)
    try:
        rows = decoding.rows_of(text, delimiter, MOST_ROWS, MOST_CELLS)
    except decoding.TooManyCellsError as error:
        raise _too_many_cells() from error
    except decoding.UnclosedQuoteError as error:
        raise Refusal(
            "paper.unclosed_quote",
            _("A quotation mark in row %(row)s opens and never closes. Correct it in the file and try again.")
            % {"row": error.row},
            row=error.row,
        ) from error
    except csv.Error as error:
        raise _cell_too_long() from error
    return _lines(rows), {"kind": "csv", "encoding": encoding, "delimiter": delimiter}


def _read_sheet(data: bytes) -> tuple[list[ReadRow], dict[str, Any]]:
    payload = MOST_ROWS.to_bytes(8, "big") + data
    try:
        answer = json.loads(apart.run("cosmolocal.paper.unpack", payload, seconds=SECONDS, megabytes=700, alone=True))
    except apart.ChildError as error:
        log.info("an uploaded sheet was not read: %s", str(error).rsplit("\n", 1)[-1])
        raise _not_a_table() from error
    if answer.get("problem") == "too_large":
        raise Refusal(
            "paper.too_large",
            _("This workbook unfolds to more than can be read here. Save the rows as CSV and try again."),
        )
    return _lines(answer.get("rows", [])), {"kind": "sheet", "sheet": answer.get("sheet", "")}


def _lines(rows: Sequence[Sequence[str]]) -> list[ReadRow]:
    """The rows that hold something, stripped, within the limits."""
    if len(rows) > MOST_ROWS:
        raise Refusal(
            "paper.too_many_rows",
            _("This file has more than 50,000 rows. Send it in several parts."),
        )
    lines, count = [], 0
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip().strip("\ufeff") for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise Refusal(
                "paper.too_many_columns",
                _("Row %(row)s has more than 200 columns. Keep only the columns that are needed.") % {"row": number},
            )
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise _cell_too_long(number)
        count += len(cells)
        if count > MOST_CELLS:
            raise _too_many_cells()
        if cells:
            lines.append(ReadRow(number, [_unmarked(cell) if cell else "" for cell in cells]))
    return lines


def _unmarked(cell: str) -> str:
    """The apostrophes that an export wrote are taken away again, so that it imports unchanged."""
    cell = _MARKED_WITHIN.sub(lambda found: found[0][: -1 if _cuts(found) else None], cell)
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(_UNSEEN).startswith(_RUNS) else cell


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
        return _harmless_when_cut(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def letters_wide(text: str) -> int:
    """How wide a text is, in Latin letters: Chinese and Korean ones count double. At most 160."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text[:80])


def local_naive(moment: datetime) -> datetime:
    """The moment as the wall clock here shows it, without a zone, as files hold it."""
    return clock.wall(moment).replace(tzinfo=None) if timezone.is_aware(moment) else moment


def _not_a_table() -> Refusal:
    return Refusal(
        "paper.not_a_table",
        _("This file is not a table that can be read. Save it as CSV, xlsx or ods and choose that file."),
    )


def _too_many_cells() -> Refusal:
    return Refusal(
        "paper.too_many_cells",
        _("This table has more than 1,000,000 cells. Keep only the columns that are needed, or send it in parts."),
    )


def _cell_too_long(row: int | None = None) -> Refusal:
    if row is None:
        sentence = _("A cell is far too long; perhaps a quotation mark is missing. Correct it and try again.")
    else:
        sentence = _("A cell in row %(row)s has more than 10,000 letters. Shorten it and try again.") % {"row": row}
    return Refusal("paper.cell_too_long", sentence)
