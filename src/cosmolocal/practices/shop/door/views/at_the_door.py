"""One household at the door: what it gets, what it pays in cash, what is changed, swapped or given back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.models import Agent
from cosmolocal.agents.pages import Check, actor, form_page, number, post
from cosmolocal.agents.queries import reader
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Crate, Handover, Receipt
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.look.dates import format_daytime
from cosmolocal.money import queries as money_queries
from cosmolocal.money.forms.fields import moment_on
from cosmolocal.practices.shop import operations, policy, queries
from cosmolocal.practices.shop.door.forms import CashBackForm, CashForm, CreditForm, LateForm, SwapForm, SwappedForm
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, RoundOffer
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.orders import documents


@open_to("keeper")
def at_the_door(request: HttpRequest, pk: int, household: int) -> HttpResponse:
    """The page a keeper opens while somebody stands before her."""
    round, who = _get_round_and_household_or_404(request, pk, household)
    order = queries.swaps.order_of(round, who)
    swap = queries.swaps.of_orders([order.pk]).get(order.pk) if order else None
    lines = queries.orders.lines_of(order) if order else []
    crate = Crate.objects.filter(handover=round.handover, receiver=who).first()
    context: dict[str, Any] = {
        "round": round,
        "who": who,
        "order": order,
        "lines": lines,
        "crate": crate,
        "currency": round.account.currency,
        "due": queries.orders.due_now(order) if order and order.pays == Order.Pays.CASH and not swap else 0,
        "swapped": documents.swapped_words(swap) if swap else "",
        "extras": RoundOffer.objects.filter(round=round, lot__isnull=False).select_related("item__product", "lot"),
        "unordered": queries.desk.unordered(round),
        "may_change": round.state == OrderRound.State.ORDERED,
        "is_settled": round.state == OrderRound.State.SETTLED,
        "may_swap": round.state != OrderRound.State.SETTLED or may_swap(request, round),
    }
    return render(request, "shop/desk/at_the_door.html", context)


@open_to("keeper")
def cash(request: HttpRequest, pk: int) -> HttpResponse:
    """She pays in cash."""
    order = _get_order_or_404(request, pk)
    payer = queries.swaps.holder_of(order)
    currency = order.round.account.currency
    place = order.round.handover.place
    boxes = money_queries.coins_for(reader(request), place, currency)
    if not boxes:
        said = _("There is no cash box for %(place)s. Ask the treasurer to open one.")
        messages.error(request, said % {"place": place})
        return redirect("shop:at_the_door", order.round_id, payer.pk)
    due = queries.orders.due_now(order)
    day = clock.day_of(order.round.handover.begins)

    def act(data: dict[str, Any]) -> None:
        at = moment_on(data["on"]) if data.get("on") else None
        operations.take_cash(
            by=actor(request), order=order, box=data["box"], amount=data["amount"], at=at, key=data["key"]
        )

    return form_page(
        request,
        CashForm(request.POST or None, due=due, currency=currency.code, boxes=boxes, handed_over=day),
        act,
        said=_("%(name)s has paid.") % {"name": payer.name},
        to=reverse("handovers:door", args=[order.round.handover_id]),
        title=_("%(name)s pays in cash") % {"name": payer.name},
        submit=_("Taken"),
        back=_before_her(order),
    )


@open_to("keeper")
def cash_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Cash that was written down was not taken: the entry is taken back, and is to pay again."""
    order = _get_order_or_404(request, pk)
    currency = order.round.account.currency
    entries = [
        (one.deed.pk, f"{money_queries.format(one.amount, currency)}, {format_daytime(one.deed.at)}, {one.deed.by}")
        for one in queries.cash.taken(order)
    ]
    return form_page(
        request,
        CashBackForm(request.POST or None, entries=entries),
        lambda data: operations.undo_cash(by=actor(request), order=order, **data),
        said=_("Taken back. Write down what was really paid, if anything."),
        to=reverse("shop:at_the_door", args=[order.round_id, order.household_id]),
        title=_("Cash of %(name)s") % {"name": order.household.name},
        submit=_("Take it back"),
        back=_before_her(order),
    )


@open_to("keeper")
def late(request: HttpRequest, pk: int, household: int) -> HttpResponse:
    """Something more, or less, after closing."""
    round, who = _get_round_and_household_or_404(request, pk, household)
    offers = list(
        RoundOffer.objects.on_sale()
        .filter(round=round)
        .select_related("item__product__producer")
        .order_by("item__product__name", "id")
    )
    extras_first = sorted(offers, key=lambda offer: offer.lot_id is None)
    usual = {"offer": request.GET.get("offer"), "count": 1}
    return form_page(
        request,
        LateForm(request.POST or None, offers=extras_first, household=who, initial=usual),
        lambda data: operations.late_change(
            by=actor(request),
            round=round,
            household=who,
            lines=[LineDraft(data["offer"], data["count"])],
            key=data["key"],
        ),
        title=_("Late change for %(name)s") % {"name": who.name},
        submit=_("Change it"),
        back=reverse("shop:at_the_door", args=[pk, household]),
    )


@open_to("keeper")
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Money back for one line."""
    lines = OrderLine.objects.select_related(
        "order__round__handover__place", "order__household", "offer__item__product"
    )
    line = get_object_or_404(lines.filter(order__round__handover__in=handovers_queries.kept_by(reader(request))), pk=pk)
    kind = line.offer.item.product.specification_id
    most = line.weighed if line.weighed is not None else queries.packed_quantity(line)
    goods = handovers_queries.measured_in([(kind, line.pack_id)])[kind, line.pack_id]
    return form_page(
        request,
        CreditForm(request.POST or None, goods=goods, most=max(most, 1)),
        lambda data: operations.credit_line(by=actor(request), line=line, **data),
        said=_("Given back. It stands on the receipt."),
        title=_("Money back: %(name)s") % {"name": line.offer.item.product.name},
        submit=_("Give it back"),
        back=_before_her(line.order),
    )


@open_to("keeper")
def swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Two families took each other's crate."""
    order = _get_order_or_404(request, pk)
    others = (
        order.round.orders.exclude(state=Order.State.CANCELLED)
        .exclude(pk=pk)
        .filter(household__crates__handover=order.round.handover)
        .select_related("household")
    )

    def act(data: dict[str, Any]) -> None:
        other = get_object_or_404(others, pk=data["other"])
        operations.swap_orders(by=actor(request), order=order, other=other, key=data["key"])

    return form_page(
        request,
        SwapForm(request.POST or None, orders=list(others.order_by("household__name"))),
        act,
        said=_("Swapped. Each pays what it took."),
        to=reverse("handovers:door", args=[order.round.handover_id]),
        title=_("%(name)s took another crate") % {"name": order.household.name},
        submit=_("Swap"),
        back=_before_her(order),
    )


@open_to("keeper")
def swapped(request: HttpRequest, pk: int) -> HttpResponse:
    """It was found after settling: two households had each other's crate. Both sums are read before it is written."""
    round = get_object_or_404(_rounds(request), pk=pk)
    orders = round.orders.filter(state=Order.State.SETTLED).select_related(
        "round__handover__place", "round__account__currency", "household"
    )
    ordered = Agent.objects.filter(pk__in=orders.values("household")).order_by("name", "pk")
    first = ordered.filter(pk=number(request.GET, "household") or 0).first()

    def pair(data: dict[str, Any]) -> list[Order]:
        return [orders.get(household=data[name]) for name in ("first", "second")]

    def act(data: dict[str, Any]) -> str:
        order, other = pair(data)
        operations.swap_settled(by=actor(request), order=order, other=other, reason=data["reason"], key=data["key"])
        messages.success(request, _("Written down. Each pays what it had, and both are told."))
        return reverse("shop:at_the_door", args=[pk, data["first"].pk])

    return form_page(
        request,
        SwappedForm(request.POST or None, households=ordered, initial={"first": first}),
        act,
        check=lambda form: _sums(operations.sides(actor(request), pair(form.cleaned_data), clock.now())),
        title=_("Two households had each other's crate"),
        go_on=_("See both sums"),
        submit=_("Yes, swap them"),
        back=reverse("handovers:door", args=[round.handover_id]),
    )


def may_swap(request: HttpRequest, round: OrderRound) -> bool:
    """May this reader still write that two crates of a settled round were taken for each other?"""
    is_kept = handovers_queries.kept_by(reader(request)).filter(pk=round.handover_id).exists()
    return is_kept and policy.is_recent(round, clock.now())


def _sums(sides: tuple[operations.Side, operations.Side]) -> Check:
    first, second = sides
    currency = first.order.round.account.currency
    rows, closed = [], []
    for side, other in ((first, second), (second, first)):
        sums = {
            "then": money_queries.format(other.charged, currency),
            "now": money_queries.format(side.charged, currency),
        }
        rows.append({"label": side.household.name, "value": _("pays %(then)s instead of %(now)s") % sums})
        if side.account.closed_at is not None:
            closed.append(side.household.name)
    warning = _(
        "The account of %(names)s is closed: what this leaves there stands on the treasurer's list of who has left."
    )
    return Check(rows, _("Swap these two?"), warning % {"names": ", ".join(closed)} if closed else "")


@open_to("keeper")
@require_POST
def offer_extra(request: HttpRequest, pk: int, receipt: int) -> HttpResponse:
    """What came unordered goes on sale at the door."""
    round = get_object_or_404(_rounds(request), pk=pk)
    found = get_object_or_404(Receipt, pk=receipt, handover=round.handover)
    item = queries.desk.pack_of(found.specification_id)
    if item is None:
        raise Http404
    household = number(request.POST, "household")
    if household is not None:
        to = reverse("shop:at_the_door", args=[pk, household])
    elif policy.may_run(reader(request)):
        to = reverse("shop:round_orders", args=[pk])
    else:
        to = reverse("handovers:door", args=[round.handover_id])  # the desk is the stewards'
    return post(
        request,
        lambda key: operations.offer_extra(by=actor(request), round=round, receipt=found, item=item, key=key),
        to=to,
        said=_("%(name)s is for sale at the door.") % {"name": item.product.name},
        refused_to=to,
    )


def _rounds(request: HttpRequest) -> Any:
    seen: Any = handovers_queries.kept_by(reader(request))
    return OrderRound.objects.filter(handover__in=seen).select_related("handover__place", "account__currency")


def _get_round_and_household_or_404(request: HttpRequest, pk: int, household: int) -> tuple[OrderRound, Agent]:
    round = get_object_or_404(_rounds(request), pk=pk)
    there = queries.orders.may_come(round, anybody=policy.may_run(reader(request)))
    return round, get_object_or_404(there, pk=household)


def _get_order_or_404(request: HttpRequest, pk: int) -> Order:
    orders = Order.objects.select_related("round__handover__place", "round__account__currency", "household")
    seen: Any = Handover.objects.filter(pk__in=handovers_queries.kept_by(reader(request)).values("pk"))
    return get_object_or_404(orders.filter(round__handover__in=seen), pk=pk)


def _before_her(order: Order) -> str:
    """The page that stands open while she stands there."""
    return reverse("shop:at_the_door", args=[order.round_id, queries.swaps.holder_of(order).pk])
