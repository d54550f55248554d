"""What people do in the shop, by noun: rounds, baskets and orders, closing, what happens at the door, settling."""

from cosmolocal.practices.shop.door.operations.cash import undo_cash
from cosmolocal.practices.shop.door.operations.door import credit_line, late_change, offer_extra, take_cash
from cosmolocal.practices.shop.farms.operations import hear_of_letters, mark_told, write_to_producer
from cosmolocal.practices.shop.orders.operations.orders import LineDraft, cancel_order, fill_basket, place_order
from cosmolocal.practices.shop.orders.operations.swapping import Side, sides, swap_orders, swap_settled
from cosmolocal.practices.shop.rounds.operations.closing import (
    announce_stock,
    close_round,
    reopen_round,
    send_producer_orders,
    set_shortage,
)
from cosmolocal.practices.shop.rounds.operations.planning import (
    OfferDraft,
    RoundDraft,
    cancel_round,
    change_round,
    change_settings,
    choose_goods,
    offer_items,
    open_round,
    plan_round,
    remind,
    tell_ready,
    withdraw_items,
)
from cosmolocal.practices.shop.settling.operations.following import follow_facts
from cosmolocal.practices.shop.settling.operations.settling import Preview, pay_producers, preview, settle_round

__all__ = [
    "LineDraft",
    "OfferDraft",
    "Preview",
    "Side",
    "RoundDraft",
    "announce_stock",
    "cancel_order",
    "cancel_round",
    "change_round",
    "change_settings",
    "choose_goods",
    "close_round",
    "credit_line",
    "fill_basket",
    "follow_facts",
    "hear_of_letters",
    "late_change",
    "mark_told",
    "offer_extra",
    "offer_items",
    "open_round",
    "pay_producers",
    "place_order",
    "plan_round",
    "preview",
    "remind",
    "reopen_round",
    "send_producer_orders",
    "set_shortage",
    "settle_round",
    "sides",
    "swap_orders",
    "swap_settled",
    "take_cash",
    "tell_ready",
    "undo_cash",
    "withdraw_items",
    "write_to_producer",
]
