"""The pick-up list: who is to come, in the order of the crates' numbers, and what the keeper should know of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from cosmolocal.handovers import queries
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.kernel.practice import DoorNote, switched_on


@dataclass(frozen=True)
class Row:
    """One crate on the list."""

    crate: Crate
    things: int
    note: DoorNote | None

    @property
    def is_collected(self) -> bool:
        return self.crate.state == Crate.State.COLLECTED


def notes(handover: Handover) -> Mapping[int, DoorNote]:
    """What practices want the keeper to know, by receiver."""
    found: dict[int, DoorNote] = {}
    for practice in switched_on():
        if practice.door_notes:
            found.update(practice.door_notes(handover))
    return found


def rows(handover: Handover) -> list[Row]:
    """Every crate, as the list is printed."""
    told = notes(handover)
    sheets = queries.crate_sheets(handover)
    return [Row(sheet.crate, len(sheet.lines), told.get(sheet.crate.receiver_id)) for sheet in sheets]
