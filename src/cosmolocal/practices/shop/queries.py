"""What is read in the shop, by noun: rounds, the steward's desk, orders, farms."""

from cosmolocal.practices.shop.door.queries import cash, credits
from cosmolocal.practices.shop.farms import queries as farms
from cosmolocal.practices.shop.orders.queries import orders, swaps
from cosmolocal.practices.shop.rounds.queries import desk
from cosmolocal.practices.shop.rounds.queries.rounds import (
    RoundStanding,
    Short,
    Sums,
    due_to_close,
    due_to_order,
    due_to_remind,
    due_to_tell_ready,
    is_large,
    last_settled,
    name_of,
    open_rounds,
    packed_of,
    packed_quantity,
    packs_ordered,
    settings,
    settled_between,
    short_goods,
    shortages,
    standing,
    sums_of,
    times_later,
    visible_to,
)
from cosmolocal.practices.shop.settling.queries import figures

__all__ = [
    "Short",
    "RoundStanding",
    "Sums",
    "cash",
    "credits",
    "desk",
    "due_to_close",
    "due_to_order",
    "due_to_remind",
    "due_to_tell_ready",
    "farms",
    "figures",
    "is_large",
    "last_settled",
    "name_of",
    "open_rounds",
    "orders",
    "packed_of",
    "packed_quantity",
    "packs_ordered",
    "settings",
    "settled_between",
    "short_goods",
    "shortages",
    "standing",
    "sums_of",
    "swaps",
    "times_later",
    "visible_to",
]
