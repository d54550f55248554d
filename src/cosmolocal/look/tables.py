"""What a table shows, in plain values: one head, rows of cells, a foot. `{% data_table %}` draws it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column. `number`: digits aligned at the end. `lead`: the cell that names the row (its title on a phone).

    `href` orders by this column; `order` says how it is ordered now: "ascending", "descending". `unseen`: its head is
    only read out.
    """

    label: str
    number: bool = False
    lead: bool = False
    href: str = ""
    order: str = ""
    unseen: bool = False


@dataclass(frozen=True)
class Deed:
    """A button of a row: a link, `posts` a deed at once, without `href` a button of the form around the table.

    `about` is read out instead of the label, where many rows have the same one. `name` and `value` go with a button.
    """

    label: object
    href: str = ""
    posts: bool = False
    kind: str = "quiet"
    icon: str = ""
    about: str | None = None
    name: str | None = None
    value: object = None


@dataclass(frozen=True)
class Tick:
    """A box to tick, of the form around the table; `label` is read out."""

    name: str
    value: object
    label: str


@dataclass(frozen=True)
class Cell:
    """One cell; `href` makes it a link, `tone` a badge (today, late, ready, quiet). `notes` stand beneath in small."""

    text: Any
    href: str = ""
    tone: str = ""
    notes: Sequence["Cell"] = ()
    deeds: Sequence[Deed] = ()
    tick: Tick | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing stands in it: a phone leaves it out."""
        return self.text in (None, "") and not (self.notes or self.deeds or self.tick)


@dataclass(frozen=True)
class Row:
    """One row; bare values stand for cells. `muted` for what is done or left out."""

    cells: Sequence[Any]
    muted: bool = False


@dataclass(frozen=True)
class Table:
    """`foot` is a row of sums in the order of the columns. `empty` is said when there are no rows."""

    caption: str
    columns: Sequence[Column | str]
    rows: Iterable[Row | Sequence[Any]]
    foot: Sequence[Any] = field(default_factory=tuple)
    empty: str = ""
    caption_shown: bool = True

    def heads(self) -> list[Column]:
        """The columns; the first one leads unless another says so."""
        columns = [column if isinstance(column, Column) else Column(column) for column in self.columns]
        if columns and not any(column.lead for column in columns):
            columns[0] = replace(columns[0], lead=True)
        return columns

    def lines(self) -> list[tuple[bool, list[tuple[Column, Cell]]]]:
        """(muted, [(column, cell), …]) per row, for the template."""
        heads = self.heads()
        rows = [row if isinstance(row, Row) else Row(row) for row in self.rows]
        return [(row.muted, list(zip(heads, map(_cell, row.cells), strict=True))) for row in rows]

    def sums(self) -> list[tuple[Column, Cell]]:
        """The foot with its columns; empty when there is none."""
        return list(zip(self.heads(), map(_cell, self.foot), strict=True)) if self.foot else []


def _cell(value: Any) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)
