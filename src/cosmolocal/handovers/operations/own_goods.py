"""Goods that one person alone writes down for her own household or farm: recorded at once, as every fact, and looked at
by somebody else afterwards.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F, Q

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.handovers.models import Loss, Receipt
from cosmolocal.money import policy as money_policy
from cosmolocal.money.operations import looks

if TYPE_CHECKING:
    from cosmolocal.handovers.operations.packing import Due


class Change(NamedTuple):
    """Base units of one kind of goods, as they stood and as they stand now; `before` 0: nothing stood there."""

    specification_id: int
    before: int
    now: int


def packed(by: Agent, lines: Iterable[tuple["Due", int]]) -> None:
    """Promises with what is packed for each: those of her own get less than was promised, or than an earlier packer
    wrote.
    """
    less: dict[int, list[Change]] = defaultdict(list)
    for due, now in lines:
        if now < due.quantity:
            less[due.receiver_id].append(Change(due.specification_id, due.quantity, now))
    for receiver in money_policy.own_to(by).filter(pk__in=less).order_by("pk") if less else ():
        looks.own_goods_changed(by, receiver, *_worth(less[receiver.pk], to_farm=False))


def came(by: Agent, farm: Agent, receipts: Sequence[Receipt]) -> None:
    """What a farm brought, where whoever writes it down belongs to it; what nobody had ordered, whoever does."""
    came = [receipt for receipt in receipts if receipt.accepted]
    if came and money_policy.is_own(by, farm):
        changes = [Change(receipt.specification_id, 0, receipt.accepted) for receipt in came]
        looks.own_goods_changed(by, farm, *_worth(changes, to_farm=True))
    elif any(_beyond(one) for one in came):
        _look_at_beyond(by, farm, came)


def corrected(by: Agent, receipt: Receipt, before: int) -> None:
    """A receipt that says more than before, and so pays the farm more."""
    if receipt.accepted <= before:
        return
    if money_policy.is_own(by, receipt.producer):
        change = Change(receipt.specification_id, before, receipt.accepted)
        looks.own_goods_changed(by, receipt.producer, *_worth([change], to_farm=True))
    elif _beyond(receipt):
        _look_at_beyond(by, receipt.producer, [receipt])


def lost(by: Agent, losses: Sequence[Loss]) -> None:
    """Goods that spoiled or are missing at the local's cost: their farms are paid for them all the same."""
    at_our_cost = [loss for loss in losses if loss.borne_by == "local"]
    for farm in dict.fromkeys(_farm_of(loss) for loss in at_our_cost):
        _look_at_lost(by, farm, at_our_cost[0].handover_id)


def _look_at_lost(by: Agent, farm: Agent | None, handover_id: int) -> None:
    of_farm = Q(receipt__producer=farm) | Q(receipt=None, promise__provider=farm)
    whose = of_farm if farm else Q(receipt=None, promise=None)
    late = Loss.objects.filter(whose, Q(handover=handover_id) | Q(at__gte=looks.of_late()), borne_by="local")
    rows = late.select_related("lot").order_by("pk")
    looks.lost_here(by, farm, *_worth([Change(row.lot.conforms_to_id, 0, row.quantity) for row in rows], to_farm=True))


def _farm_of(loss: Loss) -> Agent | None:
    if loss.receipt is not None:
        return loss.receipt.producer
    return loss.promise.provider if loss.promise is not None else None


def _beyond(receipt: Receipt) -> int:
    """Base units that are paid for though nobody had ordered them."""
    return max(receipt.accepted - receipt.promised, 0)


def _look_at_beyond(by: Agent, farm: Agent, receipts: Sequence[Receipt]) -> None:
    """All that the farm brought beyond its promises of late, and to the hand-over of these receipts, is one sum:
    written down in ten deeds it is worth no less.
    """
    near = Q(handover=receipts[0].handover_id) | Q(at__gte=looks.of_late())
    late = Receipt.objects.filter(near, producer=farm, accepted__gt=F("promised")).order_by("pk")
    worth = _worth([Change(one.specification_id, 0, _beyond(one)) for one in late], to_farm=True)
    looks.extra_came(by, farm, *worth, priced=_have_prices({one.specification_id for one in receipts}))


def _have_prices(kinds: set[int]) -> bool:
    """Whether each of these goods has a price: what has none yet is worth what somebody says afterwards."""
    items = catalog_queries.items_with_units().filter(product__specification__in=kinds)
    whose = dict(items.values_list("pk", "product__specification"))
    return kinds == {whose[pk] for pk in catalog_queries.current_prices(list(whose))}


def _worth(changes: Sequence[Change], *, to_farm: bool) -> tuple[int, str]:
    """What the difference comes to at the prices of now (minor units; to a member, or to the farm), and in words."""
    kinds = {change.specification_id for change in changes}
    items = catalog_queries.items_with_units().filter(product__specification__in=kinds).order_by("is_active", "-pk")
    packs = {item.product.specification_id: item for item in items}
    prices = catalog_queries.current_prices([item.pk for item in packs.values()])
    amount, said = 0, []
    for kind, before, now in changes:
        if (item := packs.get(kind)) is None:
            continue
        stood, stands = (catalog_queries.quantity_text(item, quantity) for quantity in (before, now))
        said.append(f"{item.product.name}: {stood} → {stands}" if before else f"{item.product.name}: {stands}")
        if price := prices.get(item.pk):
            each = price.purchase if to_farm else price.price
            amount += each * abs(now - before) // (price.per_quantity or item.pack_quantity)
    return amount, "; ".join(said)
