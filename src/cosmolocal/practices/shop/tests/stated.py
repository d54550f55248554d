"""What the tests of the house ask of this app: who may do and ask for what, and what becomes of it."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from cosmolocal.handovers.models import Receipt
from cosmolocal.kernel.tests.stating import BOOKS, DAY, RIGHT, ROLE
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import queries
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.tests.on_the_clock import live, says
from cosmolocal.practices.shop.tests.village import Village

__all__ = ["live", "says"]

WHO = {
    "announce_stock": "steward own",
    "cancel_order": "steward own",
    "cancel_round": "steward",
    "change_round": "steward",
    "change_settings": "steward",
    "choose_goods": "steward",
    "close_round": "steward",
    "credit_line": "keeper steward",
    "fill_basket": "steward own",
    "follow_facts": "steward treasurer",
    "hear_of_letters": "steward",
    "late_change": "keeper steward",
    "mark_told": "steward",
    "offer_extra": "keeper steward",
    "offer_items": "steward",
    "open_round": "steward",
    "pay_producers": "treasurer",
    "place_order": "steward own",
    "plan_round": "steward",
    "remind": "steward",
    "reopen_round": "steward",
    "send_producer_orders": "steward",
    "set_shortage": "steward",
    "settle_round": "steward",
    "swap_orders": "keeper steward",
    "swap_settled": "keeper steward",
    "take_cash": "keeper steward",
    "tell_ready": "steward",
    "undo_cash": "keeper steward",
    "withdraw_items": "steward",
    "write_to_producer": "steward",
}
LENT = (
    (
        "no",
        "moves money of others, or says how far it may go, of all households in a round; it can wait",
        "settle_round follow_facts",
    ),
    ("no", "gives money back for a line; says later who of two pays", "credit_line swap_settled"),
    ("no", "pays out: drawn up, agreed, confirmed, dropped", "pay_producers"),
    ("looked", "coins at the door: a fact", "take_cash undo_cash"),
    ("looked", "which crate was taken is a fact; it moves what two households pay", "swap_orders"),
    ("yes", "orders for her own household, within its limit", "place_order fill_basket cancel_order"),
    ("yes", "what came too late is sold at its price", "late_change offer_extra"),
    ("yes", "runs a round; no money moves before it is settled", "plan_round open_round change_round"),
    (
        "yes",
        "runs a round; no money moves before it is settled",
        "close_round reopen_round cancel_round send_producer_orders",
    ),
    (
        "yes",
        "runs a round; no money moves before it is settled",
        "offer_items withdraw_items choose_goods set_shortage announce_stock",
    ),
    ("yes", "letters, and how the shop is set", "remind tell_ready mark_told write_to_producer"),
    ("yes", "letters, and how the shop is set", "hear_of_letters change_settings"),
)
FACTS = {
    "hear_of_letters": ROLE,
    "undo_cash": BOOKS | RIGHT | {"money.before_it", "money.not_yet", "money.reason_missing", "shop.no_such_cash"},
    "take_cash": BOOKS | DAY | {"money.before_it", "money.other_currency", "shop.no_account"},
}
# What cannot have happened, or says too little to be written.
NO_RECORD = {"shop.no_account", "shop.no_such_cash"}
SMALL = {"practices/shop/settling/views/figures.py:figures": "one row a round of one year, from figures that are kept"}


def at_a_place(village: Village) -> dict[str, dict[str, Any]]:
    """Each deed that belongs to a place, with what it takes there."""
    round = OrderRound.objects.order_by("pk")[0]
    amina, jo = (round.orders.get(household=village.households[name]) for name in ("Amina", "Jo"))
    extra = Receipt.objects.filter(handover=round.handover, commitment=None).order_by("pk")[0]
    cabbage, before = village.items["Cabbage"], Order.objects.filter(state="settled").order_by("pk")
    return {
        "shop.credit_line": {"line": OrderLine.objects.get(order=amina), "quantity": 1, "reason": "spoiled"},
        "shop.late_change": {
            "round": round,
            "household": village.households["Chen"],
            "lines": [LineDraft(village.offer(round, "Cabbage").pk, 1)],
        },
        "shop.offer_extra": {"round": round, "receipt": extra, "item": cabbage},
        "shop.swap_orders": {"order": amina, "other": jo},
        "shop.swap_settled": {"order": before[0], "other": before[1], "reason": "taken"},
        "shop.take_cash": {"order": amina, "box": money_queries.boxes().filter(kind="cash")[0], "amount": 100},
        "shop.undo_cash": {
            "order": amina,
            "deed_id": queries.cash.taken(amina)[0].deed.pk,
            "reason": "wrong household",
        },
    }


def errands(village: Village) -> Iterator[tuple[Any, ...]]:
    """What somebody may ask the worker for: of the first round, which is closed, and of the next, which is open."""
    round = OrderRound.objects.order_by("pk")[0]
    settle = reverse("shop:settle", args=[round.pk])
    yield "shop.settle_round", (round.pk,), "Li Na", settle
    yield "shop.send_producer_orders", (round.pk,), "Li Na", settle
    draft = OrderRound.objects.get(state=OrderRound.State.OPEN).pk
    page, file = reverse("shop:round_desk", args=[draft]), reverse("shop:order_form", args=[draft])
    yield "shop.order_form", (draft,), "Li Na", page, file
    page = reverse("shop:round_farms", args=[round.pk])
    yield "shop.call_list", (round.pk,), "Wei Guo", page, reverse("shop:call_list", args=[round.pk])
    asked = ProducerOrder.objects.get(round=round).pk
    for who, at in (("Li Na", page), ("Farmer", reverse("shop:farm"))):
        for kind in ("csv", "pdf"):
            file = reverse("shop:order_file", args=[asked])
            yield "shop.order_file", (asked, kind), who, at, f"{file}?as={kind}"
    page = reverse("shop:draw", args=[round.pk])
    yield "shop.draw", (round.pk, "csv"), "Amina", page, f"{page}?as=csv"
    order = Order.objects.get(round=round).pk
    page = reverse("shop:round_given_back", args=[round.pk])
    yield "agents.listing_file", ("shop.given_back", "csv", "", round.pk, "", ""), "Wei Guo", page, f"{page}?as=csv"
    page, days = reverse("shop:given_back"), ("2026-01-01", "2026-01-31")
    asked_days = f"since={days[0]}&until={days[1]}"
    file = f"{page}?{asked_days}&as=pdf"
    yield "agents.listing_file", ("shop.given_back", "pdf", asked_days, 0, *days), "Wei Guo", page, file
    file = reverse("shop:receipt", args=[order])
    for who in ("Amina", "Wei Guo"):
        yield "shop.receipt", (order,), who, reverse("shop:order", args=[order]), file
