"""Cash that was written down for an order at the door, entry by entry."""

from dataclasses import dataclass

from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel.models import Operation
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop.models import Order
from cosmolocal.practices.shop.orders.queries import swaps


@dataclass(frozen=True)
class Taken:
    """One entry: the deed with its `by` and `at`, and how much it gave the account (minor units)."""

    deed: Operation
    amount: int


def taken(order: Order) -> list[Taken]:
    """What was taken for the order and not taken back, the newest first (four statements).

    Found on the account of who paid: cash stays with the household, whichever crate it took. After settling it stays
    with the order, whoever has it.
    """
    holder = swaps.holder_of(order)
    currency = order.round.account.currency
    paid = [money_queries.account_of_past(one, currency) for one in {order.household, holder}]
    raised = flows_queries.events_of([account.resource_id for account in paid if account]).filter(
        action="raise", operation__code="shop.take_cash", corrects=None, corrected_by=None
    )
    found = [Taken(event.operation, event.quantity) for event in raised.select_related("operation__by").order_by("-id")]
    here = {order.pk}
    if holder == order.household:
        named = order.round.orders.filter(pk__in=[_order_of(one.deed) for one in found])
        here = set(named.values_list("pk", flat=True))
    return [one for one in found if _order_of(one.deed) in here]


def _order_of(deed: Operation) -> int:
    return int((deed.result or {}).get("id", 0))
