"""What the tests of the house ask of this app: who may do each deed, and what may keep a fact out of its books."""

from cosmolocal.kernel.tests.stating import DAY, EVENT, ROLE

_CARE = "steward own"
WHO = {
    **dict.fromkeys(("add_thing", "give_to", "retire", "count_things", "settle_damage", "set_usual_terms"), "steward"),
    **dict.fromkeys(("book", "confirm", "change", "cancel", "cancel_rest", "pick_up", "give_back"), _CARE),
    **dict.fromkeys(("block", "end_block", "change_thing", "ask_introduction", "introduce"), _CARE),
    **dict.fromkeys(("end_introduction", "say_damage"), _CARE),
    **dict.fromkeys(("drop_held", "end_unused", "note_late", "after_leaving"), "house"),
}
LENT = (
    ("no", "moves money of others", "settle_damage"),
    ("yes", "books for her own household, within its limit", "book confirm change cancel cancel_rest"),
    ("yes", "what she has in her hands is a fact", "pick_up give_back count_things say_damage"),
    (
        "yes",
        "looks after things; what is booked keeps its price",
        "add_thing change_thing give_to retire block end_block set_usual_terms",
    ),
    ("yes", "the same", "ask_introduction introduce end_introduction"),
    ("yes", "by the node", "drop_held end_unused note_late after_leaving"),
)
_HANDED = EVENT | DAY | {"agents.not_yours", "bookings.done_already", "money.no_such_account"}
FACTS = {"pick_up": _HANDED, "give_back": _HANDED, "count_things": ROLE}
# What cannot have happened: the accounts are read from the books in the same deed.
NO_RECORD = {"money.no_such_account"}
SMALL = {
    "bookings/views/care.py:paper": "at most forty things, and what is booked of them in four weeks",
    "bookings/views/feeds.py:calendar": "at most two hundred of one's own bookings",
}
