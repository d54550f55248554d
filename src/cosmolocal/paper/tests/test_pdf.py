"""PDFs: every name has its glyphs or the page says which package to install; data is never markup."""

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader
from pypdf.generic import ContentStream

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import fonts, pdf, typeset
from cosmolocal.paper.sheets import (
    Crate,
    CrateLine,
    Document,
    Fact,
    Label,
    Labels,
    PackingList,
    Poster,
    Section,
    Sheet,
)
from cosmolocal.paper.tables import Column, Group, Table

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NAMES = ["Amina Öztürk-Nguyễn", "李娜", "김민서", "عامنة", "נועה", "Олена", "Ελένη", "さくら"]


def opened(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def text_of(data: bytes) -> str:
    """All pages, with the blanks of line breaks made equal."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in opened(data).pages))


def boxes(data: bytes) -> int:
    """How often a page shows glyph 0, the box for a missing character."""
    return sum(1 for reader in [opened(data)] for page in reader.pages for glyph in glyphs(page, reader) if glyph == 0)


def glyphs(page: object, reader: PdfReader) -> Iterator[int]:
    for operands, operator in ContentStream(page.get_contents(), reader).operations:  # type: ignore[attr-defined]
        if operator in (b"Tj", b"TJ"):
            parts = operands[0] if operator == b"TJ" else operands
            for part in parts:
                shown = getattr(part, "original_bytes", b"")
                yield from (int.from_bytes(shown[i : i + 2], "big") for i in range(0, len(shown), 2))


def everyone() -> Document:
    return Document(
        title="Members", local="爱农会", sections=[Section(table=Table([Column("Name")], [[n] for n in NAMES]))]
    )


def with_fonts() -> None:
    if lacking := pdf.missing_packages(NAMES):
        pytest.skip(f"this machine lacks {', '.join(lacking)}")


def test_the_counter_of_boxes_sees_a_box() -> None:
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    made = typst.compile({"main": "#set text(fallback: false)\nName 李娜".encode()}, font_paths=found)
    assert isinstance(made, bytes)
    assert boxes(made) == 2


def test_names_of_many_scripts_have_their_glyphs() -> None:
    with_fonts()
    data = pdf.render(everyone())
    assert boxes(data) == 0
    text = text_of(data)
    for name in NAMES:
        assert name in text or name[::-1] in text, name
    assert "no font" not in text
    assert "爱农会" in text


@pytest.mark.parametrize("locale", ["en", "zh-hans", "ko", "ar", "de"])
def test_every_language_is_set_with_its_own_fonts(locale: str) -> None:
    with_fonts()
    data = pdf.render(everyone(), locale=locale)
    assert boxes(data) == 0
    used = {str(font["/BaseFont"]) for page in opened(data).pages for font in page_fonts(page)}
    assert any(("CJKkr" if locale == "ko" else "CJKsc") in name for name in used)


def page_fonts(page: object) -> list[dict[str, object]]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]


def test_without_fonts_the_first_line_names_the_package(tmp_path: Path) -> None:
    data = pdf.render(everyone(), folders=[str(tmp_path)])
    assert boxes(data) == 0
    first = text_of(data)
    assert "Install the package fonts-noto-cjk and print again." in first
    assert "Install the package fonts-noto-core and print again." in first
    assert first.index("Install the package") < first.index("Members")
    assert "Amina Öztürk" in first
    assert "李" not in first


def test_a_character_that_nobody_draws_is_named_too() -> None:
    with_fonts()
    data = pdf.render(Document(title="Crate \U000e1234", local="x"))
    assert "(U+E1234)" in text_of(data)
    assert boxes(data) == 0


def test_sentence_about_fonts_is_never_in_letters_that_are_missing() -> None:
    known = {"own": "请安装 {package}", "english": "Install {package}, {count} of {points}"}
    lacking = fonts.Choice(missing={"请", "李"})
    assert typeset._sentences(known, lacking) == ["Install fonts-noto-cjk, 2 of U+674E U+8BF7"]
    assert typeset._sentences(known, fonts.Choice(missing={"李"})) == ["请安装 fonts-noto-cjk"]


def test_data_is_never_markup() -> None:
    hard = '#read("/etc/passwd") *bold* $x$ <label> \\ `raw` // gone'
    text = text_of(pdf.render(Document(title=hard, local="x", paragraphs=[hard], notices=[hard])))
    assert text.count(hard) == 3


@pytest.mark.parametrize(
    "line", ['#read("/etc/passwd")', '#read("../pdf.py")', '#import "@preview/cetz:0.3.0"', "#panic()"]
)
def test_templates_reach_nothing_else(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "document.typ").write_text(line)
    monkeypatch.setattr(typeset, "TEMPLATES", tmp_path)
    order = {
        "template": "document",
        "data": {},
        "language": "en",
        "words": {},
        "missing": {},
        "time": 0,
        "tagged": True,
    }
    with pytest.raises(typst.TypstError):
        typeset.typeset(order)


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    table = Table([Column("x"), Column("n", kind="number", decimals=2)], [["a", Decimal("1234.5")], ["b", -7]])
    sheet = Document(title="Sum", local="x", sections=[Section(table=table)])
    english, german = text_of(pdf.render(sheet, locale="en")), text_of(pdf.render(sheet, locale="de"))
    assert "1,234.50" in english
    assert "−7.00" in english
    assert "1.234,50" in german


def test_long_tables_repeat_their_head_and_groups_and_end_with_the_sum() -> None:
    rows = [Group("Daxin"), *([f"Pak choi {n}", n] for n in range(120))]
    table = Table([Column("Product"), Column("Pieces", kind="number")], rows, total=["Together", 7140])
    pages = [
        page.extract_text() for page in opened(pdf.render(Document("List", sections=[Section(table=table)]))).pages
    ]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert "Product" in page
        assert "Daxin" in page
        assert f"Page {number} of {len(pages)}" in page
    assert "Together" in pages[-1]


def test_several_documents_in_one_file_have_their_own_page_numbers() -> None:
    long = Section(table=Table([Column("n")], [[str(n)] for n in range(60)]))
    sheets = [Document(title="Amina", local="x"), Document(title="Jo", local="x", sections=[long])]
    pages = [page.extract_text() for page in opened(pdf.render(sheets)).pages]
    assert [re.search(r"Page \d of \d", page).group() for page in pages] == [
        "Page 1 of 1",
        "Page 1 of 2",
        "Page 2 of 2",
    ]


def test_no_crate_is_cut_by_the_end_of_a_page() -> None:
    crates = [
        Crate(
            number=str(n),
            name=f"begin{n}.",
            lines=[CrateLine(f"thing {i}", "2 jin", weigh=True) for i in range(1 + n * 7 % 12)],
            note=f"end{n}.",
            warning="no peanuts" if n == 3 else "",
        )
        for n in range(40)
    ]
    data = pdf.render(PackingList(title="Packing list", crates=crates, local="x"))
    pages = [page.extract_text() for page in opened(data).pages]
    assert len(pages) > 2
    for n in range(40):
        [page] = [page for page in pages if f"begin{n}." in page]
        assert f"end{n}." in page
    assert sum(page.count("no peanuts") for page in pages) == 1


def test_a_crate_longer_than_a_page_goes_on_with_its_name() -> None:
    crate = Crate(number="1", name="Restaurant", lines=[CrateLine(f"thing {i}", "1") for i in range(200)])
    pages = opened(pdf.render(PackingList(title="P", crates=[crate]))).pages
    assert all("Restaurant" in page.extract_text() for page in pages)
    assert "thing 199" in pages[-1].extract_text()


def test_labels_fill_sheets_from_where_the_last_one_ended() -> None:
    labels = [Label(title=f"Crate {n}.", qr="http://localhost/x", lines=["Thursday"]) for n in range(20)]
    pages = opened(pdf.render(Labels(labels, skip=3, local="x"))).pages
    assert len(pages) == 2
    assert "Crate 17." in pages[0].extract_text()
    assert "Crate 18." in pages[1].extract_text()


@pytest.mark.parametrize(
    "sheet",
    [
        Document(title=""),
        Document(
            title="x", sections=[Section(), Section(table=Table([], [])), Section(table=Table([Column("a")], []))]
        ),
        PackingList(title="x", crates=[]),
        PackingList(title="x", crates=[Crate("", "", [])]),
        Labels([]),
        Poster(title=""),
        Document(
            title="t\nwo",
            subtitle="s",
            recipient="a\nb",
            figure=Fact("You have", "¥ 1"),
            facts=[Fact("a", "b")] * 3,
            blanks=["Name"],
            signatures=["a", "b", "c", "d"],
            qr="x",
            footnote="f",
            landscape=True,
            columns=2,
        ),
    ],
)
def test_odd_sheets_are_set_all_the_same(sheet: Sheet) -> None:
    assert len(opened(pdf.render(sheet)).pages) >= 1


def test_a_broken_typesetter_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MEGABYTES", 20)
    with pytest.raises(Refusal) as refused:
        pdf.render(everyone())
    assert refused.value.code == "paper.pdf_failed"


def test_the_longest_words_get_the_room() -> None:
    number = Column("No.")
    table = Table([number, Column("Product"), Column("Sum", kind="number")], [["D-1", "Pak choi, about 500 g", 4]])
    assert pdf._widths(table) == ["auto", "21fr", "auto"]
    assert pdf._widths(Table([number, Column("Unit")], [["D-1", "jin"], ["D-22", "jin"]])) == ["12fr", "auto"]
    assert pdf._widths(Table([Column("a", width="3fr"), number], [["x", "y" * 90]])) == ["3fr", "auto"]
