"""With what a typed number about a pack is compared before it is taken: content, deposit, packs in a case, stock."""

from django.db.models import Max, Q
from django.utils.translation import gettext_lazy

from cosmolocal.catalog.models import Item, Product
from cosmolocal.look.questions import USUAL, Expectation

UNTIL_NOW = gettext_lazy("what it was until now")
OTHER_PACKS = gettext_lazy("the largest pack of these goods")
ITS_PRICE = gettext_lazy("the price of the pack")
PACK_FAR = 10  # times the largest pack of the same goods: a sack beside a bag is no slip
FIRST_PACKS = {"kg": 5_000, "l": 5_000, "piece": 100}  # base units, where nothing else is known
USUAL_CASE = 100  # packs
USUAL_STOCK = 100  # packs that anybody may have, whatever was there until now
STOCK_FAR = 20  # times more than that, or than there was: a field holds more than a week takes of it


def pack(product: Product, item: Item | None) -> Expectation:
    """What a pack may hold: what it held until now, else what other packs of these goods do, else of its kind of goods,
    else of all that are counted in the same unit (one statement).
    """
    if item is not None:
        return Expectation(item.pack_quantity, UNTIL_NOW, is_price=True)
    unit = product.specification.unit
    found = Item.objects.filter(product__specification__unit=unit).aggregate(
        own=Max("pack_quantity", filter=Q(product=product)),
        alike=Max("pack_quantity", filter=Q(product__category=product.category_id)),
        all=Max("pack_quantity"),
    )
    if found["own"]:
        return Expectation(found["own"], OTHER_PACKS, far=PACK_FAR, is_rough=True)
    return Expectation(found["alike"] or found["all"] or FIRST_PACKS.get(unit.code), USUAL, is_rough=True)


def price_for(unit: str, standing: int | None) -> Expectation:
    """For how much of the goods a price may be: as until now, else what a first pack may hold."""
    if standing:
        return Expectation(standing, UNTIL_NOW, is_price=True, far=PACK_FAR)
    return Expectation(FIRST_PACKS.get(unit), USUAL, is_rough=True)


def deposit(item: Item | None, costs: int | None) -> Expectation:
    """What a deposit may be: what it was until now, else what others are; before there is one, no more than the pack
    costs (one statement).
    """
    if item is not None and item.deposit:
        return Expectation(item.deposit, UNTIL_NOW, is_price=True)
    others = Item.objects.filter(deposit__gt=0).aggregate(most=Max("deposit"))["most"]
    return Expectation(others, USUAL, is_rough=True) if others else Expectation(costs, ITS_PRICE, far=1, is_rough=True)


def case(item: Item | None) -> Expectation:
    """How many packs a case may hold."""
    return Expectation(max(item.case_count if item else 0, USUAL_CASE), USUAL, is_rough=True)


def stock(standing: int | None) -> Expectation:
    """How many packs there may be in a round; packs, not grams."""
    return Expectation(max(standing or 0, USUAL_STOCK), USUAL, far=STOCK_FAR, is_rough=True)
