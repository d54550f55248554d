"""What somebody wants in the bar of every page."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy
from cosmolocal.agents.models import Agent, User
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal

PINS = 2


@operation("agents.pin_doors", said=gettext_lazy("chose what stands in the bar"))
def pin_doors(*, by: Agent, agent: Agent, doors: Sequence[str], key: str = "") -> None:
    """Keeps which doors a person wants in the bar: names of addresses, the newest last.

    Refuses: agents.too_many_pins, agents.not_yours.
    """
    policy.require(policy.is_house(by) or policy.acts_for(by, agent))
    if len(doors) > PINS:
        raise Refusal("agents.too_many_pins", _("The bar holds two of your choice. Take one off it first."))
    User.objects.filter(agent=agent).update(pinned=list(doors))
