"""Does what was packed agree with the promise it was packed for, and with the entries of its hand-over?"""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers.models import Crate, Packed
from cosmolocal.kernel import clock
from cosmolocal.kernel.ahead import Wrong
from cosmolocal.look.dates import format_day

if TYPE_CHECKING:
    from django.db.models import QuerySet


def wrong() -> Iterator[Wrong]:
    """For `cosmolocal doctor`: each crate of which something else is written than is promised, or changed hands, or
    for somebody else (one statement, and some more where an entry was put right since). The entries are sealed, and
    `doctor` adds them up for each promise.
    """
    taken = Q(crate__state=Crate.State.COLLECTED)
    otherwise = ~Q(commitment__quantity=F("quantity")) | ~Q(commitment__receiver=F("crate__receiver"))
    found = Packed.objects.filter(
        otherwise
        | (taken & ~Q(commitment__fulfilled_quantity=F("quantity")))
        | (~taken & ~Q(commitment__fulfilled_quantity=0))
    )
    swapped = _as_taken(found.filter(taken).exclude(otherwise))
    crates = found.exclude(pk__in=swapped).order_by("crate_id")
    columns = ("crate__number", "crate__receiver__name", "crate__handover__begins")
    for number, name, begins, count in crates.values_list(*columns).annotate(count=Count("pk")):
        yield Wrong(
            _("Crate %(number)s of %(name)s, %(day)s, does not hold what the journal says (lines: %(count)s).")
            % {"number": number, "name": name, "day": format_day(clock.day_of(begins)), "count": count},
            _(
                "It was changed past the program. Restore the last backup from before into another folder, and "
                "compare: who may write to the database?"
            ),
            grave=True,
        )


def _as_taken(lines: "QuerySet[Packed]") -> list[int]:
    """Of these, those that somebody had as they are written: an entry that was put right, as where two had each other's
    crate, fulfils no promise any more.
    """
    asked = {
        commitment: (pk, quantity) for pk, commitment, quantity in lines.values_list("pk", "commitment", "quantity")
    }
    standing = flows_queries.fulfilling(asked)
    had: dict[int, int] = defaultdict(int)
    for event in flows_queries.events_by(standing):
        had[standing[event.pk]] += event.quantity
    return [pk for commitment, (pk, quantity) in asked.items() if had[commitment] == quantity]
