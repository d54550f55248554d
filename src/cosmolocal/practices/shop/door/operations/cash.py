"""Cash that was written down at the door and not taken: for the wrong household, or ten times too much."""

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money.operations import ledger
from cosmolocal.practices.shop import policy, queries
from cosmolocal.practices.shop.models import Order


@operation("shop.undo_cash", said=gettext_lazy("took back cash written for an order"), fact=True)
def undo_cash(*, by: Agent, order: Order, deed_id: int, reason: str, key: str = "") -> Order:
    """One entry of `queries.cash.taken` is taken back as a whole, and is due again; what was really taken is then
    written anew. Somebody else looks at it, since it says that coins are not in the box.

    Refuses: shop.no_such_cash, money.reason_missing, flows.already_corrected, agents.not_allowed, agents.other_place.
    """
    locked = Order.objects.select_for_update(of=("self",)).select_related(*_ORDER).get(pk=order.pk)
    policy.permit_keeper(by, locked.round)
    taken = next((one for one in queries.cash.taken(locked) if one.deed.pk == deed_id), None)
    if taken is None or taken.amount > locked.paid_cash:
        raise Refusal(
            "shop.no_such_cash", _("This is taken back already, or was not written here. Open the page again.")
        )
    ledger.take_back(by=by, deed=taken.deed, reason=reason, has_left=True)
    Order.objects.filter(pk=locked.pk).update(paid_cash=F("paid_cash") - taken.amount)
    locked.refresh_from_db(fields=["paid_cash"])
    return locked


_ORDER = ("round__handover__place", "round__account__currency", "household")
