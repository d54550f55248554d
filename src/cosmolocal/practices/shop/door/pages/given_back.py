"""The list of money given back: who got it for what, who bears it, who gave it, what settling took back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cosmolocal.catalog.packs import words_then
from cosmolocal.kernel import clock
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.door.forms import WHY
from cosmolocal.practices.shop.models import LineCredit, OrderSwap
from cosmolocal.practices.shop.orders.queries import swaps


@dataclass(frozen=True)
class GivenBack:
    """One row: money that went to a household for a line, or (below 0) that settling took back from it."""

    credit: LineCredit
    swap: OrderSwap | None

    @property
    def on(self) -> date:
        return clock.day_of(self.credit.at)

    @property
    def household(self) -> str:
        """Who has it: whose order it is, or who had its crate."""
        return self.swap.household.name if self.swap else self.credit.line.order.household.name

    @property
    def quantity_text(self) -> str:
        """How much of it; nothing where settling took money back."""
        return words_then(self.credit.line.pack).amount(self.credit.quantity) if self.credit.quantity else ""

    @property
    def bearer(self) -> str:
        """Who bears it: the farm, or the local by its fund for that."""
        if self.credit.borne_by == "producer":
            return self.credit.line.offer.item.product.producer.name
        return _("Deposits held") if self.credit.borne_by == rules.DEPOSITS else _("Goodwill")

    @property
    def is_taken_back(self) -> bool:
        return self.credit.amount < 0

    @property
    def why(self) -> str:
        """Why it was given, or taken back."""
        if self.credit.reason == rules.PUT_RIGHT:
            return _("the crate was put right after settling")
        if self.is_taken_back:
            return _("taken back on settling: not packed in the end")
        return str(dict(WHY).get(self.credit.reason, ""))


def rows(credits: Iterable[LineCredit]) -> list[GivenBack]:
    """With who has each order now (two statements)."""
    found = list(credits)
    swapped = swaps.of_orders({credit.line.order_id for credit in found})
    return [GivenBack(credit, swapped.get(credit.line.order_id)) for credit in found]
