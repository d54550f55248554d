"""A farm's own page: what to bring next, what is ordered so far, its income month by month."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.pages import actor, form_page, number
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.forms import usual
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.farms.forms import StockForm
from cosmolocal.practices.shop.models import OrderRound, RoundOffer

A_YEAR = timedelta(days=365)
STOCK_FAR = 20  # times the most that came at once: a field holds more than a week takes of it


@open_to("producer")
def farm(request: HttpRequest) -> HttpResponse:
    """The farms she acts for; a steward sees each by `?of=`."""
    farms = _farms(request)
    wanted = number(request.GET, "of")
    chosen = next((farm for farm in farms if farm.pk == wanted), farms[0] if farms else None)
    if chosen is None:
        return render(request, "shop/desk/no_farm.html")
    now = clock.now()
    asked = queries.farms.orders_for(chosen)
    account = money_queries.account_for(chosen, "producer")
    context: dict[str, Any] = {
        "farm": chosen,
        "ways": [{"url": f"?of={one.pk}", "label": one.name, "current": one.pk == chosen.pk} for one in farms]
        if len(farms) > 1
        else [],
        "coming": [one for one in asked if one.order.round.handover.ends >= now],
        "earlier": [one for one in asked if one.order.round.handover.ends < now],
        "running": queries.farms.running(chosen, now),
        "income": queries.farms.income(chosen, now - A_YEAR),
        "account": account,
        "standing": money_queries.balance(account) if account else None,
        "currency": money_queries.default_currency(),
    }
    return render(request, "shop/desk/farm.html", context)


@open_to("producer")
def stock(request: HttpRequest, pk: int) -> HttpResponse:
    """How much there is of something in a running round."""
    offers = RoundOffer.objects.filter(round__state__in=[OrderRound.State.OPEN, OrderRound.State.GRACE])
    offer = get_object_or_404(
        offers.select_related("round", "intent", "item__product__producer").filter(
            item__product__producer__in=[farm.pk for farm in _farms(request)]
        ),
        pk=pk,
    )
    kind = offer.item.product.specification_id
    goods = handovers_queries.measured_kinds(queries.packs_ordered({offer.intent_id or 0: kind}))[kind]
    left = offer.intent.available_quantity if offer.intent else None
    promised = offer.intent.promised_quantity if offer.intent else 0
    expected = replace(usual(goods, kind), far=STOCK_FAR)
    expected = replace(expected, parts=max(expected.parts or 0, promised))
    ordered = goods.text(promised) if offer.intent else ""
    return form_page(
        request,
        StockForm(request.POST or None, goods=goods, expected=expected, initial={"available": left}),
        lambda data: operations.announce_stock(by=actor(request), offer=offer, **data),
        said=_("Noted: %(name)s.") % {"name": goods.name},
        to=reverse("shop:farm") + f"?of={offer.item.product.producer_id}",
        title=goods.name,
        lead=_("Ordered so far: %(amount)s") % {"amount": ordered} if ordered else "",
        submit=_("Save"),
        back=reverse("shop:farm"),
    )


def _farms(request: HttpRequest) -> list[Agent]:
    who = agents_queries.reader(request)
    if who.agent is None:
        return []
    own = agents_queries.producers_of(who.agent)
    if who.has(agents_policy.STEWARD, agents_policy.AUDITOR):
        return [*own, *(farm for farm in agents_queries.producers() if farm not in own)]
    return own
