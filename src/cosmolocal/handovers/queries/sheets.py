"""What goes into which crate: by crate, by kind of goods, by place; in the order in which it is printed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from cosmolocal.agents.models import Agent
from cosmolocal.catalog.models import Product
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.queries.crates import crates
from cosmolocal.handovers.queries.goods import Measured, measured_in
from cosmolocal.handovers.queries.shares import Short, short_kinds
from cosmolocal.kernel.sets import among

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment


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
    offered: int | None = None  # base units: its share where less is left than crates ask for; None: all that was asked

    @property
    def asked_text(self) -> str:
        return self.goods.text(self.asked)

    @property
    def is_short(self) -> bool:
        """Is there less of it than was asked?"""
        return not self.is_packed and self.offered is not None and self.offered < self.asked

    @property
    def is_stray(self) -> bool:
        """Does nobody ask for it (any more)?"""
        return not self.asked

    @property
    def offered_text(self) -> str:
        """What there is for this crate."""
        return self.goods.text(self.asked if self.offered is None else self.offered)

    @property
    def field(self) -> str:
        """The name of the field in which its weight is typed."""
        return f"weight_{self.commitment_id}"

    @property
    def value(self) -> str:
        """What stands in the stepper."""
        there = self.asked if self.offered is None else self.offered
        return self.goods.value(self.quantity if self.is_packed else there)

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


def crate_sheets(
    handover: Handover, only: Crate | Iterable[Crate] | None = None, *, also: int | None = None
) -> list[CrateSheet]:
    """Crates with their lines, in the order of their numbers: all, or `only` these (three statements at most).

    `also`: a promise (id) that is shown although nothing of it is asked for any more.
    """
    some = [only] if isinstance(only, Crate) else only
    chosen = crates(handover) if some is None else list(some)
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in _lines(
        handover, receivers=None if only is None else [crate.receiver_id for crate in chosen], also=also
    ):
        lines[line.receiver_id].append(line)
    return [CrateSheet(crate, lines[crate.receiver_id]) for crate in chosen]


def crate_sheet(crate: Crate, *, also: int | None = None) -> CrateSheet:
    """One crate as it is packed: each line with what there is for it; `also` as in `crate_sheets`."""
    sheet = crate_sheets(crate.handover, only=crate, also=also)[0]
    short = short_kinds(crate.handover, {line.specification_id for line in sheet.lines if not line.is_packed})
    return CrateSheet(crate, [_with_share(line, short.get(line.specification_id)) for line in sheet.lines])


def _with_share(line: Line, short: Short | None) -> Line:
    share = short.shares.get(line.commitment_id) if short else None
    return line if share is None or line.is_packed else replace(line, offered=share)


def kinds_due(handover: Handover) -> QuerySet[Product]:
    """The kinds of goods that leave at a hand-over, by farm and name: to page through."""
    kinds = _leaving(handover).values("specification_id")
    return Product.objects.filter(specification__in=kinds).order_by("producer__name", "name", "pk")


def line_counts(handover: Handover, of: str) -> dict[int, int]:
    """How many lines there are in crates, by `receiver` or by `specification` (id -> count; one statement)."""
    in_crates = _leaving(handover).filter(receiver_id__in=handover.crates.values("receiver_id"))
    return dict(in_crates.values_list(f"{of}_id").annotate(Count("pk")))


def product_sheets(handover: Handover, only: Iterable[Product] | None = None) -> list[ProductSheet]:
    """Kinds of goods, each pack of them for itself, with the crates they go to, all or `only` these: for who packs one
    thing after the other.
    """
    kinds = None if only is None else [product.specification_id for product in only]
    lines = _lines(handover, kinds=kinds)
    packed = handover.crates.filter(receiver__in=among({line.receiver_id for line in lines})).select_related("receiver")
    by_receiver = {crate.receiver_id: crate for crate in packed}
    by_kind: dict[tuple[int, Measured], list[tuple[Crate, Line]]] = defaultdict(list)
    for line in lines:
        if line.receiver_id in by_receiver:
            by_kind[line.specification_id, line.goods].append((by_receiver[line.receiver_id], line))
    for rows in by_kind.values():
        rows.sort(key=lambda row: row[0].number)
    sheets = [ProductSheet(rows[0][1].goods, rows) for rows in by_kind.values()]
    return sorted(sheets, key=lambda sheet: (sheet.goods.producer, sheet.goods.name))


class PlaceSum(NamedTuple):
    """How much of one kind, in one pack version, goes to a hand-over (base units)."""

    handover: Handover
    goods: tuple[int, int | None]
    base: int


def place_sums(handover: Handover) -> list[PlaceSum]:
    """What goes to each place on the day of this hand-over, by place, farm and name: to page through. The database adds
    up; nothing is in words yet.
    """
    found: list[PlaceSum] = []
    for one in _same_day(handover):
        in_crates = _leaving(one).filter(receiver_id__in=one.crates.values("receiver_id"))
        asked = in_crates.values_list("specification_id", "packs__pack")
        rows = list(asked.annotate(all=Sum(Coalesce("packed__asked", "quantity"))))
        turn = {kind: number for number, kind in enumerate(kinds_due(one).values_list("specification", flat=True))}
        rows.sort(key=lambda row: (turn.get(row[0], len(turn)), row[1] or 0))
        found += [PlaceSum(one, (kind, pack), base) for kind, pack, base in rows]
    return found


def place_sheets(handover: Handover, only: Iterable[PlaceSum] | None = None) -> list[PlaceSheet]:
    """What goes to each place, all or `only` these sums, in words: for who loads the van."""
    sums = place_sums(handover) if only is None else list(only)
    goods = measured_in({one.goods for one in sums})
    places = {one.pk: one for one in ([] if only is not None else _same_day(handover))}
    places |= {one.handover.pk: one.handover for one in sums}
    return [
        PlaceSheet(
            place,
            place.crates.count(),
            [(goods[one.goods], one.base) for one in sums if one.handover.pk == pk and one.goods in goods],
        )
        for pk, place in places.items()
    ]


def _same_day(handover: Handover) -> list[Handover]:
    half = timedelta(hours=12)
    near = Handover.objects.filter(begins__gte=handover.begins - half, begins__lt=handover.begins + half)
    return list(near.select_related("place").order_by("place__name", "id"))


_COLUMNS = (
    *("pk", "receiver_id", "specification_id", "quantity"),
    *("packed__asked", "packed__quantity", "packed__reason", "packed__lot__lot"),
    *("packed__on_paper", "packed__by__name", "packed__at", "packs__pack"),
)


def _leaving(handover: Handover, also: int | None = None) -> "QuerySet[Commitment]":
    """What this local hands over there and then: promised, or packed although nothing is promised any more."""
    wanted = Q(quantity__gt=0) | Q(packed__isnull=False)
    if also is not None:
        wanted |= Q(pk=also)
    due = flows_queries.due_at(handover.place_id, handover.begins, finished=None, ours=True)
    return due.select_related(None).order_by().filter(wanted)


def _lines(
    handover: Handover,
    *,
    receivers: Sequence[int] | None = None,
    kinds: Sequence[int] | None = None,
    also: int | None = None,
) -> list[Line]:
    """Bare columns, since a region's hand-over has twenty thousand lines. A line keeps the number it has in its crate
    only where whole crates are read.
    """
    due = _leaving(handover, also)
    if receivers is not None:
        due = due.filter(receiver_id__in=among(receivers))
    if kinds is not None:
        due = due.filter(specification_id__in=among(kinds))
    rows = list(due.values_list(*_COLUMNS))
    goods = measured_in({(row[2], row[-1]) for row in rows})
    rows.sort(key=lambda row: (goods[row[2], row[-1]].producer, goods[row[2], row[-1]].name, row[0]))
    numbers = Counter[int]()
    lines = []
    for row in rows:
        numbers[row[1]] += 1
        lines.append(_line(row, goods[row[2], row[-1]], numbers[row[1]]))
    return lines


def _line(row: tuple[Any, ...], goods: Measured, number: int) -> Line:
    commitment_id, receiver_id, specification_id, promised, asked, packed, reason, lot, *written = row
    on_paper, packed_by, packed_at, _pack = written
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
