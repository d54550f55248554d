"""Lots, stocks, things and accounts: opened empty, since quantities come by events only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows.models import EconomicResource, ResourceSpecification, row_id
from cosmolocal.kernel.operation import operation


@dataclass(frozen=True)
class LotDraft:
    """A lot of goods to open: what kind, whose, where, with which code."""

    specification_id: int
    accountable_id: int
    location_id: int | None = None
    lot: str = ""


@operation("flows.open_lots", said=gettext_lazy("opened lots of goods"), fact=True)
def open_lots(*, by: Agent, drafts: Sequence[LotDraft], key: str = "") -> list[EconomicResource]:
    """Empty lots in the order of the drafts (one statement); no wish takes one below nothing."""
    return EconomicResource.objects.bulk_create(
        EconomicResource(
            conforms_to_id=draft.specification_id,
            primary_accountable_id=draft.accountable_id,
            location_id=draft.location_id,
            lot=draft.lot,
        )
        for draft in drafts
    )


@operation("flows.open_resource", said=gettext_lazy("opened an account or a stock"), fact=True)
def open_resource(
    *,
    by: Agent,
    specification: ResourceSpecification | int,
    accountable: Agent | int,
    name: str = "",
    floor: int | None = 0,
    location: Place | int | None = None,
    lot: str = "",
    expires_on: date | None = None,
    tracking_identifier: str = "",
    key: str = "",
) -> EconomicResource:
    """An empty resource. `floor`, in the smallest unit: no wish takes it below; None: it may fall freely."""
    return EconomicResource.objects.create(
        conforms_to_id=row_id(specification),
        primary_accountable_id=row_id(accountable),
        name=name,
        floor=floor,
        location_id=row_id(location),
        lot=lot,
        expires_on=expires_on,
        tracking_identifier=tracking_identifier,
    )


@operation("flows.set_floor", said=gettext_lazy("set a limit"), fact=True)
def set_floor(*, by: Agent, resource: EconomicResource | int, floor: int | None, key: str = "") -> None:
    """From now on no wish takes the resource below `floor` (smallest unit). What lies below already is not refused."""
    EconomicResource.objects.filter(pk=row_id(resource)).update(floor=floor)
