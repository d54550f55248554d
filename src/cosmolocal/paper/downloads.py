"""How a file is handed to a browser: safe name, right type, nothing run or sniffed."""

import re
import unicodedata
from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from cosmolocal.kernel.lines import composed
from cosmolocal.paper import pdf
from cosmolocal.paper.sheets import Document, Section
from cosmolocal.paper.tables import Table, csv_bytes, xlsx_bytes

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def file(data: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    """A download named `name` (any script); `inline` lets a browser show a PDF itself."""
    response = HttpResponse(data, content_type=content_type)
    disposition = "inline" if inline else "attachment"
    response["Content-Disposition"] = content_disposition_header(not inline, safe_name(name)) or disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def table(table: Table, name: str, kind: str) -> HttpResponse:
    """The table as "csv", "xlsx" or "pdf"; another kind is 404. `name` comes without the ending."""
    return tables([table], name, kind)


def tables(tables: Sequence[Table], name: str, kind: str) -> HttpResponse:
    """Several tables as one file: sheets of a workbook, sections of a PDF, or the first alone as CSV."""
    if kind not in TYPES:
        raise Http404
    return file(table_bytes(tables, name, kind), f"{name}.{kind}", TYPES[kind])


def table_bytes(tables: Sequence[Table], title: str, kind: str) -> bytes:
    """The same as bytes; `kind` is csv, xlsx or pdf."""
    if kind == "csv":
        return csv_bytes(tables[0].columns, tables[0].plain_rows())
    if kind == "xlsx":
        return xlsx_bytes(tables)
    sections = [Section(heading=one.name if len(tables) > 1 else "", table=one) for one in tables]
    return pdf.render(Document(title=title, sections=sections))


def safe_name(name: str) -> str:
    """A file name that every system takes: no paths, no signs with a meaning, at most 120 letters."""
    plain = composed(name)
    plain = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in plain)
    plain = re.sub(r'[/\\:*?"<>|]+', "-", plain)
    plain = re.sub(r"\s+", " ", plain).strip(" .-")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:120]}.{ending}" if dot and len(ending) <= 5 else plain[:120] or "file"
