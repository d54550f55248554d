"""A few invented farms and goods for a new local, to try things out; made like everything else, through operations."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.operations import ItemDraft, PriceDraft
from cosmolocal.kernel import node
from cosmolocal.look.numbers import decimals_of

# What a euro is roughly worth, so that sample prices look plausible: units of the currency.
_WORTH = {
    "CNY": 8,
    "KRW": 1500,
    "JPY": 160,
    "INR": 90,
    "SEK": 11,
    "NOK": 11,
    "DKK": 7,
    "CZK": 25,
    "HUF": 400,
    "VND": 28000,
}


@dataclass(frozen=True)
class _Good:
    """Sample goods: price in hundredths of a euro for `grams` (by weight) or a piece (0)."""

    name: str
    category: str
    price: int
    grams: int = 0


def make(*, by: Agent) -> None:
    """Two farms with three goods each, and a hand-over place; again: nothing new."""
    if Agent.objects.filter(is_producer=True).exists():
        return
    local = node.current()
    north, east = local.latitude, local.longitude
    agents.add_place(
        by=by, name=_("Sample hand-over place"), latitude=north, longitude=east, is_handover=True, key="sample:place"
    )
    for number, (name, goods) in enumerate(_farms()):
        place = agents.add_place(
            by=by,
            name=_("Sample village %(number)d") % {"number": number + 1},
            latitude=north if north is None else north + (number + 1) / 10,
            longitude=east if east is None else east - (number + 1) / 8,
            key=f"sample:village {number}",
        )
        farm = agents.add_producer(
            by=by,
            name=name,
            place=place,
            about=_("A sample, to try things out. Replace it with your first farm."),
            contact=ContactDraft(),
            is_public=False,
            key=f"sample:farm {number}",
        )
        catalog.set_terms(by=by, producer=farm)
        for good in goods:
            _add(by, farm, good)


def _add(by: Agent, farm: Agent, good: _Good) -> None:
    price = _in_local_money(good.price)
    draft = PriceDraft(price, price * 3 // 4, "zero", 1000 if good.grams else 0)
    item = ItemDraft(prices=(draft,))
    if good.grams:
        item = replace(item, billed_by="weight", pack_quantity=good.grams, tolerance_bp=1000, measure="kg")
    unit = "kg" if good.grams else "piece"
    catalog.add_product(by=by, producer=farm, name=good.name, category=good.category, unit=unit, items=[item])


def _in_local_money(cents: int) -> int:
    """Minor units of this local's currency, in round numbers."""
    code = node.current().currency
    minor = cents * _WORTH.get(code, 1) * 10 ** decimals_of(code) // 100
    step = max(10 ** (len(str(minor)) - 2), 1)
    return max(minor // step * step, step)


def _farms() -> list[tuple[str, list[_Good]]]:
    return [
        (
            _("Sample farm"),
            [
                _Good(_("Carrots (sample)"), "Roots and bulbs", 240, 1000),
                _Good(_("Lettuce (sample)"), "Leafy greens", 150),
                _Good(_("Apples (sample)"), "Fruit and nuts", 320, 1000),
            ],
        ),
        (
            _("Sample mill"),
            [
                _Good(_("Bread (sample)"), "Noodles and baking", 450),
                _Good(_("Eggs, 10 (sample)"), "Eggs", 420),
                _Good(_("Flour, 1 kg (sample)"), "Rice and grain", 220),
            ],
        ),
    ]
