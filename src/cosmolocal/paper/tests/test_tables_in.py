"""Uploaded tables: whatever the program that wrote them, the same cells; whatever the bytes, a table or a refusal."""

import io
import resource
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import decoding
from cosmolocal.paper.numbers import parse_decimal
from cosmolocal.paper.rows import MOST_ROWS
from cosmolocal.paper.tables import ReadTable, glance, read_table

pytestmark = pytest.mark.once
DATA = Path(__file__).resolve().parents[5] / "shared" / "data"


def data_file(name: str) -> bytes:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not here; lay the folder shared/data beside this checkout to run it")
    return path.read_bytes()


def cells(data: bytes | str, encoding: str = "utf-8") -> list[list[str]]:
    return [line.cells for line in read_table(data.encode(encoding) if isinstance(data, str) else data).lines]


def refusal(data: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        read_table(data)
    assert str(refused.value.sentence).endswith(".")
    return refused.value.code


def workbook(fill: dict[str, object]) -> bytes:
    book = openpyxl.Workbook()
    for place, value in fill.items():
        book.active[place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SMALL_SHEET = workbook({"A1": "name", "B1": "price", "A2": "Eggs", "B2": 1.5})
GERMAN = "Name;Preis\nKäse, jung;12,50\nÄpfel süß;3,20\nRöstbrot für große Esser;4,00\n"
FRENCH = "Nom;Prix\nFromage de chèvre;4,20\nPâté français;3,80\nL’œuf;0,45\n"
CHINESE = "名称,价格\n小白菜,4.20\n土鸡蛋,18.00\n莲藕,7.60\n融水糯米,52.00\n"
KOREAN = "이름,값\n배추 한 포기,4200\n유정란 열 개,5800\n현미 오 킬로,21000\n"


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter", "mark"),
    [
        *((GERMAN, name, ";", ",") for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850")),
        *((FRENCH, name, ";", ",") for name in ("utf-8", "utf-16", "cp1252")),
        *((CHINESE, name, ",", ".") for name in ("utf-8", "utf-8-sig", "utf-16", "gb18030")),
        *((KOREAN, name, ",", None) for name in ("utf-8", "utf-16", "cp949")),
        ("Pão,Preço\nPão de ló,1.20\nMaçã,0.30\n", "cp1252", ",", "."),
        ("Chleb żytni\tmasło\n1,50\t2,50\n", "utf-8", "\t", ","),
        ("Price €|Café\n1.50|2\n", "cp1252", "|", "."),
    ],
)
def test_encoding_delimiter_and_mark_are_found(text: str, encoding: str, delimiter: str, mark: str | None) -> None:
    table = read_table(text.encode(encoding))
    assert [line.cells for line in table.lines] == [line.split(delimiter) for line in text.strip().split("\n")]
    assert (table.delimiter, table.decimal_mark) == (delimiter, mark)


def test_quoted_line_breaks_stay_in_their_cell_and_rows_keep_their_numbers() -> None:
    table = read_table(b'name,note\r\nEggs,"fresh\r\nfrom the hill"\r\n\r\n,\r\nRice,"5 kg, brown"\r\n')
    assert table.header == ["name", "note"]
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, ["Eggs", "fresh\r\nfrom the hill"]),
        (5, ["Rice", "5 kg, brown"]),
    ]


def test_short_rows_stay_short_and_headers_are_counted() -> None:
    table = read_table(b"a;b;c\n1;2\n", header_lines=2)
    assert table.lines[1].cells == ["1", "2"]
    assert table.width == 3
    assert table.header == ["1", "2", ""]
    assert table.rows == []
    assert read_table(b"1;2\n", header_lines=0).header == []


def test_small_oddities() -> None:
    assert cells("sep=;\nname;price\nEggs;1,50\n") == [["name", "price"], ["Eggs", "1,50"]]
    assert cells(b"name,price\nEggs,2\n\x1a") == [["name", "price"], ["Eggs", "2"]]
    assert cells("only one column\nEggs\n") == [["only one column"], ["Eggs"]]
    assert cells("a,b\n'=1+1,'quoted'\n") == [["a", "b"], ["=1+1", "'quoted'"]]


def test_sheet_values_become_plain_text() -> None:
    table = read_table(
        workbook(
            {"B2": "Name", "C2": "Price", "B3": "鸡蛋", "C3": 18, "B5": "Rice", "C5": 5.25, "D5": date(2026, 11, 26)}
        )
    )
    assert [(line.number, line.cells) for line in table.lines] == [
        (2, ["", "Name", "Price"]),
        (3, ["", "鸡蛋", "18"]),
        (5, ["", "Rice", "5.25", "2026-11-26"]),
    ]
    assert (table.kind, table.sheet, table.decimal_mark) == ("sheet", "Sheet", ".")


def test_what_names_a_list_is_not_the_heads_of_its_columns() -> None:
    table = read_table(workbook({"A1": "Our coop", "A3": "Name", "B3": "Mail", "C3": "Balance", "A4": "Ana", "C4": 5}))
    assert (table.header, table.count) == (["Name", "Mail", "Balance"], 1)
    assert [(row.number, row.cells) for row in table.rows] == [(4, ["Ana", "", "5"])]
    assert glance(b"Our coop\n\nName,Mail,Balance\nAna,,5\nJo,,6\n", 3).count == 2
    assert read_table(b"Name\nAna\nJo\n").header == ["Name"]
    assert read_table(b"Name;\nAna;5\n").header[0] == "Name"


def test_amounts_that_somebody_typed_as_text_beside_real_numbers_are_read_where_they_say_one_thing() -> None:
    cells = {"A1": "Name", "B1": "Balance", "A2": "Ana", "B2": 26.6, "B3": "120,00", "B4": "1.050,75 €", "B5": "80"}
    table = read_table(workbook(cells))
    read = [parse_decimal(row.cells[1], table.decimal_mark) for row in table.rows]
    assert read == [Decimal("26.6"), Decimal(120), Decimal("1050.75"), Decimal(80)]


def test_a_sheet_says_what_is_seen_of_a_number_and_not_what_arithmetic_left() -> None:
    sums = {"A1": "price", "A2": 3.3 * 3, "A3": 0.1 + 0.2, "A4": 1e15 + 0.3, "A5": 1.125, "A6": 12.5}
    assert cells(workbook(sums)) == [[text] for text in ("price", "9.9", "0.3", "1000000000000000", "1.1250", "12.5")]


@pytest.mark.parametrize("number", [12.5, 1234.5, 1.125, 7])
def test_text_with_a_comma_in_a_sheet_is_never_read_for_thousands_by_guessing(number: float) -> None:
    """A German sheet in which some cells are numbers and some are text."""
    read = read_table(workbook({"A1": "kg", "A2": "2,50", "A3": number, "A4": "1,125"}))
    two_fifty, typed, unclear = (line.cells[0] for line in read.rows)
    assert parse_decimal(two_fifty, read.decimal_mark) == Decimal("2.5")
    assert parse_decimal(typed, read.decimal_mark) == Decimal(str(number))
    with pytest.raises(Refusal, match="two ways"):
        parse_decimal(unclear, read.decimal_mark)


def test_refusals() -> None:
    assert refusal(b"") == "paper.empty_table"
    assert refusal(b"\xef\xbb\xbf\n\n ,, \n") == "paper.empty_table"
    assert refusal(workbook({})) == "paper.empty_table"
    assert refusal(b"x" * (10 * 1024 * 1024 + 1)) == "paper.too_large"
    assert refusal(b"a\n" * (MOST_ROWS + 1)) == "paper.too_many_rows"
    assert refusal(b"," * 200 + b"x") == "paper.too_many_columns"
    assert refusal((b"1," * 200 + b"\n") * 5001) == "paper.too_many_cells"
    assert refusal(b"a,b\n" + b"x" * 10_001 + b",1") == "paper.cell_too_long"
    assert refusal(b"a,b\n" + b"x" * 200_000 + b",1") == "paper.cell_too_long"
    assert refusal(workbook({"A1": "a" + "\t" * 32_000 + "b"})) == "paper.cell_too_long"
    assert refusal(b'a,b\nEggs,"fresh\nRice,5\nBeans,3\n') == "paper.unclosed_quote"
    for start in (
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00",
        b"<html><table>",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0" * 9,
    ):
        assert refusal(start) == "paper.not_a_table"


def test_fifty_thousand_rows_are_read() -> None:
    assert len(read_table(b"name,price\n" + b"Eggs,1.50\n" * (MOST_ROWS - 1)).rows) == MOST_ROWS - 1


def test_one_wide_row_makes_no_other_row_wider() -> None:
    table = read_table(b"\n".join([b",".join([b"x"] * 200), *[b"1.5"] * 49_990]))
    assert (table.width, sum(len(line.cells) for line in table.lines)) == (200, 200 + 49_990)
    assert table.decimal_mark == "."


def test_cells_are_counted_before_any_is_built() -> None:
    wide = b"a," * (5 * 1024 * 1024)
    tracemalloc.start()
    try:
        assert refusal(wide) == "paper.too_many_cells"
        assert tracemalloc.get_traced_memory()[1] < 4 * len(wide)
    finally:
        tracemalloc.stop()


def test_whoever_chooses_columns_holds_no_other_rows() -> None:
    whole = b"name,price\n" + b"Eggs of the hill,1.50\n" * 45_000
    tracemalloc.start()
    try:
        found = glance(whole, 4)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(whole)
    finally:
        tracemalloc.stop()
    assert (found.header, len(found.rows), found.count) == (["name", "price"], 3, 45_000)
    assert glance(b"name,price\nEggs,1.50\n", 1).count == 1
    assert glance(workbook({"A1": "name", "A2": "Eggs", "A4": "Rice"}), 2).count == 2
    with pytest.raises(Refusal) as refused:
        glance(b"name\n" * (MOST_ROWS + 1), 4)
    assert refused.value.code == "paper.too_many_rows"


def test_the_beginning_of_a_file_tells_its_encoding() -> None:
    """Of ten megabytes of letters beyond ASCII no more are looked at than are needed."""
    runs = decoding._high_runs("é ".encode("cp1252") * 5_000_000)
    assert sum(map(len, runs)) == decoding.LOOKED_AT


def test_control_signs_are_counted_no_further_than_to_the_limit() -> None:
    noise = b"ab\x01" * 3_000_000
    tracemalloc.start()
    try:
        assert refusal(noise) == "paper.not_a_table"
        assert tracemalloc.get_traced_memory()[1] < 3 * len(noise)
    finally:
        tracemalloc.stop()


def test_a_sheet_that_claims_billions_of_cells_is_refused() -> None:
    assert refusal(workbook({"A1": "a", "XFD1048576": "b"})).startswith("paper.")


def packed(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def with_sheet(rows: str, shared: str = "") -> bytes:
    """A workbook whose only sheet holds these rows."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(workbook({"A1": "a"}))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/worksheets/sheet1.xml"] = f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"
    if shared:
        parts["xl/sharedStrings.xml"] = f"<sst {main}>{shared}</sst>"
    return packed(parts)


def test_a_long_text_in_a_hundred_thousand_cells_is_counted_before_it_is_built() -> None:
    cell = '<c t="s"><v>0</v></c>'
    bomb = with_sheet(f"<row>{cell * 20}</row>" * 5000, f"<si><t>{'x' * 9000}</t></si>")
    assert len(bomb) < 50_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(bomb) == "paper.too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


BOMB = '<row r="1"><c r="A1"><v>1</v></c></row><row r="49000"><c r="GR49000"><v>1</v></c></row>'


def elsewhere(target: str, name: str, **more: str) -> bytes:
    """A workbook whose only sheet stands somewhere else in the file."""
    with zipfile.ZipFile(io.BytesIO(with_sheet(BOMB))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts[name] = parts.pop("xl/worksheets/sheet1.xml")
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace("/xl/worksheets/sheet1.xml", target)
    return packed({**parts, **more})


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("worksheets/deep/big.xml", "xl/worksheets/deep/big.xml"),
        ("worksheets/big.bin", "xl/worksheets/big.bin"),
        ("chartsheets/big.xml", "xl/chartsheets/big.xml"),
        ("/elsewhere/big.xml", "elsewhere/big.xml"),
        ("../big.xml", "xl/../big.xml"),
        ("worksheets/big.xml", "XL/Worksheets/BIG.XML"),
        ("worksheets/big.xml", "xl\\worksheets\\big.xml"),
    ],
)
def test_a_sheet_is_counted_wherever_it_stands(target: str, name: str) -> None:
    small = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    assert refusal(elsewhere(target, name)) == "paper.too_large"
    assert refusal(elsewhere(target, name, **{"xl/worksheets/sheet9.xml": small})) == "paper.too_large"
    assert refusal(elsewhere(target, name, **{"content.xml": "<document/>"})) == "paper.too_large"


def test_a_workbook_of_two_kinds_or_with_a_part_twice_is_none() -> None:
    whole = elsewhere("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", **{"XL/workbook.bin": "x"})
    assert refusal(whole) == "paper.not_a_table"
    twice = elsewhere("worksheets/a.xml", "xl/worksheets/a.xml", **{"xl/worksheets/A.xml": "<worksheet/>"})
    assert refusal(twice) == "paper.not_a_table"


def test_cells_far_apart_are_counted_with_those_between() -> None:
    assert refusal(with_sheet(BOMB)) == "paper.too_large"


def test_an_ods_that_repeats_is_counted() -> None:
    def ods(row: str) -> bytes:
        spaces = 'xmlns:office="o" xmlns:table="t" xmlns:text="x"'
        body = f"<office:body><office:spreadsheet><table:table>{row}</table:table></office:spreadsheet></office:body>"
        mime = "application/vnd.oasis.opendocument.spreadsheet"
        return packed(
            {"mimetype": mime, "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>"}
        )

    cell = '<table:table-cell table:number-columns-repeated="{}"><text:p>{}</text:p></table:table-cell>'
    wide = f'<table:table-row table:number-rows-repeated="60000">{cell.format(190, "x")}</table:table-row>'
    long = f'<table:table-row table:number-rows-repeated="9000">{cell.format(5, "x" * 9000)}</table:table-row>'
    assert [refusal(ods(row)) for row in (wide, long)] == ["paper.too_large"] * 2


def test_a_sheet_of_the_largest_size_is_still_read() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="T{n}"><v>1</v></c></row>' for n in range(1, 40_001))
    table = read_table(with_sheet(rows))
    assert (len(table.lines), len(table.header), table.lines[-1].cells[0]) == (40_000, 20, "40000")


def test_a_zip_bomb_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"<" * 80_000_000)
    assert refusal(stream.getvalue()) == "paper.too_large"


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
def test_foodsoft_in_three_containers(ending: str) -> None:
    table = read_table(data_file(f"provision/foodsoft-articles.{ending}"))
    assert len(table.header) == 18
    assert [row.cells[2] for row in table.rows] == [
        "Walnoten (ongeroosterd)",
        "Pijnboompitten",
        "Appelsap (verpakt)",
        "Tomaten",
    ]
    assert table.rows[0].cells[16] == "Veluwe, NL"
    assert table.rows[3].cells[17] == "De röde hof"
    assert (table.rows[2].cells[10], table.rows[2].cells[13]) == ("3.21", "0.4")
    assert table.decimal_mark == "."


def test_open_food_network() -> None:
    table = read_table(data_file("provision/ofn-120-products.csv"))
    assert table.header[:3] == ["producer", "sku", "name"]
    assert len(table.rows) == 120
    assert table.delimiter == ","


def test_foodcoopshop() -> None:
    table = read_table(data_file("provision/foodcoopshop-products-valid.csv"))
    assert table.header[:4] == ["Name", "Kurze Beschreibung", "Beschreibung", "Bruttopreis"]
    assert table.decimal_mark == ","
    assert table.width == 11


@pytest.mark.parametrize("name", ["raiffeisen", "glsbank", "raiffeisen-wrong-structure", "glsbank-wrong-structure"])
def test_bank_statements(name: str) -> None:
    table = read_table(data_file(f"bank/{name}.csv"), header_lines=0)
    assert table.delimiter == ";"
    assert table.lines


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(alphabet="a1,;\t|\"'\n\r€ä李=", max_size=80).map(str.encode)))
def test_any_bytes_are_a_table_or_a_refusal(data: bytes) -> None:
    sound(data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_sheets_are_a_table_or_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(SMALL_SHEET)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=6)):
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(whole) // 2, len(whole)))
    sound(bytes(whole[:cut]))


def sound(data: bytes) -> None:
    try:
        table: ReadTable = read_table(data)
    except Refusal:
        return
    assert table.width == max(len(line.cells) for line in table.lines)
    assert all(line.cells[-1] for line in table.lines)
    assert [line.number for line in table.lines] == sorted({line.number for line in table.lines})
