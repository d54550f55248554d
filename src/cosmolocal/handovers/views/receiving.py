"""Goods arrive: one card a producer, what was promised beside what the scale says."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.pages import actor, form_page, number, post
from cosmolocal.catalog.models import Product
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.forms import LOSSES, CorrectionForm, ExtraForm, LossForm, ReceiveForm
from cosmolocal.handovers.models import Handover, Receipt
from cosmolocal.handovers.queries import Coming
from cosmolocal.handovers.views.pages import get_handover_or_404, head
from cosmolocal.kernel.access import open_to
from cosmolocal.look.pages import say_how_read

FEW_GOODS = 200  # in one list to choose from
FEW_FARMS = 12  # all of them stand open on one page
A_PAGE = 200  # kinds of goods, each with two fields: what a person reads, far below what one form may send


@open_to("packer")
def receiving(request: HttpRequest, pk: int) -> HttpResponse:
    """What every producer promised, and what came."""
    handover = get_handover_or_404(request, pk)
    return _page(request, handover)


@open_to("packer")
@require_POST
def receive(request: HttpRequest, pk: int, producer: int) -> HttpResponse:
    """One producer's delivery is counted and weighed."""
    handover = get_handover_or_404(request, pk)
    delivery = queries.delivery_of(handover, producer, ReceiveForm.sent(request.POST))
    if delivery is None:
        raise Http404
    form = ReceiveForm(request.POST, delivery=delivery)
    if not form.is_valid():
        return _page(request, handover, form, status=422)
    farm, lines = delivery.producer, form.lines()

    def act(key: str) -> str:
        operations.receive(by=actor(request), handover=handover, producer=farm, lines=lines, key=key)
        say_how_read(request, form)
        messages.success(request, _("Written down: what %(name)s brought.") % {"name": farm.name})
        return _onward(handover, producer)

    def rest() -> HttpResponse:
        left = form.leave_received()
        return _page(request, handover, form, status=422) if left else redirect(_onward(handover, producer))

    return post(request, act, to=reverse("handovers:receiving", args=[pk]), refused_to=rest)


@open_to("packer")
def extra(request: HttpRequest, pk: int) -> HttpResponse:
    """Something came that nobody had ordered; where there are many goods, the farm is chosen first."""
    handover = get_handover_or_404(request, pk)
    products, farm = Product.objects.filter(is_active=True), number(request.GET, "farm")
    if farm is not None:
        products = products.filter(producer=farm)
    elif request.method != "POST" and products.count() > FEW_GOODS:
        farms = Agent.objects.filter(pk__in=products.order_by().values("producer")).order_by("name", "pk")
        return render(request, "handovers/choose_farm.html", {"handover": handover, "farms": farms})
    form = ExtraForm(request.POST or None, products=products)

    def act(data: dict[str, Any]) -> None:
        product = data["product"]
        operations.receive(
            by=actor(request), handover=handover, producer=product.producer, lines=[form.line()], key=data["key"]
        )
        messages.success(request, _("%(name)s: received, though nobody had ordered it.") % {"name": product.name})

    title = _("Not ordered, but here")
    return form_page(request, form, act, title=title, submit=_("Write it down"), back=_receiving(pk))


@open_to("packer")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A number was typed wrong."""
    receipt = _get_receipt_or_404(request, pk)
    goods = queries.measured_promise(receipt.commitment_id, receipt.specification_id)
    form = CorrectionForm(request.POST or None, goods=goods, receipt=receipt)

    def act(data: dict[str, Any]) -> None:
        operations.correct_receipt(
            by=actor(request), receipt=receipt, received=data["came"], accepted=data["good"], key=data["key"]
        )
        _say_where_paid(request, receipt)

    title, back = _("Correct: %(name)s") % {"name": goods.name}, _receiving(receipt.handover_id)
    return form_page(request, form, act, title=title, submit=_("Put it right"), back=back)


@open_to("packer")
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The producer takes it home again."""
    receipt = _get_receipt_or_404(request, pk)

    def act(key: str) -> None:
        operations.give_back(by=actor(request), receipt=receipt, quantity=receipt.accepted, key=key)
        if not _say_where_paid(request, receipt):
            messages.success(request, _("It went back, and is not paid for."))

    return post(request, act, to=reverse("handovers:receiving", args=[receipt.handover_id]))


@open_to("packer")
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Something of a lot spoiled or broke."""
    receipt = _get_receipt_or_404(request, pk)
    goods = queries.measured_promise(receipt.commitment_id, receipt.specification_id)
    lies = queries.contents(receipt.lot_id)
    form = LossForm(request.POST or None, goods=goods, most=max(receipt.accepted, sum(lies.values())))

    def act(data: dict[str, Any]) -> None:
        operations.lose(by=actor(request), handover=receipt.handover, lot_id=receipt.lot_id, **data)
        _say_where_paid(request, receipt)

    title, back = _("Lost: %(name)s") % {"name": goods.name}, _receiving(receipt.handover_id)
    lead = _("Several deliveries lie in this lot. What is lost is divided over them, by what is still there of each.")
    return form_page(
        request, form, act, title=title, lead=lead if len(lies) > 1 else "", submit=_("Write it down"), back=back
    )


def _say_where_paid(request: HttpRequest, receipt: Receipt) -> bool:
    """What is written down after settling changes the stock, and what the farm gets once somebody books it."""
    if not queries.is_settled(receipt):
        return False
    words = _(
        "Written down. This was settled before, so %(name)s got the earlier sum. The difference stands on the first "
        "page of stewards and treasurers, until one of them books it."
    )
    messages.warning(request, words % {"name": receipt.producer.name})
    return True


def _page(
    request: HttpRequest, handover: Handover, posted: ReceiveForm | None = None, status: int = 200
) -> HttpResponse:
    farms = queries.coming(handover)
    chosen = _chosen(request, farms, posted)
    page = None
    if posted is not None and chosen is not None:
        deliveries = [posted.delivery]
    elif chosen is not None:
        page = Paginator(queries.kinds_to_receive(handover, chosen), A_PAGE).get_page(request.GET.get("page"))
        deliveries = queries.receiving_list(handover, chosen, list(page.object_list))
    else:
        deliveries = queries.receiving_list(handover)
        if posted is not None and all(one.producer.pk != posted.delivery.producer.pk for one in deliveries):
            deliveries.append(posted.delivery)
    done = {farm.producer.pk: farm.is_received for farm in farms}
    cards: list[dict[str, Any]] = []
    for delivery in deliveries:
        is_posted = posted is not None and posted.delivery.producer.pk == delivery.producer.pk
        form = posted if is_posted else ReceiveForm(delivery=delivery)
        cards.append({"delivery": delivery, "form": form, "is_received": done.get(delivery.producer.pk, False)})
    context = head(request, handover, "receiving") | {
        "cards": cards,
        "page": page,
        "farms": farms if chosen is not None else [],
        "chosen": chosen,
        "open_farm": next((farm for farm in farms if farm.producer.pk == chosen), None),
        "waiting": sum(not farm.is_received for farm in farms),
        "losses": _lost_here(handover),
    }
    return render(request, "handovers/receiving.html", context, status=status)


def _lost_here(handover: Handover) -> list[dict[str, str]]:
    """What was lost, a row for each delivery that it was of (two statements)."""
    losses, whys = queries.losses(handover), {**dict(LOSSES), "cut": _("cut")}
    goods = queries.measured({loss.lot.conforms_to_id for loss in losses})
    rows = []
    for loss in losses:
        name, said = loss.lot.conforms_to.name, goods.get(loss.lot.conforms_to_id)
        farm = loss.receipt.producer.name if loss.receipt else ""
        bearer = _("borne by the producer, as agreed") if loss.borne_by == "producer" else _("borne by us")
        note = [str(whys.get(loss.reason, loss.reason)), farm, loss.lot.lot, bearer]
        rows.append(
            {"title": f"{name} {said.text(loss.quantity)}" if said else name, "note": " · ".join(filter(None, note))}
        )
    return rows


def _chosen(request: HttpRequest, farms: Sequence[Coming], posted: ReceiveForm | None) -> int | None:
    """Of many farms, or of farms with many goods, one is open: the one somebody wrote down or asked for while anything
    of it is to come, else the first that is. None: so few that all are open.
    """
    if len(farms) <= FEW_FARMS and sum(farm.kinds for farm in farms) <= A_PAGE:
        return None
    if posted is not None:
        return posted.delivery.producer.pk
    wanted = number(request.GET, "farm")
    known = [farm.producer.pk for farm in farms]
    waiting = [farm.producer.pk for farm in farms if not farm.is_received]
    return wanted if wanted in known else next(iter(waiting or known))


def _onward(handover: Handover, producer: int) -> str:
    """The same farm while anything of it is to come, else whichever comes first."""
    address = reverse("handovers:receiving", args=[handover.pk])
    is_open = any(farm.producer.pk == producer and not farm.is_received for farm in queries.coming(handover))
    return f"{address}?farm={producer}" if is_open else address


def _receiving(pk: int) -> tuple[str, str]:
    return reverse("handovers:receiving", args=[pk]), _("Receive")


def _get_receipt_or_404(request: HttpRequest, pk: int) -> Receipt:
    seen = queries.visible_to(agents_queries.reader(request))
    return get_object_or_404(
        Receipt.objects.select_related("handover__place", "producer").filter(handover__in=seen), pk=pk
    )
