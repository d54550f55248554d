"""How tables become an xlsx workbook. Imported only where a workbook is written."""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cosmolocal.paper.formulas import harmless
from cosmolocal.paper.tables import Cell, Column, Table, letters_wide, local_naive

_LONGEST = 32_767
_BOLD = Font(bold=True)


def write(tables: Sequence[Table]) -> bytes:
    """The bytes of the workbook. Numbers stay numbers with the decimals of their column."""
    book = Workbook(write_only=True)
    titles: set[str] = set()
    for table in tables or [Table(columns=[], rows=[])]:
        sheet = book.create_sheet(_title(table.name, titles))
        sheet.freeze_panes = "A2"
        for index, width in enumerate(_widths(table), start=1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.append([_text(sheet, column.title, bold=True) for column in table.columns])
        rows = table.plain_rows()
        for row in rows:
            bold = row is table.total
            sheet.append([_cell(sheet, cell, column, bold) for cell, column in zip(row, table.columns, strict=True)])
        if rows and table.columns:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows) + 1}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _title(name: str, taken: set[str]) -> str:
    """At most 31 letters, none of the forbidden ones, and not used twice."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f']", " ", name).strip()[:31] or "Sheet"
    title, count = plain, 1
    while title.casefold() in taken:
        count += 1
        title = f"{plain[:27]} {count}"
    taken.add(title.casefold())
    return title


def _widths(table: Table) -> list[int]:
    """In letters; wide scripts count double."""
    widths = [letters_wide(column.title) + 2 for column in table.columns]
    for row in table.plain_rows()[:500]:
        for index, cell in enumerate(row):
            shown = 16 if isinstance(cell, datetime) else letters_wide(str(cell)) if cell is not None else 0
            widths[index] = max(widths[index], shown + 2)
    return [min(max(width, 6), 60) for width in widths]


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """Always text for the program, whatever the text begins with."""
    cell = WriteOnlyCell(sheet)
    cell.value = harmless(text)[:_LONGEST]
    cell.data_type = "s"
    if bold:
        cell.font = _BOLD
    return cell


def _cell(sheet: Any, value: Cell, column: Column, bold: bool) -> Any:
    if isinstance(value, str):
        return _text(sheet, value, bold=bold or column.strong)
    cell = WriteOnlyCell(sheet, value=local_naive(value) if isinstance(value, datetime) else value)
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        decimals = column.decimals
        if decimals is not None:
            cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
    if bold or column.strong:
        cell.font = _BOLD
    return cell
