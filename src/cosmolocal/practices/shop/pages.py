"""What the pages of the shop share: which round a reader may see, for whom she orders, how many."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from cosmolocal.agents.queries import reader
from cosmolocal.look.forms import stepped
from cosmolocal.look.numbers import NumberUnclear, parse_decimal
from cosmolocal.practices.shop import queries
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.orders.pages import buyers
from cosmolocal.practices.shop.orders.pages.buyers import Buyer
from cosmolocal.practices.shop.rounds.queries import rounds

BUYING_FOR = "shop_buying_for"  # session: id of the household or organisation she orders for


def buyer_of(request: HttpRequest) -> Buyer | None:
    """For whom she orders; None for strangers, and for people who belong to no household here."""
    who = reader(request)
    wanted = request.session.get(BUYING_FOR) if who.agent is not None else None
    return buyers.buyer(who, wanted)


def buying(request: HttpRequest) -> Buyer:
    """For whom she orders, on pages that are there only for people who may: others find nothing."""
    found = buyer_of(request)
    if found is None:
        raise Http404
    return found


def get_round_or_404(request: HttpRequest, pk: int) -> OrderRound:
    """A round this reader may see at the desk, or 404."""
    return get_object_or_404(queries.visible_to(reader(request)), pk=pk)


def get_seen_round_or_404(request: HttpRequest, pk: int) -> OrderRound:
    """A round that this reader may see, or 404."""
    if (found := rounds.seen(reader(request), pk)) is None:
        raise Http404
    return found


def count_of(request: HttpRequest) -> int | None:
    """How many packs a posted stepper says, its − and + without JavaScript included; None where nobody can tell.

    A script has counted already; htmx sends the pressed button along all the same.
    """
    has_counted = getattr(request, "htmx", False) and "count" in request.POST
    data = request.POST if has_counted else stepped(request.POST)[0]
    try:
        count = parse_decimal(data.get("count") or "0", 0)
    except NumberUnclear:
        return None
    return count if count >= 0 else None
