"""The pick-up list: who is to come, in the order of the crates' numbers, and what the keeper should know of each."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from cosmolocal.handovers import queries
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.queries import CrateRow
from cosmolocal.kernel.practices import DoorNote, switched_on


def notes(handover: Handover, receivers: Collection[int] | None = None) -> Mapping[int, DoorNote]:
    """What practices want the keeper to know: of these receivers, or of everybody of whom there is something to say."""
    found: dict[int, DoorNote] = {}
    for practice in switched_on():
        if practice.door_notes:
            found.update(practice.door_notes(handover, receivers))
    return found


def rows(handover: Handover, crates: Collection[Crate] | None = None) -> list[CrateRow]:
    """These crates as the list is printed, or every crate."""
    shown = queries.rows_of(handover, queries.found(handover) if crates is None else crates)
    told = notes(handover, [row.crate.receiver_id for row in shown])
    return [replace(row, note=told.get(row.crate.receiver_id)) for row in shown]
