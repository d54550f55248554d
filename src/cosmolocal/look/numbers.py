"""How a number, a sum of money or an amount of goods is written for a reader, and how what she typed is read.

Values are integers in the smallest part with the number of decimals beside them; no floats.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from cosmolocal.kernel import languages, outside
from cosmolocal.kernel.languages import MINUS
from cosmolocal.kernel.outside import NumberUnclear
from cosmolocal.look import proportion

NBSP = "\N{NO-BREAK SPACE}"
# Left-to-right isolate and its end: keep a sum in one piece inside Arabic or Hebrew text.
ISOLATE = ("\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}")

# What people around here write for their own money; CLDR says CN¥ and US$ where several might be meant.
_SYMBOLS = {
    "CNY": "¥",
    "JPY": "¥",
    "EUR": "€",
    "KRW": "₩",
    "USD": "$",
    "GBP": "£",
    "INR": "₹",
    "ILS": "₪",
    "VND": "₫",
    "TRY": "₺",
    "UAH": "₴",
    "PHP": "₱",
    "NGN": "₦",
    "BRL": "R$",
}
# ISO 4217, which banks go by. CLDR counts what is carried in cash: none for several of those with 2 here.
_NO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"}
    | {"XAF", "XOF", "XPF"}
)
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})

_UNIT_WORDS = {
    "piece": ngettext_lazy("%(number)s piece", "%(number)s pieces", "count"),
    "bunch": ngettext_lazy("%(number)s bunch", "%(number)s bunches", "count"),
    "head": ngettext_lazy("%(number)s head", "%(number)s heads", "count"),
    "box": ngettext_lazy("%(number)s box", "%(number)s boxes", "count"),
    "crate": ngettext_lazy("%(number)s crate", "%(number)s crates", "count"),
    "bag": ngettext_lazy("%(number)s bag", "%(number)s bags", "count"),
    "jar": ngettext_lazy("%(number)s jar", "%(number)s jars", "count"),
    "bottle": ngettext_lazy("%(number)s bottle", "%(number)s bottles", "count"),
    "pack": ngettext_lazy("%(number)s pack", "%(number)s packs", "count"),
    "portion": ngettext_lazy("%(number)s portion", "%(number)s portions", "count"),
    "share": ngettext_lazy("%(number)s share", "%(number)s shares", "count"),
    "hour": ngettext_lazy("%(number)s hour", "%(number)s hours", "count"),
    "minute": ngettext_lazy("%(number)s minute", "%(number)s minutes", "count"),
    "day": ngettext_lazy("%(number)s day", "%(number)s days", "count"),
    "week": ngettext_lazy("%(number)s week", "%(number)s weeks", "count"),
}
_UNIT_NAMES = {
    "pc": "piece",
    "pcs": "piece",
    "pce": "piece",
    "each": "piece",
    "one": "piece",
    "st": "piece",
    "h": "hour",
}


def marks(locale: str | None = None) -> tuple[str, str]:
    """The decimal mark and the mark between thousands of a language (None: the active one)."""
    how = languages.manner(locale)
    return how.point, how.group


def format_number(value: int, decimals: int = 0, locale: str | None = None, *, trim: bool = False) -> str:
    """`value` smallest parts: 1234567 with 2 decimals is 12,345.67. `trim` drops zeros at the end of the decimals."""
    return languages.write_number(value, decimals, locale, trim=trim)


def decimals_of(code: str) -> int:
    """How many decimals a national currency has; 2 where nothing else is known."""
    return 0 if code in _NO_DECIMALS else 3 if code in _THREE_DECIMALS else 2


def symbol_of(code: str) -> str:
    """¥ for CNY; the code itself where there is no symbol."""
    return _SYMBOLS.get(code, code)


def write_money(minor: int, code: str, decimals: int, locale: str | None = None, *, signed: bool = False) -> str:
    """As `format_money`, without marks of direction: for places that isolate by themselves (`<bdi>`, SVG)."""
    number = format_number(abs(minor), decimals, locale)
    sign = MINUS if minor < 0 else "+" if signed and minor > 0 else ""
    symbol = symbol_of(code)
    is_national = code in _SYMBOLS or re.fullmatch("[A-Z]{3}", code)
    if is_national and languages.manner(locale).symbol_first:
        return f"{sign}{symbol}{NBSP}{number}"
    return f"{sign}{number}{NBSP}{symbol}"


def format_money(minor: int, code: str, decimals: int, locale: str | None = None, *, signed: bool = False) -> str:
    """12640, "CNY", 2 is ¥ 126.40, in German 126,40 ¥. A local currency's name stands behind: 12.50 Talents.

    In a right-to-left language the sum is wrapped in an isolate, so that sign, symbol and digits keep their order.
    """
    text = write_money(minor, code, decimals, locale, signed=signed)
    return text.join(ISOLATE) if is_right_to_left(locale) else text


def is_right_to_left(locale: str | None = None) -> bool:
    """Whether the language (None: the active one) is written from right to left."""
    return languages.manner(locale).right_to_left


def format_quantity(
    base: int, unit_symbol: str | Promise, decimals: int, per: int = 1, locale: str | None = None
) -> str:
    """1940, "kg", 3 is 1.94 kg; 10, "piece", 0 is 10 pieces; 1000, "jin", 0, per=500 is 2 jin.

    `base` is in smallest parts; one unit is `per * 10**decimals` of them. At most three decimals are shown.
    """
    if per == 1 and decimals <= 3:
        value, shown = base, decimals
    else:
        exact = Decimal(base) / (per * 10**decimals)
        value, shown = int((exact * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP)), 3
    number = format_number(value, shown, locale, trim=True)
    name = str(unit_symbol)
    words = _UNIT_WORDS.get(_UNIT_NAMES.get(name, name.removesuffix("s")), _UNIT_WORDS.get(name))
    if words is None:
        return f"{number}{NBSP}{name}" if name else number
    is_one = abs(value) == 10**shown
    with translation.override(locale or translation.get_language() or "en"):
        return str(words % {"count": 1 if is_one else 2 + abs(value) // 10**shown, "number": number}).replace(" ", NBSP)


def format_percent(part: int, whole: int, decimals: int = 0, locale: str | None = None) -> str:
    """76 of 100 is 76 %; a whole of 0 is written as a dash."""
    if whole == 0:
        return "\N{EN DASH}"
    exact = Decimal(part) * 100 * 10**decimals / whole
    return f"{format_number(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), decimals, locale)}{NBSP}%"


def parse_decimal(text: str, decimals: int, locale: str | None = None, *, expected: int | None = None) -> int:
    """What a person typed, in smallest parts: 1,5 and 1.5 and １．５ and ١٫٥ with 1 decimal are 15.

    Where it can be read in two ways (1,234), what was `expected` (smallest parts) decides together with the reader's
    locale, and where neither does, nobody guesses. Raises `NumberUnclear`; `readings` then holds both.
    """
    found = outside.readings(text)
    if expected is None:
        found = [way for way in found if way.mark != " "] if len(found) > 1 else found
        found = _by_locale(found, decimals, locale)
    parts = list(dict.fromkeys(value for way in found if (value := way.parts(decimals)) is not None))
    if not parts:
        raise NumberUnclear("too_precise")
    if expected and len(parts) > 1:
        near = [value for value in parts if proportion.is_near(value, expected)]
        parts = near if len(near) == 1 else parts
    if any(abs(value) >= 10 ** (12 + decimals) for value in parts):
        raise NumberUnclear("too_big")
    if len(parts) > 1:
        raise NumberUnclear("ambiguous", tuple(parts))
    return parts[0]


def parse_measure(text: str, decimals: int, per: int = 1, *, expected: int | None = None) -> int:
    """What a person typed in a measure of `per` smallest parts, of which up to three decimals may be typed; in smallest
    parts, as `expected` is. Raises `NumberUnclear`, whose readings are in smallest parts too.
    """
    if per == 1:
        return parse_decimal(text, decimals, expected=expected)
    try:
        parts = parse_decimal(text, 3, expected=expected * 1000 // per if expected else None)
    except NumberUnclear as unclear:
        ways = tuple((value * per + 500) // 1000 for value in unclear.readings)
        raise NumberUnclear(unclear.reason, ways) from unclear
    return (parts * per + 500) // 1000


def has_two_readings(text: str, decimals: int) -> bool:
    """Might somebody else read this number as a thousand times more or less? Then the page says how it was read."""
    return len({value for way in outside.readings(text) if (value := way.parts(decimals)) is not None}) > 1


def _by_locale(found: list[outside.Reading], decimals: int, locale: str | None) -> list[outside.Reading]:
    """Of 1234 and 1.234 the one that this language writes so, as far as goods or money of so many decimals allow it."""
    if len(found) < 2:
        return found
    point, group = marks(locale)
    whole, exact = found
    if exact.mark == group and decimals < 3:
        return [whole]
    return [exact] if exact.mark == point and decimals >= 3 else _refuse_both(found, decimals)


def _refuse_both(found: list[outside.Reading], decimals: int) -> list[outside.Reading]:
    raise NumberUnclear("ambiguous", tuple(value for way in found if (value := way.parts(decimals)) is not None))
