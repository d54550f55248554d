"""What sharing gives to the house."""

from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.policy import MEMBER, STEWARD
from cosmolocal.bookings.letters import LETTERS
from cosmolocal.bookings.usual import questions
from cosmolocal.kernel.practices import NavItem, Practice
from cosmolocal.practices.sharing import cards, demo, desk

practice = Practice(
    name="sharing",
    title=_("Sharing"),
    icon="key",
    offer=_("A cargo bike, a van, a mill, a room: book it, fetch it, bring it back."),
    urls="cosmolocal.practices.sharing.urls",
    entry="sharing:home",
    desks=(NavItem("sharing:desk", _("Shared things"), "key", (STEWARD,)),),
    me=(NavItem("sharing:mine", _("My bookings"), "calendar", (MEMBER,), _("what I have booked, my calendar")),),
    settings="sharing:how",
    questions=questions("sharing"),
    letters=LETTERS,
    parts=frozenset({"reports", "damage", "said"}),
    member_cards=cards.member_cards,
    steward_cards=cards.steward_cards,
    demo=demo.build_start,
    unfinished=desk.unfinished,
)
