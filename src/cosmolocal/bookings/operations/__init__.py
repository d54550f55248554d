"""What can be done with bookings: things and their terms, bookings, picking up and giving back, repairs, damages."""

from cosmolocal.bookings.operations.booking import book, cancel, cancel_rest, change, confirm, foresee
from cosmolocal.bookings.operations.damages import say_damage, settle_damage
from cosmolocal.bookings.operations.handing import Seen, give_back, pick_up
from cosmolocal.bookings.operations.looking import after_leaving, drop_held, end_unused, note_late
from cosmolocal.bookings.operations.promising import FUND, BookingDraft
from cosmolocal.bookings.operations.repairs import block, end_block
from cosmolocal.bookings.operations.things import (
    Counted,
    TermsDraft,
    ThingDraft,
    add_thing,
    ask_introduction,
    change_thing,
    count_things,
    end_introduction,
    give_to,
    introduce,
    retire,
    set_usual_terms,
)

__all__ = [
    "FUND",
    "BookingDraft",
    "Counted",
    "Seen",
    "TermsDraft",
    "ThingDraft",
    "add_thing",
    "after_leaving",
    "ask_introduction",
    "block",
    "book",
    "cancel",
    "cancel_rest",
    "change",
    "change_thing",
    "confirm",
    "count_things",
    "drop_held",
    "end_block",
    "end_introduction",
    "end_unused",
    "foresee",
    "give_back",
    "give_to",
    "introduce",
    "note_late",
    "pick_up",
    "retire",
    "say_damage",
    "set_usual_terms",
    "settle_damage",
]
