"""One's orders: how each stands, its receipt on screen and paper, where each line came from, taking it back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents.models import Agent
from cosmolocal.agents.pages import file, listing_page, number, post
from cosmolocal.agents.queries import reader
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.practices.shop import operations, policy, queries
from cosmolocal.practices.shop.door.views import at_the_door
from cosmolocal.practices.shop.models import Order, OrderLine
from cosmolocal.practices.shop.orders import documents, listings
from cosmolocal.practices.shop.orders.pages import orders as pages
from cosmolocal.practices.shop.orders.pages.origin import origin
from cosmolocal.practices.shop.orders.queries.orders import LineView
from cosmolocal.practices.shop.pages import buyer_of, buying


@open_to("household")
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """What she ordered so far, the newest first."""
    buyer = buying(request)
    return listing_page(
        request,
        listings.own,
        buyer.household.pk,
        lead=buyer.household.name,
        back=(reverse("shop:home"), _("Shop")),
        template="shop/orders.html",
        buyer=buyer,
        here=request.path,
    )


@open_to("signed_in")
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: where it stands and, once it is settled, its receipt."""
    found = _get_order_or_404(request, pk)
    view = pages.order_view(found)
    context = pages.context(view) | {
        "taxes": pages.taxes(view),
        "is_own": _is_own(request, view.household),
        "swapped": documents.swapped_words(view.swap) if view.swap else "",
        "beside": pages.beside(view, reader(request)),
        "may_swap": view.is_settled and at_the_door.may_swap(request, found.round),
    }
    return render(request, "shop/order.html", context)


@open_to("signed_in")
@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt as PDF."""
    found = _get_order_or_404(request, pk)
    draft = ErrandDraft("shop.receipt", [pk], documents.receipt_name(found), reverse("shop:order", args=[pk]))
    return file(request, draft, kind="pdf", rows=found.lines.count())


@open_to("household")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, then takes the whole order back."""
    found, buyer = _get_order_or_404(request, pk), buying(request)
    if request.method == "POST":
        version = number(request.POST, "version")
        return post(
            request,
            lambda key: operations.cancel_order(
                by=buyer.by, order=found, version=version, on_behalf_of=buyer.on_behalf_of, key=key
            ),
            to=reverse("shop:shop", args=[found.round_id]),
            said=_("Your order is cancelled. Nothing is set aside any more."),
            refused_to=reverse("shop:order", args=[pk]),
        )
    if not _is_own(request, found.household) or not policy.may_change(found, clock.now()):
        return redirect("shop:order", pk)
    return render(request, "shop/cancel.html", pages.context(pages.order_view(found)))


@open_to("signed_in")
@require_safe
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """The way of one line from field to door, and where its price goes."""
    joined = ("order__round__handover__place", "order__round__account__currency", "order__household")
    goods = (
        "price",
        "pack__item__product__specification__unit",
        "offer__item__product__specification__unit",
        "offer__item__product__origin",
    )
    lines = OrderLine.objects.select_related(*joined, *goods, "offer__item__product__producer__place")
    readable = queries.orders.visible_to(reader(request))
    found = get_object_or_404(lines.filter(order__in=readable), pk=pk)
    packed = queries.packed_of(OrderLine.objects.filter(pk=pk))
    view = LineView(found, packed.get(pk))
    way = origin(found, view, reader(request))
    context = {
        "line": found,
        "view": view,
        "way": way,
        "order": found.order,
        "currency": found.order.round.account.currency,
        "parts": pages.parts_of(found.split, found.deposit),
    }
    return render(request, "shop/line.html", context)


def _get_order_or_404(request: HttpRequest, pk: int) -> Order:
    return get_object_or_404(queries.orders.visible_to(reader(request)), pk=pk)


def _is_own(request: HttpRequest, household: Agent) -> bool:
    """Does she order for this household, and not only look after everybody's orders?"""
    buyer = buyer_of(request)
    return buyer is not None and any(household.pk == one.pk for one in buyer.choices)
