"""How many steps an expression takes on a text: a matcher that walks back like that of `re`, and counts."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST = 20_000  # steps; what takes more on some hundred letters never ends
ENDLESS = 1000  # a repetition that may be longer counts as one without an end
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda letter: letter.isalnum() or letter == "_",
}
_REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT)
_SINGLE = (kinds.LITERAL, kinds.NOT_LITERAL, kinds.ANY, kinds.IN)
Nodes = Sequence[tuple[Any, Any]]


class Walk:
    """An expression taken apart. `steps(text, how)` counts; `how` is the method of `re.Pattern` that is called."""

    def __init__(self, pattern: "re.Pattern[Any]") -> None:
        self.tree: Nodes = list(parser.parse(pattern.pattern, pattern.flags))
        self.taken, self.text = 0, ""

    def steps(self, text: str, how: str) -> int:
        """Steps until it is clear where the text fits: everywhere, unless only its beginning is asked for.

        Raises OverflowError where there are too many.
        """
        self.taken, self.text, start = 0, text, 0
        while start <= len(text):
            ends = self._walk(self.tree, start)
            end = next((end for end in ends if how != "fullmatch" or end == len(text)), None)
            if how in ("match", "fullmatch"):
                break
            start = max(end or 0, start + 1)
        return self.taken

    def letters(self) -> tuple[list[str], list[str]]:
        """Letters that the expression knows: all, and those that it takes without an end."""
        known: list[str] = []
        endless: list[tuple[Any, Any]] = []
        self._gather(self.tree, False, known, endless)
        letters = list(dict.fromkeys(known))
        return letters, [letter for letter in letters if any(_fits(*node, letter) for node in endless)]

    def _gather(self, nodes: Nodes, is_endless: bool, known: list[str], endless: list[tuple[Any, Any]]) -> None:
        for kind, value in nodes:
            if kind in _SINGLE:
                known += _samples(kind, value)
                endless += [(kind, value)] if is_endless else []
            elif kind in _REPEATS:
                self._gather(value[2], is_endless or int(value[1]) >= ENDLESS, known, endless)
            else:
                for part in _parts(kind, value):
                    self._gather(part, is_endless, known, endless)

    def _walk(self, nodes: Nodes, at: int) -> Iterator[int]:
        if not nodes:
            yield at
            return
        self.taken += 1
        if self.taken > MOST:
            raise OverflowError
        (kind, value), rest = nodes[0], nodes[1:]
        for end in self._one(kind, value, at):
            yield from self._walk(rest, end)

    def _one(self, kind: Any, value: Any, at: int) -> Iterator[int]:
        """Where the text may go on after one part of the expression, the best first."""
        if kind in _SINGLE:
            if at < len(self.text) and _fits(kind, value, self.text[at]):
                yield at + 1
        elif kind in _REPEATS:
            ends = self._repeated((int(value[0]), int(value[1])), list(value[2]), at, is_lazy=kind is kinds.MIN_REPEAT)
            yield from islice(ends, 1) if kind is kinds.POSSESSIVE_REPEAT else ends
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            begin = at if value[0] > 0 else at - value[1].getwidth()[0]
            found = begin >= 0 and next(self._walk(list(value[1]), begin), None) is not None
            if found is (kind is kinds.ASSERT):
                yield at
        elif kind is kinds.AT:
            if {"BEGINNING": at == 0, "END": at == len(self.text)}.get(str(value).split("_")[1], True):
                yield at
        else:
            branches = (end for part in _parts(kind, value) for end in self._walk(part, at))
            yield from islice(branches, 1) if kind is kinds.ATOMIC_GROUP else branches

    def _repeated(self, bounds: tuple[int, int], part: Nodes, at: int, *, is_lazy: bool) -> Iterator[int]:
        """Where the text may go on after each way to repeat the part."""
        least, most = bounds
        if len(part) == 1 and part[0][0] in _SINGLE:
            ends = [at]
            while len(ends) <= most and next(self._walk(part, ends[-1]), None) is not None:
                ends.append(ends[-1] + 1)
            for end in ends[least:] if is_lazy else reversed(ends[least:]):
                self.taken += 1
                yield end
            return
        if is_lazy and least <= 0:
            yield at
        if most > 0:
            for end in self._walk(part, at):
                if end > at:
                    yield from self._repeated((least - 1, most - 1), part, end, is_lazy=is_lazy)
        if not is_lazy and least <= 0:
            yield at


def _parts(kind: Any, value: Any) -> list[Nodes]:
    if kind is kinds.SUBPATTERN:
        return [list(value[3])]
    if kind is kinds.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind is kinds.ATOMIC_GROUP:
        return [list(value)]
    return [list(value[1])] if kind in (kinds.ASSERT, kinds.ASSERT_NOT) else []


def _samples(kind: Any, value: Any) -> list[str]:
    if kind is kinds.LITERAL:
        return [chr(value)]
    if kind is not kinds.IN or value[0][0] is kinds.NEGATE:
        return ["x"]
    found = []
    for what, which in value:
        if what is kinds.CATEGORY:
            found.append({"DIGIT": "7", "SPACE": " ", "WORD": "w"}.get(str(which).split("_")[-1], "x"))
        else:
            found.append(chr(which if what is kinds.LITERAL else which[0]))
    return found


def _fits(kind: Any, value: Any, letter: str) -> bool:
    if kind is kinds.ANY:
        return True
    if kind is not kinds.IN:
        return (ord(letter) == value) is (kind is kinds.LITERAL)
    is_in = any(_is_in(what, which, letter) for what, which in value)
    return is_in is not (value[0][0] is kinds.NEGATE)


def _is_in(what: Any, which: Any, letter: str) -> bool:
    if what is kinds.LITERAL:
        return ord(letter) == which
    if what is kinds.RANGE:
        return bool(which[0] <= ord(letter) <= which[1])
    if what is kinds.CATEGORY:
        return _CATEGORIES[str(which).split("_")[-1]](letter) is ("_NOT_" not in str(which))
    return False
