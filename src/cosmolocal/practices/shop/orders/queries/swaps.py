"""Who has an order and pays it: who ordered it, or who turned out after settling to have had its crate."""

from collections.abc import Collection

from django.db.models import BigIntegerField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop.models import Order, OrderRound, OrderSwap


def standing() -> QuerySet[OrderSwap]:
    """The swaps that hold now: the newest of each order, unless it brought the order back to who made it."""
    newer = OrderSwap.objects.filter(order=OuterRef("order"), pk__gt=OuterRef("pk"))
    found = OrderSwap.objects.exclude(Exists(newer)).exclude(household=F("order__household"))
    return found.select_related("household", "order__household", "by")


def of_orders(orders: Collection[int]) -> dict[int, OrderSwap]:
    """Order id -> the swap that holds, for those of these orders that another household has (one statement)."""
    return {swap.order_id: swap for swap in standing().filter(order__in=among(orders))}


def about(households: Collection[Agent]) -> dict[int, OrderSwap]:
    """Order id -> the swap that holds, for orders that these made and others have, or the other way round (one
    statement).
    """
    ids = [household.pk for household in households]
    return {
        swap.order_id: swap
        for swap in standing().filter(Q(household__in=ids) | Q(order__household__in=ids)).order_by("pk")
    }


def had_by(households: Collection[int]) -> Q:
    """Of orders: those that these households (ids) had, though others had ordered them."""
    return Q(pk__in=standing().filter(household__in=households).order_by().values("order"))


def also_about(agents: Collection[int]) -> dict[type[Model], Q]:
    """What these had of others' orders belongs to their data."""
    return {Order: had_by(agents)}


# Of orders: the id of who has each.
_SWAPPED_TO = standing().filter(order=OuterRef("pk")).order_by().values("household")
HOLDER = Coalesce(Subquery(_SWAPPED_TO), F("household"), output_field=BigIntegerField())


def holder_of(order: Order) -> Agent:
    """Who has an order and pays it (one statement)."""
    swap = standing().filter(order=order).first()
    return swap.household if swap else order.household


def order_of(round: OrderRound, household: Agent) -> Order | None:
    """What a household has in a round, whoever ordered it (two statements)."""
    orders = round.orders.exclude(state=Order.State.CANCELLED).select_related("household", "placed_by")
    had = orders.filter(had_by([household.pk])).first()
    return had or orders.filter(household=household).first()
