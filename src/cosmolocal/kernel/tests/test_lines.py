"""Names are one line of visible letters, whichever deed writes them."""

import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from django.apps import apps
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

import cosmolocal
from cosmolocal.kernel.columns import LineField
from cosmolocal.kernel.lines import BLANK, IGNORABLE, MOST_MARKS, composed, one_line

pytestmark = pytest.mark.once

# Columns with such a name hold a line somebody typed; codes of ours, and what only we write, are listed below.
TYPED = {"name", "label", "subject", "number", "reference", "payer", "phone", "bank_name", "place_name", "sku", "lot"}
OURS = {
    "agents.Role.name",
    "agents.Try.name",
    "catalog.PackVersion.label",
    "catalog.PackVersion.name",
    "flows.Unit.label",
    "kernel.JobTrouble.name",
    "kernel.TimerRun.name",
}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Huang\r\nBcc: all@example.org", "Huang Bcc: all@example.org"),
        ("  two \t words\x0b\u2028here ", "two words here"),
        ("a\x00b\x7f\x1b[31m", "a b [31m"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2066iso\u2069late\u200b\ufeff", "isolate"),
        ("Gar\u0061\u0301ge", "Garáge"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🌾 Amina", "👩\u200d🌾 Amina"),
        ("黄大成 Huang", "黄大成 Huang"),
        ("\u200b\u202e\n\x00", ""),
        ("\u200d\u200e", ""),
        ("\ud800x", "x"),
        ("\u3164", ""),
        ("\u2800 \u2800", ""),
        ("\u115f\u1160\uffa0", ""),
        ("\u0301\u20dd", ""),
        ("\ufe0f\U000e0100\u180b", ""),
        ("Ami\u3164na\ufe0f", "Amina"),
        ("Amina\u2800", "Amina"),
        (" \u0301Zoé \u0308x", "Zoé x"),
        ("e\u2800\u0301", "é"),
        ("☀\ufe0f 1\ufe0f\u20e3 辻\U000e0100", "☀\ufe0f 1\ufe0f\u20e3 辻\U000e0100"),
        ("ᠮᠣᠩᠭᠣᠯ ᠰᠠᠷ\u180b", "ᠮᠣᠩᠭᠣᠯ ᠰᠠᠷ\u180b"),
        ("ครู ปุ๊ก", "ครู ปุ๊ก"),
        ("हिन्दी", "हिन्दी"),
        ("한글", "한글"),
    ],
)
def test_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@given(st.text())
def test_nothing_hides_and_twice_is_once(typed: str) -> None:
    kept = one_line(typed)
    assert one_line(kept) == kept
    assert kept == kept.strip()
    assert not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs") for letter in kept)
    assert not any("\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069" for letter in kept)


# Whatever is drawn as nothing: by Unicode's property, by an empty glyph, as a mark on nothing, or as space.
UNSEEN = st.one_of(
    *(st.characters(min_codepoint=first, max_codepoint=last) for first, last in IGNORABLE),
    st.sampled_from(sorted(BLANK)),
    st.characters(categories=("Cc", "Cf", "Zl", "Zp", "Zs", "Mn", "Mc", "Me")),
)


@given(st.lists(UNSEEN).map("".join))
def test_what_nobody_can_see_is_no_name(typed: str) -> None:
    assert one_line(typed) == ""


@given(st.sampled_from(["Amina", "黄大成", "José", "Улуг", "علي"]), st.data())
def test_nothing_that_cannot_be_seen_makes_another_name_of_one(name: str, data: st.DataObject) -> None:
    """Two who are called alike are told apart by what people read."""
    place = data.draw(st.integers(0, len(name)))
    hidden = data.draw(st.sampled_from(sorted(BLANK | {"\u3164", "\u115f", "\uffa0", "\u00ad", "\u2060", "\ufeff"})))
    assert one_line(name[:place] + hidden + name[place:]) == name


def test_the_signs_that_unicode_calls_invisible_are_all_known() -> None:
    """What Python knows as formatting is among them, but for signs that are drawn around numbers and hieroglyphs."""
    known = {chr(code) for first, last in IGNORABLE for code in range(first, last + 1)}
    drawn = {"\u0600", "\u06dd", "\u070f", "\u08e2", "\U000110bd", "\U000110cd"}  # signs under numbers
    spoken = {*map(chr, range(0x600, 0x606)), "\u0890", "\u0891", *map(chr, range(0xFFF9, 0xFFFC))}
    hieroglyphs = set(map(chr, range(0x13430, 0x1343F)))
    formats = {chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"}
    assert formats - known <= drawn | spoken | hieroglyphs


def test_each_column_for_a_name_keeps_one_line_only() -> None:
    plain = [
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        if model.__module__.startswith("cosmolocal.")
        for column in model._meta.local_fields
        if column.name in TYPED and isinstance(column, models.CharField) and not isinstance(column, LineField)
    ]
    assert set(plain) == OURS


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_no_letter_carries_more_marks_than_any_language_writes(form: Literal["NFC", "NFKC"]) -> None:
    heaped = "a" + "\u0301" * 500 + "\u0327" * 500 + "b\u0301"
    assert composed(heaped, form) == unicodedata.normalize(form, "a" + "\u0301" * MOST_MARKS + "b\u0301")
    assert len(one_line(heaped)) <= MOST_MARKS + 2
    for written in ("Tiếng Việt", "กำ้", "שָׁלוֹם", "a\u0327\u0301", "한글", "ﬁ"):
        assert composed(written, form) == unicodedata.normalize(form, written)


def test_everything_is_composed_by_the_one_function_that_counts_marks() -> None:
    root = Path(cosmolocal.__file__).parent
    others = [path for path in root.rglob("*.py") if "/tests/" not in path.as_posix() and path.name != "lines.py"]
    assert [path for path in others if "unicodedata.normalize" in path.read_text()] == []
