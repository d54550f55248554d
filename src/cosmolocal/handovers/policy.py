"""Who may do what at a hand-over: asked by operations and by templates."""

from cosmolocal.agents import policy as people
from cosmolocal.agents.models import Agent, Place


def permit_plan(by: Agent) -> None:
    """Planning hand-overs: stewards. Refuses agents.not_allowed."""
    people.permit(by, people.STEWARD)


def permit_packing(by: Agent) -> None:
    """Receiving, weighing, packing, losses: packers, keepers, stewards. Refuses agents.not_allowed."""
    people.permit(by, people.PACKER, people.KEEPER, people.STEWARD)


def permit_handing(by: Agent, place: Place) -> None:
    """Handing over: the keeper of this place, stewards. Refuses agents.not_allowed."""
    people.permit(by, people.KEEPER, people.STEWARD, place=place)


def may_pack(agent: Agent) -> bool:
    """Packers, keepers and stewards weigh and pack."""
    return people.is_house(agent) or people.holds_any(agent, people.PACKER, people.KEEPER, people.STEWARD)


def may_hand_over(agent: Agent, place: Place) -> bool:
    """The keeper of that place, and stewards, give crates out."""
    return people.is_house(agent) or people.holds_any(agent, people.KEEPER, people.STEWARD, place=place)
