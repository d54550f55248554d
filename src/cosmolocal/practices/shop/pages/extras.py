"""What came unordered and is paid all the same: named before a round is settled, since nobody asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cosmolocal.handovers.queries import Measured, measured
from cosmolocal.practices.shop.operations.dues import Extra


@dataclass(frozen=True)
class Row:
    """One delivery of one kind of goods; `extra.amount`: minor units that its farm gets."""

    extra: Extra
    goods: Measured

    @property
    def text(self) -> str:
        """How much of it is paid."""
        return self.goods.text(self.extra.quantity)


def rows(found: Sequence[Extra]) -> list[Row]:
    """With their goods in words (two statements, none where nothing came)."""
    goods = measured({extra.receipt.specification_id for extra in found}) if found else {}
    return [Row(extra, goods[extra.receipt.specification_id]) for extra in found]
