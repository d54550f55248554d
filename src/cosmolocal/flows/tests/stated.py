"""What the tests of the house ask of this app: who may do each deed, and what may keep a fact out of its books."""

from cosmolocal.kernel.tests.stating import EVENT, NOTHING, RIGHT

# Parts of other deeds, each of them.
WHO = dict.fromkeys(
    (
        "add_intents",
        "agree",
        "announce_available",
        "assign_lots",
        "begin_processes",
        "close_intents",
        "commit",
        "correct",
        "define_specification",
        "define_specifications",
        "define_unit",
        "finish",
        "open_lots",
        "open_resource",
        "propose",
        "record",
        "release",
        "reopen_intents",
        "reschedule",
        "set_floor",
        "standard_units",
        "transfer",
    ),
    "inside",
)
FACTS = {
    "announce_available": NOTHING,
    "close_intents": NOTHING,
    "open_lots": NOTHING,
    "define_specification": NOTHING,
    "define_specifications": NOTHING,
    "open_resource": NOTHING,
    "set_floor": NOTHING,
    "assign_lots": EVENT,
    "finish": EVENT,
    "correct": EVENT | RIGHT,
}
# What cannot have happened, or says too little to be written.
NO_RECORD = {"flows.bad_event"}
