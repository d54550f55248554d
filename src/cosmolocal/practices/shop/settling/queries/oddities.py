"""What is out of proportion in a round before it is settled: weighed or received far from what was agreed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import F, Q, Sum

from cosmolocal.handovers.models import Packed, Receipt
from cosmolocal.handovers.queries import measured
from cosmolocal.look import proportion
from cosmolocal.practices.shop.models import OrderRound, ProducerOrderLine

SHOWN = 40  # more than anybody reads; a slip is one line


@dataclass(frozen=True)
class Odd:
    """One line: whose, of what, what was agreed and what is written down, in words; `receipt`: to correct."""

    name: str
    goods: str
    agreed: str
    written: str
    receipt: int | None = None
    crate: int | None = None


def lines(round: OrderRound) -> list[Odd]:
    """Receipts and packed lines far from what was promised (five statements at most)."""
    came = Receipt.objects.filter(handover=round.handover).select_related("producer")
    packed = Packed.objects.filter(crate__handover=round.handover).filter(_far("quantity", "asked"))
    receipts = list(came.filter(_far("accepted", "promised")).order_by("pk")[:SHOWN])
    far = list(packed.order_by("pk").values_list("pk", flat=True)[:SHOWN])  # most often nobody's names are read
    named = Packed.objects.filter(pk__in=far).select_related("crate__receiver", "commitment")
    crates = list(named.order_by("pk")) if far else []
    kinds = {one.specification_id for one in receipts} | {one.commitment.specification_id for one in crates}
    goods = measured(kinds) if kinds else {}
    found = []
    for one in receipts:
        kind = goods[one.specification_id]
        texts = kind.text(one.promised), kind.text(one.accepted)
        found.append(Odd(one.producer.name, kind.name, *texts, receipt=one.pk))
    for row in crates:
        kind = goods[row.commitment.specification_id]
        texts = kind.text(row.asked), kind.text(row.quantity)
        found.append(Odd(row.crate.receiver.name, kind.name, *texts, crate=row.crate_id))
    return found


def payments(round: OrderRound, due: Mapping[int, int]) -> set[int]:
    """Of the producers to whom so much is due (minor units), those far from what was ordered (one statement)."""
    asked = ProducerOrderLine.objects.filter(order__round=round)
    ordered = asked.order_by().values_list("order__producer").annotate(Sum("purchase"))
    return set(_far_payments(dict(ordered), due))


def _far_payments(ordered: Mapping[int, int], due: Mapping[int, int]) -> Iterator[int]:
    for producer, amount in due.items():
        if proportion.is_odd(amount, ordered.get(producer)):
            yield producer


def _far(written: str, agreed: str) -> Q:
    """As `proportion.is_odd`, for many rows: far more, or so little that a slip of a thousand explains it."""
    more = Q(**{f"{written}__gt": F(agreed) * proportion.FAR})
    less = Q(**{f"{written}__gt": 0, f"{agreed}__gte": F(written) * 400})
    return Q(**{f"{agreed}__gt": 0}) & (more | less)
