"""One order as its household reads it: where it stands, each line, and after settling its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.catalog.models import TaxCode
from cosmolocal.handovers.models import Crate
from cosmolocal.handovers.rules import is_uncollected
from cosmolocal.kernel import clock
from cosmolocal.practices.shop import policy, rules
from cosmolocal.practices.shop.models import LineCredit, Order, OrderSwap
from cosmolocal.practices.shop.orders.queries import swaps
from cosmolocal.practices.shop.orders.queries.orders import LineView, lines_of, visible_to
from cosmolocal.practices.shop.rounds.pages import Part, named
from cosmolocal.practices.shop.rules import Split

TaxKey = tuple[int, int]  # tax code id, rate in basis points
COLLECTED = 3  # the turn of collecting among the steps of an order


@dataclass(frozen=True)
class TaxRow:
    """The goods of one tax treatment in an order; minor units."""

    name: str
    rate_bp: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        return self.gross - self.tax

    @property
    def digits(self) -> int:
        """How many decimals its rate has."""
        return 0 if self.rate_bp % 100 == 0 else 1 if self.rate_bp % 10 == 0 else 2


@dataclass
class OrderView:
    """An order with everything its page says. Sums in minor units."""

    order: Order
    lines: Sequence[LineView]
    crate: Crate | None
    credits: Sequence[LineCredit]
    now: datetime
    swap: OrderSwap | None = None

    @property
    def household(self) -> Agent:
        """Who has it and pays it."""
        return self.swap.household if self.swap else self.order.household

    @property
    def is_settled(self) -> bool:
        return self.order.state == Order.State.SETTLED

    @property
    def is_cancelled(self) -> bool:
        return self.order.state == Order.State.CANCELLED

    @property
    def may_change(self) -> bool:
        return policy.may_change(self.order, self.now)

    @property
    def may_cancel(self) -> bool:
        """What somebody packed stays in the order."""
        return self.may_change and not any(line.packed is not None for line in self.lines)

    @property
    def is_collected(self) -> bool:
        return self.crate is not None and self.crate.state == Crate.State.COLLECTED

    @property
    def is_left(self) -> bool:
        """Nobody came for it, and the time to come is over."""
        is_left = self.crate is not None and self.crate.state == Crate.State.LEFT
        return is_uncollected(is_left=is_left, now=self.now, ends=self.order.round.handover.ends)

    @property
    def is_packed(self) -> bool:
        return self.crate is not None and self.crate.state != Crate.State.TO_PACK

    @property
    def is_weighed(self) -> bool:
        """Is known what really lies in the crate?"""
        return self.is_packed or self.is_settled

    @property
    def is_ready(self) -> bool:
        """Can it be collected now?"""
        handover = self.order.round.handover
        is_packed = self.crate is not None and self.crate.state == Crate.State.PACKED
        return is_packed and handover.begins <= self.now < handover.ends

    @property
    def goods(self) -> int:
        """What the goods come to, without deposits."""
        return sum(view.amount for view in self.lines)

    @property
    def deposit(self) -> int:
        return sum(view.deposit for view in self.lines)

    @property
    def total(self) -> int:
        return self.goods + self.deposit

    @property
    def given_back(self) -> int:
        return sum(credit.amount for credit in self.credits)

    @property
    def parts(self) -> list[Part]:
        """Where the money of this order goes, deposits among it. The tax is the one that stands beside its rates; by
        how much that differs from the lines, each rounded for itself, running costs get more or less.
        """
        splits = [view.line.split for view in self.lines]
        rounding = sum(split.tax for split in splits) - self._tax_of(splits)
        return _parts([*splits, Split(producer=0, tax=-rounding, transport=0, running=rounding)], self.deposit)

    def _tax_of(self, splits: Sequence[Split]) -> int:
        """The tax inside what the parts add up to, per rate on the sum."""
        gross: dict[TaxKey, int] = {}
        for view, split in zip(self.lines, splits, strict=True):
            gross[tax_key(view)] = gross.get(tax_key(view), 0) + split.total
        return sum(rules.tax_in(amount, rate) for (_code, rate), amount in gross.items())

    @property
    def short(self) -> int:
        """How many lines got less than was wished."""
        return sum(1 for view in self.lines if view.line.granted < view.line.wished)

    @property
    def steps(self) -> list[dict[str, str]]:
        """Where the order is on its way."""
        reached = [
            (_("Ordered"), True),
            (_("Fixed"), self.order.state != Order.State.OPEN),
            (_("Packed"), self.is_packed),
            (_("Collected"), self.is_collected),
            (_("Settled"), self.is_settled),
        ]
        last = max(turn for turn, (_label, is_done) in enumerate(reached) if is_done)
        is_over = last == len(reached) - 1
        states = [
            "done" if turn < last or is_over else "now" if turn == last else "next" for turn in range(len(reached))
        ]
        if is_over and not self.is_collected:
            states[COLLECTED] = "next"  # settled before she came: her crate may still wait for her
        return [{"label": label, "state": state} for (label, _is), state in zip(reached, states, strict=True)]

    @property
    def sellers(self) -> list[str]:
        """Producers who sell themselves through the local: the receipt names them."""
        direct = (view for view in self.lines if view.line.seller != "local")
        return list(dict.fromkeys(view.item.product.producer.name for view in direct))


def order_view(order: Order) -> OrderView:
    """The page of one order: six statements beside the order itself."""
    crate = Crate.objects.filter(handover=order.round.handover_id, receiver=order.household_id).first()
    credits = list(LineCredit.objects.filter(line__order=order).order_by("id"))
    swap = swaps.of_orders([order.pk]).get(order.pk) if order.state == Order.State.SETTLED else None
    return OrderView(order, lines_of(order), crate, credits, clock.now(), swap)


def beside(view: OrderView, reader: Reader) -> Sequence[Order]:
    """Where another household had this crate: what who ordered it had instead, and what who had it had ordered, as far
    as this reader may open them.
    """
    if view.swap is None:
        return []
    others = Q(household=view.swap.household_id) | swaps.had_by([view.order.household_id])
    return list(visible_to(reader).filter(others, round=view.order.round_id).exclude(pk=view.order.pk).order_by("pk"))


def tax_key(view: LineView) -> TaxKey:
    """The treatment and the rate by which a line is taxed."""
    return view.line.price.tax_code_id, view.line.tax_bp


def parts_of(split: Split, deposit: int = 0) -> list[Part]:
    """The parts of one line's price with words and tones."""
    return _parts([split], deposit)


def _parts(splits: Sequence[Split], deposit: int) -> list[Part]:
    producer, tax, transport, running = (sum(part) for part in zip(*(split.amounts for split in splits), strict=True))
    parts = named(producer, transport, running, tax)
    return [*parts, (_("deposit, comes back"), deposit, "deposit")] if deposit else parts


@dataclass(frozen=True)
class Taxes:
    """The tax inside an order: one row a treatment, and the sentences that the law wants beside them."""

    rows: Sequence[TaxRow]
    sentences: Sequence[str]


def taxes(view: OrderView) -> Taxes:
    """Tax per rate on the sum of the lines, never line by line. One statement."""
    gross: dict[TaxKey, int] = {}
    for line in view.lines:
        gross[tax_key(line)] = gross.get(tax_key(line), 0) + line.amount
    codes = TaxCode.objects.in_bulk({code for code, _rate in gross})
    rows = [
        TaxRow(codes[code].name, rate, amount, rules.tax_in(amount, rate))
        for (code, rate), amount in sorted(gross.items(), key=lambda pair: -pair[0][1])
        if amount
    ]
    sentences = [codes[code].sentence for code, _rate in gross if codes[code].sentence]
    return Taxes(rows, list(dict.fromkeys(sentences)))


def context(view: OrderView) -> dict[str, Any]:
    """What the page and the paper of an order share."""
    return {"view": view, "order": view.order, "round": view.order.round, "currency": view.order.round.account.currency}
