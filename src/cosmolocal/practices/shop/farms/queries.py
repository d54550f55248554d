"""What a farm sees: what to bring next, what came of it, its income month by month."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Sum

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.catalog.models import Terms
from cosmolocal.handovers.queries import Measured, measured_by, measured_kinds, terms_under
from cosmolocal.kernel import clock
from cosmolocal.kernel.sets import among
from cosmolocal.messages.models import Letter
from cosmolocal.messages.rules import LATE_AFTER
from cosmolocal.practices.shop.models import OrderRound, ProducerOrder, ProducerOrderLine, RoundOffer
from cosmolocal.practices.shop.rounds.queries.rounds import packs_ordered


def terms_with(round: OrderRound, producer: Agent) -> Terms:
    """The terms a round was agreed under with a producer; those of today where nothing was asked of her."""
    order = ProducerOrder.objects.filter(round=round, producer=producer).first()
    return terms_under(order.agreement_id if order else None, producer.pk)


@dataclass(frozen=True)
class AskedLine:
    """One kind of goods a farm is asked for: base units, and the sum agreed (minor units)."""

    goods: Measured
    quantity: int
    purchase: int

    @property
    def text(self) -> str:
        return self.goods.text(self.quantity)


@dataclass(frozen=True)
class AskedOrder:
    """What one round asks of one farm: how many kinds of goods, and minor units for all of them. `lines`: all of them
    where it is open, else none.
    """

    order: ProducerOrder
    lines: list[AskedLine]
    is_open: bool
    kinds: int
    total: int

    @property
    def is_unwritten(self) -> bool:
        """Nobody has called, and no letter was written."""
        return self.order.told_at is None and self.order.letter_id is None

    @property
    def waits_since(self) -> datetime | None:
        """Since when her mail waits to be sent, where she does not know yet."""
        letter = self.order.letter if self.order.told_at is None else None
        return letter.since if letter and letter.state == Letter.State.WAITING else None

    @property
    def is_to_call(self) -> bool:
        """She does not know, and no mail is on its way, or it has been for too long."""
        since = self.waits_since
        return self.order.told_at is None and (since is None or since <= clock.now() - LATE_AFTER)


@dataclass(frozen=True)
class Soon:
    """What a running round has ordered of a farm's goods so far."""

    offer: RoundOffer
    goods: Measured

    @property
    def promised_text(self) -> str:
        return self.goods.text(self.offer.intent.promised_quantity if self.offer.intent else 0)

    @property
    def available(self) -> int | None:
        return self.offer.intent.available_quantity if self.offer.intent else None

    @property
    def available_text(self) -> str:
        return "" if self.available is None else self.goods.text(self.available)


def mail_on_its_way() -> Q:
    """Orders whose mail was written moments ago and has not reached the mail server yet: nobody need call."""
    since = clock.now() - LATE_AFTER
    return Q(told_at=None, letter__state=Letter.State.WAITING, letter__since__gt=since)


def orders_of(round: OrderRound) -> QuerySet[ProducerOrder]:
    """What a round asks of farms, those that nobody has told first, then by name: rows to page through."""
    orders = round.producer_orders.select_related("producer__contact", "round__handover__place", "letter")
    return orders.order_by(F("told_at").asc(nulls_first=True), "producer__name", "id")


def asked(orders: Iterable[ProducerOrder], of: Container[int] | None = None) -> list[AskedOrder]:
    """The same in words; with the lines of all, or `of` these orders only (four statements)."""
    rows = list(orders)
    every = ProducerOrderLine.objects.filter(order__in=among(order.pk for order in rows))
    counted = every.order_by().values_list("order_id").annotate(Count("pk"), Sum("purchase"))
    sums = {order: (kinds, total) for order, kinds, total in counted}
    lines = _lines([order.pk for order in rows if of is None or order.pk in of])
    return [
        AskedOrder(order, lines.get(order.pk, []), order.pk in lines, *sums.get(order.pk, (0, 0))) for order in rows
    ]


def _lines(order_ids: Collection[int]) -> dict[int, list[AskedLine]]:
    """Order id -> its lines by name (three statements)."""
    found = list(ProducerOrderLine.objects.filter(order__in=among(order_ids)).select_related("commitment"))
    goods = measured_by({line.commitment_id: line.commitment.specification_id for line in found})
    lines: dict[int, list[AskedLine]] = {order: [] for order in order_ids}
    for line in sorted(found, key=lambda line: (goods[line.commitment_id].name, line.pk)):
        lines[line.order_id].append(AskedLine(goods[line.commitment_id], line.commitment.quantity, line.purchase))
    return lines


def producer_orders(round: OrderRound) -> list[AskedOrder]:
    """What a round asks of each farm, by name (three statements)."""
    return asked(orders_of(round).order_by("producer__name", "id"))


def to_call(round: OrderRound) -> QuerySet[ProducerOrder]:
    """Farms that know nothing yet, and to whom no mail is on its way, by name."""
    return orders_of(round).filter(told_at=None).exclude(mail_on_its_way()).order_by("producer__name", "id")


def on_call_list(round: OrderRound) -> QuerySet[ProducerOrder]:
    """Farms to call, by name; all of the round where each knows already (two statements at most)."""
    untold = to_call(round)
    return untold if untold.exists() else orders_of(round).order_by("producer__name", "id")


def orders_for(producer: Agent, limit: int = 6) -> list[AskedOrder]:
    """What rounds asked of one farm, the newest first (three statements)."""
    orders = ProducerOrder.objects.filter(producer=producer).order_by("-round__handover__begins", "-id")
    return asked(orders.select_related("producer__contact", "round__handover__place", "letter")[:limit])


def visible_to(reader: Reader) -> QuerySet[ProducerOrder]:
    """Orders to farms a reader may open: her own farms'; stewards, treasurers and auditors all."""
    orders = ProducerOrder.objects.select_related("producer__contact", "round__handover__place")
    if reader.agent is None:
        return orders.none()
    if reader.has(*agents_queries.SEES_ALL):
        return orders
    return orders.filter(producer__in=agents_queries.producers_of(reader.agent))


def running(producer: Agent, now: datetime) -> list[Soon]:
    """A farm's goods in rounds that take orders now, with what is ordered so far (two statements)."""
    offers = list(
        RoundOffer.objects.filter(
            round__state=OrderRound.State.OPEN,
            round__closes_at__gt=now,
            item__product__producer=producer,
            intent__isnull=False,
        )
        .select_related("intent", "round__handover__place", "item__product")
        .order_by("round__closes_at", "item__product__name", "id")
    )
    kinds = {offer.intent_id or 0: offer.item.product.specification_id for offer in offers}
    goods = measured_kinds(packs_ordered(kinds))
    seen: dict[int, Soon] = {}
    for offer in offers:
        seen.setdefault(offer.intent_id or 0, Soon(offer, goods[offer.item.product.specification_id]))
    return list(seen.values())


def income(producer: Agent, since: datetime) -> list[tuple[date, int]]:
    """Minor units a farm earned each month with settled rounds, the newest first (one statement)."""
    months: dict[date, int] = defaultdict(int)
    rounds = OrderRound.objects.filter(state=OrderRound.State.SETTLED, handover__begins__gte=since)
    for result, begins in rounds.values_list("result", "handover__begins"):
        local = clock.wall(begins)
        months[date(local.year, local.month, 1)] += result["producers"].get(str(producer.pk), 0)
    return sorted(months.items(), reverse=True)
