"""A round whose orders follow the price list: when it has closed, each line takes the price of that moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F, Sum

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import PriceVersion, Terms
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import running
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.rounds.operations.planning import TOLD_AT_ONCE

PRICE = "price"
_LINE = ["price", "list_is_gross", "estimate", "upper", *OrderLine.SPLIT, "reason"]
_ORDER = ["estimate", "upper", "version", "changed_at", "payment"]


def follow_prices(by: Agent, round: OrderRound) -> None:
    """Re-prices the lines whose price changed before they closed, with what is set aside; households are told by a job.

    What is set aside may rise beyond what an account holds: whoever orders in such a round has agreed to its price.
    """
    followed = [(line, price) for line, price in _followed(round) if line.price_id != price.pk]
    terms = catalog_queries.terms_of({line.offer.item.product.producer_id for line, _price in followed})
    for line, price in followed:
        _take(line, price, terms[line.offer.item.product.producer_id], round.transport_bp)
    changed = [line for line, _price in followed]
    OrderLine.objects.bulk_update(changed, _LINE, batch_size=500)
    orders = sorted({line.order_id for line in changed})
    _set_aside_anew(by, orders)
    for start in range(0, len(orders), TOLD_AT_ONCE):
        announce("shop.tell_changes", orders[start : start + TOLD_AT_ONCE])


def _followed(round: OrderRound) -> Iterable[tuple[OrderLine, PriceVersion]]:
    """Lines of open orders with the price in force when they closed. What was ordered in a pack that has other contents
    by now keeps its price: the price of a sack of 5 kg says nothing about one of 1 kg.
    """
    lines = OrderLine.objects.filter(order__round=round, order__state=Order.State.OPEN, offer__lot=None)
    by_moment: dict[tuple[datetime, str], list[OrderLine]] = defaultdict(list)
    closed_at = round.closed_at or running().at
    for line in lines.select_related("pack", "offer__item__product", "order__household").order_by("id"):
        by_moment[min(line.offer.closes_at or closed_at, closed_at), line.order.household.group].append(line)
    for (moment, group), some in by_moment.items():
        prices = catalog_queries.current_prices({line.offer.item_id for line in some}, group, moment)
        yield from ((line, prices[line.offer.item_id]) for line in some if _is_priced(line, prices))


def _is_priced(line: OrderLine, prices: Mapping[int, PriceVersion]) -> bool:
    price = prices.get(line.offer.item_id)
    return price is not None and (bool(price.per_quantity) or line.pack.quantity == line.offer.item.pack_quantity)


def _take(line: OrderLine, price: PriceVersion, terms: Terms, transport_bp: int) -> None:
    """The line at another price, of the list as its producer means it now. Quantity, cap, seller, tax and deposit stay
    as they were ordered.
    """
    line.list_is_gross = terms.list_is_gross
    listed = rules.FarmPrice(
        price.purchase,
        price.per_quantity,
        line.per_pack,
        line.tax_bp,
        list_is_gross=line.list_is_gross,
        local_owes_tax=line.seller == Terms.Seller.LOCAL,
    )
    line.price, line.reason = price, PRICE
    line.estimate, line.upper = line.costs(line.wished), line.costs(line.cap)
    line.split = rules.split(line.estimate, listed.paid(line.wished), line.tax_bp, transport_bp)


def added_up(order_ids: Iterable[int]) -> list[Order]:
    """Orders whose lines have changed, with their sums as the lines are now, in a version of their own; not saved."""
    ids = list(order_ids)
    rows = OrderLine.objects.filter(order__in=ids).values("order_id")
    sums = {
        row["order_id"]: row
        for row in rows.annotate(estimates=Sum(F("estimate") + F("deposit")), uppers=Sum(F("upper") + F("deposit")))
    }
    orders = list(Order.objects.filter(pk__in=ids).select_related("payment").order_by("pk"))
    for order in orders:
        order.estimate, order.upper = sums[order.pk]["estimates"], sums[order.pk]["uppers"]
        order.version += 1
        order.changed_at = running().at
    return orders


def _set_aside_anew(by: Agent, order_ids: list[int]) -> None:
    orders = added_up(order_ids)
    paid = [order for order in orders if order.payment_id]
    flows.release(by=by, commitments=[order.payment_id for order in paid if order.payment_id])
    promised = flows.commit(by=by, drafts=[_payment(order) for order in paid]) if paid else []
    for order, payment in zip(paid, promised, strict=True):
        order.payment_id = payment.pk
    Order.objects.bulk_update(orders, _ORDER, batch_size=500)


def _payment(order: Order) -> CommitmentDraft:
    """What was set aside for an order, as much as it comes to now."""
    had = order.payment
    assert had is not None
    return CommitmentDraft(
        action="transfer",
        provider=had.provider_id,
        receiver=had.receiver_id,
        specification=had.specification_id,
        quantity=order.upper,
        agreement=order.agreement_id,
        is_reciprocal=True,
        resource=had.resource_id,
        to_resource=had.to_resource_id,
        guard=False,
    )
