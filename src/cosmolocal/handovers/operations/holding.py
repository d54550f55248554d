"""A crate is held while somebody looks what is packed of it: its order and what lies in it say the same."""

from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.handovers.models import Crate, Handover, Packed
from cosmolocal.kernel.refusal import Refusal

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment


def lock_crate(crate: Crate) -> Crate:
    """The crate as it is now, locked until the operation ends."""
    return Crate.objects.select_for_update(of=("self",)).select_related("handover__place").get(pk=crate.pk)


def hold_crate(handover: Handover | int, receiver: Agent) -> None:
    """Inside operations: nobody packs the crate of this household until the deed ends. SQLite has one writer anyway."""
    if connection.features.has_select_for_update:
        Crate.objects.select_for_update().filter(handover=handover, receiver=receiver).first()


def check_asked(promise: "Commitment") -> None:
    """Refuses handovers.taken_out for a tick "as ordered" of what nobody asks for any more."""
    if not promise.quantity and not Packed.objects.filter(commitment=promise).exists():
        raise Refusal(
            "handovers.taken_out",
            _(
                "Nobody asks for this any more: it was taken out of the order. Leave it out of the crate. If it lies "
                "in it and stays, write how much."
            ),
            field="quantity",
        )
