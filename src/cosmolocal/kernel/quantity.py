"""Integers in a unit's smallest part: how they are read, written, rounded and divided. No floats, no Django."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def to_units(value: Decimal | str | int, decimals: int) -> int:
    """`Decimal("1.94")` with 3 decimals gives 1940; rounded half up (away from zero) once."""
    return int((Decimal(value) * (10**decimals)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_decimal(units: int, decimals: int) -> Decimal:
    """1940 with 3 decimals gives `Decimal("1.940")`, exactly."""
    return Decimal(units).scaleb(-decimals)


def to_text(units: int, decimals: int, *, trim: bool = False) -> str:
    """Plain text with a point as decimal mark: 1940, 3 gives "1.940", or "1.94" when trimmed."""
    text = f"{to_decimal(units, decimals):f}"
    return text.rstrip("0").rstrip(".") if trim and "." in text else text


def times(units: int, numerator: int, denominator: int) -> int:
    """`units * numerator / denominator`, rounded half up (away from zero) to a whole unit."""
    product = units * numerator
    sign = -1 if (product < 0) != (denominator < 0) else 1
    whole, rest = divmod(abs(product), abs(denominator))
    return sign * (whole + (1 if 2 * rest >= abs(denominator) else 0))


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` divided by `weights` with the largest remainder; the parts sum to `total` exactly.

    Ties go to the earlier weight. All weights 0: everything to the first.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)]
    sign, size = (-1, -total) if total < 0 else (1, total)
    parts = [size * weight // whole for weight in weights]
    rests = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in rests[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
