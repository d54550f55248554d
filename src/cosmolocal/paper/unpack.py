"""A child process: the rows of a table, or of the first filled sheet of an xlsx or ods file, as JSON.

Runs apart because a sheet of a few bytes may claim billions of cells, and ten megabytes of text take a hundred.
"""

import io
import json
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from cosmolocal.paper import child, counting
from cosmolocal.paper.rows import MOST_ROWS, Problem, is_sheet, rows_in, within_limits

MOST_CELLS, MOST_LETTERS = 1_500_000, 10_000_000  # of what leaves this process


def cell_text(value: Any) -> str:
    """What the person sees, as far as it carries meaning: whole numbers without .0, dates as ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes") if value.time() != time(0) else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        minutes, _seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return str(value)


def _number_text(value: float) -> str:
    """As many digits as a spreadsheet shows of it: beyond 15 stands only what its arithmetic left. Three decimals get a
    0 more, so that nobody takes their point for one between thousands.
    """
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    exact = Decimal(f"{value:.15g}")
    if not exact.is_finite():
        return ""
    if exact == exact.to_integral_value():
        return str(int(exact))
    text = f"{exact:f}"
    return f"{text}0" if len(text.rpartition(".")[2]) == 3 else text


def table(data: bytes, first: int) -> dict[str, Any]:
    """As `rows_in`, of any kind of file."""
    if not is_sheet(data):
        return rows_in(data, first)
    try:
        return {**first_sheet(data, first), "kind": "sheet"}
    except Problem as problem:
        return {"problem": problem.word, "row": problem.row}


def first_sheet(data: bytes, first: int) -> dict[str, Any]:
    """The name and the rows of the first visible sheet that holds something. Raises Problem.

    Rows above and columns before the table count, so that places are what the person sees.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            counting.check(archive)
        except counting.TooMuchError:
            raise Problem("too_large") from None
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for about in book.sheets_metadata:
        if about.visible != SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.start is None:
            continue
        indent = [""] * sheet.start[1]
        rows = [indent + [cell_text(value) for value in row] for row in islice(sheet.iter_rows(), MOST_ROWS + 1)]
        for row in rows:
            while row and not row[-1]:
                row.pop()
        if sum(map(len, rows)) > MOST_CELLS or sum(len(cell) for row in rows for cell in row) > MOST_LETTERS:
            raise Problem("too_large")
        return {"sheet": about.name, **within_limits(rows, first)}
    return within_limits([], first)


if __name__ == "__main__":
    payload = child.received()
    json.dump(table(payload[8:], int.from_bytes(payload[:8], "big")), sys.stdout)
