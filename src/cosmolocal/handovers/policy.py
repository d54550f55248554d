"""Who may do what at a hand-over, and when: asked by operations and by pages, so button and rule cannot disagree."""

from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.queries import Reader
from cosmolocal.handovers.models import Handover
from cosmolocal.kernel.practices import switched_on
from cosmolocal.kernel.refusal import Refusal


def permit_plan(by: Agent) -> None:
    """Planning hand-overs: stewards. Refuses agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)


def permit_packing(by: Agent, place: Place) -> None:
    """Receiving, weighing, packing, losses: packers and keepers of this place, stewards.

    Refuses agents.not_allowed, agents.other_place.
    """
    agents_policy.permit(by, agents_policy.PACKER, agents_policy.KEEPER, agents_policy.STEWARD, place=place)


def permit_handing(by: Agent, place: Place) -> None:
    """Handing over: the keeper of this place, stewards. Refuses agents.not_allowed, agents.other_place."""
    agents_policy.permit(by, agents_policy.KEEPER, agents_policy.STEWARD, place=place)


def permit_all_at_once(handover: Handover) -> None:
    """All packed, all taken, the door shut: once nothing more will be promised. Refuses handovers.still_open."""
    if more := still_open(handover):
        sentence = _("%(more)s What was packed or taken already can be noted crate by crate.") % {"more": more}
        raise Refusal("handovers.still_open", sentence)


def still_open(handover: Handover) -> str:
    """Until when practices promise more for it, in sentences; nothing where all is said."""
    asked = (practice.still_open(handover) for practice in switched_on() if practice.still_open)
    return " ".join(filter(None, asked))


def called_off(handover: Handover, promise: int | None = None) -> str:
    """What of it practices gave up, in sentences: pages left open since go on offering it, and what is done is written
    down all the same. With a promise (id): whether that was part of it.
    """
    asked = (practice.called_off(handover, promise) for practice in switched_on() if practice.called_off)
    return " ".join(filter(None, asked))


def may_pack(reader: Reader, place_id: int) -> bool:
    """Packers and keepers of that place, and stewards, receive and pack; drivers and auditors read."""
    return reader.has_at(place_id, agents_policy.PACKER, agents_policy.KEEPER, agents_policy.STEWARD)


def may_hand_over(reader: Reader, place_id: int) -> bool:
    """The keeper of that place, and stewards, give crates out."""
    return reader.has_at(place_id, agents_policy.KEEPER, agents_policy.STEWARD)
