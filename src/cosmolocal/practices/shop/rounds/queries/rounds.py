"""Rounds: which ones there are, what is short, what is due, how a year went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents import rules as agents_rules
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.handovers.models import Crate
from cosmolocal.handovers.queries import Measured, measured_kinds
from cosmolocal.kernel import node
from cosmolocal.kernel.prepared import Prepared, Slot
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import OrderLine, OrderRound, RoundOffer, ShopSettings
from cosmolocal.practices.shop.rules import Times, grace_ends, of_ten, share_bp


def settings() -> ShopSettings:
    """How this local's shop works; the usual values before anybody changed them."""
    return ShopSettings.objects.first() or ShopSettings()


MANY = 300  # orders: from here on what concerns all of them takes longer than a page may


def is_large(round: OrderRound) -> bool:
    """Whether settling it and ordering from farms is work for the worker (one statement)."""
    return round.orders.count() > MANY


def shortages(round: OrderRound) -> dict[int, int]:
    """Intent id -> base units there are, where more than that is promised. One statement."""
    short = RoundOffer.objects.filter(
        round=round, intent__available_quantity__lt=F("intent__promised_quantity")
    ).values_list("intent_id", "intent__available_quantity")
    return {intent: available for intent, available in short.distinct() if intent and available is not None}


def packed_of(lines: QuerySet[OrderLine]) -> dict[int, int]:
    """Line id -> base units that lie in its crate (0: missing), for those that somebody has packed. One statement."""
    found = lines.exclude(commitment__packed=None).order_by()
    return dict(found.values_list("pk", "commitment__packed__quantity"))


def packed_quantity(line: OrderLine) -> int:
    """Base units of a line that lie in its crate; what was granted before anybody packed it."""
    found = OrderLine.objects.filter(pk=line.pk).values_list("commitment__packed__quantity", flat=True).first()
    return line.granted if found is None else found


def due_to_close(now: datetime) -> list[OrderRound]:
    """Rounds that still take orders although their time is over."""
    return list(OrderRound.objects.filter(state=OrderRound.State.OPEN, closes_at__lte=now).order_by("closes_at"))


def due_to_order(now: datetime) -> list[OrderRound]:
    """Rounds that closed and whose grace is over."""
    rounds = OrderRound.objects.filter(state=OrderRound.State.GRACE, closed_at__isnull=False).order_by("closed_at")
    return [round for round in rounds if round.closed_at and grace_ends(round.closed_at, round.grace_minutes) <= now]


def due_to_remind(now: datetime, before: timedelta) -> list[OrderRound]:
    """Open rounds that close within `before`, and nobody was reminded of."""
    soon = OrderRound.objects.filter(
        state=OrderRound.State.OPEN, closes_at__gt=now, closes_at__lte=now + before, reminded_at=None
    )
    return list(soon.order_by("closes_at"))


def due_to_tell_ready(now: datetime) -> list[OrderRound]:
    """Rounds whose crates are all packed, while somebody can still come for them, and nobody was told."""
    crates = Crate.objects.filter(handover=OuterRef("handover"))
    waiting = OrderRound.objects.filter(state=OrderRound.State.ORDERED, ready_told_at=None, handover__ends__gt=now)
    packed = Exists(crates.filter(state=Crate.State.PACKED))
    return list(waiting.filter(packed).exclude(Exists(crates.filter(state=Crate.State.TO_PACK))).order_by("pk"))


def visible_to(reader: Reader) -> QuerySet[OrderRound]:
    """Rounds a reader may open: stewards, treasurers, auditors all; everybody else those that were opened."""
    rounds = OrderRound.objects.select_related("handover__place", "account__currency")
    if reader.has(*agents_queries.SEES_ALL):
        return rounds
    return rounds.exclude(state__in=[OrderRound.State.DRAFT, OrderRound.State.CANCELLED])


_OPENED = Prepared(lambda: visible_to(agents_queries.STRANGER).filter(pk=Slot("round")))


def seen(reader: Reader, pk: int) -> OrderRound | None:
    """One round, with its place, account and currency, if this reader may open it (one statement)."""
    if reader.has(*agents_queries.SEES_ALL):
        return visible_to(reader).filter(pk=pk).first()
    return _OPENED.first(round=pk)


def name_of(round_id: int) -> str:
    """What a round is called (one statement)."""
    [name] = OrderRound.objects.filter(pk=round_id).values_list("name", flat=True)
    return str(name)


def open_rounds(reader: Reader, now: datetime) -> list[OrderRound]:
    """Rounds that take orders now, the one that closes first, first."""
    running = visible_to(reader).filter(state=OrderRound.State.OPEN, closes_at__gt=now)
    return list(running.order_by("closes_at", "id"))


@dataclass(frozen=True)
class Sums:
    """What one or many settled rounds came to, in minor units."""

    rounds: int
    orders: int
    sales: int
    producers: int
    transport: int
    running: int
    tax: int
    deposits: int
    rounding: int
    farm_tax: int = 0  # inside what producers are paid
    passed_tax: int = 0  # inside sales of producers that sell themselves, passed on to them

    @property
    def goods(self) -> int:
        """Sales without deposits."""
        return self.sales - self.deposits

    @property
    def share_bp(self) -> int:
        """The producers' share of sales, both without tax and deposits."""
        owed = self.farm_tax + self.passed_tax
        return share_bp(self.producers - owed, self.goods, self.tax + self.passed_tax)

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        """Label, minor units and tone of each part of the prices."""
        return [
            (_("farmers"), self.producers, "farmer"),
            (_("transport"), self.transport, "transport"),
            (_("store and people"), self.running + self.rounding, "running"),
            (_("tax"), self.tax, "tax"),
        ]

    @property
    def all_parts(self) -> list[tuple[str, int, str]]:
        """The parts and the deposits: they sum to the sales."""
        return [*self.parts, *([(_("deposits, come back"), self.deposits, "deposit")] if self.deposits else [])]

    @property
    def of_ten(self) -> list[tuple[str, int, str]]:
        """The parts as shares of ten (in hundredths): they sum to ten."""
        shared = of_ten([max(amount, 0) for _label, amount, _tone in self.parts])
        return [(label, amount, tone) for (label, _amount, tone), amount in zip(self.parts, shared, strict=True)]


def sums_of(rounds: Iterable[OrderRound]) -> Sums:
    """Adds up what settled rounds came to."""
    results = [round.result for round in rounds if round.result]

    def add(name: str) -> int:
        return sum(result.get(name, 0) for result in results)

    return Sums(
        rounds=len(results),
        orders=add("orders"),
        sales=add("sales"),
        producers=sum(sum(result["producers"].values()) for result in results),
        transport=add("transport"),
        running=add("running"),
        tax=add("tax"),
        deposits=add("deposits"),
        rounding=add("rounding"),
        farm_tax=add("farm_tax"),
        passed_tax=add("passed_tax"),
    )


def settled_between(since: datetime, until: datetime) -> list[OrderRound]:
    """Settled rounds whose goods changed hands in this time, the newest first (one statement)."""
    rounds = OrderRound.objects.filter(
        state=OrderRound.State.SETTLED, handover__begins__gte=since, handover__begins__lt=until
    )
    return list(rounds.select_related("handover__place").order_by("-handover__begins", "-id"))


def last_settled(count: int = 4) -> list[OrderRound]:
    """The last settled rounds: what the bar "Where each ten goes" is drawn from."""
    rounds = OrderRound.objects.filter(state=OrderRound.State.SETTLED).order_by("-handover__begins", "-id")
    return list(rounds.select_related("handover__place")[:count])


@dataclass(frozen=True)
class RoundStanding:
    """How a round stands, for the steward's desk: counts of orders and their sum."""

    orders: int
    households: int
    estimate: int
    cash: int
    producers: int
    told: int


def standing(round: OrderRound) -> RoundStanding:
    """Orders and how many producers were told (three statements)."""
    placed = round.orders.exclude(state="cancelled")
    found = placed.aggregate(count=Count("id"), estimate=Sum("estimate"), cash=Count("id", filter=Q(pays="cash")))
    told = round.producer_orders.aggregate(count=Count("id"), told=Count("told_at"))
    members = Agent.objects.present().filter(kind=Agent.Kind.HOUSEHOLD).count()
    return RoundStanding(found["count"], members, found["estimate"] or 0, found["cash"], told["count"], told["told"])


@dataclass(frozen=True)
class Short:
    """Something of which more is promised than there is (base units), and what each line would get."""

    intent_id: int
    goods: Measured
    available: int
    promised: int
    households: int

    @property
    def available_text(self) -> str:
        return self.goods.text(self.available)

    @property
    def missing_text(self) -> str:
        return self.goods.text(self.promised - self.available)

    @property
    def promised_text(self) -> str:
        return self.goods.text(self.promised)


def packs_ordered(intents: Mapping[int, int]) -> dict[int, list[int]]:
    """Kind of goods -> the packs (versions) in which it is ordered (one statement). `intents`: intent id -> kind."""
    found: dict[int, list[int]] = {kind: [] for kind in intents.values()}
    lines = OrderLine.objects.filter(offer__intent_id__in=among(intents)).exclude(order__state="cancelled")
    for intent, pack in lines.order_by().values_list("offer__intent_id", "pack_id").distinct():
        found[intents[intent or 0]].append(pack)
    return found


def short_goods(round: OrderRound) -> list[Short]:
    """What is short, in words (three statements)."""
    rows = list(
        RoundOffer.objects.filter(round=round, intent__available_quantity__lt=F("intent__promised_quantity"))
        .values_list(
            "intent_id",
            "item__product__specification_id",
            "intent__available_quantity",
            "intent__promised_quantity",
        )
        .annotate(households=Count("lines__order", distinct=True))
    )
    goods = measured_kinds(packs_ordered({row[0] or 0: row[1] for row in rows}))
    found = {row[0]: Short(row[0] or 0, goods[row[1]], row[2] or 0, row[3] or 0, row[4]) for row in rows}
    return sorted(found.values(), key=lambda short: short.goods.name)


def times_later(round: OrderRound, days: int) -> Times:
    """When the next round like this one is, `days` later and around the holidays of the local (two statements)."""
    chosen, known = settings(), agents_queries.holidays()
    how = {"handover": chosen.handover_on_holiday, "closing": chosen.closing_on_holiday}
    had = Times(round.opens_at, round.closes_at, round.handover.begins, round.handover.ends)
    return rules.times_later(
        had, days, node.current().zone, lambda day, what: agents_rules.moved(day, known.keys(), how[what])
    )
