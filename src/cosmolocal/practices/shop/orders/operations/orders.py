"""A household fills its basket, orders, changes its mind, cancels: all or nothing; the money is set aside at once."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel.driver import Statement
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.prepared import Prepared, Slot
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among
from cosmolocal.look.dates import format_daytime
from cosmolocal.practices.shop import policy
from cosmolocal.practices.shop.door.operations.credits import check_not_credited
from cosmolocal.practices.shop.models import Basket, Order, OrderLine, OrderRound, RoundOffer
from cosmolocal.practices.shop.orders.operations.drafts import (
    OrderDraft,
    check_not_packed,
    check_on_sale,
    forget,
    write,
)
from cosmolocal.practices.shop.rounds.operations.sales import load_offers

MOST = 9999  # items in one line; more is a slip of the hand
MOST_LINES = 2000  # of one basket


@dataclass(frozen=True)
class LineDraft:
    """So many of one thing on offer; 0 takes it out."""

    offer_id: int
    count: int


_STATE = ("state", "opens_at", "closes_at", "allow_cash", "handover_id")
_NOW = Prepared(lambda: OrderRound.objects.filter(pk=Slot("round")).values_list(*_STATE))
_HOLD_ROUND = Statement("SELECT 1 FROM shop_orderround WHERE id = %s FOR KEY SHARE")  # Django has no shared lock
_STANDING = Prepared(lambda: Order.objects.filter(round=Slot("round"), household=Slot("household")))


@operation("shop.fill_basket", said=gettext_lazy("changed a basket"))
def fill_basket(
    *, by: Agent, round: OrderRound, household: Agent, counts: Mapping[int, int], on_behalf_of: Agent | None = None
) -> Basket:
    """Keeps what a household is about to order: offer id -> items; 0 takes it out. Nothing is set aside yet.

    A basket that does not exist yet begins as what the household has ordered. Things that this round does not offer are
    left out; where it takes no orders, what was ordered may come back and anything go. Refuses with agents.not_yours,
    shop.round_closed, shop.not_open_yet, shop.too_many_lines.
    """
    policy.permit_order(by, household, on_behalf_of)
    basket = Basket.objects.select_for_update().filter(round=round, household=household).first()
    if basket is None:
        ordered = OrderLine.objects.filter(order__round=round, order__household=household)
        had = {str(offer): count for offer, count in ordered.values_list("offer_id", "count")}
        basket = Basket(round=round, household=household, counts=had)
    wanted = {int(offer): count for offer, count in basket.counts.items()}
    wanted |= {offer_id: max(0, min(count, MOST)) for offer_id, count in counts.items()}
    _check_size(wanted)
    if not policy.is_taking_orders(round, running().at):
        _check_nothing_is_added(round, household, basket.counts, wanted)
    offered = set(RoundOffer.objects.filter(round=round, pk__in=among(wanted)).values_list("pk", flat=True))
    basket.counts = {str(offer): count for offer, count in wanted.items() if count and offer in offered}
    basket.changed_by, basket.changed_at = by, running().at
    basket.save()
    return basket


@operation("shop.place_order", said=gettext_lazy("ordered"))
def place_order(
    *,
    by: Agent,
    round: OrderRound,
    household: Agent,
    lines: Sequence[LineDraft],
    pays: str = Order.Pays.PREPAID,
    version: int | None = None,
    on_behalf_of: Agent | None = None,
    key: str = "",
) -> Order:
    """Orders, or changes the order to exactly these lines (`version`: the one the person saw). Binding.

    Lines kept as they were keep their price. What closed already stays. Refuses: shop.round_closed, shop.not_open_yet,
    shop.changed_elsewhere, shop.nothing_ordered, shop.too_many_lines, shop.bad_count, shop.not_offered,
    shop.line_fixed, shop.packed_already, shop.credited, shop.not_enough_left (facts: `offers`), shop.no_cash,
    shop.not_enough_money (fact: `missing`).
    """
    draft = _load(by, round, household, version)
    policy.permit_order(by, household, on_behalf_of)
    _check_open(draft.round, running().at)
    if pays == Order.Pays.CASH and not draft.round.allow_cash:
        raise Refusal("shop.no_cash", _("This round takes no cash. Choose to pay from the account."), field="pays")
    _take_wishes(draft, lines, running().at)
    write(draft, pays)
    Basket.objects.filter(round=draft.round, household=household).delete()
    assert draft.order is not None
    return draft.order


@operation("shop.cancel_order", said=gettext_lazy("took an order back"))
def cancel_order(
    *, by: Agent, order: Order, version: int | None = None, on_behalf_of: Agent | None = None, key: str = ""
) -> Order:
    """Takes a whole order back while the round is open; the money is free again.

    Refuses: shop.round_closed, shop.changed_elsewhere, shop.line_fixed where a part of it has been passed on,
    shop.packed_already, shop.credited (money was given back for one of its lines).
    """
    draft = _load(by, order.round, order.household, version if version is not None else order.version)
    policy.permit_order(by, order.household, on_behalf_of)
    _check_open(draft.round, running().at)
    found = draft.order
    if found is None or found.state == Order.State.CANCELLED:
        return order
    draft.offers = load_offers(draft.round, list(draft.lines))
    for offer_id in draft.lines:
        _check_not_fixed(draft, offer_id, running().at)
    check_not_packed(draft, list(draft.lines))
    check_not_credited(draft.lines.values())
    forget(draft, list(draft.lines))
    if found.payment_id:
        flows.release(by=by, commitments=[found.payment_id])
    found.state, found.payment_id, found.estimate, found.upper = Order.State.CANCELLED, None, 0, 0
    found.version += 1
    found.changed_at = running().at
    found.save()
    Basket.objects.filter(round=draft.round, household=found.household).delete()
    return found


def _load(by: Agent, round: OrderRound, household: Agent, version: int | None) -> OrderDraft:
    """The order as it is now. The household's row is locked, so two of its people never order at the same moment; the
    round is held, so that whoever closes it waits for orders under way; the crate too, where there is one already.

    On SQLite this deed is the only writer anyway.
    """
    if connection.features.has_select_for_update:
        Agent.objects.select_for_update(no_key=True).values_list("pk").get(pk=household.pk)
        _HOLD_ROUND.run([round.pk])
    fresh = _fresh(round)
    order = _STANDING.first(round=fresh.pk, household=household.pk)
    draft = OrderDraft(by, fresh, household, order)
    if order is None:
        return draft
    order.round, order.household = fresh, household
    handovers.hold_crate(fresh.handover_id, household)
    if order.state != Order.State.CANCELLED and order.version != version:
        raise Refusal(
            "shop.changed_elsewhere",
            _("Your order was changed in another window at %(when)s. Look at it as it is now, then change it.")
            % {"when": format_daytime(order.changed_at)},
            version=order.version,
        )
    draft.lines = {line.offer_id: line for line in order.lines.select_related("pack")}
    return draft


def _fresh(round: OrderRound) -> OrderRound:
    """The round as it is now; what never changes while it takes orders is taken from where the page read it."""
    cached = round._state.fields_cache
    if "handover" in cached and "account" in cached:
        now = dict(zip(_STATE, _NOW.all(round=round.pk)[0], strict=True))
        if now["handover_id"] == round.handover_id:
            for name, value in now.items():
                setattr(round, name, value)
            return round
    return OrderRound.objects.select_related("handover", "account__currency").get(pk=round.pk)


def _check_open(round: OrderRound, now: datetime) -> None:
    if round.state == OrderRound.State.OPEN and now < round.opens_at:
        raise Refusal(
            "shop.not_open_yet",
            _("This round opens on %(when)s. Come back then; your basket is kept.")
            % {"when": format_daytime(round.opens_at)},
        )
    if not policy.is_taking_orders(round, now):
        raise Refusal(
            "shop.round_closed",
            _("This round closed on %(when)s. Order in the next one, or ask a steward for a late change.")
            % {"when": format_daytime(round.closes_at)},
        )


def _check_size(wanted: Sized) -> None:
    if len(wanted) > MOST_LINES:
        raise Refusal(
            "shop.too_many_lines",
            _("A basket holds at most %(most)s different things. Take some out, or ask a steward.")
            % {"most": MOST_LINES},
        )


def _check_nothing_is_added(
    round: OrderRound, household: Agent, held: Mapping[str, int], wanted: Mapping[int, int]
) -> None:
    """Whoever made a mistake in a basket that came too late can still take it back."""
    ordered = OrderLine.objects.filter(order__round=round, order__household=household)
    most = dict(ordered.values_list("offer_id", "count"))
    if any(count > max(held.get(str(offer), 0), most.get(offer, 0)) for offer, count in wanted.items()):
        _check_open(round, running().at)


def _take_wishes(draft: OrderDraft, lines: Sequence[LineDraft], now: datetime) -> None:
    """What the order is to hold: the wishes, and lines that are fixed already and stay."""
    wanted = {line.offer_id: line.count for line in lines if line.count}
    _check_size(wanted)
    if any(not 0 < count <= MOST for count in wanted.values()):
        raise Refusal("shop.bad_count", _("Write how many: a whole number from 1 to %(most)s.") % {"most": MOST})
    draft.offers = load_offers(draft.round, {*wanted, *draft.lines})
    if missing := [offer for offer in wanted if offer not in draft.offers]:
        raise Refusal(
            "shop.not_offered",
            _("Something in your basket is not on offer in this round. Take it out and order again."),
            offers=missing,
        )
    stated = {line.offer_id for line in lines}
    for offer_id, line in draft.lines.items():
        if offer_id not in stated and _is_fixed(draft, offer_id, now):
            wanted[offer_id] = line.count
    if not wanted:
        raise Refusal(
            "shop.nothing_ordered",
            _("Your basket is empty. Put something in, or cancel your order if you want nothing this time."),
        )
    draft.wanted = wanted
    check_on_sale(draft)
    for offer_id in [*draft.changed, *draft.dropped]:
        _check_not_fixed(draft, offer_id, now)
    check_not_packed(draft, [*draft.changed, *draft.dropped])
    check_not_credited(draft.lines[offer] for offer in [*draft.raised, *draft.dropped] if offer in draft.lines)


def _is_fixed(draft: OrderDraft, offer_id: int, now: datetime) -> bool:
    closes_at = draft.offers[offer_id].closes_at
    return closes_at is not None and now >= closes_at


def _check_not_fixed(draft: OrderDraft, offer_id: int, now: datetime) -> None:
    if _is_fixed(draft, offer_id, now):
        offer = draft.offers[offer_id]
        assert offer.closes_at is not None
        raise Refusal(
            "shop.line_fixed",
            _("%(name)s closed on %(when)s, since its producer needs more time. It stays as it was; change the rest.")
            % {"name": offer.name, "when": format_daytime(offer.closes_at)},
            offers=[offer_id],
        )
