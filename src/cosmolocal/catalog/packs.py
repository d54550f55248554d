"""In which words a pack is said: as it is sold today, or as it was when somebody ordered it."""

from dataclasses import dataclass

from cosmolocal.catalog.models import Item, PackVersion
from cosmolocal.look.numbers import format_number, format_quantity


@dataclass(frozen=True)
class Words:
    """A pack of `quantity` base units (0: sold in none); `symbol` is the measure it is said in, `per` base units of it
    (0: none).

    `unit`: code, symbol and decimals of what the journal counts in.
    """

    label: str
    quantity: int
    weigh: bool
    symbol: str
    per: int
    unit: tuple[str, str, int]

    def amount(self, base_units: int) -> str:
        """Base units as people say them: 2 jin, 700 g, 3 pieces."""
        if self.per > 0:
            return format_quantity(base_units, self.symbol, 0, per=self.per)
        return unit_text(*self.unit, base_units)

    @property
    def pack(self) -> str:
        """What one is: its label, or its contents."""
        return self.label or self.amount(self.quantity)

    @property
    def contents(self) -> str:
        """Label and contents, where the label alone could mean two things: sack (5 kg)."""
        return f"{self.label} ({self.amount(self.quantity)})" if self.label else self.pack

    @property
    def is_loose(self) -> bool:
        """Sold by its measure and weighed, so that people count jin and not packs."""
        return self.weigh and self.per == self.quantity

    def count(self, count: int) -> str:
        """2 jin where goods are sold loose; else 3 × box of 10."""
        return f"{format_number(count)} {self.symbol if self.is_loose else f'× {self.pack}'}"


def words_now(item: Item) -> Words:
    """A pack as it is sold today. Needs `queries.items_with_units`."""
    measure = item.measure
    return Words(
        item.label,
        item.pack_quantity,
        item.billed_by == Item.Billed.WEIGHT,
        measure.symbol if measure else "",
        measure.quantity if measure else 0,
        _unit(item),
    )


def words_then(version: PackVersion) -> Words:
    """A pack as it was when it was ordered. Needs its item with product, specification and unit."""
    weigh = version.billed_by == Item.Billed.WEIGHT
    return Words(version.label, version.quantity, weigh, version.symbol, version.per, _unit(version.item))


def unit_text(code: str, symbol: str, decimals: int, base_units: int) -> str:
    """Base units in the unit of the journal; less than a kilogram in grams, less than a litre in millilitres."""
    small = {"kg": "g", "l": "ml"}.get(code)
    if small and abs(base_units) < 10**decimals:
        return format_quantity(base_units, small, 0)
    return format_quantity(base_units, symbol or code, decimals)


def _unit(item: Item) -> tuple[str, str, int]:
    unit = item.product.specification.unit
    return unit.code, unit.symbol, unit.decimals
