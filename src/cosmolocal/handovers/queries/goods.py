"""How goods are said and weighed: jin, jars, pieces."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cosmolocal.catalog import queries as catalog
from cosmolocal.catalog.models import Item, Product
from cosmolocal.kernel.sets import among
from cosmolocal.look import numbers


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

    def read(self, typed: str, expected: int | None = None) -> int:
        """A typed number in base units, as `expected` is; never below nothing, and whole packs where packs are counted.
        Raises numbers.NumberUnclear.
        """
        parts = numbers.parse_measure(typed, self.decimals, self.per, expected=expected)
        if parts < 0:
            raise numbers.NumberUnclear("below_nothing")
        if self.pack and parts % self.per:
            raise numbers.NumberUnclear("too_precise")
        return parts

    @property
    def unit(self) -> str:
        """What stands after a number that is typed: jin, pieces, × (6 pieces)."""
        return f"× ({self.pack})" if self.pack else self.symbol

    @property
    def step(self) -> str:
        """By how much a press on + changes the number."""
        return "0.1" if self.weigh else "1"


def measured(specification_ids: Iterable[int]) -> dict[int, Measured]:
    """How goods are said and weighed, by kind (one statement; one more where some are sold in no pack)."""
    wanted = list(specification_ids)
    items = (
        Item.objects.filter(product__specification__in=among(wanted))
        .select_related("product__specification__unit", "product__producer", "product__category", "measure")
        .order_by("-is_active", "id")
    )
    by_kind: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[item.product.specification_id].append(item)
    found = {kind: _measured(packs) for kind, packs in by_kind.items()}
    bare = set(wanted) - set(found)
    return found | (dict(_without_pack(bare)) if bare else {})


def _without_pack(kinds: set[int]) -> Iterator[tuple[int, Measured]]:
    """Goods that nobody sells in a pack (yet, or any more) still arrive and are weighed: in their own unit."""
    products = Product.objects.filter(specification__in=kinds)
    for one in products.select_related("producer", "category", "specification__unit"):
        unit = one.specification.unit
        yield (
            one.specification_id,
            Measured(
                name=one.name,
                producer=one.producer.name,
                drawing=one.category.drawing,
                symbol=unit.symbol or "",
                decimals=unit.decimals,
                per=1,
                weigh=bool(unit.decimals),
                item=None,
            ),
        )


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
