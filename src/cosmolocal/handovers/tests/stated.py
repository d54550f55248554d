"""What the tests of the house ask of this app: who may do each deed, and what may keep a fact out of its books."""

from cosmolocal.kernel.tests.stating import BOOKS, RIGHT, ROLE

WHO = {
    "allow_unweighed": "steward",
    "claim_crate": "packer keeper steward",
    "close_crate": "packer keeper steward",
    "close_handover": "keeper steward",
    "correct_receipt": "packer keeper steward",
    "divide_lot": "packer keeper steward",
    "give_back": "packer keeper steward",
    "hand_over": "keeper steward",
    "hand_over_all": "keeper steward",
    "hand_over_listed": "keeper steward",
    "leave_crate": "keeper steward",
    "lose": "packer keeper steward",
    "lose_packed": "packer keeper steward",
    "make_crates": "packer keeper steward",
    "mix_lots": "packer keeper steward",
    "pack": "packer keeper steward",
    "pack_all": "packer keeper steward",
    "pack_from_paper": "packer keeper steward",
    "pack_line": "packer keeper steward",
    "plan_handover": "steward",
    "receive": "packer keeper steward",
    "swap_crates": "keeper steward",
    "take_back": "keeper steward",
    "tick_line": "packer keeper steward",
    "unpack_line": "packer keeper steward",
}
LENT = (
    ("yes", "weighed, packed, handed over, lost, put right: facts", "receive correct_receipt"),
    ("yes", "weighed, packed, handed over, lost, put right: facts", "pack pack_all pack_from_paper pack_line"),
    ("yes", "weighed, packed, handed over, lost, put right: facts", "unpack_line tick_line close_crate give_back"),
    (
        "yes",
        "weighed, packed, handed over, lost, put right: facts",
        "hand_over hand_over_all hand_over_listed take_back",
    ),
    ("yes", "weighed, packed, handed over, lost, put right: facts", "leave_crate lose lose_packed divide_lot"),
    (
        "yes",
        "weighed, packed, handed over, lost, put right: facts; orders go with it by shop.swap_orders only",
        "mix_lots swap_crates",
    ),
    ("yes", "plans the work", "plan_handover make_crates claim_crate"),
    ("yes", "plans the work", "allow_unweighed close_handover"),
)
FACTS = {
    "give_back": BOOKS,
    "unpack_line": BOOKS,
    "hand_over": BOOKS | RIGHT,
    "hand_over_listed": BOOKS | RIGHT,
    "pack": BOOKS | RIGHT,
    "pack_line": BOOKS | RIGHT,
    "pack_from_paper": BOOKS | RIGHT,
    "leave_crate": ROLE,
    "correct_receipt": BOOKS | RIGHT,
    "swap_crates": BOOKS | RIGHT,
    "take_back": BOOKS | RIGHT,
    "lose": BOOKS | {"handovers.nothing_lost"},
    "lose_packed": BOOKS | RIGHT | {"handovers.nothing_lost"},
    "receive": BOOKS | {"handovers.received_already"},
}
# What cannot have happened, or says too little to be written.
NO_RECORD = {"handovers.nothing_lost"}
