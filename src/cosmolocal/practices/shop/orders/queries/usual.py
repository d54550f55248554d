"""How many of something people like her order: what a count is compared with before it is ordered."""

from collections.abc import Collection, Mapping

from cosmolocal.agents.models import Agent
from cosmolocal.look import proportion
from cosmolocal.practices.shop.models import Order, OrderLine, RoundOffer

FEW = 3  # as many of one thing anybody may take, whatever others do
LATELY = 5  # rounds: who ordered long ago says little


def suspects(counts: Mapping[int, int], ordered: Mapping[int, int]) -> dict[int, int]:
    """Offer id -> packs of what somebody might ask about: many, and not as they stand in her order already."""
    most = FEW * proportion.FAR
    return {offer: count for offer, count in counts.items() if count > most and count != ordered.get(offer)}


def most_ordered(household: Agent, offers: Collection[int]) -> dict[int, int]:
    """Offer id -> the most packs of that item in one order of late: by this household, or by others of its kind in
    this round and the ones before. What nobody ordered is not there. Two statements for each offer, asked of few.
    """
    found = {}
    for pk, item in RoundOffer.objects.filter(pk__in=offers).values_list("pk", "item"):
        lately = list(RoundOffer.objects.filter(item=item).order_by("-pk").values_list("pk", flat=True)[:LATELY])
        lines = OrderLine.objects.filter(offer__in={pk, *lately}, order__household__group=household.group)
        standing = lines.exclude(order__state=Order.State.CANCELLED).order_by("-count")
        most = standing.values_list("count", flat=True).first()
        if most:
            found[pk] = max(most, FEW)
    return found
