"""A round closes by the clock, may be reopened for a while, then what is short is shared and producers are told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.models import Item, PackVersion, Terms
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import policy, queries, rules
from cosmolocal.practices.shop.models import (
    Draw,
    Order,
    OrderLine,
    OrderRound,
    ProducerOrder,
    ProducerOrderLine,
    RoundOffer,
)
from cosmolocal.practices.shop.rounds.operations.drawing import fix_draw, keep_drawn
from cosmolocal.practices.shop.rounds.operations.planning import TOLD_AT_ONCE, lock, move
from cosmolocal.practices.shop.rounds.operations.repricing import added_up, follow_prices
from cosmolocal.practices.shop.rules import Wish

IN_TURN, BY_WEIGHT = "short_turn", "short_weight"


@dataclass(frozen=True)
class Asked:
    """How much of one kind of goods a round asks of a producer, and for which sum (minor units)."""

    producer_id: int
    specification_id: int
    quantity: int
    purchase: int
    packs: Mapping[int, int] = field(default_factory=dict)  # pack version id -> base units


@operation("shop.announce_stock", said=gettext_lazy("said how much there is in a round"))
def announce_stock(*, by: Agent, offer: RoundOffer, available: int | None, key: str = "") -> None:
    """The producer (or a steward) says how many base units there are; None: as much as wished.

    What is promised beyond it is shared out when the round closes. Refuses: shop.round_closed.
    """
    policy.permit_announce(by, offer.item.product.producer)
    if offer.round.state not in (OrderRound.State.OPEN, OrderRound.State.GRACE) or offer.intent_id is None:
        raise Refusal("shop.round_closed", _("This round has been ordered already. Call a steward, who can share out."))
    flows.announce_available(by=by, intent=offer.intent_id, available=available)


@operation("shop.close_round", said=gettext_lazy("closed a round"))
def close_round(*, by: Agent, round: OrderRound, key: str = "") -> OrderRound:
    """Takes no more orders. For `grace_minutes` nothing goes out yet, and a steward may reopen. Again: as it is."""
    policy.permit_steward(by)
    locked = lock(round)
    if locked.state != OrderRound.State.OPEN:
        return locked
    move(locked, "close")
    locked.closed_at = running().at
    locked.save(update_fields=["state", "closed_at"])
    flows.close_intents(by=by, intents=_intents(locked))
    return locked


@operation("shop.reopen_round", said=gettext_lazy("opened a round again"))
def reopen_round(*, by: Agent, round: OrderRound, closes_at: datetime, key: str = "") -> OrderRound:
    """Closed by mistake: takes orders again until `closes_at`.

    Refuses: shop.too_late_to_reopen, shop.closes_in_the_past, shop.closes_after_handover.
    """
    policy.permit_steward(by)
    locked = lock(round)
    if locked.state == OrderRound.State.OPEN:
        return locked
    if not policy.may_reopen(locked, running().at):
        raise Refusal(
            "shop.too_late_to_reopen",
            _("The producers have been told what to bring. Use a late change for single orders instead."),
        )
    if closes_at <= running().at:
        raise Refusal("shop.closes_in_the_past", _("Choose a closing time that is still to come."), field="closes_at")
    if closes_at > locked.handover.begins:
        raise Refusal(
            "shop.closes_after_handover",
            _("Goods change hands before the round closes. Producers need time between the two."),
            field="closes_at",
        )
    move(locked, "reopen")
    locked.closed_at, locked.closes_at = None, closes_at
    locked.save(update_fields=["state", "closed_at", "closes_at"])
    flows.reopen_intents(by=by, intents=_intents(locked))
    return locked


@operation("shop.set_shortage", said=gettext_lazy("noted that there is less"))
def set_shortage(*, by: Agent, round: OrderRound, intent_id: int, available: int, key: str = "") -> None:
    """There is less of something than was ordered (base units): at once shared out where producers were told already,
    else when they are told. Refuses: shop.not_now.
    """
    policy.permit_steward(by)
    locked = lock(round)
    if locked.state not in (OrderRound.State.OPEN, OrderRound.State.GRACE, OrderRound.State.ORDERED):
        raise Refusal("shop.not_now", _("This round is over. Give money back for single lines instead."))
    flows.announce_available(by=by, intent=intent_id, available=max(available, 0))
    if locked.state == OrderRound.State.ORDERED:
        share_out(by, locked, {intent_id: max(available, 0)})
        handovers.make_crates(by=by, handover=locked.handover)


@operation("shop.send_producer_orders", said=gettext_lazy("had the farms told what to bring"))
def send_producer_orders(*, by: Agent, round: OrderRound, key: str = "") -> OrderRound:
    """Ends the grace: shares out what is short, fixes all orders, writes one order to each producer, makes the crates.

    Before that, orders follow the price list where the round says so. Mails go out by a job. Again: nothing happens.
    Refuses: shop.not_now while the round is open.
    """
    policy.permit_steward(by)
    locked = lock(round)
    if locked.state == OrderRound.State.ORDERED:
        return locked
    move(locked, "order")
    if locked.follows_prices:
        follow_prices(by, locked)
    share_out(by, locked, queries.shortages(locked))
    locked.orders.filter(state=Order.State.OPEN).update(state=Order.State.FIXED)
    _order_from_producers(by, locked)
    locked.save(update_fields=["state"])
    handovers.make_crates(by=by, handover=locked.handover)
    announce("shop.mail_producers", locked.pk)
    return locked


def share_out(by: Agent, round: OrderRound, available: Mapping[int, int]) -> None:
    """Lowers the lines of these intents to what there is, by the rule; with them their sums and what is set aside.

    Households are told by a job.
    """
    if not available:
        return
    rows = (
        OrderLine.objects.filter(order__round=round, offer__intent_id__in=among(available))
        .exclude(order__state__in=[Order.State.CANCELLED, Order.State.COLLECTED, Order.State.SETTLED])
        .select_related("pack", "offer__round", "order", "price")
        .order_by("id")
    )
    packed = queries.packed_of(rows)
    by_intent: dict[int, list[OrderLine]] = defaultdict(list)
    for line in rows:
        by_intent[line.offer.intent_id or 0].append(line)
    changed: list[OrderLine] = []
    draw = fix_draw(round)
    for intent_id, lines in by_intent.items():
        changed += _shared(lines, packed, available[intent_id], draw)
    flows.release(
        by=by,
        commitments=[line.commitment_id for line in changed],
        keep={line.commitment_id: line.granted for line in changed},
    )
    fields = ["granted", "cap", "estimate", "upper", "deposit", *OrderLine.SPLIT, "reason"]
    OrderLine.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=1000
    )
    orders = sorted({line.order_id for line in changed})
    lower_orders(by, orders)
    for start in range(0, len(orders), TOLD_AT_ONCE):
        announce("shop.tell_changes", orders[start : start + TOLD_AT_ONCE])


def _shared(lines: Sequence[OrderLine], packed: Mapping[int, int], available: int, draw: Draw) -> list[OrderLine]:
    """The lines of one kind of goods that get less than they have; what lies in a crate already stays there."""
    open_ones = [line for line in lines if line.pk not in packed]
    left = available - sum(packed.get(line.pk, 0) for line in lines)
    step = share_step(open_ones[0].pack) if open_ones else 0
    wishes = [_wish(line, by_weight=bool(step)) for line in open_ones]
    intent_id = lines[0].offer.intent_id or 0
    shared = rules.share_out(left, wishes, seed=rules.seed_of(draw.secret, intent_id), step=step)
    if not step and left < sum(wish.quantity for wish in wishes):
        keep_drawn(draw, intent_id, max(left, 0), wishes, shared)
    changed = []
    for line, granted in zip(open_ones, shared, strict=True):
        if granted < line.granted:
            lower_line(line, granted)
            line.reason = BY_WEIGHT if step else IN_TURN
            changed.append(line)
    return changed


def _wish(line: OrderLine, *, by_weight: bool) -> Wish:
    pack = 1 if by_weight else line.per_pack
    return Wish(line.order.household_id, line.granted // pack, pack)


def share_step(pack: PackVersion) -> int:
    """Base units in which loose goods are shared (a tenth of a jin, 100 g of a kilo); 0: only whole packs are."""
    loose = pack.billed_by == Item.Billed.WEIGHT and pack.per == pack.quantity
    return max(pack.quantity // 10, 1) if loose else 0


def lower_line(line: OrderLine, granted: int) -> None:
    """Fewer base units than before: cap and producer's part in proportion, a deposit for each pack, the sums anew."""
    before = line.granted
    line.cap = rules.scaled(line.cap, granted, before)
    line.deposit = rules.deposits_of(line.pack.deposit, line.per_pack, granted, granted)
    line.estimate, line.upper = line.costs(granted), line.costs(line.cap)
    producer = rules.scaled(line.split.producer, granted, before)
    line.split = rules.split(line.estimate, producer, line.tax_bp, line.offer.round.transport_bp)
    line.granted = granted


def lower_orders(by: Agent, order_ids: Iterable[int]) -> None:
    """Sums of orders follow their lines, and with them what is set aside."""
    orders = added_up(order_ids)
    Order.objects.bulk_create(
        orders,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["estimate", "upper", "version", "changed_at"],
        batch_size=1000,
    )
    keep = {order.payment_id: order.upper for order in orders if order.payment_id}
    flows.release(by=by, commitments=list(keep), keep=keep)


def _order_from_producers(by: Agent, round: OrderRound) -> None:
    asked = _asked(round)
    home, handover = agents_queries.home_local(), round.handover
    by_producer: dict[int, list[Asked]] = defaultdict(list)
    for one in asked:
        by_producer[one.producer_id].append(one)
    accounts = money_queries.accounts_by_holder(by_producer, "producer")
    made: dict[int, int] = {}
    for producer_id, ones in by_producer.items():
        account = accounts.get(producer_id) or money.open_account(
            by=by, holder=Agent.objects.get(pk=producer_id), kind="producer"
        )
        agreement = flows.agree(by=by, name=round.name)
        made[agreement.pk] = producer_id
        goods = [
            CommitmentDraft(
                action="transfer",
                provider=producer_id,
                receiver=home,
                specification=one.specification_id,
                quantity=one.quantity,
                agreement=agreement,
                place=handover.place_id,
                due=handover.begins,
            )
            for one in ones
        ]
        payment = CommitmentDraft(
            action="transfer",
            provider=home,
            receiver=producer_id,
            specification=account.currency.specification_id,
            quantity=sum(one.purchase for one in ones),
            agreement=agreement,
            is_reciprocal=True,
            to_resource=account.resource_id,
        )
        *promised, paid = flows.commit(by=by, drafts=[*goods, payment])
        for promise, one in zip(promised, ones, strict=True):
            catalog.promise_packs((promise.pk, pack, quantity) for pack, quantity in one.packs.items())
        order = ProducerOrder.objects.create(
            round=round, producer_id=producer_id, agreement=agreement, payment_id=paid.pk
        )
        ProducerOrderLine.objects.bulk_create(
            ProducerOrderLine(order=order, commitment_id=promise.pk, purchase=one.purchase, promised=one.quantity)
            for promise, one in zip(promised, ones, strict=True)
        )
    catalog.agree_terms(by=by, agreements=made)


def _asked(round: OrderRound) -> list[Asked]:
    """Sums by kind of goods, added up by the database per price version, pack and terms as ordered, rounded once for
    each.
    """
    rows = list(
        OrderLine.objects.filter(order__round=round, granted__gt=0, offer__lot=None)
        .exclude(order__state=Order.State.CANCELLED)
        .values(
            "offer__item__product__producer_id",
            "offer__item__product__specification_id",
            "pack",
            "pack__quantity",
            "price__purchase",
            "price__per_quantity",
            "tax_bp",
            "seller",
            "list_is_gross",
        )
        .annotate(quantity=Sum("granted"))
        .order_by("offer__item__product__producer_id", "offer__item__product__specification_id")
    )
    home = agents_queries.home_local().pk
    found: dict[tuple[int, int], Asked] = {}
    for row in rows:
        producer, kind = row["offer__item__product__producer_id"], row["offer__item__product__specification_id"]
        if producer == home:
            continue
        listed = rules.FarmPrice(
            row["price__purchase"],
            row["price__per_quantity"],
            row["pack__quantity"],
            row["tax_bp"],
            list_is_gross=row["list_is_gross"],
            local_owes_tax=row["seller"] == Terms.Seller.LOCAL,
        )
        paid = listed.paid(row["quantity"])
        had = found.get((producer, kind), Asked(producer, kind, 0, 0))
        packs = {**had.packs, row["pack"]: had.packs.get(row["pack"], 0) + row["quantity"]}
        found[producer, kind] = Asked(producer, kind, had.quantity + row["quantity"], had.purchase + paid, packs)
    return list(found.values())


def _intents(round: OrderRound) -> list[int]:
    return sorted(set(RoundOffer.objects.filter(round=round).exclude(intent=None).values_list("intent_id", flat=True)))
