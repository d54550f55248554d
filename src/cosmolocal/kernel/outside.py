"""Numbers that come from outside: one strict parser, in time linear in what was sent, and never guessing.

Machine fields (ids, counts of an address or a hidden field) go through `whole`; what a person typed goes through
`readings`, which gives every way in which the text can be read. Who reads decides between them.
"""

import re
import unicodedata
from typing import NamedTuple

from cosmolocal.kernel.lines import composed

LONGEST = 40  # letters of a number, with its marks; nobody types more
LARGEST = 2**63 - 1  # what both databases keep as an integer
GROUPS = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,2}(?: [0-9]{2})* [0-9]{3}")  # the second is how India writes
_SIGNS = {"\u066b": ".", "\u3002": ".", "\u060c": ",", "\u066c": "'", "\u2019": "'", "\u2212": "-", "\u2013": "-"}


class NumberUnclear(ValueError):
    """Text that is no number we dare to act upon. `reason`: empty, not_a_number, too_precise, ambiguous, too_big,
    below_nothing. `readings`: the values it may have, in smallest parts, where there are several.
    """

    def __init__(self, reason: str, readings: tuple[int, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.readings = readings


class Reading(NamedTuple):
    """One way to read a number: `digits / 10**decimals`, with `mark` ("." "," " " or none) before the decimals."""

    digits: int
    decimals: int
    mark: str

    def parts(self, decimals: int) -> int | None:
        """In smallest parts of so many decimals; None where it says more than that."""
        digits, own = self.digits, self.decimals
        while own > decimals and digits % 10 == 0:
            digits, own = digits // 10, own - 1
        return None if own > decimals else digits * 10 ** (decimals - own)


def whole(text: object, *, most: int = LARGEST) -> int | None:
    """An id or a count as a machine writes it, 0 to `most`; None for anything else: ², ٣, -1, 1e9, 5,000 digits."""
    if not isinstance(text, str) or not 0 < len(text) <= len(str(most)) or not (text.isascii() and text.isdecimal()):
        return None
    value = int(text)
    return value if value <= most else None


def plain(text: str) -> str:
    """ASCII digits, "-", and as marks only ". , ' " and the space. Empty where it is no number of anybody: too long, or
    with signs such as ² and ½ that would become digits.
    """
    text = text.strip() if len(text) <= 4 * LONGEST else text
    if len(text) > LONGEST or any(unicodedata.category(letter) == "No" for letter in text):
        return ""
    letters = []
    for letter in composed(text, "NFKC"):
        kind = unicodedata.category(letter)
        if kind == "Nd":
            letters.append(str(unicodedata.digit(letter)))
        elif kind == "Zs":
            letters.append(" ")
        elif kind != "Cf":
            letters.append(_SIGNS.get(letter, letter))
    return "".join(letters).strip()


def readings(text: str) -> list[Reading]:
    """Every way to read what was typed, that without decimals first. Raises NumberUnclear: empty, not_a_number,
    too_big. `1,234` is 1234 and 1.234; so is `1 234`, since scales leave the mark out; `1'234` is one number.
    """
    if not text.strip():
        raise NumberUnclear("empty")
    if len(text.strip()) > LONGEST:
        raise NumberUnclear("too_big")
    body, sign = _without_sign(plain(text))
    marks = [letter for letter in body if not ("0" <= letter <= "9")]
    if len(marks) == len(body) or any(mark not in " '.," for mark in marks):
        raise NumberUnclear("not_a_number")
    found = [Reading(sign * value, 0, "") for value in _as_whole(body, marks)]
    found += [Reading(sign * digits, decimals, mark) for digits, decimals, mark in _with_decimals(body, marks)]
    if not found:
        raise NumberUnclear("not_a_number")
    return found


def _without_sign(body: str) -> tuple[str, int]:
    """A minus before, a minus after, or brackets as accountants write."""
    if body.startswith("(") and body.endswith(")"):
        return body[1:-1].strip(), -1
    if body.startswith(("-", "+")):
        return body[1:].strip(), -1 if body[0] == "-" else 1
    if body.endswith("-"):
        return body[:-1].strip(), -1
    return body, 1


def _as_whole(body: str, marks: list[str]) -> list[int]:
    if not marks:
        return [int(body)]
    if len(set(marks)) > 1 or (len(marks) == 1 and body.startswith("0")):
        return []
    groups = body.replace(marks[0], " ")
    return [int(groups.replace(" ", ""))] if GROUPS.fullmatch(groups) else []


def _with_decimals(body: str, marks: list[str]) -> list[tuple[int, int, str]]:
    if not marks or marks[-1] == "'" or marks.count(marks[-1]) > 1:
        return []
    head, tail = body.rsplit(marks[-1], 1)
    if marks[-1] == " " and (len(marks) > 1 or len(tail) != 3 or not 1 <= len(head) <= 3 or head.startswith("0")):
        return []
    if len(marks) > 1:
        heads = _as_whole(head, marks[:-1])
        return [(int(f"{value}{tail}"), len(tail), marks[-1]) for value in heads]
    return [(int(f"{head}{tail}"), len(tail), marks[-1])]
