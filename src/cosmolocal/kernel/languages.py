"""How a language writes numbers, sums and days. Source: Unicode CLDR, as babel brings it.

Babel's own formatters take ten times as long as a page with three hundred sums may; so each language is asked once.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates
from django.utils import translation

# CLDR's plain "en" writes days as the United States do; the rest of the world that reads English does not.
_EUROPEAN_ENGLISH = "en-gb"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Manner:
    """`groups`: how many digits stand together, the last group first; India writes 12,34,567 (3, then 2).

    CLDR date patterns: `day`, `year_day` with the year, `short_day` for tables, `month` with its year.
    """

    point: str
    group: str
    groups: tuple[int, int]
    symbol_first: bool
    right_to_left: bool
    day: str
    year_day: str
    short_day: str
    month: str
    locale: Locale


def manner(language: str | None = None) -> Manner:
    """Of a language as Django names it (zh-hans; None: the active one). English where CLDR does not know it."""
    return _manner((language or translation.get_language() or "en").lower().replace("_", "-"))


@lru_cache(64)
def _manner(language: str) -> Manner:
    locale = _locale(_EUROPEAN_ENGLISH if language == "en" else language)
    numbers = locale.decimal_formats[None]
    # Western digits everywhere: members of one local share paper.
    signs = locale.number_symbols["latn"]
    sum_of_money = locale.currency_formats["standard"].pattern
    patterns = locale.datetime_skeletons
    return Manner(
        point=signs["decimal"],
        group=signs["group"],
        groups=(numbers.grouping[0], numbers.grouping[1]),
        symbol_first=sum_of_money.index("¤") < sum_of_money.index("#"),
        right_to_left=locale.text_direction == "rtl",
        day=re.sub("E+|c+", "EEEE", patterns[dates.match_skeleton("MMMMEEEEd", patterns) or "MMMEd"].pattern),
        year_day=locale.date_formats["full"].pattern,
        short_day=locale.date_formats["medium"].pattern,
        month=patterns["yMMMM"].pattern,
        locale=locale,
    )


def _locale(language: str) -> Locale:
    for known in (language, language.split("-", maxsplit=1)[0]):
        try:
            return Locale.parse(known, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_EUROPEAN_ENGLISH, sep="-")


def write_number(value: int, decimals: int = 0, language: str | None = None, *, trim: bool = False) -> str:
    """`value` smallest parts: 1234567 with 2 decimals is 12,345.67. `trim` drops zeros at the end of the decimals."""
    how = manner(language)
    digits = str(abs(value)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    if trim:
        fraction = fraction.rstrip("0")
    return (MINUS if value < 0 else "") + _grouped(whole, how) + (how.point + fraction if fraction else "")


def _grouped(whole: str, how: Manner) -> str:
    last, other = how.groups
    parts = [whole[-last:]]
    rest = whole[:-last]
    while rest:
        parts.append(rest[-other:])
        rest = rest[:-other]
    return how.group.join(reversed(parts))


def write_day(day: date, pattern: str, language: str | None = None) -> str:
    """A day by a CLDR pattern (EEEE: the name of its weekday)."""
    return _written(day, pattern, language or translation.get_language() or "en")


def write_short_day(day: date, language: str | None = None) -> str:
    """26 Nov 2026."""
    return write_day(day, manner(language).short_day, language)


@lru_cache(1024)
def _written(day: date, pattern: str, language: str) -> str:
    return dates.format_date(day, pattern, locale=manner(language).locale)
