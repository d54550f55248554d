"""What somebody says about goods before they stand in the catalog: plain values, one shape for every door."""

from dataclasses import dataclass, field

from cosmolocal.catalog.models import Item


@dataclass(frozen=True)
class PriceDraft:
    """`price` and `purchase` in minor units per `per_quantity` base units (0: one pack); `tax_code` by its code."""

    price: int
    purchase: int
    tax_code: str
    per_quantity: int = 0
    group: str = ""


@dataclass(frozen=True)
class ItemDraft:
    """As what one buys it. `pack_quantity` and `stock`: base units in a pack, packs on offer; `measure` by its code."""

    label: str = ""
    sku: str = ""
    billed_by: str = Item.Billed.PIECE
    pack_quantity: int = 1
    tolerance_bp: int = 0
    measure: str = ""
    deposit: int = 0
    case_count: int = 1
    stock: int | None = None
    is_active: bool = True
    prices: tuple[PriceDraft, ...] = ()


@dataclass(frozen=True)
class ProductFacts:
    """What is told about goods beside their name: words, the place they come from, the certificate they have."""

    description: str = ""
    origin_id: int | None = None
    certificate: str = ""
    picture_id: int | None = None
    is_active: bool = True


@dataclass(frozen=True)
class ProductDraft:
    """New goods, whole: whose, what, counted in which unit (by its code), in which packs and at which prices."""

    producer_id: int
    name: str
    category: str
    unit: str
    items: tuple[ItemDraft, ...] = ()
    facts: ProductFacts = field(default_factory=ProductFacts)


@dataclass(frozen=True)
class ItemPriceDraft:
    """A price for one item from now on; the values are those of `PriceDraft`."""

    item_id: int
    price: int
    purchase: int
    tax_code_id: int
    per_quantity: int = 0
    group: str = ""
