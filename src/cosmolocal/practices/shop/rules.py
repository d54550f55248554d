"""How the shop decides: where a price goes, who gets what when it is short, when a round closes, what comes next.

Money and quantities are integers in the smallest unit. Nothing here knows a database.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cosmolocal.catalog.rules import line_amount, upper_quantity
from cosmolocal.kernel.quantity import shares, times

WHOLE = 10_000  # basis points in one
_MOST_TURNS = 20  # rounds in a row that holidays may drop
HOUR = timedelta(hours=1)
PARTS = ("producer", "tax", "transport", "running")  # of a price

# (state, deed) -> next state of an order round.
NEXT = {
    ("draft", "open"): "open",
    ("draft", "cancel"): "cancelled",
    ("open", "close"): "grace",
    ("open", "cancel"): "cancelled",
    ("grace", "reopen"): "open",
    ("grace", "order"): "ordered",
    ("ordered", "settle"): "settled",
}


@dataclass(frozen=True, slots=True)
class Split:
    """Where one gross price goes, in minor units; the four parts sum to the price exactly."""

    producer: int
    tax: int
    transport: int
    running: int

    @property
    def total(self) -> int:
        return self.producer + self.tax + self.transport + self.running

    @property
    def amounts(self) -> tuple[int, int, int, int]:
        """In the order of `PARTS`, as they are frozen on an order line."""
        return self.producer, self.tax, self.transport, self.running

    def taken(self, times: int) -> "Split":
        """The sum of so many equal ones."""
        return Split(self.producer * times, self.tax * times, self.transport * times, self.running * times)


@dataclass(frozen=True)
class Wish:
    """What one line asks of something short: `packs` whole packs of `pack` base units, for `who`."""

    who: int
    packs: int
    pack: int

    @property
    def quantity(self) -> int:
        return self.packs * self.pack


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One settled line: its final sum (tax included, without deposit), how it was split, who owes its tax."""

    final: int
    deposit: int
    tax_bp: int
    local_owes_tax: bool
    split: Split

    def taken(self, times: int) -> "SoldLine":
        """So many equal lines as one, for `round_split`, which only adds up."""
        split = self.split.taken(times)
        return SoldLine(self.final * times, self.deposit * times, self.tax_bp, self.local_owes_tax, split)


@dataclass(frozen=True)
class RoundSplit:
    """How the money of a whole round leaves its account, in minor units; below 0: the fund pays into the account."""

    producers: Mapping[int, int]
    tax: Mapping[int, int]  # per rate in basis points
    deposits: int
    transport: int
    running: int
    rounding: int

    @property
    def total(self) -> int:
        funds = self.deposits + self.transport + self.running + self.rounding
        return sum(self.producers.values()) + sum(self.tax.values()) + funds


def mark_of(*sums: object) -> str:
    """A short print of sums that somebody reads before she presses: the same as long as none of them changes."""
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class FarmPrice:
    """What a producer's list says: minor units for `per_quantity` base units (0: for a pack), and how that is meant."""

    purchase: int
    per_quantity: int
    pack: int
    tax_bp: int
    list_is_gross: bool
    local_owes_tax: bool

    def paid(self, quantity: int) -> int:
        """What the producer is paid for `quantity` base units, in minor units: see `purchase_paid`."""
        listed = line_amount(self.purchase, per_quantity=self.per_quantity, pack=self.pack, quantity=quantity)
        terms = {"list_is_gross": self.list_is_gross, "local_owes_tax": self.local_owes_tax}
        return purchase_paid(listed, self.tax_bp, **terms)


@dataclass(frozen=True)
class PricedLine:
    """What a line comes to: base units wished and the most that may be charged; minor units."""

    wished: int
    cap: int
    estimate: int
    upper: int
    deposit: int


def next_state(state: str, deed: str) -> str | None:
    """The state after `deed`, or None where the deed is not possible now."""
    return NEXT.get((state, deed))


def tax_in(gross: int, tax_bp: int) -> int:
    """The tax inside a gross sum, rounded half up once."""
    return gross - times(gross, WHOLE, WHOLE + tax_bp)


def farm_tax(lines: Sequence[SoldLine]) -> tuple[int, int]:
    """Tax that producers owe out of what they are paid: in their purchase prices, and in lines they sell themselves."""
    bought = sum(tax_in(line.split.producer, line.tax_bp) for line in lines if line.local_owes_tax)
    return bought, sum(line.split.tax for line in lines if not line.local_owes_tax)


def purchase_paid(purchase: int, tax_bp: int, *, list_is_gross: bool, local_owes_tax: bool) -> int:
    """What the producer is paid for `purchase` of her list, so that she keeps the same before tax whoever sells.

    Where the local buys and resells (`local_owes_tax`), she sells to it and owes the tax of that: a net list is paid
    with the tax on top. Where she sells herself, she owes the tax of the sale, and gets that once (`farm_tax`): her own
    goods are then paid at the list without tax.
    """
    if local_owes_tax:
        return purchase if list_is_gross else times(purchase, WHOLE + tax_bp, WHOLE)
    return purchase - tax_in(purchase, tax_bp) if list_is_gross else purchase


def split(gross: int, purchase: int, tax_bp: int, transport_bp: int) -> Split:
    """Producer, tax and transport first, running costs get what remains; the parts sum to `gross`.

    `transport_bp` is of the net price. What is sold below its cost leaves nothing for transport, and takes from running
    costs (below 0).
    """
    tax = tax_in(gross, tax_bp)
    rest = gross - tax - purchase
    transport = min(times(gross - tax, transport_bp, WHOLE), max(rest, 0))
    return Split(producer=purchase, tax=tax, transport=transport, running=rest - transport)


def price_line(count: int, price: int, per_quantity: int, *, pack: int, tolerance_bp: int, deposit: int) -> PricedLine:
    """What `count` packs of `pack` base units come to, as wished and at most; `deposit` is of one pack."""
    wished = count * pack
    cap = upper_quantity(wished, tolerance_bp)
    return PricedLine(
        wished=wished,
        cap=cap,
        estimate=line_amount(price, per_quantity=per_quantity, pack=pack, quantity=wished),
        upper=line_amount(price, per_quantity=per_quantity, pack=pack, quantity=cap),
        deposit=count * deposit,
    )


def scaled(amount: int, part: int, whole: int) -> int:
    """`amount` for `part` of `whole`, rounded half up; 0 where there was nothing."""
    return times(amount, part, whole) if whole else 0


DEPOSITS = "deposits"  # who bears money given back: nobody, it was a deposit
PUT_RIGHT = "put_right"  # why: the crate was put right after settling


def deposits_of(each: int, pack: int, granted: int, quantity: int) -> int:
    """Deposits of `each` for `quantity` base units in packs of `pack` base units: one for each pack that is begun,
    however full it is, and for no more packs than were `granted`.
    """
    return each * -(-min(quantity, granted) // pack)


def of_ten(parts: Sequence[int], ten: int = 1000) -> list[int]:
    """The parts of a price as shares of ten (in hundredths): they sum to `ten` exactly. No price: nothing."""
    whole = sum(parts)
    return shares(ten, parts) if whole > 0 and min(parts) >= 0 else [0] * len(parts)


def seed_of(secret: str, goods: int) -> str:
    """By what one kind of goods of a round is drawn: the round's secret number, which nobody knew while it was open."""
    return f"{secret}:{goods}"


def lot_drawn(seed: str, who: int) -> str:
    """The place of `who` in a draw that everybody can repeat: nobody gains by ordering early."""
    return hashlib.sha256(f"{seed}:{who}".encode()).hexdigest()


def share_out(available: int, wishes: Sequence[Wish], *, seed: str, step: int = 0) -> list[int]:
    """What each wish is granted, in base units, when `available` is less than all wishes together.

    Pieces (`step` 0): everybody's first pack in turn, then the second, in the order of a draw (`lot_drawn`). Goods by
    weight: in proportion to the wishes, in steps of `step` base units, largest remainder first. Nobody gets more than
    wished.
    """
    available = max(available, 0)
    if sum(wish.quantity for wish in wishes) <= available:
        return [wish.quantity for wish in wishes]
    if step:
        return _in_proportion(available, [wish.quantity for wish in wishes], step)
    return _in_turn(available, wishes, seed)


def _in_turn(available: int, wishes: Sequence[Wish], seed: str) -> list[int]:
    granted = [0] * len(wishes)
    waiting = sorted(range(len(wishes)), key=lambda i: (lot_drawn(seed, wishes[i].who), i))
    while waiting:
        again = []
        for i in waiting:
            if granted[i] < wishes[i].quantity and wishes[i].pack <= available:
                granted[i] += wishes[i].pack
                available -= wishes[i].pack
                again.append(i)
        waiting = again
    return granted


def _in_proportion(available: int, wishes: Sequence[int], step: int) -> list[int]:
    parts = shares(available // step, list(wishes))
    return [min(part * step, wish) for part, wish in zip(parts, wishes, strict=True)]


def upper_total(lines: Iterable[tuple[int, int]]) -> int:
    """What is set aside for an order: the upper sum and the deposit of each line."""
    return sum(upper + deposit for upper, deposit in lines)


def charged_quantity(weighed: int, cap: int) -> int:
    """What is paid for: what the scale said, at most the cap that was agreed when ordering."""
    return max(min(weighed, cap), 0)


def producer_due(purchase: int, promised: int, accepted: int) -> int:
    """What a producer gets for what was accepted, in proportion to the sum agreed for what was promised."""
    return scaled(purchase, accepted, promised)


def round_split(lines: Sequence[SoldLine], producers: Mapping[int, int]) -> RoundSplit:
    """Where the money of a round goes; the total is exactly what the lines and deposits brought in.

    `producers` is what each is due for what was accepted. What was bought and not sold (or sold and not bought) is
    running costs. Tax is owed on the sum per rate: what that differs from the sum of the lines is rounding.
    """
    gross: dict[int, int] = {}
    line_tax = 0
    passed_on = 0
    for line in lines:
        if line.local_owes_tax:
            gross[line.tax_bp] = gross.get(line.tax_bp, 0) + line.final
            line_tax += line.split.tax
        else:
            passed_on += line.split.tax
    tax = {rate: tax_in(total, rate) for rate, total in sorted(gross.items()) if rate}
    bought = sum(producers.values())
    sold = sum(line.split.producer for line in lines) + passed_on
    return RoundSplit(
        producers=dict(producers),
        tax=tax,
        deposits=sum(line.deposit for line in lines),
        transport=sum(line.split.transport for line in lines),
        running=sum(line.split.running for line in lines) + sold - bought,
        rounding=line_tax - sum(tax.values()),
    )


def share_bp(producers: int, sales: int, tax: int) -> int:
    """The producers' share of sales, in basis points; 0 without sales. Both without tax and without deposits."""
    net = sales - tax
    return times(producers, WHOLE, net) if net > 0 else 0


def shifted(moment: datetime, days: int, zone: str) -> datetime:
    """The same time on the wall `days` later in `zone`, whatever summer time does in between; in UTC."""
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    return (wall + timedelta(days=days)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def has_closed(now: datetime, closes_at: datetime, earlier: datetime | None = None) -> bool:
    """True from the closing moment on; a product's own earlier closing counts where there is one."""
    return now >= (min(earlier, closes_at) if earlier else closes_at)


def grace_ends(closed_at: datetime, minutes: int) -> datetime:
    """Until when a round that closed may be reopened."""
    return closed_at + timedelta(minutes=minutes)


@dataclass(frozen=True)
class Times:
    """When a round takes orders and when goods change hands."""

    opens_at: datetime
    closes_at: datetime
    begins: datetime
    ends: datetime


def times_later(had: Times, days: int, zone: str, free: Callable[[date, str], date | None]) -> Times:
    """The same times on the wall `days` later; around holidays by `free(day, "handover" or "closing")`.

    `free` gives the day itself where it is no holiday, another one, or None: then the round moves on by `days` more.
    Orders close before goods change hands, whatever the holidays.
    """
    for turn in range(1, _MOST_TURNS + 1):
        shift = days * turn
        begins, closes = (shifted(moment, shift, zone) for moment in (had.begins, had.closes_at))
        handover_day, closing_day = (wall_day(moment, zone) for moment in (begins, closes))
        handed, closed = free(handover_day, "handover"), free(closing_day, "closing")
        if handed is not None and closed is not None:
            break
    else:
        handed, closed = handover_day, closing_day
    moved = (handed - handover_day).days
    begins = shifted(begins, moved, zone)
    closes = shifted(closes, (closed - closing_day).days, zone)
    while closes >= begins:
        closes = shifted(closes, -1, zone)
    return Times(
        min(shifted(had.opens_at, shift, zone), closes - timedelta(hours=1)),
        closes,
        begins,
        shifted(had.ends, shift + moved, zone),
    )


def wall_day(moment: datetime, zone: str) -> date:
    """The day on the wall of a place."""
    return moment.astimezone(ZoneInfo(zone)).date()
