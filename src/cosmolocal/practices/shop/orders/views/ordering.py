"""Ordering: the page that is read once more, the one binding button, and what to do when it cannot be."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.dates import format_soon
from cosmolocal.look.pages import refused
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.models import Order, OrderRound
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.orders.forms import PlaceForm
from cosmolocal.practices.shop.orders.pages import asking
from cosmolocal.practices.shop.orders.pages import basket as baskets
from cosmolocal.practices.shop.orders.pages.asking import Answers
from cosmolocal.practices.shop.orders.pages.basket import BasketView
from cosmolocal.practices.shop.orders.pages.buyers import Buyer
from cosmolocal.practices.shop.orders.queries import usual
from cosmolocal.practices.shop.orders.views.shopping import lines_of
from cosmolocal.practices.shop.pages import BUYING_FOR, buying, get_seen_round_or_404


@open_to("household")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is about to be ordered, once more; posted from here, it is binding."""
    buyer, round = buying(request), get_seen_round_or_404(request, pk)
    if request.method == "POST":
        return _order(request, round, buyer)
    view = baskets.basket(round, buyer.household)
    if not view.is_changed or not view.lines:
        return redirect("shop:basket", pk)
    return _page(request, view, buyer, _form(view, initial={"pays": _usual_way(view), "version": _version(view)}))


def _order(request: HttpRequest, round: OrderRound, buyer: Buyer) -> HttpResponse:
    """Orders exactly the lines that were shown; the whole basket is read again only where it cannot be."""
    shown = lines_of(request)
    if shown != baskets.counts_of(round, buyer.household):
        view = baskets.basket(round, buyer.household)
        if shown != view.counts:
            # Somebody of the household added or took something out while this page was read.
            messages.warning(request, _changed_words(view))
            return redirect("shop:check" if view.is_changed and view.lines else "shop:basket", round.pk)
    form = PlaceForm(request.POST, allow_cash=round.allow_cash, notes={})
    if usual.suspects(shown, {}):
        view = baskets.basket(round, buyer.household)
        answers = asking.asked(view, request.POST)
        if answers.counts:
            return _take_other_reading(round, buyer, answers)
        if answers.open:
            return _page(request, view, buyer, _form(view, data=request.POST), status=422)
    if form.is_valid():
        try:
            return _place(request, round, buyer, form.cleaned_data, shown)
        except Refusal as refusal:
            view = baskets.basket(round, buyer.household)
            return _refused(request, view, buyer, _form(view, data=request.POST), refusal)
    view = baskets.basket(round, buyer.household)
    return _page(request, view, buyer, _form(view, data=request.POST), status=422)


def _take_other_reading(round: OrderRound, buyer: Buyer, answers: Answers) -> HttpResponse:
    """Fewer were meant: the basket says so, and its sum is read once more."""
    operations.fill_basket(
        by=buyer.by, round=round, household=buyer.household, counts=answers.counts, on_behalf_of=buyer.on_behalf_of
    )
    return redirect("shop:check", round.pk)


def _place(
    request: HttpRequest, round: OrderRound, buyer: Buyer, answers: dict[str, Any], shown: dict[int, int]
) -> HttpResponse:
    order = operations.place_order(
        by=buyer.by,
        round=round,
        household=buyer.household,
        lines=[LineDraft(offer, count) for offer, count in sorted(shown.items())],
        pays=answers["pays"],
        version=answers["version"],
        on_behalf_of=buyer.on_behalf_of,
        key=answers["key"],
    )
    if buyer.household not in agents_queries.buying_agents_of(reader(request)):
        request.session.pop(BUYING_FOR, None)  # one paper is keyed in: her next order is her own again
    said = _("You have ordered.") if answers["version"] is None else _("Your order is changed.")
    closing = format_soon(round.closes_at)
    messages.success(request, said + " " + _("You can change it until %(when)s.") % {"when": closing})
    return redirect("shop:order", order.pk)


def _changed_words(view: BasketView) -> str:
    if view.basket is not None:
        who = view.basket.changed_by.name
        return _("%(name)s changed the basket while you read. Nothing is ordered yet: look at it again.") % {
            "name": who
        }
    return _("The basket was changed while you read. Look at it again.")


def _refused(request: HttpRequest, view: BasketView, buyer: Buyer, form: PlaceForm, refusal: Refusal) -> HttpResponse:
    """Where the person looks: marks at the lines, or the order as it is now beside the basket."""
    if refusal.code == "shop.changed_elsewhere":
        standing = queries.orders.lines_of(view.order) if view.order else []
        context = {"round": view.round, "buyer": buyer, "basket": view, "standing": standing, "refusal": refusal}
        return render(request, "shop/changed_elsewhere.html", context, status=422)
    offers = refusal.facts.get("offers", ())
    view.mark(offers)
    form.is_valid()
    refused(form, refusal)
    fixes = [f"{line.id}:{line.may_have or view.ordered.get(line.id, 0)}" for line in view.lines if line.id in offers]
    return _page(request, view, buyer, form, status=422, refusal=refusal, fixes=fixes)


def _page(
    request: HttpRequest, view: BasketView, buyer: Buyer, form: PlaceForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    if not more.get("fixes"):
        # What everybody can see already is said before the button is pressed.
        more["fixes"] = [f"{line.id}:{line.may_have or 0}" for line in view.lines if line.trouble]
    answers = asking.asked(view, request.POST)
    context = {"round": view.round, "buyer": buyer, "basket": view, "form": form, "answers": answers, **more}
    return render(request, "shop/check.html", context, status=status)


def _form(view: BasketView, **options: Any) -> PlaceForm:
    notes = {
        Order.Pays.PREPAID.value: _("%(upper)s is set aside until it is weighed. %(have)s")
        % {"upper": view.upper_text, "have": view.have_text},
        Order.Pays.CASH.value: _("Bring about %(sum)s.") % {"sum": view.estimate_text},
    }
    return PlaceForm(allow_cash=view.round.allow_cash, notes=notes, **options)


def _usual_way(view: BasketView) -> str:
    """As the order was paid that is changed; else from the account, or in cash where that does not suffice."""
    if view.order:
        return view.order.pays
    return Order.Pays.CASH if view.missing and view.round.allow_cash else Order.Pays.PREPAID


def _version(view: BasketView) -> int | None:
    return view.order.version if view.order else None
