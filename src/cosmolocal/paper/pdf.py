"""How a sheet becomes a PDF: numbers and dates as the reader writes them, then type set in a child process."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, languages, node
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import apart, codes, fonts
from cosmolocal.paper.sheets import Sheet
from cosmolocal.paper.tables import Cell, Column, Group, Table, letters_wide

log = logging.getLogger("cosmolocal.paper")
SECONDS = 60
SHORT = 16  # letters that a text column may hold without giving way
_LONG_RUN = re.compile(r"[!-~]{30,}")
MEGABYTES = 4000
_MISSING = (
    "This machine has no font for {count} of the characters below ({points}). "
    "Install the package {package} and print again."
)


def render(sheet: Sheet | Sequence[Sheet], *, locale: str | None = None, folders: Sequence[str] = ()) -> bytes:
    """The PDF of one sheet, or of several of one kind, each beginning on a new page with its own page numbers.

    `locale` is a language code, by default the active one. `folders` are where fonts are looked for.
    Where characters have no font, the first line says which package to install.
    Refuses with `paper.pdf_failed`, `paper.busy`.
    """
    sheets = [sheet] if not isinstance(sheet, Sequence) else list(sheet)
    here = node.current()
    with translation.override(locale or get_language()):
        order = {
            "template": sheets[0].template,
            "tagged": sheets[0].tagged,
            "data": {"sheets": [_plain(one) for one in sheets]},
            "language": get_language() or "en",
            "words": _words(sheets, here.name),
            "missing": {"own": str(_missing_sentence()), "english": _MISSING},
            "folders": list(folders),
            "time": int(clock.now().timestamp()),
        }
    try:
        return apart.run("cosmolocal.paper.typeset", json.dumps(order).encode(), seconds=SECONDS, megabytes=MEGABYTES)
    except apart.ChildError as error:
        log.error("typesetting failed: %s", error)
        raise Refusal(
            "paper.pdf_failed",
            _("This PDF could not be made. Print the page from the browser instead, and tell a steward."),
        ) from error


def missing_packages(texts: Sequence[str]) -> list[str]:
    """The Debian packages that printing these texts would need and this machine lacks; for `doctor`."""
    return fonts.choose("".join(texts)).packages


def _missing_sentence() -> str:
    return _(
        "This machine has no font for {count} of the characters below ({points}). "
        "Install the package {package} and print again."
    )


def _words(sheets: Sequence[Sheet], local: str) -> dict[str, str]:
    """What the templates themselves say, in the reader's language."""
    now = _cell(clock.now(), Column("", kind="time"))
    return {
        "local": next((sheet.local for sheet in sheets if sheet.local), "") or local,
        "page": _("Page {page} of {pages}"),
        "printed": _("Printed on {day}").format(day=now),
        "code": _("QR code"),
    }


def _plain(value: Any) -> Any:
    """A sheet as JSON: dataclasses as objects, tables as rows of finished text, codes as drawings."""
    if isinstance(value, Table):
        return _table(value)
    if is_dataclass(value):
        plain = {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name != "qr"}
        code = getattr(value, "qr", "")
        return {**plain, "qr": codes.qr_svg_file(code) if code else ""}
    if isinstance(value, str | int | float | None):
        return _breakable(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value]


def _table(table: Table) -> dict[str, Any]:
    widths = _widths(table)
    return {
        "name": table.name,
        "columns": [
            {"title": column.title, "kind": column.kind, "width": width, "strong": column.strong}
            for column, width in zip(table.columns, widths, strict=True)
        ],
        "rows": [{"group": row.title} if isinstance(row, Group) else _row(row, table.columns) for row in table.rows],
        "total": None if table.total is None else _row(table.total, table.columns),
    }


def _widths(table: Table) -> list[str]:
    """The widths as asked for. Where none is a share of the page, the text columns share what numbers leave."""
    widths = [column.width for column in table.columns]
    if any(width.endswith("fr") for width in widths):
        return widths
    texts = [i for i, column in enumerate(table.columns) if column.kind == "text" and column.width == "auto"]
    rows = [row for row in table.rows if not isinstance(row, Group)][:1000]
    longest = {i: max((letters_wide(str(row[i] or "")) for row in rows), default=1) for i in texts}
    for index in texts:
        if longest[index] > SHORT or longest[index] == max(longest.values()):
            widths[index] = f"{min(max(longest[index], 12), 45)}fr"
    return widths


def _row(row: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    return [_cell(cell, column) for cell, column in zip(row, columns, strict=True)]


def _cell(cell: Cell, column: Column) -> str:
    """The value as the reader of the active language writes it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, int | Decimal):
        return _number(cell, column.decimals)
    if isinstance(cell, datetime):
        moment = clock.wall(cell) if timezone.is_aware(cell) else cell
        day = languages.write_short_day(moment.date())
        return day if column.kind == "date" else f"{day} {moment:%H:%M}"
    if isinstance(cell, date):
        return languages.write_short_day(cell)
    return _breakable(cell)


def _number(cell: int | Decimal, decimals: int | None) -> str:
    if decimals is None:  # a number that counts nothing, as a year: no marks in it
        return f"{cell:f}".replace(".", languages.manner().point) if isinstance(cell, Decimal) else str(cell)
    return languages.write_number(int(Decimal(cell).scaleb(decimals).to_integral_value(ROUND_HALF_UP)), decimals)


def _breakable(text: str) -> str:
    """Long runs without a blank (addresses of pages, codes) may break, so that they never leave their column."""
    return _LONG_RUN.sub(lambda run: "\u200b".join(run.group(0)), text)
