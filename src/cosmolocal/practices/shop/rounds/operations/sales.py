"""What ordering needs to know of each thing on offer, read at once for a whole basket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cosmolocal.catalog.models import SupplierTerms
from cosmolocal.catalog.operations import PackFacts
from cosmolocal.kernel.prepared import Prepared, Slot, slots
from cosmolocal.practices.shop.models import OrderRound, RoundOffer


@dataclass(frozen=True, slots=True)
class Sale:
    """What ordering needs to know of one thing on offer; read in one statement, since a round has thousands."""

    id: int
    item_id: int
    intent_id: int | None
    lot_id: int | None
    closes_at: datetime | None
    pack: int
    tolerance_bp: int
    deposit: int
    specification_id: int
    product: str
    label: str
    seller: str
    list_is_gross: bool
    billed_by: str
    symbol: str
    per: int
    is_off: bool = False  # taken off sale, in this round or in the catalog

    @property
    def name(self) -> str:
        return f"{self.product}, {self.label}" if self.label else self.product

    @property
    def facts(self) -> PackFacts:
        """The pack as it is sold now."""
        words = (self.product, self.label, self.billed_by, self.pack, self.symbol, self.per)
        return PackFacts(self.item_id, *words, self.tolerance_bp, self.deposit)


_PRODUCT = "item__product__"
_SALE = (
    *("pk", "item_id", "intent_id", "lot_id", "closes_at", "item__pack_quantity", "item__tolerance_bp"),
    *("item__deposit", _PRODUCT + "specification_id", _PRODUCT + "name", "item__label"),
    *(_PRODUCT + "producer__supplier_terms__seller", _PRODUCT + "producer__supplier_terms__list_is_gross"),
    *("item__billed_by", "item__measure__symbol", "item__measure__quantity"),
    *("withdrawn_at", "item__is_active", _PRODUCT + "is_active"),
)
_LOT, _TERMS = _SALE.index("lot_id"), -8  # where they stand in a row
_USUAL = SupplierTerms()


_ON_SALE = Prepared(lambda: RoundOffer.objects.filter(round=Slot("round"), pk__in=slots("offers")).values_list(*_SALE))


def load_offers(round: OrderRound, ids: Sequence[int] | set[int]) -> dict[int, Sale]:
    """Offer id -> what is on sale, with the supplier's terms (one statement)."""
    found = {}
    for row in _ON_SALE.all(round=round.pk, offers=ids):
        facts: list[Any] = list(row)
        seller, is_gross, billed_by, symbol, per, withdrawn_at, *are_active = facts[_TERMS:]
        is_off = withdrawn_at is not None or (row[_LOT] is None and not all(are_active))
        is_gross = _USUAL.list_is_gross if is_gross is None else is_gross
        facts[_TERMS:] = [seller or _USUAL.seller, is_gross, billed_by, symbol or "", per or 0, is_off]
        found[row[0]] = Sale(*facts)
    return found
