"""What can be done with flows: define kinds, open stocks, offer, promise, and record what happened."""

from cosmolocal.flows.operations.journal import ProcessDraft, begin_processes, correct, record, transfer
from cosmolocal.flows.operations.kinds import define_specification, define_specifications, define_unit, standard_units
from cosmolocal.flows.operations.offers import (
    IntentDraft,
    add_intents,
    announce_available,
    close_intents,
    propose,
    reopen_intents,
)
from cosmolocal.flows.operations.promises import (
    CommitmentDraft,
    LotMove,
    TimeMove,
    agree,
    assign_lots,
    commit,
    finish,
    release,
    reschedule,
)
from cosmolocal.flows.operations.stocks import LotDraft, open_lots, open_resource, set_floor
from cosmolocal.flows.rules import EventDraft

__all__ = [
    "CommitmentDraft",
    "EventDraft",
    "IntentDraft",
    "LotDraft",
    "LotMove",
    "ProcessDraft",
    "TimeMove",
    "add_intents",
    "agree",
    "announce_available",
    "assign_lots",
    "begin_processes",
    "close_intents",
    "commit",
    "correct",
    "define_specification",
    "define_specifications",
    "define_unit",
    "finish",
    "open_lots",
    "open_resource",
    "propose",
    "record",
    "release",
    "reopen_intents",
    "reschedule",
    "set_floor",
    "standard_units",
    "transfer",
]
