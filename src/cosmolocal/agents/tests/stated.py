"""What the tests of the house ask of this app: who may do each deed, and what may keep a fact out of its books."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

WHO = {
    "accept_invitation": "house",
    "add_circle": "steward",
    "add_member": "steward treasurer",
    "add_organisation": "steward treasurer",
    "add_passkey": "own",
    "add_person": "steward treasurer",
    "add_place": "steward treasurer keeper",
    "add_producer": "steward treasurer",
    "anonymise_due": "house",
    "ask_approval": "inside",
    "ask_to_join": "house",
    "bring_back": "steward",
    "change_contact": "steward own",
    "change_group": "steward own",
    "change_local": "steward",
    "change_place": "steward keeper",
    "change_profile": "steward own",
    "decline": "steward",
    "end_helping": "steward own",
    "end_role": "steward own",
    "forget_ways_in": "house",
    "found_local": "house",
    "give_role": "steward",
    "import_holidays": "steward",
    "invite": "steward own",
    "join": "steward treasurer",
    "leave": "steward own",
    "leave_group": "steward own",
    "make_sign_in_code": "steward",
    "make_user": "steward",
    "note_age": "steward",
    "pin_doors": "own",
    "remove_holiday": "steward",
    "remove_passkey": "own",
    "rename_passkey": "own",
    "set_place": "steward",
    "sign_out_everywhere": "steward own",
    "start_helping": "steward own",
    "use_sign_in_code": "house",
    "vote": "asked",
    "welcome": "steward",
    "withdraw_invitation": "steward own",
}
LENT = (
    ("no", "is a vote", "vote"),
    ("partly", "names no steward and no treasurer", "give_role add_member invite"),
    ("partly", "no bank account, and no other way in", "change_contact add_producer"),
    ("partly", "no bank account, and no other way in", "add_organisation add_person"),
    ("partly", "no passkey, unless she has no way in of her own", "add_passkey remove_passkey"),
    ("partly", "no code for herself: it would begin a session that is not lent", "make_sign_in_code"),
    ("yes", "who comes by it is lent herself, and a place in a circle grows old first (0027)", "join"),
    (
        "yes",
        "who comes by it is lent herself, and a place in a circle grows old first (0027)",
        "add_circle make_user welcome",
    ),
    ("yes", "her tasks stay ended, and a code for her lends a session", "bring_back"),
    ("yes", "ends what can be given again", "end_role leave_group withdraw_invitation"),
    (
        "yes",
        "ends what can be given again; what she has stays on her account",
        "leave end_helping decline rename_passkey",
    ),
    ("yes", "helps somebody who consented, or says so", "start_helping"),
    ("yes", "ends sessions, also this one", "sign_out_everywhere"),
    ("yes", "words and places", "pin_doors change_local change_profile change_group add_place change_place"),
    ("yes", "words and places", "set_place note_age import_holidays remove_holiday"),
    ("yes", "before anybody is signed in, or by the node", "ask_to_join forget_ways_in"),
    (
        "yes",
        "before anybody is signed in, or by the node",
        "accept_invitation found_local use_sign_in_code anonymise_due ask_approval",
    ),
)
NO_PLACE = {"add_place": "a place that is nobody's yet: only who has the task everywhere"}


def errands(_village: Any) -> Iterator[tuple[Any, ...]]:
    """The file of a list, as a steward asks for it."""
    page = reverse("agents:people")
    yield "agents.listing_file", ("agents.people", "csv", "q=a"), "Li Na", page, f"{page}?q=a&as=csv"
