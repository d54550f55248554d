"""One household at the door: what it gets, what it pays in cash, what is changed, swapped or given back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import reader
from cosmolocal.handovers import queries as packing
from cosmolocal.handovers.models import Crate, Handover, Receipt
from cosmolocal.kernel import clock, outside
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.answers import refused, say_how_read
from cosmolocal.look.dates import format_daytime
from cosmolocal.look.forms import check_answers
from cosmolocal.money import queries as purse
from cosmolocal.money.forms.fields import moment_on
from cosmolocal.practices.shop import documents, operations, policy, queries
from cosmolocal.practices.shop.forms.door import CashBackForm, CashForm, CreditForm, LateForm, SwapForm, SwappedForm
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, RoundOffer
from cosmolocal.practices.shop.operations import LineWish
from cosmolocal.practices.shop.views.rounds import actor


@open_to("keeper")
def at_the_door(request: HttpRequest, pk: int, household: int) -> HttpResponse:
    """The page a keeper opens while somebody stands before her."""
    round, who = _open(request, pk, household)
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
    order = _seen_order(request, pk)
    payer = queries.swaps.holder_of(order)
    currency = order.round.account.currency
    place = order.round.handover.place
    boxes = purse.coins_for(reader(request), place, currency)
    if not boxes:
        said = _("There is no cash box for %(place)s. Ask the treasurer to open one.")
        messages.error(request, said % {"place": place})
        return redirect("shop:at_the_door", order.round_id, payer.pk)
    due = queries.orders.due_now(order)
    day = clock.day_of(order.round.handover.begins)
    form = CashForm(request.POST or None, due=due, currency=currency.code, boxes=boxes, handed_over=day)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        box = next(box for box in boxes if str(box.pk) == data["box"])
        at = moment_on(data["on"]) if data.get("on") else None
        try:
            operations.take_cash(by=actor(request), order=order, box=box, amount=data["amount"], at=at, key=data["key"])
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("%(name)s has paid.") % {"name": payer.name})
            return redirect("handovers:door", order.round.handover_id)
    return _form(request, order, form, _("%(name)s pays in cash") % {"name": payer.name}, _("Taken"))


@open_to("keeper")
def cash_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Cash that was written down was not taken: the entry is taken back, and is to pay again."""
    order = _seen_order(request, pk)
    currency = order.round.account.currency
    entries = [
        (str(one.deed.pk), f"{purse.format(one.amount, currency)}, {format_daytime(one.deed.at)}, {one.deed.by}")
        for one in queries.cash.taken(order)
    ]
    form = CashBackForm(request.POST or None, entries=entries)
    if request.method == "POST" and form.is_valid():
        wish = {"deed_id": int(form.cleaned_data["deed"]), "reason": form.cleaned_data["reason"]}
        try:
            operations.undo_cash(by=actor(request), order=order, key=form.cleaned_data["key"], **wish)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Taken back. Write down what was really paid, if anything."))
            return redirect("shop:at_the_door", order.round_id, order.household_id)
    return _form(request, order, form, _("Cash of %(name)s") % {"name": order.household.name}, _("Take it back"))


@open_to("keeper")
def late(request: HttpRequest, pk: int, household: int) -> HttpResponse:
    """Something more, or less, after closing."""
    round, who = _open(request, pk, household)
    offers = list(
        RoundOffer.objects.on_sale()
        .filter(round=round)
        .select_related("item__product__producer")
        .order_by("item__product__name", "id")
    )
    extras_first = sorted(offers, key=lambda offer: offer.lot_id is None)
    usual = {"offer": request.GET.get("offer"), "count": 1}
    form = LateForm(request.POST or None, offers=extras_first, household=who, initial=usual)
    if request.method == "POST" and form.is_valid():
        wish = LineWish(int(form.cleaned_data["offer"]), form.cleaned_data["count"])
        try:
            operations.late_change(
                by=actor(request), round=round, household=who, lines=[wish], key=form.cleaned_data["key"]
            )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            return redirect("shop:at_the_door", pk, household)
    title = _("Late change for %(name)s") % {"name": who.name}
    return _page(request, form, title, _("Change it"), reverse("shop:at_the_door", args=[pk, household]))


@open_to("keeper")
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Money back for one line."""
    lines = OrderLine.objects.select_related(
        "order__round__handover__place", "order__household", "offer__item__product"
    )
    line = get_object_or_404(lines.filter(order__round__handover__in=packing.kept_by(reader(request))), pk=pk)
    kind = line.offer.item.product.specification_id
    most = line.weighed if line.weighed is not None else queries.packed_quantity(line)
    form = CreditForm(
        request.POST or None, goods=packing.measured_in([(kind, line.pack_id)])[kind, line.pack_id], most=max(most, 1)
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.credit_line(
                by=actor(request), line=line, quantity=data["quantity"], reason=data["reason"], key=data["key"]
            )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            say_how_read(request, form)
            messages.success(request, _("Given back. It stands on the receipt."))
            return redirect("shop:at_the_door", line.order.round_id, queries.swaps.holder_of(line.order).pk)
    title = _("Money back: %(name)s") % {"name": line.offer.item.product.name}
    return _form(request, line.order, form, title, _("Give it back"))


@open_to("keeper")
def swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Two families took each other's crate."""
    order = _seen_order(request, pk)
    others = (
        order.round.orders.exclude(state=Order.State.CANCELLED)
        .exclude(pk=pk)
        .filter(household__crates__handover=order.round.handover)
        .select_related("household")
    )
    form = SwapForm(request.POST or None, orders=list(others.order_by("household__name")))
    if request.method == "POST" and form.is_valid():
        other = get_object_or_404(others, pk=int(form.cleaned_data["other"]))
        try:
            operations.swap_orders(by=actor(request), order=order, other=other, key=form.cleaned_data["key"])
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Swapped. Each pays what it took."))
            return redirect("handovers:door", order.round.handover_id)
    return _form(request, order, form, _("%(name)s took another crate") % {"name": order.household.name}, _("Swap"))


@open_to("keeper")
def swapped(request: HttpRequest, pk: int) -> HttpResponse:
    """It was found after settling: two households had each other's crate. Both sums are read before it is written."""
    round = get_object_or_404(_rounds(request), pk=pk)
    orders = round.orders.filter(state=Order.State.SETTLED).select_related(
        "round__handover__place", "round__account__currency", "household"
    )
    ordered = Agent.objects.filter(pk__in=orders.values("household")).order_by("name", "pk")
    first = ordered.filter(pk=outside.whole(request.GET.get("household")) or 0).first()
    form = SwappedForm(request.POST or None, households=ordered, initial={"first": first})
    if request.method == "POST" and "again" not in request.POST and form.is_valid():
        data = form.cleaned_data
        pair = [orders.get(household=data[name]) for name in ("first", "second")]
        try:
            if "confirmed" not in request.POST:
                sides = operations.sides(actor(request), pair, clock.now())
                return _read_sums(request, form, sides)
            operations.swap_settled(
                by=actor(request), order=pair[0], other=pair[1], reason=data["reason"], key=data["key"]
            )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Written down. Each pays what it had, and both are told."))
            return redirect("shop:at_the_door", pk, data["first"].pk)
    title = _("Two households had each other's crate")
    return _page(request, form, title, _("See both sums"), reverse("handovers:door", args=[round.handover_id]))


def may_swap(request: HttpRequest, round: OrderRound) -> bool:
    """May this reader still write that two crates of a settled round were taken for each other?"""
    is_kept = packing.kept_by(reader(request)).filter(pk=round.handover_id).exists()
    return is_kept and policy.is_recent(round, clock.now())


def _read_sums(request: HttpRequest, form: SwappedForm, sides: tuple[operations.Side, operations.Side]) -> HttpResponse:
    first, second = sides
    currency = first.order.round.account.currency
    rows, closed = [], []
    for side, other in ((first, second), (second, first)):
        sums = {"then": purse.format(other.charged, currency), "now": purse.format(side.charged, currency)}
        rows.append({"label": side.household.name, "value": _("pays %(then)s instead of %(now)s") % sums})
        if side.account.closed_at is not None:
            closed.append(side.household.name)
    warning = _(
        "The account of %(names)s is closed: what this leaves there stands on the treasurer's list of who has left."
    )
    return check_answers(
        request,
        form,
        title=_("Swap these two?"),
        submit=_("Yes, swap them"),
        rows=rows,
        warning=warning % {"names": ", ".join(closed)} if closed else "",
    )


@open_to("keeper")
@require_POST
def offer_extra(request: HttpRequest, pk: int, receipt: int) -> HttpResponse:
    """What came unordered goes on sale at the door."""
    round = get_object_or_404(_rounds(request), pk=pk)
    found = get_object_or_404(Receipt, pk=receipt, handover=round.handover)
    item = queries.desk.pack_of(found.specification_id)
    if item is None:
        raise Http404
    try:
        operations.offer_extra(
            by=actor(request), round=round, receipt=found, item=item, key=request.POST.get("key", "")
        )
        messages.success(request, _("%(name)s is for sale at the door.") % {"name": item.product.name})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    household = outside.whole(request.POST.get("household"))
    if household is not None:
        return redirect("shop:at_the_door", pk, household)
    if policy.may_run(reader(request)):
        return redirect("shop:round_orders", pk)
    return redirect("handovers:door", round.handover_id)  # the desk is the stewards'


def _rounds(request: HttpRequest) -> Any:
    seen: Any = packing.kept_by(reader(request))
    return OrderRound.objects.filter(handover__in=seen).select_related("handover__place", "account__currency")


def _open(request: HttpRequest, pk: int, household: int) -> tuple[OrderRound, Agent]:
    round = get_object_or_404(_rounds(request), pk=pk)
    there = queries.orders.may_come(round, anybody=policy.may_run(reader(request)))
    return round, get_object_or_404(there, pk=household)


def _seen_order(request: HttpRequest, pk: int) -> Order:
    orders = Order.objects.select_related("round__handover__place", "round__account__currency", "household")
    seen: Any = Handover.objects.filter(pk__in=packing.kept_by(reader(request)).values("pk"))
    return get_object_or_404(orders.filter(round__handover__in=seen), pk=pk)


def _form(request: HttpRequest, order: Order, form: Any, title: str, submit: str) -> HttpResponse:
    back = reverse("shop:at_the_door", args=[order.round_id, queries.swaps.holder_of(order).pk])
    return _page(request, form, title, submit, back)


def _page(request: HttpRequest, form: Any, title: str, submit: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "back": back}
    return render(request, "look/form.html", context, status=422 if form.errors else 200)
