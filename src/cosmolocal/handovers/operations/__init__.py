"""What people do at a hand-over: goods arrive, are weighed into crates, and leave with their households."""

from cosmolocal.handovers.operations.arrivals import (
    ReceiptLine,
    correct_receipt,
    give_back,
    plan_handover,
    receive,
)
from cosmolocal.handovers.operations.collecting import (
    close_handover,
    hand_over,
    hand_over_all,
    hand_over_listed,
    leave_crate,
    swap_crates,
    take_back,
)
from cosmolocal.handovers.operations.holding import hold_crate
from cosmolocal.handovers.operations.losses import lose, lose_packed
from cosmolocal.handovers.operations.packing import (
    PackLine,
    allow_unweighed,
    claim_crate,
    close_crate,
    make_crates,
    pack,
    pack_all,
    pack_from_paper,
    pack_line,
    tick_line,
    unpack_line,
)
from cosmolocal.handovers.operations.works import divide_lot, mix_lots

__all__ = [
    "PackLine",
    "ReceiptLine",
    "allow_unweighed",
    "claim_crate",
    "close_crate",
    "close_handover",
    "correct_receipt",
    "divide_lot",
    "give_back",
    "hand_over",
    "hold_crate",
    "hand_over_all",
    "hand_over_listed",
    "leave_crate",
    "lose",
    "lose_packed",
    "make_crates",
    "mix_lots",
    "pack",
    "pack_all",
    "pack_from_paper",
    "pack_line",
    "plan_handover",
    "receive",
    "swap_crates",
    "take_back",
    "tick_line",
    "unpack_line",
]
