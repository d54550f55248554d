"""Who sets a price while a round takes orders, and orders at it: nothing stops it, and somebody else looks at it."""

from collections.abc import Sequence

from cosmolocal.agents.models import Agent
from cosmolocal.catalog.models import PriceVersion
from cosmolocal.money import policy as money
from cosmolocal.money import queries as purse
from cosmolocal.money.operations import looks
from cosmolocal.practices.shop.models import OrderLine


def look_at(by: Agent, household: Agent, lines: Sequence[OrderLine]) -> None:
    """Lines at prices of this round's time, ordered by whoever: those whose price somebody of this household set."""
    found = PriceVersion.objects.select_related("operation__by", "item__product")
    prices = found.in_bulk([line.price_id for line in lines])
    setters = {price.operation.by for price in prices.values()}
    own = {setter.pk for setter in setters if money.is_own(setter, household)}
    hers = [line for line in lines if prices[line.price_id].operation.by_id in own]
    if hers:
        said = "; ".join(_words(line.count, prices[line.price_id]) for line in hers)
        looks.own_price_used(by, household, sum(line.estimate for line in hers), said)


def _words(count: int, price: PriceVersion) -> str:
    earlier = PriceVersion.objects.filter(item=price.item_id, group=price.group, pk__lt=price.pk)
    before = earlier.order_by("-pk").first()
    was = purse.format(before.price) if before else "–"
    return f"{price.item.product.name}: {count} × {purse.format(price.price)} ({was} → {purse.format(price.price)})"
