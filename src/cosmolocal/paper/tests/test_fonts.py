"""Which letters a font file draws, compared with what fontTools reads from the same file."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from cosmolocal.paper import fonts

pytestmark = pytest.mark.once


def installed() -> list[Path]:
    return [path for path in fonts._installed(fonts.FOLDERS) if "CJK" in path.name or path.stat().st_size < 60_000][:25]


def test_coverage_is_what_the_file_says() -> None:
    paths = installed()
    if not paths:
        pytest.skip("no fonts are installed here")
    for path in paths:
        drawn = {point for first, last in fonts.coverage(path) for point in range(first, last + 1)}
        assert drawn == set(TTFont(path, fontNumber=0, lazy=True).getBestCmap()), path.name


def test_few_fonts_are_chosen_and_what_is_missing_is_named(tmp_path: Path) -> None:
    if pdf_lacks := fonts.choose("aéЖ").packages:
        pytest.skip(f"this machine lacks {pdf_lacks}")
    latin = fonts.choose("Käse, œuf, Олена\n\u200b\u202e")
    assert len(latin.files) <= 2
    assert not latin.missing
    assert fonts.choose("a \U000e1234").missing == {"\U000e1234"}
    bare = fonts.choose("Käse 李 🥬 नि", [str(tmp_path)])
    assert bare.files == []
    assert bare.missing == {"李", "🥬", "न", "ि"}
    assert bare.packages == ["fonts-noto-cjk", "fonts-noto-color-emoji", "fonts-noto-core"]


def test_damaged_fonts_draw_nothing(tmp_path: Path) -> None:
    for number, data in enumerate([b"", b"ttcf", b"\x00" * 100, b"\xff" * 100]):
        path = tmp_path / f"{number}-Regular.ttf"
        path.write_bytes(data)
        assert fonts.coverage(path) == ()
    assert fonts.choose("李", [str(tmp_path)]).missing == {"李"}
