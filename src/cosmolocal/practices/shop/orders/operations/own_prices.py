"""Who sets a price while a round takes orders, and orders at it: nothing stops it, and somebody else looks at it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import Item, PackChange, PriceVersion
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.operation import running
from cosmolocal.money import policy as money_policy
from cosmolocal.money import queries as money_queries
from cosmolocal.money.operations import looks
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound


def look_at(by: Agent, household: Agent, lines: Sequence[OrderLine]) -> None:
    """Lines at prices of this round's time, ordered by whoever: those whose price somebody of this household set."""
    found = PriceVersion.objects.select_related("operation__by", "tax_code")
    prices = found.in_bulk([line.price_id for line in lines])
    setters = {price.operation.by for price in prices.values()}
    own = {setter.pk for setter in setters if money_policy.is_own(setter, household)}
    hers = [line for line in lines if prices[line.price_id].operation.by_id in own]
    if hers:
        items = catalog_queries.items_with_units().in_bulk([prices[line.price_id].item_id for line in hers])
        counts = [(line.count, prices[line.price_id]) for line in hers]
        said = "; ".join(_words(count, price, items[price.item_id]) for count, price in counts)
        looks.own_price_used(by, household, sum(line.estimate for line in hers), said)


def look_at_replaced(round: OrderRound) -> None:
    """At which of its own conditions did a household order, that no longer held when the round was over? A price that
    one of it had set and that was replaced, or its goods taken out, while orders were taken; a pack that one of it
    changed or took off the list, on a page or by a file. Whose deed that was is looked at: nobody else can say what
    others would have paid.
    """
    lines = OrderLine.objects.filter(order__round=round).exclude(order__state=Order.State.CANCELLED)
    known = lines.select_related("price__operation__by", "price__item__product", "order__household")
    until = round.closed_at or running().at
    later = PriceVersion.objects.filter(
        item=OuterRef("price__item"),
        group=OuterRef("price__group"),
        pk__gt=OuterRef("price"),
        valid_from__gt=round.opens_at,
        valid_from__lte=until,
    )
    days = {"price__valid_from__gt": round.opens_at - RECENT, "price__valid_from__lte": round.opens_at}
    # A later one was looked at with the order. Taken out of the round, nobody else may order at it any more.
    standing = known.filter(Exists(later) | Q(offer__withdrawn_at__isnull=False), **days)
    found = [(line.price.operation, line) for line in standing.order_by("pk")]
    packs = PackChange.objects.filter(operation__at__gt=round.opens_at).select_related("operation__by")
    changed = [(one.operation, one.item_id) for one in packs.order_by("operation", "pk")]
    ordered = defaultdict[int, list[OrderLine]](list)
    for line in known.filter(price__item__in={item for _deed, item in changed}).order_by("pk") if changed else ():
        ordered[line.price.item_id].append(line)
    found += [(deed, line) for deed, item in changed for line in ordered[item]]
    own = {deed.pk: set(money_policy.own_to(deed.by, deed.at).values_list("pk", flat=True)) for deed, _line in found}
    hers: dict[tuple[Operation, Agent], list[OrderLine]] = defaultdict(list)
    for deed, line in found:
        if line.order.household_id in own[deed.pk]:
            hers[deed, line.order.household].append(line)
    for (deed, household), lines_of in hers.items():
        looks.own_condition_set(deed, household, sum(line.estimate for line in lines_of), _said(lines_of))


def _said(lines: Sequence[OrderLine]) -> str:
    return "; ".join(
        f"{line.price.item.product.name}: {line.count} = {money_queries.format(line.estimate)}" for line in lines
    )


RECENT = timedelta(days=30)  # before a round opens: what was set earlier was set for others too


def _words(count: int, price: PriceVersion, item: Item) -> str:
    earlier = PriceVersion.objects.filter(item=price.item_id, group=price.group, pk__lt=price.pk)
    before = earlier.select_related("tax_code").order_by("-pk").first()
    was = catalog.price_words(before, item) if before else "–"
    now = catalog.price_words(price, item)
    return f"{item.product.name}: {count} × {money_queries.format(price.price)} ({was} → {now})"
