"""What a member's home page shows of the shop: what closes, what waits to be collected, what the last order came to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.handovers.models import Crate
from cosmolocal.handovers.rules import is_uncollected
from cosmolocal.kernel import clock
from cosmolocal.kernel.practices import Card
from cosmolocal.look.dates import format_clock, format_day, format_soon
from cosmolocal.look.numbers import format_money
from cosmolocal.practices.shop.models import Basket, Order, OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.orders.queries import swaps

SOON = timedelta(hours=24)
RECEIPT_SHOWN = timedelta(days=6)
LEFT_SHOWN = timedelta(days=3)


@dataclass(frozen=True)
class _Week:
    """What is read for the cards of one person: for each household or organisation she may order for."""

    now: datetime
    open: Sequence[OrderRound]
    orders: Sequence[Order]
    baskets: dict[tuple[int, int], int]  # (round, household) -> things in a basket that is not what was ordered
    crates: dict[tuple[int, int], Crate]


def member_cards(reader: Reader) -> Sequence[Card]:
    """This week in the shop: what her farm is to bring, and what she and everybody she orders for have ordered.

    Four statements, and for who acts for a farm three more.
    """
    return [*_farm_cards(reader), *_buyer_cards(reader)]


def _farm_cards(reader: Reader) -> Iterable[Card]:
    """What a farm is to bring to hand-overs that are still to come."""
    if reader.agent is None or reader.on_behalf_of or not reader.has("producer"):
        return
    farms = agents_queries.producers_of(reader.agent)
    asked = ProducerOrder.objects.filter(
        producer__in=farms, round__state=OrderRound.State.ORDERED, round__handover__ends__gt=clock.now()
    ).select_related("producer", "round__handover__place")
    for order in asked.annotate(things=Count("lines")).order_by("round__handover__begins", "id"):
        handover = order.round.handover
        things = ngettext("%(count)d thing", "%(count)d things", order.things) % {"count": order.things}
        yield Card(
            title=_for(_("What to bring"), order.producer.name if len(farms) > 1 else ""),
            text=_("%(things)s to %(place)s.") % {"things": things, "place": handover.place.name},
            badge=format_soon(handover.begins),
            tone="today" if handover.begins - clock.now() < SOON else "quiet",
            deed=_("Read the list"),
            url=f"{reverse('shop:farm')}?of={order.producer_id}",
            weight=4,
            when=handover.begins,
        )


def _buyer_cards(reader: Reader) -> Sequence[Card]:
    buyers = agents_queries.buying_agents_of(reader)
    if not buyers:
        return []
    week = _week(buyers)
    cards: list[Card] = []
    for buyer in buyers:
        name = buyer.name if len(buyers) > 1 else ""
        own = [order for order in week.orders if order.has == buyer.pk]  # type: ignore[attr-defined]
        cards += _round_cards(week, buyer, own, name)
        cards += [card for order in own for card in _order_cards(week, order, name)]
    return cards


def _week(buyers: Sequence[Agent]) -> _Week:
    now = clock.now()
    rounds = OrderRound.objects.filter(state=OrderRound.State.OPEN, opens_at__lte=now, closes_at__gt=now)
    had = Q(household__in=buyers) | swaps.had_by([buyer.pk for buyer in buyers])
    orders: QuerySet[Order] = Order.objects.filter(had, round__handover__ends__gt=now - RECEIPT_SHOWN)
    orders = orders.exclude(state=Order.State.CANCELLED).select_related(
        "round__handover__place", "round__account__currency"
    )
    baskets = Basket.objects.filter(household__in=buyers, round__state=OrderRound.State.OPEN)
    crates = Crate.objects.filter(receiver__in=buyers, handover__ends__gt=now - RECEIPT_SHOWN)
    made = list(orders.annotate(things=Count("lines"), has=swaps.HOLDER).order_by("-round__handover__begins", "id"))
    return _Week(
        now=now,
        open=list(rounds.select_related("handover__place").order_by("closes_at", "id")),
        orders=made,
        baskets=_changed(baskets, made),
        crates={(crate.handover_id, crate.receiver_id): crate for crate in crates},
    )


def _changed(baskets: Iterable[Basket], orders: Sequence[Order]) -> dict[tuple[int, int], int]:
    """How many things are in each basket that says something else than the order beside it."""
    held = {(basket.round_id, basket.household_id): basket.counts for basket in baskets}
    beside = {order.pk: place for order in orders if (place := (order.round_id, order.household_id)) in held}
    ordered: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for order, offer, count in OrderLine.objects.filter(order__in=beside).values_list("order_id", "offer_id", "count"):
        ordered[beside[order]][str(offer)] = count
    stands = set(beside.values())
    return {at: len(counts) for at, counts in held.items() if at not in stands or counts != ordered[at]}


def _round_cards(week: _Week, buyer: Agent, own: Sequence[Order], name: str) -> Iterable[Card]:
    """Rounds that take orders and in which nothing is ordered yet."""
    ordered = {order.round_id for order in own}
    for round in week.open:
        if round.pk in ordered:
            continue
        waiting = week.baskets.get((round.pk, buyer.pk), 0)
        is_soon = round.closes_at - week.now < SOON
        if waiting:
            title = _("Your basket is not ordered yet")
            things = ngettext("%(count)d thing waits.", "%(count)d things wait.", waiting) % {"count": waiting}
            text, deed, url = things, _("Check and order"), reverse("shop:basket", args=[round.pk])
        else:
            title, text = _("The shop is open"), ""
            deed, url = _("See what there is"), reverse("shop:shop", args=[round.pk])
        yield Card(
            title=_for(title, name),
            text=" ".join(filter(None, (text, _pick_up(round)))),
            badge=_("until %(when)s") % {"when": format_soon(round.closes_at)},
            tone="today" if is_soon or waiting else "quiet",
            deed=deed,
            url=url,
            weight=10,
            when=round.closes_at,
        )


def _order_cards(week: _Week, order: Order, name: str) -> Iterable[Card]:
    round = order.round
    crate = week.crates.get((round.handover_id, order.household_id))
    url = reverse("shop:order", args=[order.pk])
    is_settled = order.state == Order.State.SETTLED
    if is_settled and order.final and round.settled_at and round.settled_at > week.now - RECEIPT_SHOWN:
        yield _receipt_card(order, url, name)
    if is_settled and (crate is None or (round.handover.ends <= week.now and crate.state != Crate.State.LEFT)):
        return
    is_left = crate is not None and crate.state == Crate.State.LEFT
    if crate is not None and is_uncollected(is_left=is_left, now=week.now, ends=round.handover.ends):
        if week.now - max(crate.changed_at, round.handover.ends) < LEFT_SHOWN:
            where = round.handover.place.name
            text = _("It still stands at %(place)s. Please call whoever keeps the hand-over.") % {"place": where}
            title = _for(_("Nobody came for your crate"), name)
            yield Card(title, text, tone="late", deed=_("Look at it"), url=url, weight=5)
    elif crate is not None and crate.state == Crate.State.COLLECTED:
        return
    elif round in week.open:
        yield _open_card(week, order, url, name)
    else:
        yield _waiting_card(week, order, crate, url, name)


def _open_card(week: _Week, order: Order, url: str, name: str) -> Card:
    """Ordered, and it can still be changed."""
    round = order.round
    is_soon = round.closes_at - week.now < SOON
    waits = (round.pk, order.household_id) in week.baskets
    closing = format_soon(round.closes_at)
    text = f"{_things(order)} {_pick_up(round)}"
    if waits:
        text += " " + _("Your basket holds changes: they count when you order them.")
    return Card(
        title=_for(_("Your order closes %(when)s") % {"when": closing}, name),
        text=text,
        badge=_("ordered; changes wait") if waits else _("ordered"),
        tone="today" if is_soon or waits else "quiet",
        deed=_("Look at it again"),
        url=reverse("shop:basket", args=[round.pk]) if waits else url,
        weight=10,
        when=round.closes_at,
    )


def _waiting_card(week: _Week, order: Order, crate: Crate | None, url: str, name: str) -> Card:
    """Closed: it is being packed, or ready to be collected."""
    handover = order.round.handover
    is_packed = crate is not None and crate.state == Crate.State.PACKED
    hours = f"{format_soon(handover.begins)}–{format_clock(handover.ends)}"
    facts = {"hours": hours, "place": handover.place.name, "number": crate.number if crate else ""}
    if is_packed and handover.begins - SOON / 2 <= week.now < handover.ends:
        return Card(
            title=_for(_("Your crate is packed"), name),
            text=_("Crate %(number)s. Pick up %(hours)s, %(place)s.") % facts,
            badge=_("ready"),
            tone="ready",
            deed=_("See what is in it"),
            url=url,
            weight=5,
        )
    if handover.ends <= week.now:
        return Card(
            title=_for(_("Collecting is over"), name),
            text=_("It was %(hours)s, %(place)s. Your crate is not noted as collected: if you have it, all is well.")
            % facts,
            deed=_("See what is in it"),
            url=url,
            weight=30,
        )
    return Card(
        title=_for(_("Your order is fixed"), name),
        text=_things(order) + " " + _("Pick up %(hours)s, %(place)s.") % facts,
        deed=_("See what is in it"),
        url=url,
        weight=30,
        when=handover.begins,
    )


def _receipt_card(order: Order, url: str, name: str) -> Card:
    currency = order.round.account.currency
    return Card(
        title=_for(_("Receipt"), name),
        text=_("What was weighed on %(day)s, and where your money went.")
        % {"day": format_day(order.round.handover.begins)},
        figure=format_money(order.final or 0, currency.code, currency.decimals),
        deed=_("Read it"),
        url=url,
        weight=60,
    )


def _for(title: str, name: str) -> str:
    """Named where she orders for more than one."""
    return f"{title} · {name}" if name else title


def _things(order: Order) -> str:
    """6 things, about ¥ 84.60."""
    currency = order.round.account.currency
    count: int = order.things  # type: ignore[attr-defined]
    things = ngettext("%(count)d thing", "%(count)d things", count) % {"count": count}
    about = format_money(order.estimate, currency.code, currency.decimals)
    return _("%(things)s, about %(sum)s.") % {"things": things, "sum": about}


def _pick_up(round: OrderRound) -> str:
    handover = round.handover
    hours = f"{format_clock(handover.begins)}–{format_clock(handover.ends)}"
    return _("Pick up %(day)s %(hours)s, %(place)s.") % {
        "day": format_day(handover.begins),
        "hours": hours,
        "place": handover.place.name,
    }
