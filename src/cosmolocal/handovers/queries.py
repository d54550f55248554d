"""What is read at a hand-over: what is to arrive, what goes into which crate, who has collected."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from cosmolocal.agents import policy as people_policy
from cosmolocal.agents import queries as people
from cosmolocal.agents.models import Agent, in_force
from cosmolocal.catalog import queries as catalog
from cosmolocal.catalog.models import Item
from cosmolocal.flows import queries as journal
from cosmolocal.handovers import rules
from cosmolocal.handovers.models import Crate, Handover, Loss, Receipt
from cosmolocal.kernel import clock
from cosmolocal.look import numbers

AT_WORK = timedelta(minutes=15)  # who touched a crate since then is packing now


@dataclass(frozen=True)
class Measured:
    """How one kind of goods is said and weighed: `symbol` stands for `per` base units (with `decimals` digits).

    `pack` names the only pack in which it is sold (350 g jar): people then count packs.
    """

    name: str
    producer: str
    drawing: str
    symbol: str
    decimals: int
    per: int
    weigh: bool
    item: Item | None
    pack: str = ""

    def text(self, base: int) -> str:
        """Base units as people say them: 2 jin, 10 pieces, 3 × 350 g jar."""
        if self.pack and base % self.per == 0:
            return f"{numbers.format_number(base // self.per)} × {self.pack}"
        if self.item is not None:
            return catalog.quantity_text(self.item, base)
        return catalog.unit_text(self.symbol, self.symbol, self.decimals, base)

    def value(self, base: int) -> str:
        """Base units as the number alone, as a person would type it: 2.1 (jin)."""
        digits = self.decimals if self.per == 1 else 3
        parts = base if self.per == 1 else (base * 1000 + self.per // 2) // self.per
        return numbers.format_number(parts, digits, trim=True).replace(numbers.marks()[1], "")

    def read(self, typed: str) -> int:
        """A typed number in base units. Raises numbers.NumberUnclear."""
        digits = self.decimals if self.per == 1 else 3
        parts = numbers.parse_decimal(typed, digits)
        return parts if self.per == 1 else (parts * self.per + 500) // 1000

    @property
    def step(self) -> str:
        """By how much a press on + changes the number."""
        return "0.1" if self.weigh else "1"


@dataclass(frozen=True)
class Line:
    """One thing for one crate, in base units and in words."""

    commitment_id: int
    receiver_id: int
    specification_id: int
    goods: Measured
    asked: int
    is_packed: bool
    quantity: int
    reason: str
    lot: str

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


@dataclass
class Arrival:
    """One kind of goods a producer brings: what was promised, what came, what of it is paid (base units)."""

    goods: Measured
    specification_id: int
    commitment_id: int | None
    promised: int
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def came(self) -> int:
        return sum(receipt.received for receipt in self.receipts)

    @property
    def accepted(self) -> int:
        return sum(receipt.accepted for receipt in self.receipts)

    @property
    def verdict(self) -> str:
        return rules.verdict(self.promised, self.came)

    @property
    def promised_text(self) -> str:
        return self.goods.text(self.promised)

    @property
    def came_text(self) -> str:
        return self.goods.text(self.came)

    @property
    def accepted_text(self) -> str:
        return self.goods.text(self.accepted)


@dataclass(frozen=True)
class Delivery:
    """What one producer brings to one hand-over."""

    producer: Agent
    arrivals: Sequence[Arrival]

    @property
    def is_received(self) -> bool:
        return all(arrival.receipts for arrival in self.arrivals)


@dataclass(frozen=True)
class Progress:
    """How far packing is, and who is at it."""

    total: int
    packed: int
    collected: int
    left: int
    packers: Sequence[str]

    @property
    def done(self) -> int:
        return self.total - self.to_pack

    @property
    def to_pack(self) -> int:
        return self.total - self.packed - self.collected - self.left


def visible_to(reader: people.Reader) -> QuerySet[Handover]:
    """Hand-overs a reader may open: packers, drivers, stewards and auditors all; a keeper those of her places."""
    handovers = Handover.objects.select_related("place")
    if reader.agent is None:
        return handovers.none()
    if reader.has(people_policy.STEWARD, people_policy.PACKER, people_policy.DRIVER, people_policy.AUDITOR):
        return handovers
    kept = reader.agent.roles.filter(in_force(clock.today()), name=people_policy.KEEPER)
    places = list(kept.values_list("place_id", flat=True))
    return handovers if None in places else handovers.filter(place__in=places)


def current(reader: people.Reader, now: datetime | None = None) -> list[Handover]:
    """Hand-overs of the last week and those to come, with how many crates they have (two statements)."""
    since = (now or clock.now()) - timedelta(days=7)
    counted = (
        visible_to(reader)
        .filter(ends__gte=since)
        .annotate(
            crate_count=Count("crates"),
            packed_count=Count("crates", filter=~Q(crates__state=Crate.State.TO_PACK)),
            collected_count=Count("crates", filter=Q(crates__state=Crate.State.COLLECTED)),
        )
    )
    return list(counted.order_by("begins", "id"))


def progress(handover: Handover) -> Progress:
    """How far packing is (two statements)."""
    counts = dict(handover.crates.order_by().values_list("state").annotate(Count("id")))
    since = clock.now() - AT_WORK
    at_it = handover.crates.filter(changed_at__gte=since, packer__isnull=False).order_by("packer__name")
    names = list(dict.fromkeys(at_it.values_list("packer__name", flat=True)))
    return Progress(
        total=sum(counts.values()),
        packed=counts.get(Crate.State.PACKED, 0),
        collected=counts.get(Crate.State.COLLECTED, 0),
        left=counts.get(Crate.State.LEFT, 0),
        packers=names,
    )


def crates(handover: Handover) -> list[Crate]:
    """All crates in the order of their numbers, with who they are for (one statement)."""
    return list(handover.crates.select_related("receiver", "packer", "collected_by").order_by("number"))


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


def receiving_list(handover: Handover) -> list[Delivery]:
    """What producers promised for this hand-over, what came, and what came beyond it (four statements)."""
    home = people.home_local()
    promised = list(
        journal.due_at(handover.place_id, handover.begins, finished=None).filter(receiver=home, quantity__gt=0)
    )
    receipts = list(Receipt.objects.filter(handover=handover).select_related("lot", "producer", "event").order_by("id"))
    goods = measured({c.specification_id for c in promised} | {r.specification_id for r in receipts})
    producers: dict[int, Agent] = {}
    found: dict[int, dict[tuple[int | None, int], Arrival]] = defaultdict(dict)
    for commitment in promised:
        producers[commitment.provider_id] = commitment.provider
        kind = commitment.specification_id
        found[commitment.provider_id][commitment.pk, kind] = Arrival(
            goods[kind], kind, commitment.pk, commitment.quantity
        )
    for receipt in receipts:
        producers[receipt.producer_id] = receipt.producer
        kind = receipt.specification_id
        key = (receipt.commitment_id, kind)
        arrival = found[receipt.producer_id].setdefault(key, Arrival(goods[kind], kind, receipt.commitment_id, 0))
        arrival.receipts.append(receipt)
    return [
        Delivery(producers[id], sorted(arrivals.values(), key=lambda a: (a.commitment_id is None, a.goods.name)))
        for id, arrivals in sorted(found.items(), key=lambda pair: producers[pair[0]].name)
    ]


def measured(specification_ids: Iterable[int]) -> dict[int, Measured]:
    """How goods are said and weighed, by kind (one statement)."""
    items = (
        Item.objects.filter(product__specification__in=list(specification_ids))
        .select_related("product__specification__unit", "product__producer", "product__category", "measure")
        .order_by("-is_active", "id")
    )
    by_kind: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[item.product.specification_id].append(item)
    return {kind: _measured(packs) for kind, packs in by_kind.items()}


def _measured(items: Sequence[Item]) -> Measured:
    """`items`: the packs of one kind of goods, those on sale first."""
    item = items[0]
    product, unit, weigh = item.product, item.product.specification.unit, item.billed_by == Item.Billed.WEIGHT
    on_sale = [one for one in items if one.is_active] or items
    pack = catalog.pack_text(item) if len(on_sale) == 1 and not weigh and item.pack_quantity > 1 else ""
    measure = item.measure if item.measure and item.measure.quantity > 1 else None
    symbol, decimals, per = unit.symbol or "", unit.decimals, 1
    if pack:
        symbol, decimals, per = pack, 0, item.pack_quantity
    elif measure:
        symbol, decimals, per = measure.symbol, 0, measure.quantity
    producer, drawing = product.producer.name, product.category.drawing
    return Measured(product.name, producer, drawing, symbol, decimals, per, weigh, item, pack)


def losses(handover: Handover) -> list[Loss]:
    """What spoiled, broke or went missing (one statement)."""
    return list(handover.losses.select_related("lot__conforms_to", "receipt__producer").order_by("id"))


def next_crate(handover: Handover, reader: Agent, after: int = 0) -> Crate | None:
    """The next crate to pack: one of hers, else the first after `after` that nobody has begun, else any."""
    open_ones = handover.crates.filter(state=Crate.State.TO_PACK).select_related("receiver").order_by("number")
    waiting = list(open_ones)
    free = [crate for crate in waiting if crate.packer_id in (None, reader.pk)]
    later = [crate for crate in free if crate.number > after]
    return next(iter([*later, *free, *waiting]), None)


_COLUMNS = (
    *("pk", "receiver_id", "specification_id", "quantity"),
    *("packed__asked", "packed__quantity", "packed__reason", "packed__lot__lot"),
)


def _lines(handover: Handover, receiver_id: int | None = None) -> list[Line]:
    """Bare columns, since a region's hand-over has twenty thousand lines."""
    home = people.home_local().pk
    due = journal.due_at(handover.place_id, handover.begins, finished=None).filter(provider_id=home)
    if receiver_id is not None:
        due = due.filter(receiver_id=receiver_id)
    rows = list(due.filter(Q(quantity__gt=0) | Q(packed__isnull=False)).order_by().values_list(*_COLUMNS))
    goods = measured({row[2] for row in rows})
    lines = [_line(row, goods[row[2]]) for row in rows if row[2] in goods]
    return sorted(lines, key=lambda line: (line.goods.producer, line.goods.name, line.commitment_id))


def _line(row: tuple[Any, ...], goods: Measured) -> Line:
    commitment_id, receiver_id, specification_id, promised, asked, packed, reason, lot = row
    is_packed = packed is not None
    return Line(
        commitment_id=commitment_id,
        receiver_id=receiver_id,
        specification_id=specification_id,
        goods=goods,
        asked=asked if is_packed else promised,
        is_packed=is_packed,
        quantity=packed if is_packed else promised,
        reason=reason or "",
        lot=lot or "",
    )
