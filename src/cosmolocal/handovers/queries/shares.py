"""What is there for each crate: all that was asked, or where less came, each crate's share of what is left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import rules
from cosmolocal.handovers.models import Handover, Receipt
from cosmolocal.handovers.queries.goods import measured
from cosmolocal.handovers.rules import Free


@dataclass(frozen=True)
class Short:
    """One kind of goods of which less is left than crates still ask for; base units."""

    left: int
    shares: Mapping[int, int]  # commitment id -> its share


def free_lots(handover: Handover, specifications: Iterable[int]) -> dict[int, list[Free]]:
    """Lots of this hand-over's place by kind of goods: what arrived for it, then what lay there (two statements)."""
    kinds = set(specifications)
    arrived = set(Receipt.objects.filter(handover=handover, specification_id__in=kinds).values_list("lot", flat=True))
    lots = sorted(flows_queries.lots_at(handover.place_id, kinds), key=lambda lot: (lot.pk not in arrived, lot.pk))
    free: dict[int, list[Free]] = {}
    for lot in lots:
        left = lot.accounting_quantity - lot.promised_quantity
        if lot.pk in arrived or left > 0:
            free.setdefault(lot.conforms_to_id, []).append(Free(lot.pk, left))
    return free


def short_kinds(handover: Handover, specifications: Iterable[int]) -> dict[int, Short]:
    """Kinds of goods that are all here and are less than what is still to pack, by kind (five statements or fewer).

    While a farm is still to come, nobody knows what there will be, and nothing is short.
    """
    kinds = _all_here(handover, set(specifications))
    if not kinds:
        return {}
    wishes: dict[int, dict[int, int]] = defaultdict(dict)
    unpacked = flows_queries.due_at(handover.place_id, handover.begins, finished=False, ours=True).filter(
        specification__in=kinds, packed=None, resource=None, quantity__gt=0
    )
    for kind, commitment, quantity in unpacked.order_by("pk").values_list("specification_id", "pk", "quantity"):
        wishes[kind][commitment] = quantity
    free = free_lots(handover, wishes)
    left = {kind: max(sum(lot.quantity for lot in free.get(kind, [])), 0) for kind in wishes}
    short = {kind for kind in wishes if left[kind] < sum(wishes[kind].values())}
    goods = measured(short) if short else {}
    return {
        kind: Short(left[kind], rules.share_left(left[kind], wishes[kind], goods[kind].per if goods[kind].pack else 1))
        for kind in short
    }


def _all_here(handover: Handover, kinds: set[int]) -> set[int]:
    """Kinds of which something came, and no promise is still open."""
    came = set(
        Receipt.objects.filter(handover=handover, specification__in=kinds).values_list("specification", flat=True)
    )
    if not came:
        return came
    promised = flows_queries.due_at(handover.place_id, handover.begins, finished=None).filter(
        receiver__is_home=True, specification__in=came, quantity__gt=0
    )
    unseen = promised.exclude(Exists(Receipt.objects.filter(commitment=OuterRef("pk"))))
    return came - set(unseen.order_by().values_list("specification", flat=True))
