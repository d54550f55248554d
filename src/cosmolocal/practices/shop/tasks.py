"""Jobs and timers of the shop: rounds close by the clock; farms and members are told."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.languages import speaking_to
from cosmolocal.agents.models import Agent, Membership, in_force
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.handovers.models import Crate
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.practices import Timer
from cosmolocal.kernel.sets import among
from cosmolocal.look.dates import format_daytime, format_window
from cosmolocal.look.numbers import format_money
from cosmolocal.messages import operations as messages
from cosmolocal.messages.operations import Attachment, Writing
from cosmolocal.money import letters as money_letters
from cosmolocal.paper import pdf
from cosmolocal.paper.tables import csv_bytes
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.farms import costs as farm_costs
from cosmolocal.practices.shop.farms import papers as farm_papers
from cosmolocal.practices.shop.farms import queries as farms
from cosmolocal.practices.shop.farms.queries import AskedOrder
from cosmolocal.practices.shop.models import Order, OrderRound, OrderSwap
from cosmolocal.practices.shop.settling.operations import figures as keeping
from cosmolocal.practices.shop.settling.operations import following

log = logging.getLogger("cosmolocal.shop")
A_DAY, A_WHILE = timedelta(hours=24), timedelta(days=5)
AT_FARMS_COST, DAYS_BACK = "shop.tell_farms", 7
Words = Callable[[OrderRound], tuple[str, str]]


def close_due() -> None:
    """Closes rounds whose time has come, and tells producers once the grace is over."""
    now = clock.now()
    for round in queries.due_to_close(now):
        jobs.attempt("shop.close_round", round.pk)
    for round in queries.due_to_order(now):
        jobs.attempt("shop.send_producer_orders", round.pk)


def remind_due() -> None:
    """A day before a round closes: once to everybody who has not ordered yet."""
    for round in queries.due_to_remind(clock.now(), A_DAY):
        jobs.attempt("shop.remind_of_round", round.pk)


def tell_ready_due() -> None:
    """Once all crates are packed: to everybody who ordered."""
    for round in queries.due_to_tell_ready(clock.now()):
        jobs.attempt("shop.tell_ready", round.pk)


def tell_farms_due() -> None:
    """Once a day is over: what it cost each farm, in one letter; also of days on which the node stood still."""
    days = [clock.today() - timedelta(days=back) for back in range(1, DAYS_BACK + 1)]
    keys = {f"{AT_FARMS_COST}:{day}": day for day in days}
    told = Operation.objects.filter(code="messages.send", by=agents_queries.system(), key__in=keys).values_list(
        "key", flat=True
    )
    for key in sorted(keys.keys() - set(told)):
        jobs.attempt(AT_FARMS_COST, keys[key].isoformat())


# One round each, so that one that fails keeps no other from its turn. They have no key: done again, nothing happens.


@jobs.job("shop.close_round")
def close_round(round_id: int) -> None:
    """Takes no more orders; nothing where a steward opened it for longer meanwhile."""
    for round in queries.due_to_close(clock.now()):
        if round.pk == round_id:
            operations.close_round(by=agents_queries.system(), round=round)


@jobs.job("shop.send_producer_orders")
def send_producer_orders(round_id: int) -> None:
    """The grace is over; nothing where it was opened again meanwhile."""
    for round in queries.due_to_order(clock.now()):
        if round.pk == round_id:
            operations.send_producer_orders(by=agents_queries.system(), round=round)


@jobs.job("shop.remind_of_round")
def remind_of_round(round_id: int) -> None:
    """Before it closes."""
    operations.remind(by=agents_queries.system(), round=OrderRound.objects.get(pk=round_id))


@jobs.job("shop.tell_ready")
def tell_ready(round_id: int) -> None:
    """All crates are packed."""
    operations.tell_ready(by=agents_queries.system(), round=OrderRound.objects.get(pk=round_id))


@jobs.job("shop.tell_farms")
def tell_farms(day: str) -> None:
    """What was given back, or lost, at a farm's cost on a day."""
    if writings := list(farm_costs.letters(date.fromisoformat(day))):
        messages.send(by=agents_queries.system(), writings=writings, key=f"{AT_FARMS_COST}:{day}")


@jobs.job("shop.keep_figures")
def keep_figures() -> None:
    """After each settling; each hour for what an older version settled, or what moved into another year."""
    keeping.keep_figures()


@jobs.job("shop.compare")
def compare(round_id: int) -> None:
    """After each fact about goods of a settled round: does money follow from it?"""
    following.compare(OrderRound.objects.select_related("handover", "account__currency").get(pk=round_id))


timers: tuple[Timer, ...] = (
    Timer("shop.close_due", timedelta(seconds=30), close_due),
    Timer("shop.remind_due", timedelta(minutes=10), remind_due),
    Timer("shop.tell_ready_due", timedelta(minutes=2), tell_ready_due),
    Timer("shop.tell_farms_due", timedelta(hours=1), tell_farms_due),
    Timer("shop.keep_figures", timedelta(hours=1), keep_figures),
)


@jobs.job("shop.mail_producers")
def mail_producers(round_id: int) -> None:
    """The order to each farm by mail, with PDF and CSV; who has no mail, or wants a call, stays on the call list."""
    round = OrderRound.objects.select_related("handover__place", "account__currency").get(pk=round_id)
    if round.handover.ends < clock.now():
        return
    waiting = [asked for asked in farms.producer_orders(round) if asked.is_unwritten]
    terms = catalog_queries.terms_of([asked.order.producer_id for asked in waiting])
    for asked in waiting:
        contact = getattr(asked.order.producer, "contact", None)
        if terms[asked.order.producer_id].order_by == "mail" and contact is not None and contact.email:
            _mail_producer(asked)


@jobs.job("shop.hear_of_letters")
def hear_of_letters(letter_ids: Sequence[int]) -> None:
    """The mail server took or refused orders to farms, or somebody told them in person."""
    operations.hear_of_letters(by=agents_queries.system(), letter_ids=letter_ids, key=jobs.key())


def _mail_producer(asked: AskedOrder) -> None:
    by, producer = agents_queries.system(), asked.order.producer
    with speaking_to(producer):
        writing = Writing(
            to_id=producer.pk,
            event="producer_order",
            subject=_("Order for %(round)s") % {"round": asked.order.round.name},
            text=farm_papers.order_letter(asked),
            url=reverse("shop:farm"),
            attachments=_attachments(asked),
        )
    operations.write_to_producer(by=by, producer_order=asked.order, writing=writing)


def _attachments(asked: AskedOrder) -> tuple[Attachment, ...]:
    name, table = asked.order.round.name, farm_papers.order_table(asked)
    return (
        Attachment(f"{name}.pdf", "application/pdf", pdf.render(farm_papers.order_document(asked))),
        Attachment(f"{name}.csv", "text/csv", csv_bytes(table.columns, table.plain_rows())),
    )


@jobs.job("shop.tell_changes")
def tell_changes(order_ids: Sequence[int]) -> None:
    """Tells households what in their order is not as they wished, a sentence a line."""
    coming = Order.objects.filter(pk__in=order_ids, round__handover__ends__gt=clock.now())
    orders = list(coming.select_related("round__handover__place", "household"))
    readers = _readers_of([order.household for order in orders])
    lines, writings = queries.orders.lines_of_all(orders), []
    for order in orders:
        changed = [view for view in lines[order.pk] if view.sentence]
        for person in readers[order.household_id] if changed else ():
            with speaking_to(person):
                told = "\n".join(f"{view.name}: {view.sentence}" for view in changed)
                writings.append(_writing(person, order, "order_changed", _("Your order has changed"), told))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("shop.tell_cancelled")
def tell_cancelled(order_ids: Sequence[int]) -> None:
    """Tells households that there is no round, and why."""
    coming = Order.objects.filter(pk__in=order_ids, round__handover__ends__gt=clock.now())
    orders = list(coming.select_related("round", "household"))
    readers = _readers_of([order.household for order in orders])
    writings = []
    for order in orders:
        for person in readers[order.household_id]:
            with speaking_to(person):
                subject = _("The order round is cancelled: %(round)s") % {"round": order.round.name}
                text = _("Your order is cancelled with it, and nothing is charged.")
                said = f"{order.round.cancelled_because}\n\n{text}"
                writings.append(_writing(person, order, "order_changed", subject, said))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("shop.mail_ready")
def mail_ready(round_id: int) -> None:
    """Which crate is whose, where and when to collect it, and how much cash to bring; nothing once the door is shut."""
    round = OrderRound.objects.select_related("handover__place", "account__currency").get(pk=round_id)
    if round.handover.ends < clock.now():
        return
    currency, cash = round.account.currency, queries.orders.cash_due(round)
    crates = dict(round.handover.crates.filter(state=Crate.State.PACKED).values_list("receiver_id", "number"))
    waiting = round.orders.filter(household__in=crates).exclude(state=Order.State.CANCELLED)
    orders = list(waiting.select_related("household"))
    readers = _readers_of([order.household for order in orders])
    writings = []
    for order in orders:
        for person in readers[order.household_id]:
            with speaking_to(person):
                facts = {
                    "number": crates[order.household_id],
                    "place": round.handover.place.name,
                    "when": format_window(round.handover.begins, round.handover.ends),
                }
                text = _("Your crate has the number %(number)s. Pick up: %(place)s, %(when)s.") % facts
                if due := cash.get(order.household_id):
                    amount = format_money(due, currency.code, currency.decimals)
                    text += "\n" + _("Please bring %(amount)s in cash.") % {"amount": amount}
                writings.append(_writing(person, order, "order_ready", _("Your order is packed"), text))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("shop.mail_receipts")
def mail_receipts(round_id: int) -> None:
    """What everybody got and paid, with a way to the receipt; nothing for rounds of long ago."""
    round = OrderRound.objects.select_related("handover__place", "account__currency").get(pk=round_id)
    if round.handover.ends < clock.now() - A_WHILE:
        return
    currency = round.account.currency
    orders = list(round.orders.filter(state=Order.State.SETTLED).select_related("household"))
    readers = _readers_of([order.household for order in orders])
    writings = []
    for order in orders:
        for person in readers[order.household_id]:
            with speaking_to(person):
                paid = format_money(order.final or 0, currency.code, currency.decimals)
                text = _("%(round)s: you got your goods for %(sum)s.") % {"round": round.name, "sum": paid}
                writings.append(_writing(person, order, "receipt", _("Receipt"), text))
    charged = {order.household_id: (order.final or 0) - order.paid_cash for order in orders}
    writings += money_letters.of_low_balances(charged)
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("shop.tell_swapped")
def tell_swapped(swap_ids: Sequence[int]) -> None:
    """To both households: whose crate they had, and what they pay for it instead."""
    found = OrderSwap.objects.filter(pk__in=swap_ids).order_by("pk")
    swaps = list(found.select_related("household", "order__household", "order__round__account__currency", "other"))
    readers, writings = _readers_of([swap.household for swap in swaps]), []
    for swap in swaps:
        currency = swap.order.round.account.currency
        for person in readers[swap.household_id]:
            with speaking_to(person):
                now, before = (
                    format_money(one.final or 0, currency.code, currency.decimals) for one in (swap.order, swap.other)
                )
                facts = {"round": swap.order.round.name, "name": swap.order.household.name, "now": now}
                text = _(
                    "%(round)s: your household had the crate of %(name)s, as was found after the round was settled. So "
                    "you pay %(now)s for what was in it, instead of %(before)s. If that is not so, tell whoever keeps "
                    "the hand-over."
                )
                said = text % {**facts, "before": before}
                writings.append(_writing(person, swap.order, "receipt", _("Another crate was yours"), said))
    rise = {swap.household_id: (swap.order.final or 0) - (swap.other.final or 0) for swap in swaps}
    writings += money_letters.of_low_balances({household: amount for household, amount in rise.items() if amount > 0})
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("shop.tell_crates_swapped")
def tell_crates_swapped(order_ids: Sequence[int]) -> None:
    """To both households before settling: that each has the other's crate, and what it pays instead."""
    found = Order.objects.filter(pk__in=order_ids).select_related("household", "round__account__currency")
    orders = list(found.order_by("pk"))
    readers, writings = _readers_of([order.household for order in orders]), []
    for order, other in zip(orders, reversed(orders), strict=True):
        currency = order.round.account.currency
        for person in readers[order.household_id]:
            with speaking_to(person):
                now, before = (format_money(one.upper, currency.code, currency.decimals) for one in (order, other))
                facts = {"round": order.round.name, "name": other.household.name, "now": now, "before": before}
                text = _(
                    "%(round)s: your household took the crate of %(name)s, as was written down at the door. So you pay "
                    "for what is in it, at most %(now)s, instead of at most %(before)s. If that is not so, tell "
                    "whoever keeps the hand-over."
                )
                writings.append(_writing(person, order, "order_changed", _("Another crate is yours"), text % facts))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("shop.tell_open")
def tell_open(round_id: int) -> None:
    """A round has opened: where to order, until when, when to collect."""
    round = OrderRound.objects.select_related("handover__place").get(pk=round_id)
    if round.state == OrderRound.State.OPEN and round.closes_at > clock.now():
        _write_to_members(round, "round_open", agents_queries.role_holders("member"), _open_words)


@jobs.job("shop.remind")
def remind(round_id: int) -> None:
    """To members whose household has not ordered."""
    round = OrderRound.objects.select_related("handover__place").get(pk=round_id)
    ordered = round.orders.exclude(state=Order.State.CANCELLED).values("household")
    served = Membership.objects.filter(in_force(clock.today()), group__in=ordered).values("member")
    _write_to_members(
        round, "round_closing", agents_queries.role_holders("member").exclude(pk__in=served), _closing_words
    )


def _open_words(round: OrderRound) -> tuple[str, str]:
    handover = round.handover
    facts = {
        "round": round.name,
        "closes": format_daytime(round.closes_at),
        "place": handover.place.name,
        "when": format_window(handover.begins, handover.ends),
    }
    return _("The order round is open: %(round)s") % facts, _(
        "You can order until %(closes)s. Pick up: %(place)s, %(when)s."
    ) % facts


def _closing_words(round: OrderRound) -> tuple[str, str]:
    facts = {"round": round.name, "closes": format_daytime(round.closes_at)}
    return _("The order round closes soon: %(round)s") % facts, _(
        "It closes on %(closes)s, and your household has not ordered yet. If you want nothing this time, all is well."
    ) % facts


def _write_to_members(round: OrderRound, event: str, readers: Iterable[Agent], words: Words) -> None:
    writings = []
    for person in readers:
        with speaking_to(person):
            subject, text = words(round)
        writings.append(Writing(person.pk, event, subject, text, reverse("shop:home")))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


def _writing(person: Agent, order: Order, event: str, subject: str, text: str) -> Writing:
    return Writing(person.pk, event, subject, text, reverse("shop:order", args=[order.pk]))


def _readers_of(households: Iterable[Agent]) -> dict[int, list[Agent]]:
    """Household id -> the people in it (one statement)."""
    rows = Membership.objects.filter(
        in_force(clock.today()), group__in=among(one.pk for one in households), member__hidden_at=None
    )
    found: dict[int, list[Agent]] = defaultdict(list)
    for membership in rows.select_related("member").order_by("id"):
        found[membership.group_id].append(membership.member)
    return found
