"""Which amounts of a file are far from the others of their kind: cents for a whole, a mark that slipped."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import median_low

from django.utils.translation import gettext as _

from cosmolocal.look.numbers import format_number
from cosmolocal.money.opening.rows import MEMBER, ORGANISATION, PRODUCER, Row

FAR = 50  # times the middle one: what members have differs widely, a slip is a hundred times
LEAST = 5  # amounts of a kind: of fewer nobody can say what is usual

Odd = tuple[int, str, str]  # row number, who, a sentence


def odd(rows: Iterable[Row], write: Callable[[int], str]) -> list[Odd]:
    """Rows of households, farms and restaurants with a balance, deposit or share far above the others of the file."""
    found: dict[tuple[str, str], list[tuple[int, Row]]] = defaultdict(list)
    for row in rows:
        if row.kind in (MEMBER, ORGANISATION, PRODUCER):
            for column, amount in (("balance", row.balance), ("deposit", row.deposit), ("share", row.share)):
                if amount:
                    found[row.kind, column].append((amount, row))
    return sorted(one for amounts in found.values() for one in _far(amounts, write))


def _far(amounts: list[tuple[int, Row]], write: Callable[[int], str]) -> list[Odd]:
    if len(amounts) < LEAST:
        return []
    usual = median_low([abs(amount) for amount, _row in amounts])
    return [
        (
            row.number,
            row.what,
            _("%(typed)s is about %(times)s times what is usual in this file, %(expected)s.")
            % {"typed": write(amount), "times": format_number(abs(amount) // usual), "expected": write(usual)},
        )
        for amount, row in amounts
        if abs(amount) > usual * FAR
    ]
