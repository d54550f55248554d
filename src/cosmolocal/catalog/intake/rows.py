"""One row about one item at one price, whatever format it came in; and what became of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["new", "changed", "same", "refused"]
VERDICTS: tuple[Verdict, ...] = ("new", "changed", "same", "refused")


class RowRefused(Exception):
    """This row cannot be taken over; the sentence says why, and what to write instead."""


@dataclass(frozen=True)
class Row:
    """A row as it was read. None, an empty name and a pack of 0: the file does not say, so it stays as it is.

    Quantities in base units, money in minor units; `per_quantity` 0: the price is for one pack.
    """

    number: int
    producer: str
    product: str
    price: int
    unit: str = ""
    category: str = ""
    description: str | None = None
    origin: str | None = None
    certificate: str | None = None
    label: str | None = None
    sku: str = ""
    pack_quantity: int = 0
    per_quantity: int = 0
    purchase: int | None = None
    group: str = ""
    tax: str = ""
    tax_rate: str = ""
    item: dict[str, Any] = field(default_factory=dict)  # further fields of an item that this row says

    @property
    def what(self) -> str:
        """How the row is called in a list: whose, what, which pack, for whom."""
        return " · ".join(part for part in (self.producer, self.product, self.label or self.sku, self.group) if part)


@dataclass(frozen=True)
class Judged:
    """What becomes of one row, and why, in one sentence."""

    number: int
    verdict: Verdict
    what: str
    sentence: str = ""

    def plain(self) -> list[Any]:
        """As it is kept with the upload."""
        return [self.number, self.verdict, self.what, self.sentence]


@dataclass(frozen=True)
class Reading:
    """All rows of a file: those that could be read, and verdicts for the others."""

    form: str
    rows: list[Row]
    refused: list[Judged]
