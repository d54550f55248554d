"""The bytes of an uploaded table as rows within the limits, or the name of what is wrong. Knows no Django.

Small text is read in place; everything else by `unpack`, which is a process of its own.
"""

import csv
from collections.abc import Sequence
from typing import Any

from cosmolocal.paper import decoding
from cosmolocal.paper.formulas import unmarked

MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_CELLS = 1_000_000  # of the whole table
LONGEST_CELL = 10_000
_NO_TABLE = ("<!doctype", "<html", "<?xml", "<table", "%pdf", "{", "[{", "{\\rtf")


class Problem(Exception):
    """What is wrong with a file: a word, and the row where it is, from 1."""

    def __init__(self, word: str, row: int | None = None) -> None:
        super().__init__(word)
        self.word, self.row = word, row


def is_sheet(data: bytes) -> bool:
    """xlsx and ods are archives."""
    return data.startswith(b"PK\x03\x04")


def rows_in(data: bytes, first: int) -> dict[str, Any]:
    """The table of a text: `lines` [number, cells] of the `first` rows that hold something, `count` of all of them,
    `width` of the widest, `kind`, `encoding`, `delimiter`; or `problem` and `row`.
    """
    try:
        text, encoding = decoding.decode(data)
        if text.lstrip()[:200].lower().startswith(_NO_TABLE):
            raise decoding.NotTextError
        delimiter = decoding.delimiter_of(text)
        found = within_limits(decoding.rows_of(text, delimiter, MOST_ROWS, MOST_CELLS), first)
    except decoding.NotTextError:
        return {"problem": "not_a_table"}
    except decoding.TooManyCellsError:
        return {"problem": "too_many_cells"}
    except decoding.UnclosedQuoteError as error:
        return {"problem": "unclosed_quote", "row": error.row}
    except csv.Error:
        return {"problem": "cell_too_long"}
    except Problem as problem:
        return {"problem": problem.word, "row": problem.row}
    return {**found, "kind": "csv", "encoding": encoding, "delimiter": delimiter}


def within_limits(rows: Sequence[Sequence[str]], first: int) -> dict[str, Any]:
    """The rows that hold something, stripped: `lines`, `count` and `width` as `rows_in` gives them. Raises Problem."""
    if len(rows) > MOST_ROWS:
        raise Problem("too_many_rows")
    lines: list[tuple[int, list[str]]] = []
    count = width = size = 0
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip().strip("\ufeff") for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise Problem("too_many_columns", number)
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise Problem("cell_too_long", number)
        size += len(cells)
        if size > MOST_CELLS:
            raise Problem("too_many_cells")
        if cells:
            count, width = count + 1, max(width, len(cells))
            if count <= first:
                lines.append((number, [unmarked(cell) if cell else "" for cell in cells]))
    return {"lines": lines, "count": count, "width": width}
