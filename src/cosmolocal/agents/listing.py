"""One list, declared once: a page with search, order and pages, and the same rows as CSV, xlsx and PDF.

What is declared stands in an app's `listings.py`; agents/pages.py:listing_page shows it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Literal

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cosmolocal.kernel import jobs
from cosmolocal.look import tables as screen
from cosmolocal.look import terms
from cosmolocal.look.dates import format_day, format_daytime
from cosmolocal.look.numbers import format_number
from cosmolocal.look.templatetags.figures import money, quantity
from cosmolocal.look.words import asked
from cosmolocal.paper import downloads, tables

Kind = Literal["text", "number", "money", "quantity", "date", "moment"]
Words = str | Promise
_ALIGNED = ("number", "money", "quantity")


@dataclass(frozen=True)
class Column:
    """One column. `value`: a function of the row; without one, the attribute of that name ("place.name" follows).

    `sort`: True where the database can order by it under the same name, else what it orders by. `search`: True, or the
    fields in which words are looked for. `unit`: of the row, a currency for money, a unit or measure for a quantity.
    `href`: where the cell leads; `tone`: makes it a badge. `total`: the field that the database adds up for the foot.
    `only`: "page" or "file", where the other leaves it out. `under`: the column beneath whose cells it stands on a
    page, in small; in a file it is a column like any. `words`: what is said around it there, "written down by {}".
    `is_number`: text that says an amount stands where numbers do.
    """

    name: str
    title: Words
    kind: Kind = "text"
    value: Callable[[Any], Any] | None = None
    sort: bool | str | Combinable = False
    search: bool | Sequence[str] = ()
    unit: Callable[[Any], Any] | None = None
    href: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    total: str = ""
    only: str = ""
    under: str = ""
    words: Words = "{}"
    is_number: bool = False

    @property
    def path(self) -> str:
        """The name as the database writes it."""
        return self.name.replace(".", "__")

    def of(self, row: Any) -> Any:
        """What stands in this column of a row."""
        return self.value(row) if self.value else reduce(_attribute, self.name.split("."), row)

    def unit_of(self, row: Any) -> Any:
        """The currency or unit of this row."""
        return self.unit(row) if self.unit else None


@dataclass(frozen=True)
class Show:
    """Some of the rows, as a tab of the page; `name` stands in the address; `order`, `empty` where it is another."""

    name: str
    title: Words
    rows: Callable[[QuerySet[Any]], QuerySet[Any]]
    order: Sequence[str] = ()
    counted: bool = False
    empty: tuple[Words, Words, str] | None = None


@dataclass(frozen=True)
class Asked:
    """What the address asks for: words, one of the tabs, an order ("name", "-name")."""

    words: str = ""
    show: str = ""
    sort: str = ""

    @classmethod
    def of(cls, sent: Any) -> "Asked":
        """From a query."""
        return cls(sent.get("q", "").strip(), sent.get("show", ""), sent.get("sort", ""))


@dataclass(frozen=True)
class Listing:
    """A declared list. `rows(reader, *about)` are those this reader may see, `about` the ids of what the page is about.

    `order`: the usual one, down to a field that no two rows share. `prepare`: the rows of a page, or of a file, with
    what else stands in them, by a fixed number of statements. `find(rows, words)`: another search than by the columns,
    also asked without words. `may_read(reader, *about)`: what the view asks before it opens, for a file that is fetched
    later. `hint`: what to search for. `empty`: title, sentence and icon of a page without rows. `files`: kinds of files
    that may be taken; none where it is read here only.
    """

    code: str
    title: Words | Callable[..., str]
    rows: Callable[..., QuerySet[Any]]
    open_to: str
    columns: Sequence[Column]
    order: Sequence[str] = ("pk",)
    prepare: Callable[[list[Any]], Sequence[Any]] = list
    shows: Sequence[Show] = ()
    find: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    may_read: Callable[..., bool] | None = None
    is_muted: Callable[[Any], bool] | None = None
    hint: Words = ""
    empty: tuple[Words, Words, str] = ("", "", "leaf")
    files: Collection[str] = tuple(downloads.TYPES)
    searched: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        fields = [(column.path,) if column.search is True else column.search or () for column in self.columns]
        object.__setattr__(self, "searched", [one for some in fields for one in some])

    @property
    def is_searched(self) -> bool:
        """Is there a field for words on its page?"""
        return bool(self.searched or self.find)

    def title_of(self, about: Sequence[Any]) -> str:
        """The title of the page and of its files."""
        return self.title(*about) if callable(self.title) else str(self.title)

    def shown(self, wanted: str) -> Show | None:
        """The tab that is asked for, else the first; None where there are none."""
        return next((one for one in self.shows if one.name == wanted), next(iter(self.shows), None))

    def found(self, every: QuerySet[Any], wish: Asked) -> QuerySet[Any]:
        """The rows asked for, in the order asked for; an order that is none is the usual one."""
        show = self.shown(wish.show)
        found = show.rows(every) if show else every
        found = self.find(found, wish.words) if self.find else self._with(found, wish.words)
        by = self.sorted_by(wish.sort)
        if by is None:
            return found.order_by(*(show.order if show and show.order else self.order))
        field = by.path if by.sort is True else by.sort
        asks = F(field) if isinstance(field, str) else field
        down = wish.sort.startswith("-")
        first = asks.desc(nulls_last=True) if down else asks.asc(nulls_last=True)  # type: ignore[union-attr]
        return found.order_by(first, *self.order)

    def sorted_by(self, sort: str) -> Column | None:
        """The column that an address orders by; None for the usual order."""
        name = sort.removeprefix("-")
        return next((column for column in self.columns if column.name == name and column.sort), None)

    def totals(self, found: QuerySet[Any]) -> dict[str, int]:
        """Sums of all rows found, by the database (one statement, none where nothing is added up)."""
        sums = {column.name: Sum(column.total) for column in self.columns if column.total}
        made = found.order_by().aggregate(**{f"of_{name}": one for name, one in sums.items()}) if sums else {}
        return {name: made[f"of_{name}"] or 0 for name in sums}

    def _with(self, found: QuerySet[Any], words: str) -> QuerySet[Any]:
        for word in asked(words):
            found = found.filter(reduce(or_, [Q(**{f"{field}__icontains": word}) for field in self.searched]))
        return found


declared: dict[str, Listing] = {}


def listing(
    code: str, title: Words | Callable[..., str], *, open_to: str, columns: Sequence[Column], **more: Any
) -> Callable[[Callable[..., QuerySet[Any]]], Listing]:
    """Declares what `rows(reader, *about)` gives as a list; the options are those of `Listing`."""

    def declare(rows: Callable[..., QuerySet[Any]]) -> Listing:
        if code in declared:
            raise TypeError(f"list {code} is declared twice")
        declared[code] = Listing(code, title, rows, open_to, columns, **more)
        return declared[code]

    return declare


def of_code(code: str) -> Listing:
    """The list declared under a code."""
    jobs.load()
    return declared[code]


@dataclass(frozen=True)
class Beside:
    """What a page has for each row beside its columns: buttons, a box to tick (None: not for this row)."""

    deeds: Callable[[Any], Sequence[screen.Deed]] | None = None
    tick: Callable[[Any], screen.Tick | None] | None = None


def on_screen(
    listing: Listing,
    seen: Sequence[Any],
    sums: dict[str, int],
    *,
    caption: str,
    beside: Beside = Beside(),
    **address: Any,
) -> screen.Table:
    """Prepared rows of one page. `address(column)` gives the link that orders by a column; `now`: the order as it is.

    A column in which nothing stands on this page is left out, unless the list can be ordered by it.
    """
    shown = [column for column in listing.columns if column.only != "file"]
    told = [(one, _cells(one, shown, seen)) for one in shown if not one.under]
    told = [(column, cells) for column, cells in told if column.sort or not all(cell.is_empty for cell in cells)]
    columns, heads = [column for column, _cells in told], [_head(column, **address) for column, _cells in told]
    foot = _foot(columns, sums, seen[0]) if sums and seen else []
    lines = [cells for _column, cells in told]
    ticks = [screen.Cell("", tick=beside.tick(row)) for row in seen] if beside.tick else []
    if any(cell.tick for cell in ticks):
        heads[0] = replace(heads[0], lead=True)
        heads, lines, foot = [screen.Column(_("Tick"), unseen=True), *heads], [ticks, *lines], foot and ["", *foot]
    deeds = [screen.Cell("", deeds=beside.deeds(row)) for row in seen] if beside.deeds else []
    if any(cell.deeds for cell in deeds):
        heads, lines = [*heads, screen.Column(_("Deeds"), unseen=True)], [*lines, deeds]
        foot = foot and [*foot, ""]
    muted = [bool(listing.is_muted and listing.is_muted(row)) for row in seen]
    rows_of = [screen.Row(cells, is_muted) for cells, is_muted in zip(zip(*lines, strict=True), muted, strict=True)]
    return screen.Table(caption, heads, rows_of, foot=foot, caption_shown=False)


def _foot(columns: Sequence[Column], sums: dict[str, int], like: Any) -> list[Any]:
    """The row of sums; units are those of the row `like`."""
    made = [_text(one.kind, sums[one.name], one.unit_of(like)) if one.name in sums else "" for one in columns]
    return [made[0] or _("Together"), *made[1:]]


def on_paper(listing: Listing, rows: Sequence[Any], sums: dict[str, int], name: str) -> tables.Table:
    """All rows for a file. A unit that is the same in all of them stands in the head, else in a column of its own."""
    seen = list(listing.prepare(list(rows)))
    columns: list[tables.Column] = []
    cells: list[list[tables.Cell]] = []
    total: list[tables.Cell] = []
    for column in listing.columns:
        if column.only == "page":
            continue
        values = [column.of(row) for row in seen]
        if column.kind not in ("money", "quantity"):
            columns.append(_plain(column))
            cells.append([_filed(column.kind, value) for value in values])
            total.append(sums.get(column.name))
            continue
        units = [_unit(column, row) for row in seen]
        same = len(set(units)) <= 1
        title = f"{column.title} ({units[0][0]})" if same and units else str(column.title)
        decimals = units[0][1] if same and units else None
        columns.append(tables.Column(title, kind="number", decimals=decimals if column.kind == "money" else None))
        cells.append(
            [None if value is None else _measured(value, unit) for value, unit in zip(values, units, strict=True)]
        )
        total.append(_measured(sums[column.name], units[0]) if column.name in sums and units else None)
        if not same:
            columns.append(tables.Column(_("Unit")))
            cells.append([unit[0] for unit in units])
            total.append(None)
    if sums and total and total[0] is None:
        total[0] = _("Together")
    return tables.Table(columns, list(zip(*cells, strict=True)), total if sums else None, name=name)


def _attribute(value: Any, name: str) -> Any:
    return None if value is None else getattr(value, name)


def _head(column: Column, *, address: Callable[[Column], str], now: str) -> screen.Column:
    is_now = now.removeprefix("-") == column.name and bool(column.sort)
    order = "" if not is_now else "descending" if now.startswith("-") else "ascending"
    return screen.Column(
        str(column.title),
        number=column.is_number or column.kind in _ALIGNED,
        href=address(column) if column.sort else "",
        order=order,
    )


def _cells(column: Column, shown: Sequence[Column], rows: Sequence[Any]) -> list[screen.Cell]:
    """Those of one column, with what stands under it."""
    under = [one for one in shown if one.under == column.name]
    return [replace(_cell(column, row), notes=list(_notes(under, row))) for row in rows]


def _notes(under: Sequence[Column], row: Any) -> Iterator[screen.Cell]:
    for column in under:
        cell = _cell(column, row)
        if not cell.is_empty:
            yield replace(cell, text=format_html(str(column.words), cell.text))


def _cell(column: Column, row: Any) -> screen.Cell:
    value = column.of(row)
    text = _text(column.kind, value, column.unit_of(row))
    tone = column.tone(row) if column.tone and text else ""
    return screen.Cell(text, column.href(row) if column.href and text else "", tone)


def _text(kind: Kind, value: Any, unit: Any) -> Any:
    if value is None or value == "":
        return ""
    if kind == "money":
        return money(value, unit)
    if kind == "quantity":
        return quantity(value, unit)
    if kind == "number":
        return format_number(value)
    if kind == "date":
        return format_day(value)
    return format_daytime(value) if kind == "moment" else value


def _plain(column: Column) -> tables.Column:
    kinds: dict[str, Any] = {"number": "number", "date": "date", "moment": "time"}
    return tables.Column(str(column.title), kind=kinds.get(column.kind, "text"))


def _filed(kind: Kind, value: Any) -> tables.Cell:
    if value is None or isinstance(value, (int, Decimal, date, datetime)):
        return value
    return str(value)


def _unit(column: Column, row: Any) -> tuple[str, int, int]:
    unit = column.unit_of(row)
    if column.kind == "money":
        code, decimals = terms.currency(unit)
        return code, decimals, 1
    return terms.unit(unit)


def _measured(value: int, unit: tuple[str, int, int]) -> Decimal:
    _symbol, decimals, per = unit
    return Decimal(value).scaleb(-decimals) / per if per != 1 else Decimal(value).scaleb(-decimals)
