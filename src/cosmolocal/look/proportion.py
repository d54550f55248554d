"""Is a number in proportion to what was expected? Grams typed for kilograms, a mark that slipped: what may be meant.

Pure: integers in smallest parts. A number out of proportion is asked about and never refused, since it may be so.
"""

from collections.abc import Iterable

FAR = 5  # times more than expected: somebody asks
NEAR = 10  # of two readings a thousand times apart, at most one is this near to what was expected
_SLIPS = (1000, 100, 10)  # grams for kilograms, cents for a whole, a mark one place off


def is_near(value: int, expected: int) -> bool:
    """Is it no more than NEAR times more or less?"""
    return value > 0 and expected > 0 and expected <= value * NEAR and value <= expected * NEAR


def meant(value: int, expected: int) -> list[int]:
    """What may have been meant instead, the likelier first: a slip of 10, 100 or 1000 from what was expected."""
    if value <= 0 or expected <= 0:
        return []
    found = [value // slip for slip in _SLIPS if value % slip == 0] + [value * slip for slip in _SLIPS]
    close = [one for one in found if one and one != value and expected <= one * 2 and one <= expected * 2]
    return sorted(close, key=lambda one: abs(one - expected))


def slips(value: int) -> list[int]:
    """A thousandth and a hundredth, where only what is usual is known: grams for kilograms, cents for a whole."""
    return [value // slip for slip in _SLIPS[:2] if value % slip == 0]


def is_odd(value: int, expected: int | None, *, far: int = FAR, is_price: bool = False) -> bool:
    """Should somebody ask? Far more than expected always; far less only of a price, or where a slip explains it: little
    goods come short every week. Nothing expected, or nothing typed: no question.
    """
    if not expected or expected < 0 or value <= 0:
        return False
    if value > expected * far:
        return True
    if value * far >= expected:
        return False
    return is_price or (value * 50 <= expected and bool(meant(value, expected)))


def usual(amounts: Iterable[int]) -> int | None:
    """What is to be expected where nobody promised anything: the largest of what was usual; None where nothing was."""
    return max((amount for amount in amounts if amount > 0), default=None)
