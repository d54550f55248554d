"""What is read in the shop."""

from django.db.models import F, QuerySet

from cosmolocal.practices.shop.models import OrderLine, OrderRound, RoundOffer, ShopSettings


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
