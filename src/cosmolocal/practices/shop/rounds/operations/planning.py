"""A round is planned, filled with goods, opened; its plan can be taken over for the next one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.catalog.models import Item
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import IntentDraft
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among
from cosmolocal.money import operations as money
from cosmolocal.practices.shop import policy, queries, rules
from cosmolocal.practices.shop.door.operations.credits import check_not_credited
from cosmolocal.practices.shop.models import OnHoliday, OrderLine, OrderRound, RoundOffer, ShopSettings
from cosmolocal.practices.shop.rounds.operations.drawing import fix_draw

TOLD_AT_ONCE = 100  # households in one job


@dataclass(frozen=True)
class RoundDraft:
    """What a round is to be: when it takes orders, where and when goods change hands (aware moments)."""

    name: str
    place: Place
    opens_at: datetime
    closes_at: datetime
    begins: datetime
    ends: datetime
    allow_cash: bool = True
    follows_prices: bool = False
    note: str = ""


@dataclass(frozen=True)
class OfferDraft:
    """One item on sale; `closes_at` where its producer needs to know earlier than the round closes."""

    item_id: int
    closes_at: datetime | None = None


@operation("shop.change_settings", said=gettext_lazy("changed how the shop works"))
def change_settings(
    *,
    by: Agent,
    target_bp: int,
    transport_bp: int,
    grace_minutes: int,
    handover_on_holiday: str = OnHoliday.AFTER,
    closing_on_holiday: str = OnHoliday.BEFORE,
    key: str = "",
) -> ShopSettings:
    """How the shop works from now on; rounds that are planned keep theirs. Refuses: shop.bad_setting."""
    policy.permit_steward(by)
    if not (0 <= target_bp <= rules.WHOLE and 0 <= transport_bp <= rules.WHOLE and 0 <= grace_minutes <= 24 * 60):
        raise Refusal("shop.bad_setting", _("A share lies between 0 and 100 %, the grace between 0 and 24 hours."))
    settings = queries.settings()
    settings.target_bp, settings.transport_bp, settings.grace_minutes = target_bp, transport_bp, grace_minutes
    settings.handover_on_holiday = OnHoliday(handover_on_holiday)
    settings.closing_on_holiday = OnHoliday(closing_on_holiday)
    settings.save()
    return settings


@operation("shop.plan_round", said=gettext_lazy("planned a round"))
def plan_round(*, by: Agent, draft: RoundDraft, like: OrderRound | None = None, key: str = "") -> OrderRound:
    """Plans a round with its hand-over and its account; `like`: with the goods of an earlier one that are still sold.

    Refuses: shop.closes_before_it_opens, shop.closes_after_handover, handovers.ends_before_it_begins.
    """
    policy.permit_steward(by)
    _check_times(draft)
    settings = queries.settings()
    handover = handovers.plan_handover(by=by, place=draft.place, begins=draft.begins, ends=draft.ends)
    planned = OrderRound.objects.create(
        name=draft.name.strip(),
        opens_at=draft.opens_at,
        closes_at=draft.closes_at,
        grace_minutes=settings.grace_minutes,
        handover=handover,
        account=money.open_round_account(by=by, name=draft.name.strip(), code=f"round-{running().id}"),
        transport_bp=settings.transport_bp,
        allow_cash=draft.allow_cash,
        follows_prices=draft.follows_prices,
        note=draft.note.strip(),
    )
    if like is not None:
        offer_items(by=by, round=planned, items=offers_of(like, planned))
    return planned


@operation("shop.change_round", said=gettext_lazy("changed a round"))
def change_round(*, by: Agent, round: OrderRound, draft: RoundDraft, key: str = "") -> OrderRound:
    """Changes a round that has not closed. Once it is open, its place and hand-over stay: people planned with them; and
    when it opened is a fact.

    Refuses: shop.round_closed, shop.handover_fixed, shop.prices_fixed, shop.closes_before_it_opens,
    shop.closes_after_handover.
    """
    policy.permit_steward(by)
    locked = lock(round)
    if locked.state not in (OrderRound.State.DRAFT, OrderRound.State.OPEN):
        raise Refusal("shop.round_closed", _("This round has closed. Plan the next one instead."))
    if draft.follows_prices and not locked.follows_prices and locked.orders.exists():
        raise Refusal(
            "shop.prices_fixed",
            _("Somebody has ordered already, and keeps the prices of that moment. Choose this in the next round."),
            field="follows_prices",
        )
    _check_times(draft)
    moved = (draft.place.pk, draft.begins) != (locked.handover.place_id, locked.handover.begins)
    if moved and locked.orders.exists():
        raise Refusal(
            "shop.handover_fixed",
            _("Somebody has ordered for this place and time already. Keep them, or cancel the round."),
            field="begins",
        )
    locked.handover = handovers.plan_handover(by=by, place=draft.place, begins=draft.begins, ends=draft.ends)
    locked.name, locked.note, locked.allow_cash = draft.name.strip(), draft.note.strip(), draft.allow_cash
    if locked.state == OrderRound.State.DRAFT or running().at < locked.opens_at:
        locked.opens_at = draft.opens_at
    locked.closes_at, locked.follows_prices = draft.closes_at, draft.follows_prices
    locked.save()
    return locked


def offers_of(source: OrderRound, planned: OrderRound) -> list[OfferDraft]:
    """What an earlier round offered and is still sold; own closing times as long before the end as they were."""
    sold = source.offers.on_sale().filter(lot=None).order_by("id")
    return [
        OfferDraft(offer.item_id, planned.closes_at - (source.closes_at - offer.closes_at) if offer.closes_at else None)
        for offer in sold
    ]


@operation("shop.offer_items", said=gettext_lazy("put goods into a round"))
def offer_items(*, by: Agent, round: OrderRound, items: Sequence[OfferDraft], key: str = "") -> None:
    """Puts items on sale in a round; those already there get their new closing time. Refuses: shop.round_closed."""
    policy.permit_steward(by)
    locked = lock(round)
    if locked.state not in (OrderRound.State.DRAFT, OrderRound.State.OPEN):
        raise Refusal("shop.round_closed", _("This round has closed. Plan the next one instead."))
    known = {offer.item_id: offer for offer in locked.offers.filter(lot=None)}
    wanted = {draft.item_id: draft for draft in items}
    for item_id, offer in known.items():
        if item_id in wanted:
            offer.closes_at, offer.withdrawn_at = wanted[item_id].closes_at, None
    again = [known[id] for id in known if id in wanted]
    RoundOffer.objects.bulk_update(again, ["closes_at", "withdrawn_at"], batch_size=200)
    RoundOffer.objects.bulk_create(
        RoundOffer(round=locked, item_id=draft.item_id, closes_at=draft.closes_at)
        for draft in wanted.values()
        if draft.item_id not in known
    )
    if locked.state == OrderRound.State.OPEN:
        _publish(by, locked)


@operation("shop.withdraw_items", said=gettext_lazy("took goods out of a round"))
def withdraw_items(*, by: Agent, round: OrderRound, item_ids: Iterable[int], key: str = "") -> None:
    """Takes items off a round. What is ordered stays; once people fill baskets, the offer itself stays too, so that
    whoever has it in hers is told its name.
    """
    policy.permit_steward(by)
    locked = lock(round)
    offers = locked.offers.filter(item_id__in=among(item_ids), lot=None)
    if locked.state == OrderRound.State.DRAFT:
        offers.delete()
    else:
        offers.filter(withdrawn_at=None).update(withdrawn_at=running().at)


@operation("shop.choose_goods", said=gettext_lazy("chose the goods of a round"))
def choose_goods(
    *, by: Agent, round: OrderRound, items: Sequence[OfferDraft], shown: Collection[int], key: str = ""
) -> None:
    """What one page says about the items `shown` (ids) on it: on sale as in `items`, or not. Others stay as they are;
    in a round that offers nothing yet they go on sale, since it begins with everything. Refuses as `offer_items`.
    """
    policy.permit_steward(by)
    drafts = list(items)
    if queries.desk.is_fresh(round):
        drafts += [OfferDraft(id) for id in queries.desk.sold_here() if id not in shown]
    offer_items(by=by, round=round, items=drafts)
    withdraw_items(by=by, round=round, item_ids=set(shown) - {draft.item_id for draft in items})


@operation("shop.open_round", said=gettext_lazy("opened a round"))
def open_round(*, by: Agent, round: OrderRound, key: str = "") -> OrderRound:
    """Publishes what the round offers; orders are taken from `opens_at` until `closes_at`.

    Refuses: shop.nothing_on_offer, shop.closes_in_the_past, shop.not_now.
    """
    policy.permit_steward(by)
    locked = lock(round)
    if locked.state == OrderRound.State.OPEN:
        return locked
    if locked.closes_at <= running().at:
        raise Refusal("shop.closes_in_the_past", _("The closing time is over. Choose a later one."), field="closes_at")
    if not locked.offers.on_sale().exists():
        raise Refusal("shop.nothing_on_offer", _("Choose what the round offers before you open it."))
    move(locked, "open")
    locked.proposal = flows.propose(
        by=by,
        proposer=agents_queries.home_local(),
        purpose="offer",
        name=locked.name,
        begins=locked.opens_at,
        ends=locked.closes_at,
    )
    locked.save(update_fields=["state", "proposal"])
    fix_draw(locked)
    _publish(by, locked)
    announce("shop.tell_open", locked.pk)
    return locked


@operation("shop.remind", said=gettext_lazy("had reminders written"))
def remind(*, by: Agent, round: OrderRound, key: str = "") -> OrderRound:
    """Writes to everybody who has not ordered, at most once in 20 hours.

    Refuses: shop.reminded_already, shop.not_now.
    """
    policy.permit_steward(by)
    locked = lock(round)
    if not policy.is_taking_orders(locked, running().at):
        raise Refusal("shop.not_now", _("Reminders go out while a round takes orders."))
    if locked.reminded_at and running().at - locked.reminded_at < timedelta(hours=20):
        raise Refusal("shop.reminded_already", _("They were written to already. Let a day pass before the next time."))
    locked.reminded_at = running().at
    locked.save(update_fields=["reminded_at"])
    announce("shop.remind", locked.pk)
    return locked


@operation("shop.tell_ready", said=gettext_lazy("had everybody written to that the crates are packed"))
def tell_ready(*, by: Agent, round: OrderRound, key: str = "") -> OrderRound:
    """Writes to everybody who ordered that the crates are packed, once. Refuses: agents.not_allowed."""
    policy.permit_steward(by)
    locked = lock(round)
    if locked.ready_told_at is None:
        locked.ready_told_at = running().at
        locked.save(update_fields=["ready_told_at"])
        announce("shop.mail_ready", locked.pk)
    return locked


@operation("shop.cancel_round", said=gettext_lazy("cancelled a round"))
def cancel_round(*, by: Agent, round: OrderRound, reason: str = "", key: str = "") -> OrderRound:
    """Gives a round up before it closes: all orders are cancelled, what was set aside is free again, and who had
    ordered is told why. Refuses: shop.cancelled_why where it was open and `reason` is empty, shop.not_now,
    shop.packed_already where something of it lies in a crate or was taken, shop.credited.
    """
    policy.permit_steward(by)
    locked = lock(round)
    was_open = locked.state == OrderRound.State.OPEN
    move(locked, "cancel")
    locked.cancelled_because = reason.strip()
    if was_open and not one_line(reason):
        raise Refusal("shop.cancelled_why", _("Write a sentence why: who has ordered reads it."), field="reason")
    orders = locked.orders.exclude(state="cancelled")
    told = list(orders.order_by("id").values_list("pk", flat=True))
    if orders.filter(lines__commitment__packed__quantity__gt=0).exists():
        raise Refusal(
            "shop.packed_already",
            _("Something of this round lies in crates, or was taken. Write it as missing there, or close the round."),
        )
    check_not_credited(OrderLine.objects.filter(order__in=told).exclude(credits=None)[:1])
    promised = list(orders.values_list("lines__commitment_id", flat=True))
    payments = list(orders.values_list("payment_id", flat=True))
    flows.release(by=by, commitments={id for id in [*promised, *payments] if id})
    orders.update(state="cancelled", changed_at=running().at)
    intents = locked.offers.exclude(intent=None).values_list("intent_id", flat=True)
    flows.close_intents(by=by, intents=[id for id in intents if id])
    locked.save(update_fields=["state", "cancelled_because"])
    for start in range(0, len(told), TOLD_AT_ONCE):
        announce("shop.tell_cancelled", told[start : start + TOLD_AT_ONCE])
    return locked


def lock(round: OrderRound) -> OrderRound:
    """The round as it is now, locked until the operation ends."""
    rows = OrderRound.objects.select_for_update(of=("self",)).select_related("handover__place", "account__currency")
    return rows.get(pk=round.pk)


def move(round: OrderRound, deed: str) -> None:
    """Sets the state after a deed. Refuses shop.not_now where the deed is not possible in this state."""
    state = rules.next_state(round.state, deed)
    if state is None:
        raise Refusal(
            "shop.not_now",
            _("This is not possible now: the round is %(state)s. Load the page again.")
            % {"state": round.get_state_display()},
            state=round.state,
        )
    round.state = state


def _check_times(draft: RoundDraft) -> None:
    if not one_line(draft.name):
        raise Refusal("shop.name_missing", _("Give the round a name, for example its day."), field="name")
    if draft.closes_at <= draft.opens_at:
        raise Refusal(
            "shop.closes_before_it_opens",
            _("The round must close after it opens. Look at the two times again."),
            field="closes_at",
        )
    if draft.begins < draft.closes_at:
        raise Refusal(
            "shop.closes_after_handover",
            _("Goods change hands before the round closes. Producers need time between the two."),
            field="begins",
        )


def _publish(by: Agent, round: OrderRound) -> None:
    """One intent for each kind of goods; its packs share what there is."""
    by_kind: dict[int, list[RoundOffer]] = defaultdict(list)
    offers = RoundOffer.objects.filter(round=round, lot=None).select_related("item__product").order_by("id")
    for offer in offers:
        by_kind[offer.item.product.specification_id].append(offer)
    new = {kind: ones for kind, ones in by_kind.items() if not any(offer.intent_id for offer in ones)}
    home = agents_queries.home_local()
    made = flows.add_intents(
        by=by,
        proposal=round.proposal_id or 0,
        drafts=[
            IntentDraft(
                action="transfer",
                specification=kind,
                provider=home,
                receiver=None,
                available=available([offer.item for offer in ones]),
            )
            for kind, ones in new.items()
        ],
    )
    intent_of = {kind: intent.pk for kind, intent in zip(new, made, strict=True)}
    for kind, ones in by_kind.items():
        known = intent_of.get(kind) or next(offer.intent_id for offer in ones if offer.intent_id)
        for offer in ones:
            offer.intent_id = known
    RoundOffer.objects.bulk_update([o for ones in by_kind.values() for o in ones], ["intent"], batch_size=200)


def available(items: Iterable[Item]) -> int | None:
    """Base units on offer over all packs of one kind of goods; None: as much as wished."""
    packs = [(item.stock, item.pack_quantity) for item in items]
    if any(stock is None for stock, _pack in packs):
        return None
    return sum((stock or 0) * pack for stock, pack in packs)
