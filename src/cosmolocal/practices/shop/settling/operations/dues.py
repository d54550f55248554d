"""What a round owes its farms: for what was accepted of their goods, and for what came without being ordered."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Max, Q, QuerySet

from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import PriceVersion, Product, Terms
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Loss, Receipt
from cosmolocal.kernel import clock
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import LineCredit, OrderRound, ProducerOrder, ProducerOrderLine
from cosmolocal.practices.shop.settling.operations.weighing import Sold

FAR_BEYOND = 10  # a tenth more than was promised: scales and eggs are never quite exact


class Extra(NamedTuple):
    """What came though nobody had ordered it: how much of it is paid (base units), and with how much (minor units).
    `promised`: so much of the same goods was ordered, and came.
    """

    receipt: Receipt
    quantity: int
    amount: int
    promised: int = 0


class Lost(NamedTuple):
    """Goods that were lost at the local's cost: their farm gets `amount` (minor units) for them."""

    loss: Loss
    amount: int


def to_producers(
    round: OrderRound,
    lines: Sequence[Sold],
    taken_back: Sequence[LineCredit] = (),
    given: Collection[int] | None = None,
) -> dict[int, int]:
    """Producer id -> minor units for what was accepted of this round's goods, and of what came unordered: as it stands
    written now, whether the round is settled or not. What is not accepted and what is lost is paid nevertheless as far
    as the producer has borne it already, when the door gave money back (`given`: its ids, where they are known);
    `taken_back` are rows of that which settling is about to write.
    """
    due: dict[int, int] = defaultdict(int)
    borne, early = _borne_by_producers(round)
    at_the_door = _borne_at_the_door(round, taken_back, given)
    came: dict[int | None, int] = defaultdict(int)
    accepted: dict[int | None, int] = defaultdict(int)
    receipts = Receipt.objects.filter(handover=round.handover)
    for id, commitment_id, received, quantity in receipts.values_list("pk", "commitment_id", "received", "accepted"):
        came[commitment_id] += received
        accepted[commitment_id] += quantity - borne[id]
    promised = ProducerOrder.objects.filter(round=round).values_list(
        "producer_id",
        "lines__commitment_id",
        "lines__commitment__quantity",
        "lines__purchase",
        "lines__commitment__specification_id",
    )
    for producer_id, commitment_id, quantity, purchase, goods in promised.order_by("lines__pk"):
        good = max(accepted[commitment_id] - early[commitment_id or 0], 0)
        twice = min(at_the_door[goods], max(came[commitment_id] - good, 0))
        at_the_door[goods] -= twice
        good += twice
        due[producer_id] += rules.producer_due(purchase or 0, quantity or 0, good)
    for extra in _extras(round, borne):
        due[extra.receipt.producer_id] += extra.amount
    for producer_id, tax in _passed_on(lines).items():
        due[producer_id] += tax
    return {producer: amount for producer, amount in due.items() if amount}


def _borne_at_the_door(
    round: OrderRound, taken_back: Sequence[LineCredit], credited: Collection[int] | None
) -> dict[int | None, int]:
    """Base units that producers have borne for members: money given back for goods that were bad, by their kind."""
    lines: dict[int, tuple[int, int, int, int]] = {}
    if credited is not None and not credited:
        return defaultdict(int)
    asked = Q(line__order__round=round) if credited is None else Q(pk__in=among(credited))
    borne = LineCredit.objects.filter(asked, borne_by="producer").exclude(reason=rules.PUT_RIGHT)
    for line, goods, quantity, amount in borne.values_list(
        "line_id", "line__commitment__specification_id", "quantity", "amount"
    ):
        lines[line] = _added(lines.get(line), goods, quantity, amount)
    for credit in taken_back:
        if credit.borne_by == "producer":
            lines[credit.line_id] = _added(lines[credit.line_id], lines[credit.line_id][0], 0, credit.amount)
    found: dict[int | None, int] = defaultdict(int)
    for goods, quantity, given, left in lines.values():
        found[goods] += rules.scaled(quantity, left, given)
    return found


def _added(line: tuple[int, int, int, int] | None, goods: int, quantity: int, amount: int) -> tuple[int, int, int, int]:
    """A kind of goods, base units, minor units given, and what is left of them after some were taken back."""
    _goods, units, given, left = line or (goods, 0, 0, 0)
    return goods, units + quantity, given + max(amount, 0), left + amount


def extras(round: OrderRound) -> list[Extra]:
    """What came unordered and is paid with this round: goods of which nobody had ordered any, and what is far beyond
    what was ordered.
    """
    borne, early = _borne_by_producers(round)
    return [*_extras(round, borne), *_far_beyond(round, borne, early)]


def lost(round: OrderRound) -> list[Lost]:
    """Goods of this round's promises that were lost at the local's cost (two statements)."""
    purchases = _purchases(round)
    losses = _losses(round).filter(borne_by="local").select_related("lot", "receipt", "by")
    found = []
    for loss in losses.order_by("pk"):
        commitment = loss.receipt.commitment_id if loss.receipt else loss.promise_id
        if commitment in purchases:
            purchase, promised = purchases[commitment]
            found.append(Lost(loss, rules.producer_due(purchase, promised, loss.quantity)))
    return found


def _losses(round: OrderRound) -> "QuerySet[Loss]":
    """What was lost of the goods that came to this round's hand-over, wherever they spoiled."""
    here = Q(receipt__handover=round.handover) | Q(receipt=None, handover=round.handover)
    return Loss.objects.filter(here)


def _purchases(round: OrderRound) -> dict[int, tuple[int, int]]:
    """Promise of a farm -> minor units agreed for it, and for how many base units."""
    lines = ProducerOrderLine.objects.filter(order__round=round, commitment__quantity__gt=0)
    return {pk: (sum, many) for pk, sum, many in lines.values_list("commitment", "purchase", "commitment__quantity")}


def _far_beyond(round: OrderRound, borne: Mapping[int, int], early: Mapping[int, int]) -> list[Extra]:
    purchases = _purchases(round)
    came = Receipt.objects.filter(commitment__in=purchases, accepted__gt=F("promised")).select_related("producer", "by")
    found = []
    for receipt in came.order_by("pk"):
        purchase, promised = purchases[receipt.commitment_id or 0]
        good = receipt.accepted - borne.get(receipt.pk, 0) - early.get(receipt.commitment_id or 0, 0)
        if good * FAR_BEYOND > promised * (FAR_BEYOND + 1):
            amount = rules.producer_due(purchase, promised, good) - purchase
            found.append(Extra(receipt, good - promised, amount, promised))
    return found


def _extras(round: OrderRound, borne: Mapping[int, int]) -> list[Extra]:
    since, until = _paid_between(round)
    came = Receipt.objects.filter(handover=round.handover, commitment=None).select_related("event", "producer", "by")
    found = []
    for receipt in came.order_by("pk"):
        is_here = (since is None or receipt.at > since) and (until is None or receipt.at <= until)
        if is_here and (quantity := receipt.accepted - borne.get(receipt.pk, 0)) > 0:
            found.append(Extra(receipt, quantity, _list_price(receipt, quantity)))
    return found


def _borne_by_producers(round: OrderRound) -> tuple[dict[int, int], dict[int, int]]:
    """Base units lost that producers bear: by receipt, and by promise where it was noted before anything had come."""
    by_receipt: dict[int, int] = defaultdict(int)
    by_promise: dict[int, int] = defaultdict(int)
    losses = _losses(round).filter(borne_by="producer")
    for receipt, promise, quantity in losses.values_list("receipt_id", "promise_id", "quantity"):
        if receipt is not None:
            by_receipt[receipt] += quantity
        elif promise is not None:
            by_promise[promise] += quantity
    return by_receipt, by_promise


def _paid_between(round: OrderRound) -> tuple[datetime | None, datetime | None]:
    """What comes unordered to a hand-over of several rounds is paid with the next that is settled, after the last with
    that one: from when (not included) until when this round pays it.
    """
    others = OrderRound.objects.filter(handover=round.handover).exclude(pk=round.pk)
    settled = others.filter(state=OrderRound.State.SETTLED)
    if round.settled_at is None:
        return _last(settled), None
    to_come = others.exclude(state__in=[OrderRound.State.SETTLED, OrderRound.State.CANCELLED])
    is_last = not (to_come.exists() or settled.filter(settled_at__gt=round.settled_at).exists())
    return _last(settled.filter(settled_at__lt=round.settled_at)), None if is_last else round.settled_at


def _last(rounds: "QuerySet[OrderRound]") -> datetime | None:
    return rounds.aggregate(last=Max("settled_at"))["last"]  # type: ignore[no-any-return]


def _list_price(receipt: Receipt, quantity: int) -> int:
    """What the producer gets for goods nobody had ordered, by the list of the day they came; 0 without a price.

    Of several packs the first that is sold counts.
    """
    product = Product.objects.filter(specification_id=receipt.specification_id).prefetch_related("items").first()
    packs = sorted(product.items.all(), key=lambda item: (not item.is_active, item.pk)) if product else []
    items = {item.pk: item for item in packs}
    prices = catalog_queries.current_prices(items, at=receipt.at) or catalog_queries.current_prices(items)
    price: PriceVersion | None = next((prices[pk] for pk in items if pk in prices), None)
    if price is None:
        return 0
    terms = handovers_queries.terms_of(receipt)
    day = clock.day_of(receipt.at)
    listed = rules.FarmPrice(
        price.purchase,
        price.per_quantity,
        items[price.item_id].pack_quantity,
        catalog_queries.tax_bp(price.tax_code_id, day),
        list_is_gross=terms.list_is_gross,
        local_owes_tax=terms.seller == Terms.Seller.LOCAL,
    )
    return listed.paid(quantity)


def _passed_on(lines: Sequence[Sold]) -> Mapping[int, int]:
    """Producer id -> tax in lines that she sells herself: she owes it, so she gets it."""
    taxed: dict[int, int] = defaultdict(int)
    for line in lines:
        if not line.sold.local_owes_tax:
            taxed[line.producer_id] += line.sold.split.tax
    return taxed
