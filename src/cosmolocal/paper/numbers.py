"""How a number that a person typed is read: 1.234,50 or 1,234.50 or １２.５, and never by guessing."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from cosmolocal.kernel.refusal import Refusal

LONGEST = 40
_MONEY_WORDS = r"(?:[A-Z]{3}|元|圆|圓|원|円|kr|zł|Fr|Rs)\.?"
_BEFORE = re.compile(rf"^{_MONEY_WORDS}\s*(?=[\d+\-.,(])")
_AFTER = re.compile(rf"(?<=[\d.,\-)])\s*{_MONEY_WORDS}$")
_GROUPS = re.compile(r"\d{1,3}(?: \d{3})+|\d{1,2}(?: \d{2})* \d{3}")  # the second is how India writes
_FRACTION = re.compile(r"-?(?:0|[1-9]\d*|\d{1,3}(?:[., ]\d{3})+)([.,])(?:\d{1,2}|\d{4,})")


def parse_decimal(text: str, decimal_mark: str | None = None) -> Decimal:
    """The number that `text` says, exactly. `decimal_mark` is "." or "," where the whole file is known to use it.

    Currency signs around the number, spaces between thousands, full-width and Arabic digits are read.
    Refuses with `paper.not_a_number`, and with `paper.ambiguous_number` where `1,234` could be two numbers.
    """
    digits, sign = _without_sign(_plain(text))
    if not re.fullmatch(r"[\d., ]*\d[\d., ]*", digits):
        raise _not_a_number(text)
    mark = decimal_mark or _mark_of(digits, text)
    whole, _found, fraction = digits.partition(mark) if mark else (digits, "", "")
    groups = re.sub(r"[.,]", " ", whole)
    if " " in groups:
        if not _GROUPS.fullmatch(groups) or len(set(re.findall(r"[., ]", whole))) > 1:
            raise _not_a_number(text)
        groups = groups.replace(" ", "")
    if not re.fullmatch(r"\d*", fraction):
        raise _not_a_number(text)
    return Decimal(f"{sign}{groups or '0'}.{fraction}") if fraction else Decimal(f"{sign}{groups or '0'}")


def decimal_mark_of(cells: Iterable[str]) -> str | None:
    """The decimal mark that the numbers among `cells` agree on; None where they are silent or differ."""
    marks = {found.group(1) for cell in cells if (found := _FRACTION.fullmatch(_plain(cell)))}
    return marks.pop() if len(marks) == 1 else None


def _plain(text: str) -> str:
    """ASCII digits, one kind of space, no currency around the number."""
    if len(text) > LONGEST or any(unicodedata.category(letter) == "No" for letter in text):
        return ""  # ² and ½ would become digits below
    letters = []
    for letter in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(letter)
        if kind == "Nd":
            letters.append(str(unicodedata.digit(letter)))
        elif kind == "Sc" or kind == "Cf":
            continue
        elif kind == "Zs" or letter in "'’٬":
            letters.append(" ")
        else:
            letters.append({"٫": ".", "−": "-", "،": ","}.get(letter, letter))
    plain = "".join(letters).strip()
    return _AFTER.sub("", _BEFORE.sub("", plain)).strip()


def _without_sign(plain: str) -> tuple[str, str]:
    """The digits and "-" or "": a minus before, a minus after, or brackets as accountants write."""
    if plain.startswith("(") and plain.endswith(")"):
        return plain[1:-1].strip(), "-"
    if plain.startswith(("-", "+")):
        return plain[1:].strip(), "-" if plain[0] == "-" else ""
    if plain.endswith("-"):
        return plain[:-1].strip(), "-"
    return plain, ""


def _mark_of(digits: str, text: str) -> str:
    """Which of "." and "," is the decimal mark here; "" where there is none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        mark = max(".,", key=digits.rfind)
        if digits.count(mark) > 1:
            raise _not_a_number(text)
        return mark
    if points + commas != 1:
        return ""  # no mark at all, or thousands only: 1.234.567
    mark = "." if points else ","
    before, after = digits.split(mark)
    if len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0"):
        raise Refusal(
            "paper.ambiguous_number",
            _("%(number)s can be read in two ways. Write it without thousands, for example 1234.00.")
            % {"number": text.strip()},
        )
    return mark


def _not_a_number(text: str) -> Refusal:
    shown = text.strip()[:LONGEST]
    if not shown:
        return Refusal("paper.not_a_number", _("A number is missing here. Write one, for example 12.50."))
    return Refusal(
        "paper.not_a_number",
        _("“%(text)s” is not a number. Write digits only, for example 12.50.") % {"text": shown},
    )
