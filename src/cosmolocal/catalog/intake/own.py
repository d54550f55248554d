"""Rows of our own product list: what we write is read again exactly. Columns that are left out change nothing."""

from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.catalog import rules
from cosmolocal.catalog.intake.cells import Cells
from cosmolocal.catalog.intake.rows import Row, RowRefused
from cosmolocal.kernel.quantity import to_units

COLUMNS = (
    *("producer", "product", "category", "description", "origin", "certificate", "counted_in"),
    *("item", "sku", "billed_by", "pack", "measure", "case", "tolerance_percent", "deposit", "stock", "on_offer"),
    *("customer_group", "price", "purchase", "price_for", "tax", "tax_rate"),
)
_BILLED = {"": "piece", "piece": "piece", "weight": "weight"}
_YES_NO = {"": True, "yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


def read_row(number: int, cells: Cells) -> Row:
    """Needed are producer, product and price; all else may be absent."""
    unit = rules.normal(cells.word("counted_in", 20))
    if unit and unit not in rules.UNITS:
        raise RowRefused(_("“counted_in” is one of: %(units)s.") % {"units": ", ".join(rules.UNITS)})
    pack, price_for = cells.word("pack", 60), cells.word("price_for", 60)
    unit = unit or _unit_of(pack, cells) or _unit_of(price_for, cells)
    if not unit and (pack or price_for):
        unit = "piece"
    return Row(
        number=number,
        producer=cells.needed("producer", 120),
        product=cells.needed("product", 160),
        unit=unit,
        category=cells.word("category", 120),
        description=_text(cells, "description", 5000),
        origin=cells.word("origin", 120) if cells.says("origin") else None,
        certificate=cells.word("certificate", 160) if cells.says("certificate") else None,
        label=cells.word("item", 80) if cells.says("item") else None,
        sku=cells.word("sku", 60),
        pack_quantity=cells.quantity("pack", unit) if pack else 0,
        per_quantity=cells.quantity("price_for", unit) if price_for else 0,
        price=cells.money("price"),
        purchase=cells.money("purchase") if cells.word("purchase", 40) else None,
        group=cells.word("customer_group", 40),
        tax=cells.word("tax", 40),
        tax_rate=_tax_rate(cells),
        item=_item(cells),
    )


def _tax_rate(cells: Cells) -> str:
    """What a tax code is made of, where ours does not know it: a kind, or a rate in hundredths of a per cent."""
    word = rules.normal(cells.word("tax_rate", 40))
    if word in ("", "zero", "exempt", "outside"):
        return word
    rate_bp = to_units(cells.decimal("tax_rate", word.removesuffix("%").strip()), 2)
    if rate_bp >= rules.WHOLE_BP:
        raise RowRefused(_("“%(column)s” is more than 100 per cent.") % {"column": "tax_rate"})
    return str(rate_bp)


def _unit_of(pack: str, cells: Cells) -> str:
    """The unit that the word behind an amount belongs to; "" where there is none."""
    word = rules.normal(pack.lstrip("0123456789., "))
    fitting = [unit for unit in rules.UNITS if word and _fits(cells, word, unit)]
    return fitting[0] if fitting else ""


def _fits(cells: Cells, word: str, unit: str) -> bool:
    try:
        cells.quantity("pack", unit, f"1000 {word}")
    except RowRefused:
        return False
    return True


def _text(cells: Cells, column: str, longest: int) -> str | None:
    if not cells.says(column):
        return None
    text = rules.plain_text(cells.values[column])
    if len(text) > longest:
        raise RowRefused(_("“%(column)s” has more than %(longest)s letters.") % {"column": column, "longest": longest})
    return text


def _item(cells: Cells) -> dict[str, Any]:
    """The further fields of an item that this file says."""
    said: dict[str, Any] = {}
    if cells.says("billed_by"):
        said["billed_by"] = _one_of(cells, "billed_by", _BILLED)
    if cells.says("measure"):
        said["measure"] = cells.word("measure", 20)
        if said["measure"] and rules.normal(said["measure"]) not in cells.measures:
            raise RowRefused(_("“%(word)s” is no measure that we know.") % {"word": said["measure"]})
    if cells.says("case"):
        said["case_count"] = max(cells.whole("case", 1_000_000) if cells.word("case", 40) else 1, 1)
    if cells.says("tolerance_percent"):
        percent = cells.decimal("tolerance_percent") if cells.word("tolerance_percent", 40) else 0
        said["tolerance_bp"] = to_units(percent, 2)
        if said["tolerance_bp"] > rules.WHOLE_BP:
            raise RowRefused(_("“%(column)s” is more than 100 per cent.") % {"column": "tolerance_percent"})
    if cells.says("deposit"):
        said["deposit"] = cells.money("deposit") if cells.word("deposit", 40) else 0
    if cells.says("stock"):
        said["stock"] = cells.whole("stock") if cells.word("stock", 40) else None
    if cells.says("on_offer"):
        said["is_active"] = _one_of(cells, "on_offer", _YES_NO)
    return said


def _one_of(cells: Cells, column: str, words: dict[str, Any]) -> Any:
    word = rules.normal(cells.word(column, 20))
    if word not in words:
        raise RowRefused(
            _("“%(column)s” is one of: %(words)s.") % {"column": column, "words": ", ".join(w for w in words if w)}
        )
    return words[word]
