"""Tables that leave: values stay what they are, and no cell runs as a formula."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.kernel import node
from cosmolocal.kernel.models import Node
from cosmolocal.paper import downloads
from cosmolocal.paper.tables import Column, Group, Table, csv_bytes, read_table, xlsx_bytes

pytestmark = pytest.mark.once
HERE = Node(zone="Asia/Shanghai")
FORMULAS = ["=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")']
FORMULAS += ["\u200b=1+1", " =1+1", "\u00a0@SUM(A1)", "\ufeff+1+1", "\u202e\t=1"]
CUT = ["a;=1+1", 'a;"=1+1"', "a\t=1+1", "a|@SUM(A1)", "a\n=1+1", "a; -2+3+cmd|' /C calc'!A0", "Mo;Tu\t ＝1"]
CUT += ["a;\u200b=1+1", "a\r=1+1", "a;'=1+1", "a;\"'=1+1"]


def crates() -> Table:
    return Table(
        name="Crates: 26/11",
        columns=[Column("Household"), Column("Weight", kind="number", decimals=2), Column("Day", kind="date")],
        rows=[
            Group("Yufeng Street store"),
            ["李娜", Decimal("-2.10"), date(2026, 11, 26)],
            ["=1+1", 3, datetime(2026, 11, 26, 20, 0, tzinfo=UTC)],
            ["Amina\nMünch", None, None],
        ],
        total=["Sum", Decimal("0.90"), None],
    )


def parsed(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_holds_every_row_but_headings() -> None:
    with node.at_home(HERE):
        data = csv_bytes(crates().columns, crates().plain_rows())
    assert data.startswith(b"\xef\xbb\xbf")
    assert parsed(data) == [
        ["Household", "Weight", "Day"],
        ["李娜", "-2.10", "2026-11-26"],
        ["'=1+1", "3", "2026-11-27 04:00"],
        ["Amina\nMünch", "", ""],
        ["Sum", "0.90", ""],
    ]


@pytest.mark.parametrize("text", CUT)
def test_no_part_of_a_cell_runs_in_a_program_that_cuts_elsewhere(text: str) -> None:
    data = csv_bytes(["x", text], [["x", text]])
    for delimiter in ";\t|":
        for line in data.decode("utf-8-sig").replace("\r", "\n").split("\n"):
            for cell in line.split(delimiter):
                assert not cell.strip(' "\t\u200b').startswith(("=", "@", "＝")) or "'" in cell[:3], line
    assert read_table(data).lines[1].cells == ["x", text]


def test_what_only_looks_like_it_stays_as_it_is() -> None:
    words = ["Mo; -5 C", "a;-2", "12:00 | 14:00", "eggs; bread", "x = y", "mail@example.org; other@example.org"]
    assert [row[0] for row in parsed(csv_bytes(["x"], [[word] for word in words]))[1:]] == words


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_runs_as_a_formula(formula: str) -> None:
    [[title], [cell]] = parsed(csv_bytes([formula], [[formula]]))
    assert title.startswith("'")
    assert cell.startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([Table([Column(formula)], [[formula]])])))
    for row in book.active.iter_rows():
        assert row[0].data_type == "s"
        assert row[0].value.startswith("'")


def test_numbers_written_as_text_stay_as_they_are() -> None:
    assert parsed(csv_bytes(["n"], [["-5"], ["+3,50"], [-7], ["-"]]))[1:] == [["-5"], ["+3,50"], ["-7"], ["'-"]]


def test_workbook_keeps_types() -> None:
    with node.at_home(HERE):
        book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([crates(), crates(), Table([], [])])))
    assert book.sheetnames == ["Crates  26 11", "Crates  26 11 2", "Sheet"]
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet["B2"].value == -2.1
    assert sheet["B2"].number_format == "#,##0.00"
    assert sheet["C2"].value == datetime(2026, 11, 26)  # noqa: DTZ001  a day has no zone
    assert sheet["B3"].value == 3
    assert sheet["C3"].value == datetime(2026, 11, 27, 4, 0)  # noqa: DTZ001  as the wall clock shows it
    assert sheet["A5"].font.bold
    assert sheet.max_row == 5


@given(st.text(alphabet=";|\t\n \"'=+-@1,a＝\u200b", max_size=30))
def test_what_some_program_would_cut_is_imported_unchanged(middle: str) -> None:
    rows = [["eggs", f"a{middle}z"], *([["rice", "5"]] * 4)]
    assert [row.cells for row in read_table(csv_bytes(["x", "y"], rows)).rows] == rows


@given(st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=3), max_size=5))
def test_what_is_exported_is_imported_unchanged(rows: list[list[str]]) -> None:
    """Save for what no file keeps: control signs, blanks around a cell, and rows of nothing."""

    def kept(cell: str) -> str:
        return "".join(sign for sign in cell if sign == "\n" or sign >= " ") if cell.isprintable() else "x"

    wanted = [[kept(cell).strip() for cell in row] for row in rows]
    wanted = [["a", "b", "c"], *(row for row in wanted if any(row))]
    read = read_table(csv_bytes(wanted[0], wanted[1:]))
    if all(not row[2] for row in wanted[1:]):
        assert len(read.header) == 3
    # A row ends with its last cell that holds something.
    assert [[*line.cells, *("",) * (3 - len(line.cells))] for line in read.lines] == wanted


def test_downloads_have_safe_names() -> None:
    answer = downloads.file(b"x", '../../Rechnung "李娜"\r\n<b>.pdf', "application/pdf")
    assert answer["Content-Disposition"] == ("attachment; filename*=utf-8''Rechnung%20-%E6%9D%8E%E5%A8%9C-%20-b-.pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert downloads.safe_name("..") == "file"
    assert downloads.safe_name("a" * 300 + ".xlsx") == "a" * 120 + ".xlsx"


def test_download_by_kind() -> None:
    with node.at_home(HERE):
        assert downloads.table(crates(), "Crates", "csv")["Content-Type"].startswith("text/csv")
        assert downloads.table(crates(), "Crates", "xlsx").content.startswith(b"PK")
    with pytest.raises(Http404):
        downloads.table(crates(), "Crates", "exe")
