"""What is to arrive, what came, what was lost."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from cosmolocal.agents.models import Agent
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import rules
from cosmolocal.handovers.models import Handover, Loss, Receipt
from cosmolocal.handovers.queries.goods import Measured, measured, measured_by
from cosmolocal.kernel.sets import among

if TYPE_CHECKING:
    from cosmolocal.flows.models import Commitment

LATELY = 20  # deliveries


Kind = tuple[int | None, int]  # the promise (None: nobody had ordered it) and the kind of goods


@dataclass
class Arrival:
    """One kind of goods a producer brings: what was promised, what came, what of it is paid (base units)."""

    goods: Measured
    specification_id: int
    commitment_id: int | None
    promised: int
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def came(self) -> int:
        return sum(receipt.received for receipt in self.receipts)

    @property
    def accepted(self) -> int:
        return sum(receipt.accepted for receipt in self.receipts)

    @property
    def verdict(self) -> str:
        return rules.verdict(self.promised, self.came)

    @property
    def promised_text(self) -> str:
        return self.goods.text(self.promised)

    @property
    def came_text(self) -> str:
        return self.goods.text(self.came)

    @property
    def accepted_text(self) -> str:
        return self.goods.text(self.accepted)


@dataclass(frozen=True)
class Delivery:
    """What one producer brings to one hand-over."""

    producer: Agent
    arrivals: Sequence[Arrival]


@dataclass(frozen=True)
class Coming:
    """One producer of a hand-over: how many kinds of goods are promised, how many of these were written down, and how
    many came unasked.
    """

    producer: Agent
    promised: int
    received: int
    unasked: int

    @property
    def kinds(self) -> int:
        return self.promised + self.unasked

    @property
    def is_received(self) -> bool:
        return self.received >= self.promised


def coming(handover: Handover) -> list[Coming]:
    """Who brings something to this hand-over, or has brought it unasked, by name (four statements)."""
    asked = dict(_promised(handover).order_by().values_list("provider_id").annotate(Count("pk")))
    receipts = Receipt.objects.filter(handover=handover).order_by().values_list("producer_id")
    counted = receipts.annotate(
        ordered=Count("commitment", distinct=True),
        unasked=Count("specification", distinct=True, filter=Q(commitment=None)),
    )
    came = {producer: (ordered, unasked) for producer, ordered, unasked in counted}
    producers = Agent.objects.filter(pk__in=[*asked, *came]).order_by("name", "pk")
    return [Coming(one, asked.get(one.pk, 0), *came.get(one.pk, (0, 0))) for one in producers]


def kinds_to_receive(handover: Handover, producer: int) -> list[Kind]:
    """All that one producer promised, what still waits first, and what came beyond it (two statements)."""
    promised = _promised(handover).filter(provider_id=producer).order_by("specification__name", "pk")
    brought = Receipt.objects.filter(handover=handover, producer_id=producer).order_by("pk")
    came = dict.fromkeys(brought.values_list("commitment_id", "specification_id"))
    kinds = dict.fromkeys(promised.values_list("pk", "specification_id"))
    waiting = [kind for kind in kinds if kind not in came]
    return [*waiting, *(kind for kind in kinds if kind in came), *(kind for kind in came if kind not in kinds)]


def delivery_of(handover: Handover, producer: int, commitments: Collection[int]) -> Delivery | None:
    """What one producer promised by these commitments, also where nothing of it is promised any more: it may come
    (three statements). None: they are not hers, or not of this hand-over.
    """
    promised = _asked_for(handover).filter(provider_id=producer, pk__in=among(commitments))
    brought = Receipt.objects.filter(commitment__in=among(commitments), handover=handover, producer_id=producer)
    return next(iter(_deliveries(promised, brought)), None)


def receiving_list(
    handover: Handover, producer: int | None = None, only: Sequence[Kind] | None = None
) -> list[Delivery]:
    """What producers (or one of them) promised for this hand-over, what came, and what came beyond it (four
    statements); `only` some of it.
    """
    promises, brought = _promised(handover), Receipt.objects.filter(handover=handover)
    if producer is not None:
        promises, brought = promises.filter(provider_id=producer), brought.filter(producer_id=producer)
    if only is not None:
        asked = among(commitment for commitment, _kind in only if commitment)
        beyond = [kind for commitment, kind in only if not commitment]
        promises = promises.filter(pk__in=asked)
        brought = brought.filter(Q(commitment__in=asked) | Q(commitment=None, specification__in=beyond))
    return _deliveries(promises, brought)


def _deliveries(promises: "QuerySet[Commitment]", brought: QuerySet[Receipt]) -> list[Delivery]:
    promised = list(promises)
    receipts = list(brought.select_related("lot", "producer", "event").order_by("id"))
    kinds = {r.commitment_id or 0: r.specification_id for r in receipts} | {c.pk: c.specification_id for c in promised}
    said = measured_by({id: kind for id, kind in kinds.items() if id})
    goods = measured({r.specification_id for r in receipts if not r.commitment_id})
    producers: dict[int, Agent] = {}
    found: dict[int, dict[tuple[int | None, int], Arrival]] = defaultdict(dict)
    for commitment in promised:
        producers[commitment.provider_id] = commitment.provider
        kind = commitment.specification_id
        found[commitment.provider_id][commitment.pk, kind] = Arrival(
            said[commitment.pk], kind, commitment.pk, commitment.quantity
        )
    for receipt in receipts:
        producers[receipt.producer_id] = receipt.producer
        kind = receipt.specification_id
        key = (receipt.commitment_id, kind)
        words = said[receipt.commitment_id] if receipt.commitment_id else goods[kind]
        arrival = found[receipt.producer_id].setdefault(key, Arrival(words, kind, receipt.commitment_id, 0))
        arrival.receipts.append(receipt)
    return [
        Delivery(producers[id], sorted(arrivals.values(), key=lambda a: (a.commitment_id is None, a.goods.name)))
        for id, arrivals in sorted(found.items(), key=lambda pair: producers[pair[0]].name)
    ]


def _promised(handover: Handover) -> "QuerySet[Commitment]":
    return _asked_for(handover).filter(quantity__gt=0)


def _asked_for(handover: Handover) -> "QuerySet[Commitment]":
    return flows_queries.due_at(handover.place_id, handover.begins, finished=None).filter(receiver__is_home=True)


def most_received(specification_id: int) -> int | None:
    """The largest of the last deliveries of one kind of goods, in base units; None before the first (one statement)."""
    last = Receipt.objects.filter(specification=specification_id).order_by("-id").values_list("received", flat=True)
    return max((came for came in last[:LATELY] if came), default=None)


def losses(handover: Handover) -> list[Loss]:
    """What spoiled, broke or went missing (one statement)."""
    return list(handover.losses.select_related("lot__conforms_to", "receipt__producer").order_by("id"))
