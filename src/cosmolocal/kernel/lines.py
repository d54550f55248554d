"""The one normal form of names and other words that stand on one line, in which nothing hides. Imports no Django."""

import unicodedata

# Joiners that Persian and Indic words and composed signs need, and marks of direction that harm nothing.
_NEEDED = frozenset("\u200c\u200d\u200e\u200f\u061c")
_ENDS = frozenset(("Zl", "Zp", "Cc"))


def one_line(text: str) -> str:
    """Composed letters (NFC), one space between words, and nothing that cannot be seen: line ends, control signs, signs
    that turn the direction of writing around, invisible ones. Empty where nothing visible is left.
    """
    seen = "".join(_shown(letter) for letter in unicodedata.normalize("NFC", text))
    found = " ".join(seen.split())
    return found if any(letter not in _NEEDED and letter != " " for letter in found) else ""


def _shown(letter: str) -> str:
    if letter in _NEEDED:
        return letter
    kind = unicodedata.category(letter)
    if kind in _ENDS:
        return " "
    return "" if kind in ("Cf", "Cs") else letter
