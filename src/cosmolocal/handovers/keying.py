"""A packing sheet that comes back on paper, as one form: block by block and line by line, as it was printed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cosmolocal.handovers import queries
from cosmolocal.handovers.forms import amount
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.operations import PackLine
from cosmolocal.handovers.queries import Line
from cosmolocal.kernel import clock
from cosmolocal.kernel.sets import among
from cosmolocal.look.dates import format_clock
from cosmolocal.look.forms import KeyedForm
from cosmolocal.look.questions import ORDERED, Expectation

MOST_LINES = 300  # in one form: what a person keys in without losing her place, far below what a node reads at once
ALL = "all"


@dataclass(frozen=True)
class Row:
    """One printed line: its number, what stands beside it, and the crate it is for."""

    number: int
    label: str
    crate: Crate
    line: Line

    @property
    def is_collected(self) -> bool:
        """Was it taken already? What is keyed in now puts right what was taken."""
        return self.crate.state == Crate.State.COLLECTED


@dataclass(frozen=True)
class Block:
    """What stands together on the sheet: one crate, or one kind of goods."""

    id: int
    number: str
    title: str
    note: str
    rows: Sequence[Row]

    @property
    def is_done(self) -> bool:
        return all(row.line.is_packed for row in self.rows)

    @property
    def label(self) -> str:
        """12 Amina."""
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True)
class Part:
    """So many blocks as fit one form, from the first to the last by name; they are read when somebody asks for them.

    `ids`: of crates, or of goods.
    """

    handover: Handover
    by: str
    number: int
    ids: Sequence[int]
    first: str
    last: str

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """With all their lines (four statements)."""
        return _by_product(self.handover, self.ids) if self.by == "product" else _by_crate(self.handover, self.ids)

    @property
    def label(self) -> str:
        """From the first to the last block."""
        return self.first if self.first == self.last else f"{self.first} – {self.last}"


def parts(handover: Handover, by: str) -> list[Part]:
    """The whole sheet in the order in which it is printed, cut between crates or kinds of goods (two statements)."""
    found: list[list[tuple[int, str]]] = []
    room = 0
    for id, name, lines in _goods(handover) if by == "product" else _crates(handover):
        if lines > room or not found:
            found.append([])
            room = MOST_LINES
        found[-1].append((id, name))
        room -= lines
    return [
        Part(handover, by, number, [id for id, _name in some], some[0][1], some[-1][1])
        for number, some in enumerate(found, 1)
    ]


_Outline = Iterator[tuple[int, str, int]]  # id, what it is called, how many lines


def _crates(handover: Handover) -> _Outline:
    counts = queries.line_counts(handover, "receiver")
    for id, number, receiver in handover.crates.order_by("number").values_list("pk", "number", "receiver"):
        if receiver in counts:
            yield id, str(number), counts[receiver]


def _goods(handover: Handover) -> _Outline:
    counts = queries.line_counts(handover, "specification")
    for id, name, kind in queries.kinds_due(handover).values_list("pk", "name", "specification"):
        if kind in counts:
            yield id, name, counts[kind]


def _by_crate(handover: Handover, ids: Sequence[int]) -> list[Block]:
    crates = handover.crates.filter(pk__in=among(ids)).select_related("receiver").order_by("number")
    blocks = []
    for sheet in queries.crate_sheets(handover, only=crates):
        rows = [Row(line.number, line.goods.name, sheet.crate, line) for line in sheet.lines]
        blocks.append(Block(sheet.crate.pk, str(sheet.crate.number), sheet.crate.receiver.name, sheet.warning, rows))
    return blocks


def _by_product(handover: Handover, ids: Sequence[int]) -> list[Block]:
    blocks = []
    for sheet in queries.product_sheets(handover, only=queries.kinds_due(handover).filter(pk__in=among(ids))):
        rows = [Row(crate.number, crate.receiver.name, crate, line) for crate, line in sheet.lines]
        blocks.append(Block(sheet.lines[0][1].specification_id, "", sheet.goods.name, sheet.goods.producer, rows))
    return blocks


class SheetForm(KeyedForm):
    """One part of the sheet. Pieces stand there as ordered; what is weighed is empty until somebody keys it in."""

    seen = forms.CharField(
        max_length=40, required=False
    )  # when the page was made: what was packed since then is not overwritten

    def __init__(self, *args: Any, part: Part, **options: Any) -> None:
        super().__init__(*args, **options)
        self.part = part
        for row in self._rows():
            self.fields[row.line.field] = amount(
                row.line.goods,
                required=False,
                initial=_standing(row.line),
                expected=Expectation(row.line.asked, ORDERED),
            )
            self.fields[row.line.field].label = f"{row.label}, {row.line.asked_text}"

    def blocks(self) -> list[tuple[Block, list[tuple[Row, Any]]]]:
        """Each block with its lines and their fields."""
        return [(block, [(row, self[row.line.field]) for row in block.rows]) for block in self.part.blocks]

    def tell(self, before: "SheetForm") -> None:
        """Says again what was wrong in the form that was sent; this one holds what was typed and what stands now."""
        self.full_clean()
        for name, errors in before.errors.as_data().items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, errors)

    def lines(self, chosen: str) -> list[PackLine]:
        """What is new in one block, or in `ALL`; what stays empty, or as it was, is left out.

        Somebody packed a line while this one was being typed: it stands as it is, with a word to look at it.
        """
        self.full_clean()
        only = {str(block.id) for block in self.part.blocks} if chosen == ALL else {chosen}
        wanted = {row.line.field: row for row in self._rows(only)}
        for name in set(self.errors) - set(wanted):
            self.errors.pop(name)  # a block nobody has saved yet
        made = []
        for name, row in wanted.items():
            typed = self.cleaned_data.get(name)
            if typed is None or (row.line.is_packed and self._is_as_it_was(row.line, typed)):
                continue
            if self._is_newer(row.line):
                self.add_error(name, _since(row.line))
            else:
                made.append(PackLine(row.line.commitment_id, typed))
        return made

    def _rows(self, blocks: Iterable[str] | None = None) -> list[Row]:
        only = None if blocks is None else set(blocks)
        return [row for block in self.part.blocks if only is None or str(block.id) in only for row in block.rows]

    def _is_as_it_was(self, line: Line, typed: int) -> bool:
        shown = self.fields[line.field].prepare_value(line.quantity)
        return typed == line.quantity or str(self.data.get(line.field, "")).strip() == shown

    def _is_newer(self, line: Line) -> bool:
        seen = _moment(self.data)
        return seen is not None and line.packed_at is not None and line.packed_at > seen


def now() -> str:
    """What a page writes into `seen`."""
    return clock.now().isoformat()


def _standing(line: Line) -> int | None:
    if line.is_packed:
        return line.quantity
    return None if line.goods.weigh else line.asked


def _moment(data: Mapping[str, Any]) -> datetime | None:
    try:
        return parse_datetime(str(data.get("seen", "")))
    except ValueError:
        return None


def _since(line: Line) -> ValidationError:
    when = format_clock(line.packed_at) if line.packed_at else ""
    facts = {"name": line.packed_by, "when": when, "amount": line.quantity_text}
    return ValidationError(
        _("%(name)s wrote down %(amount)s at %(when)s. If your number is right, save again.") % facts, code="since"
    )
