"""What can be done about people, by noun: founding, people, groups, roles, joining, leaving."""

from cosmolocal.agents.operations.founding import LocalDraft, change_local, found_local
from cosmolocal.agents.operations.groups import (
    NewPlace,
    Whereabouts,
    add_circle,
    add_organisation,
    add_place,
    add_producer,
    change_group,
    change_place,
    join,
    leave_group,
    set_place,
)
from cosmolocal.agents.operations.holidays import import_holidays, remove_holiday
from cosmolocal.agents.operations.joining import (
    accept_invitation,
    ask_to_join,
    decline,
    invite,
    welcome,
    withdraw_invitation,
)
from cosmolocal.agents.operations.leaving import anonymise_due, leave
from cosmolocal.agents.operations.passkeys import add_passkey, remove_passkey, rename_passkey
from cosmolocal.agents.operations.people import (
    ContactDraft,
    add_member,
    add_person,
    change_contact,
    change_profile,
    make_user,
    note_age,
)
from cosmolocal.agents.operations.pinning import PINS, pin_doors
from cosmolocal.agents.operations.returning import bring_back
from cosmolocal.agents.operations.roles import end_helping, end_role, give_role, start_helping
from cosmolocal.agents.operations.signing_in import (
    forget_ways_in,
    holder_of,
    make_sign_in_code,
    sign_out_everywhere,
    use_sign_in_code,
)

__all__ = [
    "ContactDraft",
    "LocalDraft",
    "NewPlace",
    "PINS",
    "Whereabouts",
    "accept_invitation",
    "add_circle",
    "add_member",
    "add_organisation",
    "add_passkey",
    "add_person",
    "add_place",
    "add_producer",
    "anonymise_due",
    "ask_to_join",
    "bring_back",
    "change_contact",
    "change_group",
    "change_local",
    "change_place",
    "change_profile",
    "decline",
    "end_helping",
    "end_role",
    "forget_ways_in",
    "found_local",
    "give_role",
    "holder_of",
    "import_holidays",
    "invite",
    "join",
    "leave",
    "leave_group",
    "make_sign_in_code",
    "make_user",
    "note_age",
    "pin_doors",
    "remove_holiday",
    "remove_passkey",
    "rename_passkey",
    "set_place",
    "sign_out_everywhere",
    "start_helping",
    "use_sign_in_code",
    "welcome",
    "withdraw_invitation",
]
