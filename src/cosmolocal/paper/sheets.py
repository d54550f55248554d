"""What can be printed: plain descriptions of paper, filled by any app, drawn by the templates in typst/.

Every text is data, never markup. Empty fields leave no gap. `tagged` files can be read aloud; sheets for the
packing table are not tagged, which makes them 15 times smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cosmolocal.paper.tables import Table


@dataclass(frozen=True)
class Fact:
    """One line of what a sheet is about: "Pick up" and "Thursday, 16 to 19 h"."""

    label: str
    value: str


@dataclass(frozen=True)
class Section:
    """One part of a document: a heading, sentences, a table, in this order."""

    heading: str = ""
    paragraphs: Sequence[str] = ()
    table: Table | None = None
    new_page: bool = False


@dataclass(frozen=True)
class Document:
    """Reports, statements, receipts, orders to producers, call lists, signed lists, order forms to fill by hand.

    `figure` is the one number that matters, printed large. `blanks` are lines to write on ("Name", "Household").
    `recipient` is an address of several lines. `columns=2` sets the sections in two columns (long order forms).
    """

    template: ClassVar[str] = "document"
    tagged: ClassVar[bool] = True
    title: str
    subtitle: str = ""
    local: str = ""
    recipient: str = ""
    figure: Fact | None = None
    facts: Sequence[Fact] = ()
    blanks: Sequence[str] = ()
    notices: Sequence[str] = ()
    paragraphs: Sequence[str] = ()
    sections: Sequence[Section] = ()
    footnote: str = ""
    signatures: Sequence[str] = ()
    qr: str = ""
    landscape: bool = False
    columns: int = 1


@dataclass(frozen=True)
class CrateLine:
    """One thing in a crate. `amount` is what was promised ("2 jin"); `weigh` leaves a place for what it weighed;
    `number` is its line, by which it is found again when the sheet is keyed in.
    """

    name: str
    amount: str
    detail: str = ""
    weigh: bool = False
    number: str = ""


@dataclass(frozen=True)
class Crate:
    """One household's crate. `warning` is what must not be overlooked ("no peanuts")."""

    number: str
    name: str
    lines: Sequence[CrateLine]
    place: str = ""
    warning: str = ""
    note: str = ""


@dataclass(frozen=True)
class PackingList:
    """Crates in the order in which they are packed; none is cut by the end of a page when it fits on one."""

    template: ClassVar[str] = "packing"
    tagged: ClassVar[bool] = False
    title: str
    crates: Sequence[Crate]
    subtitle: str = ""
    local: str = ""
    facts: Sequence[Fact] = ()
    notices: Sequence[str] = ()


@dataclass(frozen=True)
class Label:
    """One label: `number` large, `title`, then small lines; `qr` is the text of the code."""

    title: str
    lines: Sequence[str] = ()
    number: str = ""
    qr: str = ""
    warning: str = ""


@dataclass(frozen=True)
class LabelSize:
    """How an A4 sheet is cut; all in millimetres. `gap` is between the columns."""

    across: int
    down: int
    width: float
    height: float
    top: float
    left: float
    gap: float = 2.5


LABELS_24 = LabelSize(3, 8, 64.0, 33.9, 12.9, 6.4)
LABELS_21 = LabelSize(3, 7, 63.5, 38.1, 15.1, 7.2)
LABELS_14 = LabelSize(2, 7, 99.1, 38.1, 15.1, 4.7)
LABELS_8 = LabelSize(2, 4, 99.1, 67.7, 13.1, 4.7)


@dataclass(frozen=True)
class Labels:
    """A4 sheets of labels; the first `skip` places stay empty (a sheet already begun).

    `cut` draws fine lines around them, for plain paper and scissors.
    """

    template: ClassVar[str] = "labels"
    tagged: ClassVar[bool] = False
    labels: Sequence[Label]
    size: LabelSize = LABELS_21
    skip: int = 0
    cut: bool = False
    local: str = ""
    title: str = ""


@dataclass(frozen=True)
class Poster:
    """One page for a wall: a large sentence, some lines, and a code that leads to `qr`."""

    template: ClassVar[str] = "poster"
    tagged: ClassVar[bool] = True
    title: str
    subtitle: str = ""
    lines: Sequence[str] = ()
    qr: str = ""
    link: str = ""
    footnote: str = ""
    local: str = ""


Sheet = Document | PackingList | Labels | Poster
