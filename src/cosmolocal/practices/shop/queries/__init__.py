"""What is read in the shop, by noun: rounds, orders, farms."""

from cosmolocal.practices.shop.queries import farms, orders
from cosmolocal.practices.shop.queries.rounds import (
    Short,
    Standing,
    Sums,
    due_to_close,
    due_to_order,
    last_round,
    last_settled,
    open_rounds,
    packed_of,
    packed_quantity,
    settings,
    settled_between,
    short_goods,
    shortages,
    standing,
    sums_of,
    visible_to,
)

__all__ = [
    "Short",
    "Standing",
    "Sums",
    "due_to_close",
    "due_to_order",
    "farms",
    "last_round",
    "last_settled",
    "open_rounds",
    "orders",
    "packed_of",
    "packed_quantity",
    "settings",
    "settled_between",
    "short_goods",
    "shortages",
    "standing",
    "sums_of",
    "visible_to",
]
