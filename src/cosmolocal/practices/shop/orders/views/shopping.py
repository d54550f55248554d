"""Shopping: what a round offers, found by words, kind and farm; the basket that a household shares."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cosmolocal.agents import limits
from cosmolocal.agents.pages import back_to, form_page, number
from cosmolocal.agents.queries import reader
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.kernel import clock, outside
from cosmolocal.kernel.access import open_to
from cosmolocal.look.dates import format_clock, format_day, format_soon
from cosmolocal.look.numbers import format_number
from cosmolocal.look.pages import say
from cosmolocal.practices.shop import operations, policy, queries
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.orders.forms import WriterForm
from cosmolocal.practices.shop.orders.pages import basket as baskets
from cosmolocal.practices.shop.orders.pages import buyers
from cosmolocal.practices.shop.orders.pages.basket import BasketLine, BasketView
from cosmolocal.practices.shop.orders.pages.buyers import Buyer
from cosmolocal.practices.shop.orders.pages.shelf import Choice, Line, Shelf, offers_of, shelf
from cosmolocal.practices.shop.pages import BUYING_FOR, buyer_of, buying, count_of, get_seen_round_or_404
from cosmolocal.practices.shop.rounds import pages as rounds

SOON = timedelta(hours=24)


@open_to("anyone")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The shop of the round that closes next; where none is open, when the next one opens."""
    found = rounds.rounds(reader(request))
    if not found.open:
        may_run = policy.may_run(reader(request))
        return render(request, "shop/closed.html", {"next": found.next, "buyer": buyer_of(request), "may_run": may_run})
    return _shop(request, found.open[0], found.open)


@open_to("anyone")
@require_safe
def shop(request: HttpRequest, pk: int) -> HttpResponse:
    """The shop of one round."""
    standing = rounds.rounds(reader(request)).open
    found = next((round for round in standing if round.pk == pk), None) or get_seen_round_or_404(request, pk)
    return _shop(request, found, standing)


def _shop(request: HttpRequest, round: OrderRound, standing: list[OrderRound]) -> HttpResponse:
    buyer = buyer_of(request)
    is_typing = bool(getattr(request, "htmx", False))
    read = baskets.held if is_typing else baskets.basket
    view = read(round, buyer.household) if buyer else None
    seen = shelf(round, _choice(request), buyer.household.group if buyer else "", view.had if view else None)
    counts = view.counts if view else {}
    for section in seen.sections:
        for good in section.goods:
            for line in good.lines:
                line.count = line.ordered if line.is_closed else counts.get(line.id, 0)
    context = {"round": round, "shelf": seen, "buyer": buyer, "basket": view, "here": request.get_full_path()}
    if is_typing:
        return say(render(request, "shop/parts/shelf.html", context), _found(seen))
    context |= {
        "head": head(round, seen),
        "ten": rounds.ten(round),
        "last": baskets.last_order(buyer.household, round) if buyer else None,
        "tabs": [
            {"url": reverse("shop:shop", args=[one.pk]), "label": one.name, "current": one.pk == round.pk}
            for one in (standing if len(standing) > 1 else [])
        ],
    }
    return render(request, "shop/shop.html", context)


def head(round: OrderRound, seen: Shelf) -> dict[str, Any]:
    """What stands on top of a round's shop: its day, where and when, how much there is, until when."""
    now = clock.now()
    handover = round.handover
    hours = f"{format_clock(handover.begins)}–{format_clock(handover.ends)}"
    is_open = policy.is_taking_orders(round, now)
    closing = _("closes %(when)s") if is_open else _("closed %(when)s")
    return {
        "title": _("Order round of %(day)s") % {"day": format_day(handover.begins)},
        "lead": " · ".join(filter(None, (f"{hours}, {handover.place.name}", _amounts(seen)))),
        "badge": closing % {"when": format_soon(round.closes_at)},
        "tone": "today" if is_open and round.closes_at - now < SOON else "quiet",
        "is_open": is_open,
    }


def _amounts(seen: Shelf) -> str:
    """212 things from 9 farms."""
    if seen.things is None:
        return ""
    things = ngettext("%(count)s thing", "%(count)s things", seen.things) % {"count": format_number(seen.things)}
    farms = ngettext("%(count)s farm", "%(count)s farms", seen.farms) % {"count": format_number(seen.farms)}
    return _("%(things)s from %(farms)s") % {"things": things, "farms": farms}


def _choice(request: HttpRequest) -> Choice:
    kind, farm, page = (number(request.GET, name) or 0 for name in ("kind", "farm", "page"))
    return Choice(request.GET.get("q", "")[:100], kind, farm, page or 1)


def _found(seen: Shelf) -> str:
    return ngettext("%(count)d thing found.", "%(count)d things found.", seen.found) % {"count": seen.found}


@open_to("household")
@require_POST
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """So many of one pack into the basket; 0 takes it out. Answers htmx with the parts of the page that change."""
    buyer = buying(request)
    round = get_object_or_404(queries.visible_to(reader(request)), offers=pk)
    offer = get_object_or_404(offers_of(round), pk=pk)
    before = baskets.basket(round, buyer.household)
    had = before.had.get(pk)
    line = Line(offer, None, before.money, clock.now(), ordered=had.count if had else 0, pack=had.pack if had else None)
    count, said = _wished(request, line, before)
    if count is not None:
        operations.fill_basket(
            by=buyer.by,
            round=round,
            household=buyer.household,
            counts={pk: count},
            on_behalf_of=buyer.on_behalf_of,
        )
    view = baskets.basket(round, buyer.household)
    if getattr(request, "htmx", False):
        return _put_answer(request, view, buyer, line, said)
    if said:
        messages.warning(request, said)
    return redirect(f"{back_to(request, reverse('shop:shop', args=[round.pk]))}#line-{pk}")


def _wished(request: HttpRequest, line: Line, view: BasketView) -> tuple[int | None, str]:
    """How many to put into the basket (None: leave it), and what to say about it."""
    count = count_of(request)
    if not view.can_take:
        return None, _("This round has closed.")
    if count is None:
        return None, _("Write how many as a whole number.")
    if line.is_closed:
        return None, _("%(name)s has closed for this round.") % {"name": line.label}
    if line.is_off and count > line.ordered:
        return line.ordered, _("%(name)s is no longer on sale.") % {"name": line.label}
    if line.left is not None and count > max(line.left, line.ordered):
        if not line.left:
            return 0, _("%(name)s: nothing is left.") % {"name": line.label}
        return line.left, _("%(name)s: only %(count)s left.") % {"name": line.label, "count": line.left}
    return count, ""


def _put_answer(request: HttpRequest, view: BasketView, buyer: Buyer, line: Line, said: str) -> HttpResponse:
    entry = next((one for one in view.lines if one.id == line.id), None)
    shown = entry.line if entry else line
    if entry is None:
        shown.price = catalog_queries.current_prices([line.item.pk], buyer.household.group).get(line.item.pk)
    context = {
        "round": view.round,
        "basket": view,
        "buyer": buyer,
        "line": shown,
        "entry": entry,
        "trouble": said,
        "is_answer": True,
        "place": request.POST.get("place", ""),
        "here": request.POST.get("back", ""),
    }
    response = render(request, "shop/parts/put.html", context)
    is_stepper = request.POST.get("kind") == "stepper"
    if is_stepper == (entry is not None) and not said:
        # What was pressed stays in place, and the focus with it; only the sums beside it are new.
        response["HX-Reswap"] = "none"
    return say(response, _spoken(view, entry, line, said))


def _spoken(view: BasketView, entry: BasketLine | None, line: Line, said: str) -> str:
    what = f"{entry.name}: {entry.amount_text}" if entry else _("%(name)s: taken out") % {"name": line.label}
    return " ".join(filter(None, (said, what + ".", _("Together about %(sum)s.") % {"sum": view.estimate_text})))


@open_to("household")
@require_POST
def last_week(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts what she ordered the last time into the basket, as far as this round offers it."""
    buyer, round = buying(request), get_seen_round_or_404(request, pk)
    order = baskets.last_order(buyer.household, round)
    found = baskets.as_last_time(round, order) if order else None
    if found is not None and found.counts:
        operations.fill_basket(
            by=buyer.by,
            round=round,
            household=buyer.household,
            counts=found.counts,
            on_behalf_of=buyer.on_behalf_of,
        )
        count = len(found.counts)
        messages.success(
            request,
            ngettext(
                "%(count)d thing you had last time is in your basket.",
                "%(count)d things you had last time are in your basket.",
                count,
            )
            % {"count": count},
        )
    if found is not None and found.missing:
        missing = ", ".join(found.missing)
        messages.info(request, _("Not on offer this time: %(names)s.") % {"names": missing})
    return redirect("shop:basket", pk)


@open_to("household")
@require_POST
def buy_for(request: HttpRequest) -> HttpResponse:
    """She orders for another household or organisation of hers from now on; a steward for whoever wrote on paper."""
    back = back_to(request, reverse("shop:home"))
    if "called" in request.POST and buyers.may_key_in(reader(request)):
        return form_page(
            request,
            WriterForm(request.POST),
            lambda data: _order_for(request, data["called"].pk),
            title=_("Who wrote it?"),
            submit=_("Go to the shop for them"),
            back=back,
        )
    _order_for(request, number(request.POST, "agent") or 0)
    return redirect(back)


def _order_for(request: HttpRequest, asked: int) -> None:
    found = buyers.buyer(reader(request), asked)
    if found is None:
        raise Http404
    if found.household.pk == asked:
        request.session[BUYING_FOR] = asked
        messages.info(request, _("You order for %(name)s now.") % {"name": found.household.name})


@open_to("household")
@require_safe
def basket(request: HttpRequest, pk: int) -> HttpResponse:
    """The basket on a page of its own: change it, see what it comes to, go on to order."""
    buyer, round = buying(request), get_seen_round_or_404(request, pk)
    return render(request, "shop/basket.html", basket_context(round, buyer))


@open_to("household")
@require_POST
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Several lines at once: takes what is left, or takes out what cannot be had (`line` is offer:count)."""
    buyer, round = buying(request), get_seen_round_or_404(request, pk)
    limits.require("basket", limits.who(request), times=60, seconds=600)
    operations.fill_basket(
        by=buyer.by,
        round=round,
        household=buyer.household,
        counts=lines_of(request),
        on_behalf_of=buyer.on_behalf_of,
    )
    return redirect(back_to(request, reverse("shop:basket", args=[pk])))


@open_to("household")
@require_POST
def as_ordered(request: HttpRequest, pk: int) -> HttpResponse:
    """The basket becomes what was ordered again."""
    buyer, round = buying(request), get_seen_round_or_404(request, pk)
    view = baskets.basket(round, buyer.household)
    operations.fill_basket(
        by=buyer.by,
        round=round,
        household=buyer.household,
        counts={**dict.fromkeys(view.counts, 0), **view.ordered},
        on_behalf_of=buyer.on_behalf_of,
    )
    if view.order:
        return redirect("shop:order", view.order.pk)
    return redirect("shop:shop", pk)


def basket_context(round: OrderRound, buyer: Buyer) -> dict[str, Any]:
    """What every page about the basket shows."""
    view = baskets.basket(round, buyer.household)
    return {"round": round, "buyer": buyer, "basket": view, "here": reverse("shop:basket", args=[round.pk])}


def lines_of(request: HttpRequest) -> dict[int, int]:
    """The posted lines: offer id -> packs. What is no number is left out. No form has more than 5,000."""
    found = {}
    for text in request.POST.getlist("line"):
        offer, _colon, count = text.partition(":")
        pair = outside.whole(offer), outside.whole(count)
        if pair[0] is not None and pair[1] is not None:
            found[pair[0]] = pair[1]
    return found
