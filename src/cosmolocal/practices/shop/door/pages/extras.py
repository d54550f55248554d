"""What is paid though no household gets it: named before a round is settled, since one person wrote it down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cosmolocal.agents.models import Agent
from cosmolocal.handovers.queries import Measured, measured
from cosmolocal.practices.shop.settling.operations.dues import Extra, Lost


@dataclass(frozen=True)
class Row:
    """One delivery, or loss, of one kind of goods; `amount`: minor units that its farm gets for it."""

    goods: Measured
    quantity: int
    amount: int
    by: Agent
    farm: str = ""
    receipt: int | None = None
    promised: int = 0

    @property
    def text(self) -> str:
        """How much of it is paid."""
        return self.goods.text(self.quantity)

    @property
    def ordered(self) -> str:
        """How much of it was ordered beside that; "" for none."""
        return self.goods.text(self.promised) if self.promised else ""


@dataclass(frozen=True)
class Unasked:
    """What came beyond all orders and what was lost here, each with its sum (minor units)."""

    extras: Sequence[Row]
    lost: Sequence[Row]

    @property
    def extras_sum(self) -> int:
        """What farms get for what nobody had ordered."""
        return sum(row.amount for row in self.extras)

    @property
    def lost_sum(self) -> int:
        """What farms get for what was lost."""
        return sum(row.amount for row in self.lost)


def unasked(extras: Sequence[Extra], lost: Sequence[Lost]) -> Unasked:
    """With their goods in words (two statements, none where there is nothing)."""
    kinds = {one.receipt.specification_id for one in extras} | {one.loss.lot.conforms_to_id for one in lost}
    goods = measured(kinds) if kinds else {}
    return Unasked(list(_extras(goods, extras)), list(_lost(goods, lost)))


def _extras(goods: dict[int, Measured], found: Sequence[Extra]) -> Iterator[Row]:
    for receipt, quantity, amount, promised in found:
        kind = goods[receipt.specification_id]
        yield Row(kind, quantity, amount, receipt.by, receipt.producer.name, receipt.pk, promised)


def _lost(goods: dict[int, Measured], found: Sequence[Lost]) -> Iterator[Row]:
    for loss, amount in found:
        kind = goods[loss.lot.conforms_to_id]
        yield Row(kind, loss.quantity, amount, loss.by, kind.producer)
