"""Crates as a page lists them: found by a name or number, with how many things they hold, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers.models import Crate, Handover, Packed
from cosmolocal.kernel import outside
from cosmolocal.kernel.practices import DoorNote
from cosmolocal.kernel.sets import among

MOST_WORDS = 8  # of a search
MOST_LETTERS = 80


@dataclass(frozen=True)
class CrateRow:
    """One crate on a list: how many things are for it, how many of them lie in it; what the keeper should know."""

    crate: Crate
    things: int
    packed: int
    on_paper: bool = False
    note: DoorNote | None = None

    @property
    def is_collected(self) -> bool:
        return self.crate.state == Crate.State.COLLECTED


def found(handover: Handover, words: str = "") -> QuerySet[Crate]:
    """Crates in the order of their numbers: all of them, one by its number, or by words in the receiver's name."""
    crates = handover.crates.select_related("receiver", "packer", "collected_by").order_by("number")
    words = words[:MOST_LETTERS].strip()
    number = outside.whole(words)
    if number is not None:
        return crates.filter(Q(number=number) | Q(receiver__name__icontains=words))
    for word in words.split()[:MOST_WORDS]:
        crates = crates.filter(receiver__name__icontains=word)
    return crates


def rows_of(handover: Handover, crates: Iterable[Crate]) -> list[CrateRow]:
    """The crates with their counts (three statements, whatever their number)."""
    shown = list(crates)
    receivers = [crate.receiver_id for crate in shown]
    due = flows_queries.due_at(handover.place_id, handover.begins, finished=None, ours=True).filter(
        receiver_id__in=among(receivers)
    )
    due = due.filter(Q(quantity__gt=0) | Q(packed__isnull=False)).order_by()
    things = dict(due.select_related(None).values_list("receiver_id").annotate(Count("pk")))
    lines = Packed.objects.filter(crate__in=among(crate.pk for crate in shown)).order_by().values_list("crate_id")
    counted = lines.annotate(all=Count("pk"), keyed=Count("pk", filter=Q(on_paper=True)))
    packed = {crate: (count, on_paper) for crate, count, on_paper in counted}
    return [
        CrateRow(crate, things.get(crate.receiver_id, 0), count, bool(on_paper))
        for crate in shown
        for count, on_paper in (packed.get(crate.pk, (0, 0)),)
    ]


def stamp(handover: Handover) -> str:
    """Changes whenever a crate does: a screen that watches asks for no more (one statement)."""
    seen = handover.crates.aggregate(last=Max("changed_at"), count=Count("pk"))
    return f"{seen['count']}-{seen['last'].timestamp():.6f}" if seen["last"] else "0"
