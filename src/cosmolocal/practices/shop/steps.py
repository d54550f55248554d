"""The life of a round as a steward walks it: what is done, what is now, what comes."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.policy import may_enter
from cosmolocal.agents.queries import Reader
from cosmolocal.practices.shop.models import OrderRound

FARMS = 2
STATES = {"draft": 0, "open": 1, "grace": 2, "ordered": 3, "settled": 5, "cancelled": -1}


def steps_of(round: OrderRound, reader: Reader) -> list[dict[str, Any]]:
    """Plan, take orders, close, bring and pack, settle, pay; each with its page where it has one that she may open."""
    names = [
        (_("Plan"), reverse("shop:round_goods", args=[round.pk]), "steward"),
        (_("Orders"), reverse("shop:round_orders", args=[round.pk]), "auditor_reads"),
        (_("Farms"), reverse("shop:round_farms", args=[round.pk]), "auditor_reads"),
        (_("Pack and hand over"), reverse("handovers:packing", args=[round.handover_id]), "packer"),
        (_("Settle"), "", "steward"),
        (_("Pay"), "", "treasurer"),
    ]
    here = STATES[round.state]
    if round.state == "settled" and has_payments(round):
        here = len(names)
    elif round.state == "ordered" and round.producer_orders.filter(told_at=None).exists():
        here = FARMS  # somebody has to be called before her goods can come
    found = []
    for number, (label, url, access) in enumerate(names):
        state = "done" if number < here else "now" if number == here else "next"
        found.append({"label": label, "url": url if may_enter(reader, access) else "", "state": state})
    return found


def has_payments(round: OrderRound) -> bool:
    """Is a list of payments to its farms under way or paid? One that was refused or dropped counts as none."""
    return round.payments is not None and round.payments.state != "dropped"
