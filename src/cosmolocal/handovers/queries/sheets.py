"""What goes into which crate: by crate, by kind of goods, by place; in the order in which it is printed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from cosmolocal.agents import queries as people
from cosmolocal.agents.models import Agent
from cosmolocal.flows import queries as journal
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.queries.crates import crates
from cosmolocal.handovers.queries.goods import Measured, measured


@dataclass(frozen=True)
class Line:
    """One thing for one crate, in base units and in words; `number`: its place in the crate, as printed."""

    number: int
    commitment_id: int
    receiver_id: int
    specification_id: int
    goods: Measured
    asked: int
    is_packed: bool
    quantity: int
    reason: str
    lot: str
    on_paper: bool = False
    packed_by: str = ""
    packed_at: datetime | None = None

    @property
    def asked_text(self) -> str:
        return self.goods.text(self.asked)

    @property
    def field(self) -> str:
        """The name of the field in which its weight is typed."""
        return f"weight_{self.commitment_id}"

    @property
    def value(self) -> str:
        """What stands in the stepper."""
        return self.goods.value(self.quantity if self.is_packed else self.asked)

    @property
    def quantity_text(self) -> str:
        return self.goods.text(self.quantity)

    @property
    def is_missing(self) -> bool:
        return self.is_packed and not self.quantity


@dataclass(frozen=True)
class CrateSheet:
    """One crate with what goes into it."""

    crate: Crate
    lines: Sequence[Line]

    @property
    def packed(self) -> int:
        return sum(line.is_packed for line in self.lines)

    @property
    def warning(self) -> str:
        """What the household wants packers to know (no peanuts), on one line. Other buyers' words are public."""
        buyer = self.crate.receiver
        return " ".join(buyer.about.split()) if buyer.kind == Agent.Kind.HOUSEHOLD else ""

    @property
    def on_paper(self) -> bool:
        """Was any of it keyed in from a sheet?"""
        return any(line.on_paper for line in self.lines)

    @property
    def is_complete(self) -> bool:
        return all(line.is_packed for line in self.lines)


@dataclass(frozen=True)
class ProductSheet:
    """One kind of goods with the crates it goes to."""

    goods: Measured
    lines: Sequence[tuple[Crate, Line]]

    @property
    def total_text(self) -> str:
        return self.goods.text(sum(line.asked for _crate, line in self.lines))


@dataclass(frozen=True)
class PlaceSheet:
    """What goes to one place: kinds of goods with their sums (base units), and how many crates."""

    handover: Handover
    crates: int
    sums: Sequence[tuple[Measured, int]]

    @property
    def lines(self) -> list[dict[str, str]]:
        """The sums in words."""
        return [{"name": g.name, "producer": g.producer, "text": g.text(base)} for g, base in self.sums]


def crate_sheets(handover: Handover, only: Crate | None = None) -> list[CrateSheet]:
    """Crates with their lines, in the order of their numbers (three statements, whatever their number)."""
    chosen = [only] if only else crates(handover)
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in _lines(handover, only.receiver_id if only else None):
        lines[line.receiver_id].append(line)
    return [CrateSheet(crate, lines[crate.receiver_id]) for crate in chosen]


def product_sheets(handover: Handover) -> list[ProductSheet]:
    """Kinds of goods with the crates they go to: for who packs one thing after the other."""
    by_kind: dict[int, list[tuple[Crate, Line]]] = defaultdict(list)
    for sheet in crate_sheets(handover):
        for line in sheet.lines:
            by_kind[line.specification_id].append((sheet.crate, line))
    sheets = [ProductSheet(rows[0][1].goods, rows) for rows in by_kind.values()]
    return sorted(sheets, key=lambda sheet: (sheet.goods.producer, sheet.goods.name))


def place_sheets(handover: Handover) -> list[PlaceSheet]:
    """What goes to each place on the day of this hand-over: for who loads the van."""
    same_day = Handover.objects.filter(
        begins__gte=handover.begins - timedelta(hours=12), begins__lt=handover.begins + timedelta(hours=12)
    ).select_related("place")
    sheets = []
    for one in same_day.order_by("place__name", "id"):
        rows = product_sheets(one)
        sums = [(sheet.goods, sum(line.asked for _crate, line in sheet.lines)) for sheet in rows]
        sheets.append(PlaceSheet(one, one.crates.count(), sums))
    return sheets


_COLUMNS = (
    *("pk", "receiver_id", "specification_id", "quantity"),
    *("packed__asked", "packed__quantity", "packed__reason", "packed__lot__lot"),
    *("packed__on_paper", "packed__by__name", "packed__at"),
)


def _lines(handover: Handover, receiver_id: int | None = None) -> list[Line]:
    """Bare columns, since a region's hand-over has twenty thousand lines."""
    home = people.home_local().pk
    due = journal.due_at(handover.place_id, handover.begins, finished=None).filter(provider_id=home)
    if receiver_id is not None:
        due = due.filter(receiver_id=receiver_id)
    rows = list(due.filter(Q(quantity__gt=0) | Q(packed__isnull=False)).order_by().values_list(*_COLUMNS))
    goods = measured({row[2] for row in rows})
    known = [row for row in rows if row[2] in goods]
    known.sort(key=lambda row: (goods[row[2]].producer, goods[row[2]].name, row[0]))
    numbers = Counter[int]()
    lines = []
    for row in known:
        numbers[row[1]] += 1
        lines.append(_line(row, goods[row[2]], numbers[row[1]]))
    return lines


def _line(row: tuple[Any, ...], goods: Measured, number: int) -> Line:
    commitment_id, receiver_id, specification_id, promised, asked, packed, reason, lot, *written = row
    on_paper, packed_by, packed_at = written
    is_packed = packed is not None
    return Line(
        number=number,
        commitment_id=commitment_id,
        receiver_id=receiver_id,
        specification_id=specification_id,
        goods=goods,
        asked=asked if is_packed else promised,
        is_packed=is_packed,
        quantity=packed if is_packed else promised,
        reason=reason or "",
        lot=lot or "",
        on_paper=bool(on_paper),
        packed_by=packed_by or "",
        packed_at=packed_at,
    )
