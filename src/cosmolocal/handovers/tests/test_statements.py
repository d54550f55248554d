"""Packing and handing over many crates: no statement takes longer than the rows it reads."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.handovers import operations


def test_no_statement_seeks_in_two_lists(village):
    """SQLite that has no figures of its tables seeks every pair of two lists: 2,500 promises times 3,400 households."""
    [handover] = village.agreed(3)
    village.receive(handover)
    with CaptureQueriesContext(connection) as asked:
        operations.pack_all(by=village.people["Tan Mei"], handover=handover)
        operations.hand_over_all(by=village.people["Keeper Lu"], handover=handover)
    lists = [one["sql"].count("json_each") + one["sql"].count("unnest(") for one in asked if "SELECT" in one["sql"][:6]]
    assert max(lists) == 1
