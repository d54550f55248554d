"""How a number that a person typed is read: 1.234,50 or 1,234.50 or １２.５, and never by guessing."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from cosmolocal.kernel import outside
from cosmolocal.kernel.refusal import Refusal

LONGEST = outside.LONGEST
_MONEY_WORDS = r"(?:[A-Z]{3}|元|圆|圓|원|円|kr|zł|Fr|Rs)\.?"
_BEFORE = re.compile(rf"^{_MONEY_WORDS}\s*(?=[\d+\-.,(])")
_AFTER = re.compile(rf"(?<=[\d.,\-)])\s*{_MONEY_WORDS}$")
_DIGIT = re.compile(r"\d")
_WITH_COMMA = re.compile(r"[-+(]?[\d., ']*\d,\d[\d., ']*[-)]?")
_FRACTION = re.compile(r"-?(?:0|[1-9]\d*|\d{1,3}(?:[., ]\d{3})+)([.,])(?:\d{1,2}|\d{4,})")


def parse_decimal(text: str, decimal_mark: str | None = None) -> Decimal:
    """The number that `text` says, exactly. `decimal_mark` is "." or "," where the whole file is known to use it.

    Currency signs around the number, spaces between thousands, full-width and Arabic digits are read.
    Refuses with `paper.not_a_number`, and with `paper.ambiguous_number` where `1,234` could be two numbers.
    """
    try:
        found = [way for way in outside.readings(_plain(text)) if way.mark != " "]
    except outside.NumberUnclear:
        raise _not_a_number(text) from None
    if decimal_mark:
        found = [way for way in found if _agrees(way, _plain(text), decimal_mark)]
    if not found:
        raise _not_a_number(text)
    if len(found) > 1:
        raise Refusal(
            "paper.ambiguous_number",
            _("%(number)s can be read in two ways. Write it without thousands, for example 1234.00.")
            % {"number": text.strip()},
        )
    return Decimal(found[0].digits).scaleb(-found[0].decimals)


def decimal_marks_of(cells: Iterable[str]) -> set[str]:
    """The decimal marks that the numbers among `cells` use: one where they agree, none where they are silent."""
    marks: set[str] = set()
    for cell in cells:
        if _may_be_fraction(cell) and (found := _FRACTION.fullmatch(_plain(cell))):
            marks.add(found[1])
            if len(marks) > 1:
                break
    return marks


def has_comma(cell: str) -> bool:
    """Is it a number with a comma in it, whatever the comma means?"""
    return "," in cell and _DIGIT.search(cell) is not None and bool(_WITH_COMMA.fullmatch(_plain(cell)))


def _may_be_fraction(cell: str) -> bool:
    """Most cells are none, which is seen without looking at each of their letters."""
    return _DIGIT.search(cell) is not None and not (cell.isascii() and "." not in cell and "," not in cell)


def _plain(text: str) -> str:
    """As `outside.plain`, without the currency around the number; empty for what is none."""
    bare = "".join(letter for letter in outside.plain(text) if unicodedata.category(letter) != "Sc").strip()
    return _AFTER.sub("", _BEFORE.sub("", bare)).strip()


def _agrees(way: outside.Reading, plain: str, decimal_mark: str) -> bool:
    """Is this how a file with that decimal mark writes it? Whole numbers then have no such mark between thousands."""
    return way.mark == decimal_mark if way.mark else decimal_mark not in plain


def _not_a_number(text: str) -> Refusal:
    shown = text.strip()[:LONGEST]
    if not shown:
        return Refusal("paper.not_a_number", _("A number is missing here. Write one, for example 12.50."))
    return Refusal(
        "paper.not_a_number",
        _("“%(text)s” is not a number. Write digits only, for example 12.50.") % {"text": shown},
    )
