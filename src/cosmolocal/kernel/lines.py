"""The one normal form of names and other words that stand on one line, in which nothing hides. Imports no Django."""

import unicodedata
from typing import Literal

# Joiners that Persian and Indic words and composed signs need, and marks of direction that harm nothing.
_NEEDED = frozenset("\u200c\u200d\u200e\u200f\u061c")
_ENDS = frozenset(("Zl", "Zp", "Cc"))
# Unicode: Default_Ignorable_Code_Point, as first and last; nothing is drawn for any of them.
IGNORABLE = (
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
# Letters and signs whose glyph is empty: braille without a dot, a notehead that is none, fillers, hieroglyphs of
# nothing, and what stands for an object that is not there.
BLANK = frozenset("\u2800\ufffc\U00016fe4\U0001d159\U00013441\U00013442")
# What chooses a shape of the sign before it: of emoji and ideographs, of Mongolian letters. Elsewhere it does nothing.
_SHAPES = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_SHAPED = ("So", "Sm", "Sk", "Po", "Lo", "Nd")
_MONGOLIAN_SHAPES, _MONGOLIAN = "\u180b\u180c\u180d\u180f", range(0x1820, 0x18AB)


MOST_MARKS = 30  # after one letter, as Unicode's Stream-Safe Text (UAX 15) has it: no language needs more


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """Letters and their marks as one, in a normal form of Unicode. Sorting the marks of one letter takes the square of
    their number, and keeps everybody waiting meanwhile: no more than `MOST_MARKS` are read.
    """
    if text.isascii():
        return text
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return unicodedata.normalize(form, "".join(kept))


def one_line(text: str) -> str:
    """Composed letters (NFC), one space between words, and nothing that cannot be seen: line ends, control signs, signs
    that turn the direction of writing around, invisible and empty ones, marks with no letter below them. Empty where
    nothing visible is left.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept, before = [], " "
    for letter in composed(text):
        if shown := _shown(letter, before):
            kept.append(shown)
            before = before if shown in _NEEDED else shown
    found = " ".join(composed("".join(kept)).split())
    return found if any(letter not in _NEEDED and letter != " " for letter in found) else ""


def _shown(letter: str, before: str) -> str:
    """What is kept of one letter, `before` being the last that is seen."""
    if letter in _NEEDED or (letter < "\x7f" and letter.isprintable()):
        return letter
    kind, code = unicodedata.category(letter), ord(letter)
    if kind in _ENDS or kind == "Zs":
        return " "
    if _is_shape(letter, before):
        return letter
    if kind in ("Cf", "Cs") or letter in BLANK or any(first <= code <= last for first, last in IGNORABLE):
        return ""
    return "" if kind.startswith("M") and before == " " else letter


def _is_shape(letter: str, before: str) -> bool:
    if letter in _MONGOLIAN_SHAPES:
        return ord(before) in _MONGOLIAN
    return any(first <= ord(letter) <= last for first, last in _SHAPES) and unicodedata.category(before) in _SHAPED
