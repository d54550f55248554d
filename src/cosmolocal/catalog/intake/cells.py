"""How the cells of a row are read: numbers, amounts with a unit, words; each refusal is one sentence about one row."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from cosmolocal.catalog import rules
from cosmolocal.catalog.intake.rows import RowRefused
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.quantity import to_text, to_units
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper.numbers import parse_decimal

_AMOUNT = re.compile(r"^([\d\s.,'’٫٬０-９]+)\s*(.*)$", re.DOTALL)
# word: unit of the journal, base units in one, as numerator and denominator
UNIT_WORDS: Mapping[str, tuple[str, Decimal]] = {
    "mg": ("kg", Decimal("0.001")),
    "g": ("kg", Decimal(1)),
    "kg": ("kg", Decimal(1000)),
    "t": ("kg", Decimal(1_000_000)),
    "oz": ("kg", Decimal("28.349523125")),
    "lb": ("kg", Decimal("453.59237")),
    "ml": ("l", Decimal(1)),
    "cl": ("l", Decimal(10)),
    "dl": ("l", Decimal(100)),
    "l": ("l", Decimal(1000)),
    "kl": ("l", Decimal(1_000_000)),
    "gal": ("l", Decimal("3785.411784")),
    "piece": ("piece", Decimal(1)),
    "pieces": ("piece", Decimal(1)),
    "pc": ("piece", Decimal(1)),
    "items": ("piece", Decimal(1)),
}


class Cells(NamedTuple):
    """The cells of one row by the name of their column, and how its numbers are written."""

    values: Mapping[str, str]
    decimal_mark: str | None
    currency_decimals: int
    measures: Mapping[str, tuple[str, int]]  # code and symbol to unit and base units

    def says(self, column: str) -> bool:
        """Is there such a column?"""
        return column in self.values

    def word(self, column: str, longest: int) -> str:
        """A name in one line. Refuses one that is too long."""
        text = one_line(self.values.get(column, ""))
        if len(text) > longest:
            raise RowRefused(
                _("“%(column)s” has more than %(longest)s letters.") % {"column": column, "longest": longest}
            )
        return text

    def needed(self, column: str, longest: int) -> str:
        """A name that must be there."""
        text = self.word(column, longest)
        if not text:
            raise RowRefused(_("“%(column)s” is empty.") % {"column": column})
        return text

    def decimal(self, column: str, text: str | None = None) -> Decimal:
        """A number, 0 or more."""
        written = self.values.get(column, "") if text is None else text
        try:
            number = parse_decimal(written, self.decimal_mark)
        except Refusal as refusal:
            raise RowRefused(f"“{column}”: {refusal}") from refusal
        if number < 0:
            raise RowRefused(_("“%(column)s” is less than 0.") % {"column": column})
        if number >= rules.LARGEST:
            raise RowRefused(_("“%(column)s” is too large; perhaps a digit slipped.") % {"column": column})
        return number

    def whole(self, column: str, largest: int = rules.LARGEST - 1) -> int:
        """A number without decimals."""
        number = self.decimal(column)
        if number != number.to_integral_value() or number > largest:
            raise RowRefused(_("“%(column)s” must be a whole number.") % {"column": column})
        return int(number)

    def money(self, column: str) -> int:
        """A sum in minor units; more decimals than the currency has are refused, not rounded."""
        number = self.decimal(column)
        minor = to_units(number, self.currency_decimals)
        if Decimal(minor).scaleb(-self.currency_decimals) != number:
            raise RowRefused(
                _("“%(column)s” has more than %(decimals)s decimals.")
                % {"column": column, "decimals": self.currency_decimals}
            )
        if minor >= rules.LARGEST:
            raise RowRefused(_("“%(column)s” is too large; perhaps a digit slipped.") % {"column": column})
        return minor

    def quantity(self, column: str, unit: str, text: str | None = None) -> int:
        """An amount such as 0.5 kg, 2 jin or 10, in base units of `unit`."""
        written = (self.values.get(column, "") if text is None else text).strip()
        found = _AMOUNT.match(written)
        if not found:
            raise RowRefused(_("“%(column)s” must be an amount such as 0.5 kg, 2 jin or 10.") % {"column": column})
        word = rules.normal(found.group(2))
        base = self._base(column, word, unit) * self.decimal(column, found.group(1))
        units = to_units(base, 0)
        if units < 1 or units >= rules.LARGEST:
            raise RowRefused(
                _("“%(column)s” must be more than nothing, and not beyond all measure.") % {"column": column}
            )
        return units

    def _base(self, column: str, word: str, unit: str) -> Decimal:
        """Base units in one of what the word names. No word: whole units of `unit`."""
        if not word:
            return Decimal(10 ** rules.UNITS[unit])
        known, base = UNIT_WORDS.get(word) or self._measure(word)
        if known != unit:
            raise RowRefused(
                _("“%(column)s”: %(word)s does not fit goods counted in %(unit)s.")
                % {"column": column, "word": word or "?", "unit": unit}
            )
        return base

    def _measure(self, word: str) -> tuple[str, Decimal]:
        unit, base = self.measures.get(word, ("", 0))
        return unit, Decimal(base)


def amount_text(base_units: int, unit: str) -> str:
    """Base units as our own files write them, exactly: 0.5 kg."""
    return f"{to_text(base_units, rules.UNITS[unit], trim=True)} {unit}"
