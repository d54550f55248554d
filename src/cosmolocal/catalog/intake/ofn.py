"""Rows of an Open Food Network product list, one a variant; `available_on` and `shipping_category` are left."""

from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.catalog import rules
from cosmolocal.catalog.intake.cells import UNIT_WORDS, Cells
from cosmolocal.catalog.intake.rows import Row, RowRefused

_WEIGHTS = frozenset({"mg", "g", "kg", "t", "oz", "lb", "ml", "cl", "dl", "l", "kl", "gal"})
_YES = frozenset({"1", "true", "yes", "t", "y"})


def read_row(number: int, cells: Cells) -> Row:
    """`units` and `unit_type` say what is in a pack; without `unit_type` goods are counted by the piece."""
    kind = rules.normal(cells.word("unit_type", 20))
    if kind not in _WEIGHTS | {"", "items"}:
        raise RowRefused(_("“%(word)s” is no unit that we know.") % {"word": kind})
    unit = UNIT_WORDS[kind][0] if kind else "piece"
    if kind in _WEIGHTS or cells.word("units", 40):
        if unit == "piece":
            pack_quantity = cells.whole("units")
            if pack_quantity < 1:
                raise RowRefused(_("“%(column)s” must be 1 or more.") % {"column": "units"})
        else:
            pack_quantity = cells.quantity("units", unit, f"{cells.values.get('units', '')} {kind}")
    else:
        pack_quantity = 1
    return Row(
        number=number,
        producer=cells.needed("producer", 120),
        product=cells.needed("name", 160),
        unit=unit,
        category=cells.word("category", 120),
        description=_description(cells),
        label=cells.word("display_name", 80) or cells.word("variant_unit_name", 80),
        sku=cells.word("sku", 60),
        pack_quantity=pack_quantity,
        price=cells.money("price"),
        tax=cells.word("tax_category", 40),
        item=_stock(cells),
    )


def _description(cells: Cells) -> str | None:
    """An empty cell says nothing: other variants of the same goods may carry the words."""
    text = rules.plain_text(cells.values.get("description", ""))
    if len(text) > 5000:
        raise RowRefused(
            _("“%(column)s” has more than %(longest)s letters.") % {"column": "description", "longest": 5000}
        )
    return text or None


def _stock(cells: Cells) -> dict[str, Any]:
    if rules.normal(cells.values.get("on_demand", "")) in _YES:
        return {"stock": None}
    if cells.word("on_hand", 40):
        return {"stock": cells.whole("on_hand")}
    return {}
