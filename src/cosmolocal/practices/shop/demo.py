"""Rounds of the demo, through operations: one open until tonight, one being packed, some settled, a year by a job."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import TYPE_CHECKING

from django.db import transaction

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.demo import mail_of
from cosmolocal.agents.models import Agent, Membership, Place
from cosmolocal.catalog.models import Item, Product
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.kernel import clock, jobs, node
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.dates import format_day
from cosmolocal.money import demo as money_demo
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, RoundOffer
from cosmolocal.practices.shop.operations import LineDraft, OfferDraft, RoundDraft
from cosmolocal.practices.shop.orders.queries.orders import due_now

if TYPE_CHECKING:
    from cosmolocal.money.models import MoneyBox

CLOSES, BEGINS, ENDS = time(20, 0), time(16, 0), time(19, 0)
OPEN_DAYS, PACK_DAYS = 5, 1  # a round is open so long, and goods come so many days after it closes
LOW = 300_00  # minor units; who has less tops up
WEEKS = 50
SETTLED_AT_ONCE = 3
REST = timedelta(seconds=2)  # between two rounds of the past, so long others may write
NAMED = 8  # the first households are those of the one-click roles: they always order


@dataclass(frozen=True)
class Buyers:
    """Who orders: (household or restaurant, the person who clicks)."""

    homes: Sequence[tuple[Agent, Agent]]
    restaurants: Sequence[tuple[Agent, Agent]]


def build_start() -> None:
    """Everything a visitor sees first; the rest of the year is filled in by the job `shop.fill_demo_year`."""
    today = clock.today()
    store = Place.objects.filter(is_handover=True).order_by("id")[0]
    for weeks in range(SETTLED_AT_ONCE, 0, -1):
        settled_round(store, today - timedelta(days=7 * weeks), is_worked=weeks == 1)
    round_being_packed(store, today)
    open_round_closing_tonight(store, today)
    jobs.enqueue("shop.fill_demo_year")


@jobs.job("shop.fill_demo_year")
def fill_demo_year(weeks_ago: int = SETTLED_AT_ONCE + 1) -> None:
    """One more settled round of the demo's past; asks for the next one until a year is full.

    It is there whole or not at all: no page shows a round of months ago as one to pack. Who clicks writes in between.
    """
    day = clock.today() - timedelta(days=7 * weeks_ago)
    if node.current().is_demo and weeks_ago <= WEEKS:
        with transaction.atomic():
            past_round(day)
        jobs.enqueue("shop.fill_demo_year", weeks_ago + 1, after=clock.now() + REST)


def past_round(handover_day: date) -> None:
    """`settled_round` at the place of the others, unless that day has one (a job that is tried again)."""
    place = OrderRound.objects.order_by("id").values_list("handover__place", flat=True).first()
    taken = OrderRound.objects.filter(handover__begins=_at(handover_day, BEGINS, node.current().zone)).exists()
    if place is not None and not taken:
        settled_round(Place.objects.get(pk=place), handover_day)


def open_round_closing_tonight(place: Place, today: date, orders: int = 94) -> OrderRound:
    """Open since some days, with most households' orders in, closing at 20:00; after 19:00 it is tomorrow's 20:00."""
    zone = node.current().zone
    closing_day = today if clock.wall(clock.now(), zone).time() < time(19, 0) else today + timedelta(days=1)
    with clock.frozen_at(min(_at(closing_day - timedelta(days=2), time(9, 0), zone), clock.now())):
        opened = plan(place, closing_day + timedelta(days=PACK_DAYS))
        order_all(opened, orders, random.Random(opened.pk))  # noqa: S311 - the same orders each time
    _run_short(opened)
    return opened


def _run_short(round: OrderRound) -> None:
    """A farm finds that its most wanted green will not be enough."""
    greens = round.offers.filter(item__product__category__drawing="leaf", item__billed_by=Item.Billed.WEIGHT)
    offer = (
        greens.filter(intent__promised_quantity__gt=0)
        .select_related("round", "intent", "item__product__producer")
        .order_by("-intent__promised_quantity")[0]
    )
    assert offer.intent is not None
    there = offer.intent.promised_quantity * 17 // 20 // 100 * 100
    operations.announce_stock(by=agents_queries.home_local(), offer=offer, available=there)


def round_being_packed(place: Place, handover_day: date, orders: int = 38) -> OrderRound:
    """Ordered, received (now and then a farm is short), and about half of its crates packed."""
    zone, chance = node.current().zone, random.Random(7)  # noqa: S311
    closing = _at(handover_day - timedelta(days=PACK_DAYS), CLOSES, zone)
    with clock.frozen_at(closing - timedelta(days=2)):
        planned = plan(place, handover_day)
        order_all(planned, orders, chance, restaurants=2)
    closed = _close(planned, closing)
    with clock.frozen_at(min(clock.now(), _at(handover_day, time(11, 0), zone))):
        _receive(closed, chance)
        packers = list(agents_queries.role_holders("packer")) or [agents_queries.home_local()]
        sheets = handovers_queries.crate_sheets(closed.handover)
        for sheet in sheets[: len(sheets) // 2 - 5]:
            lines = [
                handovers.PackLine(line.commitment_id, _scale(line.asked, line.goods.weigh, chance))
                for line in sheet.lines
            ]
            by = packers[sheet.crate.number % len(packers)]
            handovers.pack(by=by, crate=sheet.crate, lines=lines)
            handovers.close_crate(by=by, crate=sheet.crate)
    return closed


def settled_round(place: Place, handover_day: date, orders: int = 60, *, is_worked: bool = False) -> OrderRound:
    """A whole round in the past, paid to the producers by two people; `is_worked`: with a lot cut and two mixed."""
    zone, chance = node.current().zone, random.Random(handover_day.toordinal())  # noqa: S311
    closing = _at(handover_day - timedelta(days=PACK_DAYS), CLOSES, zone)
    with clock.frozen_at(closing - timedelta(days=2)):
        planned = plan(place, handover_day)
        order_all(planned, orders, chance, restaurants=4)
    closed = _close(planned, closing)
    by = agents_queries.home_local()
    with clock.frozen_at(_at(handover_day, BEGINS, zone)):
        _receive(closed, chance)
        if is_worked:
            _cut_and_mix(closed)
        weighed = {
            line.commitment_id: _scale(line.asked, line.goods.weigh, chance)
            for sheet in handovers_queries.crate_sheets(closed.handover)
            for line in sheet.lines
        }
        handovers.pack_all(by=by, handover=closed.handover, weighed=weighed)
        handovers.hand_over_all(by=by, handover=closed.handover)
        _take_all_cash(closed)
        handovers.close_handover(by=by, handover=closed.handover)
    with clock.frozen_at(_at(handover_day, time(21, 0), zone)):
        settled = operations.settle_round(by=by, round=closed)
    with clock.frozen_at(_at(handover_day + timedelta(days=1), time(10, 0), zone)):
        _pay(settled)
    return settled


def plan(place: Place, handover_day: date) -> OrderRound:
    """A round of everything in the catalog, opened some days before it closes."""
    zone, by = node.current().zone, agents_queries.home_local()
    closes = _at(handover_day - timedelta(days=PACK_DAYS), CLOSES, zone)
    draft = RoundDraft(
        name=format_day(handover_day),
        place=place,
        opens_at=min(closes - timedelta(days=OPEN_DAYS), clock.now()),
        closes_at=closes,
        begins=_at(handover_day, BEGINS, zone),
        ends=_at(handover_day, ENDS, zone),
    )
    planned = operations.plan_round(by=by, draft=draft)
    items = Item.objects.filter(is_active=True, product__is_active=True).values_list("id", flat=True)
    operations.offer_items(by=by, round=planned, items=[OfferDraft(item) for item in items])
    return operations.open_round(by=by, round=planned)


def order_all(round: OrderRound, orders: int, chance: random.Random, restaurants: int = 3) -> None:
    """So many households and restaurants order; who has little money tops up first."""
    who = _buyers()
    named, others = list(who.homes[:NAMED]), list(who.homes[NAMED:])
    homes = [*named, *chance.sample(others, min(orders - len(named), len(others)))]
    offers = list(RoundOffer.objects.filter(round=round).select_related("item__product").order_by("id"))
    wholesale = [offer for offer in offers if offer.item.pack_quantity >= 500]
    _top_up([household for household, _person in homes])
    for household, person in homes:
        cash = chance.random() < 0.06
        _order(round, household, person, _basket(offers, chance, chance.randint(3, 8), 3), cash=cash)
    for kitchen, cook in who.restaurants[:restaurants]:
        _order(round, kitchen, cook, _basket(wholesale, chance, chance.randint(5, 9), 12), cash=False)


def _buyers() -> Buyers:
    memberships = Membership.objects.filter(
        until=None,
        since__lte=clock.today(),
        member__kind=Agent.Kind.PERSON,
        group__kind__in=[Agent.Kind.HOUSEHOLD, Agent.Kind.ORGANISATION],
        group__is_producer=False,
    )
    first = {row.group_id: row for row in memberships.select_related("member", "group").order_by("-id")}
    pairs = [(row.group, row.member) for row in sorted(first.values(), key=lambda row: row.group_id)]
    cooks, home = {group.pk: person for group, person in pairs}, agents_queries.home_local()
    return Buyers(
        [pair for pair in pairs if pair[0].kind == Agent.Kind.HOUSEHOLD],
        [(kitchen, cooks.get(kitchen.pk, home)) for kitchen in agents_queries.restaurants()],
    )


def _basket(offers: Sequence[RoundOffer], chance: random.Random, lines: int, most: int) -> list[LineDraft]:
    """Some things that people like often, and one that few like."""
    liked = offers[:: max(len(offers) // 60, 1)]
    chosen = {offer.pk for offer in chance.choices(liked, k=lines - 1)} | {chance.choice(offers).pk}
    return [LineDraft(offer, chance.randint(1, most)) for offer in sorted(chosen)]


def _order(round: OrderRound, household: Agent, person: Agent, lines: list[LineDraft], *, cash: bool) -> None:
    """Orders; what is sold out or too dear is left out, as a person would."""
    pays = Order.Pays.CASH if cash else Order.Pays.PREPAID
    while lines:
        try:
            operations.place_order(by=person, round=round, household=household, lines=lines, pays=pays)
            return
        except Refusal as refusal:
            gone = refusal.facts.get("offers", ())
            lines = [line for line in lines if line.offer_id not in gone] if gone else lines[:-1]


def _top_up(households: Sequence[Agent]) -> None:
    by = agents_queries.home_local()
    accounts = money_queries.accounts_by_holder(households)
    standing = money_queries.balances(accounts.values())
    bank = _box("bank")
    for account in accounts.values():
        if (standing[account.pk].spendable or 0) < LOW:
            money.top_up(by=by, account=account, box=bank, amount=500_00)


def _close(round: OrderRound, closing: datetime) -> OrderRound:
    by = agents_queries.system()
    with clock.frozen_at(closing):
        operations.close_round(by=by, round=round)
    with clock.frozen_at(closing + timedelta(minutes=round.grace_minutes)):
        closed = operations.send_producer_orders(by=by, round=round)
        for order in closed.producer_orders.all():
            operations.mark_told(by=by, producer_order=order, how="mail")
        return closed


def _receive(round: OrderRound, chance: random.Random) -> None:
    """Every farm brings what it promised, now and then a little less of one thing."""
    by = agents_queries.home_local()
    for delivery in handovers_queries.receiving_list(round.handover):
        lines = []
        for arrival in delivery.arrivals:
            short = chance.random() < 0.04 and arrival.goods.weigh
            came = arrival.promised * 19 // 20 if short else arrival.promised
            lines.append(
                ReceiptLine(
                    arrival.specification_id, came, came, arrival.commitment_id, reason="short" if short else ""
                )
            )
        handovers.receive(by=by, handover=round.handover, producer=delivery.producer, lines=lines)


def _cut_and_mix(round: OrderRound) -> None:
    """Of what the one-click member ordered, one lot is divided, and another goes into one bin with one of another farm.

    Then the way of her goods tells of it.
    """
    by, handover = agents_queries.home_local(), round.handover
    found = sorted(handovers_queries.lots_here(handover), key=lambda one: one.lot.pk)
    free = {one.lot.conforms_to_id: one for one in found if one.free}
    hers = Membership.objects.filter(until=None, member__user__email=mail_of("member")).values("group")
    wishes = OrderLine.objects.filter(order__round=round, order__household__in=hers).order_by("id")
    kinds = wishes.values_list("offer__item__product__specification", flat=True)
    wanted = [free.pop(kind) for kind in kinds if kind in free]
    category = dict(Product.objects.values_list("specification", "category"))
    pairs = [
        (one, other)
        for one, other in product(wanted, free.values())
        if category[one.lot.conforms_to_id] == category[other.lot.conforms_to_id]
        and one.lot.conforms_to.unit_id == other.lot.conforms_to.unit_id
        and one.goods.producer != other.goods.producer
    ]
    for one, other in pairs[:1]:
        wanted.remove(one)
        handovers.mix_lots(by=by, handover=handover, taken={one.lot.pk: one.free, other.lot.pk: other.free})
    for one in wanted[:1]:
        handovers.divide_lot(by=by, handover=handover, lot_id=one.lot.pk, taken=one.free, made=one.free)


def _scale(asked: int, weigh: bool, chance: random.Random) -> int:
    """What the scale says: close to what was asked, in steps of 10 g."""
    return max(int(asked * chance.uniform(0.96, 1.05)) // 10 * 10, 10) if weigh else asked


def _take_all_cash(round: OrderRound) -> None:
    box = _box("cash")
    for order in round.orders.filter(pays=Order.Pays.CASH).exclude(state=Order.State.CANCELLED):
        due = due_now(order)
        if due:
            operations.take_cash(by=agents_queries.home_local(), order=order, box=box, amount=due)


def _pay(round: OrderRound) -> None:
    home = agents_queries.home_local()
    made = operations.pay_producers(by=home, round=round, box=_box("bank"))
    money_demo.agree(made)
    money.confirm_list(by=home, payment_list=made)


def _box(kind: str) -> "MoneyBox":
    return next(box for box in money_queries.boxes() if box.kind == kind)


def _at(day: date, at: time, zone: str) -> datetime:
    return clock.from_wall(datetime.combine(day, at), zone)
