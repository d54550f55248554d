"""What is read in the shop."""

from datetime import datetime

from django.db.models import F, QuerySet

from cosmolocal.practices.shop.models import OrderLine, OrderRound, RoundOffer, ShopSettings
from cosmolocal.practices.shop.rules import grace_ends


def settings() -> ShopSettings:
    """How this local's shop works; the usual values before anybody changed them."""
    return ShopSettings.objects.first() or ShopSettings()


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
