"""What a changed row changes, in one sentence a person can check."""

from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.catalog import queries
from cosmolocal.catalog.drafts import PriceDraft
from cosmolocal.catalog.intake.cells import amount_text
from cosmolocal.catalog.intake.known import KnownItem, KnownProduct
from cosmolocal.kernel.quantity import to_text

SHOWN = 40


def field(name: str) -> str:
    """A field as people call it."""
    return {
        "name": _("name"),
        "category": _("category"),
        "description": _("description"),
        "certificate": _("certificate"),
        "origin": _("origin"),
        "label": _("item"),
        "sku": _("number"),
        "billed_by": _("billed by"),
        "pack_quantity": _("contents"),
        "tolerance_bp": _("tolerance"),
        "measure": _("measure"),
        "deposit": _("deposit"),
        "case_count": _("packs in a case"),
        "stock": _("stock"),
        "is_active": _("on offer"),
    }[name]


def changes(
    product: KnownProduct, told: dict[str, Any], item: KnownItem, said: dict[str, Any], price: PriceDraft | None
) -> str:
    """ "price 2.00 → 3.00; stock 12 → 8", or "" where nothing changes."""
    parts = [
        f"{field(name)} {_short(entry, name, entry.values.get(name))} → {_short(entry, name, value)}"
        for entry, values in ((product, told), (item, said))
        for name, value in values.items()
        if entry.values.get(name) != value
    ]
    if price is not None:
        parts += _price_changes(item.prices.get(price.group), price, item.product.unit)
    return "; ".join(parts)


def _price_changes(before: PriceDraft | None, after: PriceDraft, unit: str) -> list[str]:
    group = f" ({after.group})" if after.group else ""
    if before is None:
        return [_("price") + group + f" {_money(after.price)}"]
    said = []
    if before.price != after.price:
        said.append(_("price") + group + f" {_money(before.price)} → {_money(after.price)}")
    if before.purchase != after.purchase:
        said.append(_("purchase price") + group + f" {_money(before.purchase)} → {_money(after.purchase)}")
    if before.per_quantity != after.per_quantity:
        said.append(_("price for") + group + f" {_per(before, unit)} → {_per(after, unit)}")
    if before.tax_code != after.tax_code:
        said.append(_("tax") + group + f" {before.tax_code} → {after.tax_code}")
    return said


def _per(price: PriceDraft, unit: str) -> str:
    return amount_text(price.per_quantity, unit) if price.per_quantity else _("one pack")


def _money(minor: int) -> str:
    return to_text(minor, queries.currency()[1])


def _short(entry: KnownProduct | KnownItem, name: str, value: Any) -> str:
    if value is None:
        return _("as wished")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "pack_quantity" and isinstance(entry, KnownItem):
        return amount_text(value, entry.product.unit)
    if name == "tolerance_bp":
        return to_text(value, 2, trim=True) + " %"
    if name == "deposit":
        return _money(value)
    text = str(value)
    return (text if len(text) <= SHOWN else text[: SHOWN - 1] + "…") or "–"
