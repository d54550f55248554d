"""What a round offers, what is ordered of it, what is short."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents.pages import actor, file, form_page, listing_page, post
from cosmolocal.agents.queries import reader
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.tables import Deed
from cosmolocal.practices.shop import listings as shop_listings
from cosmolocal.practices.shop import operations, policy, queries
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.operations import OfferDraft
from cosmolocal.practices.shop.pages import get_round_or_404
from cosmolocal.practices.shop.rounds import order_form
from cosmolocal.practices.shop.rounds.forms import ShortageForm, chosen_goods, read_moment
from cosmolocal.practices.shop.rounds.queries.desk import Choosable, Sold
from cosmolocal.practices.shop.steps import steps_of


@open_to("steward")
def goods(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that can be on sale, ticked where it is; own closing times where a farm needs to know earlier."""
    round = get_round_or_404(request, pk)
    page = queries.desk.goods_to_offer(round).get_page(request.GET.get("page"))
    farms = queries.desk.by_farm(round, list(page.object_list))
    is_fresh = queries.desk.is_fresh(round)
    rows = [one for farm in farms for one in farm.goods]
    for one in rows:
        one.is_ticked = is_fresh or one.is_offered
        if one.offer and one.offer.closes_at:
            one.closes = clock.wall(one.offer.closes_at).strftime("%Y-%m-%dT%H:%M")
    context = {
        "round": round,
        "farms": farms,
        "page": page,
        "shown": ",".join(str(one.item.pk) for one in rows),
        "is_fresh": is_fresh,
        "steps": steps_of(round, reader(request)),
        "may_run": policy.may_run(reader(request)),
    }

    def drawn(status: int) -> HttpResponse:
        return render(request, "shop/desk/goods.html", context, status=status)

    if request.method != "POST":
        return drawn(200)
    goes_on = bool(request.POST.get("go_on")) and page.has_next()
    return post(
        request,
        lambda key: _offer(request, round, rows, key),
        to=f"{request.path}?page={page.next_page_number()}" if goes_on else reverse("shop:round_desk", args=[pk]),
        refused_to=lambda: drawn(422),
    )


def _offer(request: HttpRequest, round: OrderRound, rows: Sequence[Choosable], key: str) -> None:
    """Puts what is ticked on sale, and takes off what was shown and is not; says how much is on sale then. Rows keep
    what was typed. Refuses: shop.unreadable_time, and as `choose_goods`.
    """
    ticked, early, shown = chosen_goods(request.POST)
    drafts, unclear = [], defaultdict[str, list[str]](list)
    for one in rows:
        if shown and one.item.pk not in shown:
            continue  # it came onto this page after it was read
        one.is_ticked, one.closes = one.item.pk in ticked, early.get(one.item.pk, "")
        closes_at, sentence = read_moment(one.closes) if one.closes and one.is_ticked else (None, "")
        one.is_unreadable = bool(sentence)
        if sentence:
            unclear[sentence].append(one.item.product.name)
        if one.is_ticked:
            drafts.append(OfferDraft(one.item.pk, closes_at))
    if unclear:
        said = [
            _("%(names)s: when does it close? %(sentence)s") % {"names": ", ".join(names), "sentence": sentence}
            for sentence, names in unclear.items()
        ]
        raise Refusal("shop.unreadable_time", " ".join(said))
    operations.choose_goods(
        by=actor(request),
        round=round,
        items=drafts,
        shown=sorted(shown or {one.item.pk for one in rows}),
        key=key,
    )
    count = round.offers.on_sale().filter(lot=None).count()
    told = ngettext("The round offers %(count)d thing.", "The round offers %(count)d things.", count)
    messages.success(request, told % {"count": count})


@open_to("auditor_reads")
def orders(request: HttpRequest, pk: int) -> HttpResponse:
    """What is ordered of each thing, the short ones first, or who ordered."""
    round, may_run = get_round_or_404(request, pk), policy.may_run(reader(request))
    is_by_household = request.GET.get("of") == "households"
    kinds, households = queries.desk.count_sold(round), queries.orders.orders_in(round).count()
    page: dict[str, Any] = {
        "template": "shop/desk/orders.html",
        "round": round,
        "lead": round.name,
        "back": (reverse("shop:round_desk", args=[pk]), _("The round")),
        "title": _("Orders"),
        "steps": steps_of(round, reader(request)),
        "tabs": [
            {"url": request.path, "label": _("Goods"), "count": kinds, "current": not is_by_household},
            {
                "url": f"{request.path}?of=households",
                "label": _("Households"),
                "count": households,
                "current": is_by_household,
            },
        ],
        "unordered": queries.desk.unordered(round),
        "may_run": may_run,
    }
    if is_by_household:
        return listing_page(request, shop_listings.in_round, pk, **page)
    is_over = round.state in (OrderRound.State.SETTLED, OrderRound.State.CANCELLED)
    deeds = None if is_over or not may_run else lambda row: [_share_out(pk, row)]
    return listing_page(request, shop_listings.sold, pk, row_deeds=deeds, **page)


def _share_out(pk: int, row: Sold) -> Deed:
    """What stands out where it is short."""
    about = _("%(name)s: not enough?") % {"name": row.goods.name}
    href = reverse("shop:shortage", args=[pk, row.intent_id])
    if row.is_short:
        return Deed(_("Share out"), href, kind="primary", about=about)
    return Deed(_("Not enough?"), href, about=about)


@open_to("steward")
def shortage(request: HttpRequest, pk: int, intent: int) -> HttpResponse:
    """There is less of something: say how much there is, see who gets what by the rule."""
    round = get_round_or_404(request, pk)
    one = next(iter(queries.desk.named(queries.desk.sold(round).filter(intent_id=intent))), None)
    if one is None:
        raise Http404
    usual = {"available": min(one.there or one.granted, one.granted)}
    return form_page(
        request,
        ShortageForm(request.POST or None, goods=one.goods, ordered=one.granted, initial=usual),
        lambda data: operations.set_shortage(by=actor(request), round=round, intent_id=intent, **data),
        said=_("Noted. Everybody concerned is told in a sentence."),
        title=_("Not enough: %(name)s") % {"name": one.goods.name},
        lead=_("%(count)s households ordered %(amount)s.") % {"count": one.households, "amount": one.granted_text},
        submit=_("Share it out"),
        back=reverse("shop:round_orders", args=[pk]),
    )


@open_to("steward")
def paper_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The order form to print, as long as orders can still be written on it."""
    round = get_round_or_404(request, pk)
    if round.state not in order_form.STATES:
        raise Http404
    name = _("Order form, %(round)s") % {"round": round.name}
    draft = ErrandDraft("shop.order_form", [pk], name, reverse("shop:round_desk", args=[pk]))
    return file(request, draft, kind="pdf", rows=round.offers.on_sale().count())
