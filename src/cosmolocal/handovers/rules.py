"""How goods are named and counted on their way through a hand-over: lot codes, crate numbers, what is short or over."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from cosmolocal.kernel.quantity import shares

WEIGHING_PERCENT = 6  # of what came; a larger rest is goods, not scales
REASONS = ("short", "spoiled", "broken", "missing", "refused", "returned", "count")


class Free(NamedTuple):
    """A lot and how much of it nobody was promised, in base units."""

    lot_id: int
    quantity: int


def initials(name: str) -> str:
    """Two letters that people recognise: of the first two Latin words, else the first two signs of the name."""
    words = [word for word in name.split() if word[0].isascii() and word[0].isalpha()]
    if len(words) >= 2:
        return (words[0][0] + words[1][0]).upper()
    letters = [letter for letter in name if unicodedata.category(letter)[0] == "L"]
    return "".join(letters[:2]).upper() or "XX"


def lot_code(day: date, producer: str, taken: Iterable[str] = ()) -> str:
    """`1122-HD`: month, day and producer; a second lot of the same kind that day gets `1122-HD-2`."""
    return free_code(f"{day:%m%d}-{initials(producer)}", taken)


def mixed_code(day: date, codes: Sequence[str]) -> str:
    """`1122-HD+SF`: what was put together that day; from four lots on `1122-MIX`, since nobody reads more."""
    start = f"{day:%m%d}-"
    names = list(dict.fromkeys(code.removeprefix(start) for code in codes if code))
    return start + ("+".join(names) if 0 < len(names) <= 3 and sum(map(len, names)) <= 40 else "MIX")


def part_code(code: str, taken: Iterable[str] = ()) -> str:
    """`1122-HD/1`: a part of a lot, numbered."""
    used, number = set(taken), 1
    while f"{code[:50]}/{number}" in used:
        number += 1
    return f"{code[:50]}/{number}"


def free_code(code: str, taken: Iterable[str] = ()) -> str:
    """The code, or with `-2`, `-3` ... behind it where it is taken."""
    used = set(taken)
    if code not in used:
        return code
    number = 2
    while f"{code}-{number}" in used:
        number += 1
    return f"{code}-{number}"


def choose_lot(lots: Sequence[Free], quantity: int) -> int | None:
    """The lot to pack from: the first that holds enough, else the fullest; None without any."""
    for lot in lots:
        if lot.quantity >= quantity:
            return lot.lot_id
    return max(lots, key=lambda lot: lot.quantity).lot_id if lots else None


def share_left(left: int, wishes: Mapping[int, int], step: int = 1) -> dict[int, int]:
    """What each may have (base units, by the key of its wish) of what is left: in proportion to the wishes, in whole
    `step`s where packs are not opened; never more than wished, together never more than is left.
    """
    if sum(wishes.values()) <= left:
        return dict(wishes)
    parts = shares(max(left, 0) // step, list(wishes.values()))
    return {key: min(part * step, wishes[key]) for key, part in zip(wishes, parts, strict=True)}


def lies(moves: Iterable[tuple[int | None, int]]) -> dict[int | None, int]:
    """What is left in a lot of each source, in base units: `moves` in order are what came of a source, or, below 0,
    what left. What leaves is of each in proportion to what lies there, so that the sum is right to the last unit.

    What left before anybody wrote down that it came is of what comes next.
    """
    left: dict[int | None, int] = {}
    ahead = 0
    for source, change in moves:
        if change > 0:
            late = min(change, ahead)
            ahead -= late
            left[source] = left.get(source, 0) + change - late
        else:
            gone = min(-change, sum(left.values()))
            ahead += -change - gone
            for of, part in zip(left, shares(gone, list(left.values())), strict=True):
                left[of] -= part
    return left


def is_uncollected(*, is_left: bool, now: datetime, ends: datetime) -> bool:
    """May be said that nobody came for a crate? It was left standing, and the time to come for it is over."""
    return is_left and now >= ends


def is_weighing_difference(rest: int, came: int) -> bool:
    """Is what is left of a lot (below 0: given beyond it) no more than weighing many times makes of weighing once?"""
    return rest != 0 and abs(rest) * 100 <= came * WEIGHING_PERCENT


def verdict(promised: int, received: int) -> str:
    """How what came compares with what was promised: none, unordered, short, over or right."""
    if not promised:
        return "unordered" if received else "none"
    if not received:
        return "none"
    if received < promised:
        return "short"
    return "over" if received > promised else "right"
