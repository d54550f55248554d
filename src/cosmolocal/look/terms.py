"""What the tags take for a currency or a unit: a code, or any object that carries symbol and decimals."""

from typing import Any

from cosmolocal.look.numbers import decimals_of

# symbol: (decimals, smallest parts in one unit beyond the power of ten)
_UNITS = {
    "kg": (3, 1),
    "g": (0, 1),
    "l": (3, 1),
    "ml": (0, 1),
    "km": (3, 1),
    "h": (2, 1),
    "jin": (0, 500),
    "kWh": (3, 1),
}


def currency(value: Any) -> tuple[str, int]:
    """(code, decimals) of "CNY", of an object with `code` or `symbol` and `decimals`, or of one with such a `.unit`."""
    if isinstance(value, str):
        return value, decimals_of(value)
    carrier = value if hasattr(value, "decimals") else value.unit
    code = getattr(value, "code", "") or getattr(carrier, "code", "") or carrier.symbol
    return str(code), int(carrier.decimals)


def unit(value: Any) -> tuple[str, int, int]:
    """(symbol, decimals, per) of "kg", or of an object with `symbol` and `decimals`. None is a piece.

    An object with `symbol` and `quantity` is a measure people really use: jin, 500 of the smallest part.
    """
    if value is None:
        return "piece", 0, 1
    if isinstance(value, str):
        return value, *_UNITS.get(value, (0, 1))
    if hasattr(value, "quantity") and hasattr(value, "symbol"):
        return str(value.symbol), 0, int(value.quantity)
    carrier = value if hasattr(value, "decimals") else value.unit
    return str(carrier.symbol), int(carrier.decimals), int(getattr(carrier, "per", 1) or 1)
