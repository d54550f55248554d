"""What happens at the door: cash, a wrong crate, something extra, a late change, something given back."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.catalog.models import Item
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers import policy as handovers_policy
from cosmolocal.handovers.models import Crate, Receipt
from cosmolocal.handovers.operations.packing import PackLine, write_packed
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.operations import journal, ledger, looks
from cosmolocal.money.policy import is_own
from cosmolocal.practices.shop import policy, queries, rules
from cosmolocal.practices.shop.door.operations import credits
from cosmolocal.practices.shop.models import LineCredit, Order, OrderLine, OrderRound, RoundOffer
from cosmolocal.practices.shop.orders.operations.drafts import (
    OrderDraft,
    check_not_packed,
    check_on_sale,
    no_account,
    write,
)
from cosmolocal.practices.shop.orders.operations.orders import LineDraft
from cosmolocal.practices.shop.rounds.operations.planning import lock
from cosmolocal.practices.shop.rounds.operations.sales import load_offers

if TYPE_CHECKING:
    from cosmolocal.money.models import Account, MoneyBox

LATE = "late"


@operation("shop.take_cash", said=gettext_lazy("took cash for an order"), fact=True)
def take_cash(
    *, by: Agent, order: Order, box: "MoneyBox", amount: int, at: datetime | None = None, key: str = ""
) -> Order:
    """The keeper takes cash for an order (minor units): it goes to the household's account, and settling takes it from
    there. Rounded to the smallest coin; the difference is the fund "rounding". `at`: when, if keyed in from paper.

    A closed account takes it too, and is closed again. Refuses: money.not_yet, money.before_it (before it was ordered),
    agents.not_allowed; money.bad_amount for what coins cannot pay, unless it is all that is
    still owed: many such parts would raise an account by more than was brought.
    """
    locked = Order.objects.select_for_update(of=("self",)).select_related(*_ORDER).get(pk=order.pk)
    policy.permit_keeper(by, locked.round)
    account = _account_of(locked)
    journal.check_follows(at, journal.day_of(locked.agreement.at))
    if amount % account.currency.cash_step and amount != queries.orders.due_now(locked):
        coin = money_queries.format(account.currency.cash_step, account.currency)
        raise Refusal(
            "money.bad_amount",
            _("Coins cannot pay this: the smallest is %(coin)s. Write what was really taken.") % {"coin": coin},
            field="amount",
        )
    money.pay_in_coins(by=by, account=account, box=box, amount=amount, at=max(at, locked.agreement.at) if at else None)
    Order.objects.filter(pk=locked.pk).update(paid_cash=F("paid_cash") + amount)
    locked.refresh_from_db(fields=["paid_cash"])
    return locked


@operation("shop.offer_extra", said=gettext_lazy("offered something at the door"))
def offer_extra(*, by: Agent, round: OrderRound, receipt: Receipt, item: Item, key: str = "") -> RoundOffer:
    """What came without being ordered (or beyond it) is for sale at the door: from its lot, at the price of `item`.

    Refuses: shop.not_now, shop.other_goods.
    """
    locked = lock(round)
    policy.permit_keeper(by, locked)
    handovers_policy.permit_handing(by, receipt.handover.place)
    if locked.state != OrderRound.State.ORDERED:
        raise Refusal("shop.not_now", _("Extras are offered between ordering from the producers and settling."))
    if item.product.specification_id != receipt.specification_id:
        raise Refusal("shop.other_goods", _("Choose a pack of the goods that came."), field="item")
    offer, _is_new = RoundOffer.objects.get_or_create(round=locked, lot_id=receipt.lot_id, defaults={"item": item})
    return offer


@operation("shop.late_change", said=gettext_lazy("changed an order after closing"))
def late_change(*, by: Agent, round: OrderRound, household: Agent, lines: Sequence[LineDraft], key: str = "") -> Order:
    """After closing: the lines named get new counts (0: taken out), everything else stays; each keeps who did it and
    when. Extras are taken from their lot. Where the crate has been collected, what is added is given at once.

    Refuses: shop.not_now, shop.not_offered, shop.packed_already, shop.not_enough_left, shop.not_enough_money,
    shop.credited (money was given back for a line that would go or become more).
    """
    locked = lock(round)
    policy.permit_keeper(by, locked)
    if locked.state not in (OrderRound.State.GRACE, OrderRound.State.ORDERED):
        raise Refusal("shop.not_now", _("A late change is possible between closing and settling."))
    order = Order.objects.select_for_update().filter(round=locked, household=household).first()
    handovers.hold_crate(locked.handover, household)
    draft = OrderDraft(by, locked, household, order, named={line.offer_id for line in lines})
    if order is not None:
        draft.lines = {line.offer_id: line for line in order.lines.select_related("pack")}
    draft.wanted = {offer: line.count for offer, line in draft.lines.items()}
    draft.wanted.update({line.offer_id: line.count for line in lines})
    draft.wanted = {offer: count for offer, count in draft.wanted.items() if count}
    draft.offers = load_offers(locked, {*draft.wanted, *draft.lines})
    if any(offer not in draft.offers for offer in draft.wanted):
        raise Refusal("shop.not_offered", _("This is not on offer in this round."))
    check_on_sale(draft)
    check_not_packed(draft, [*draft.changed, *draft.dropped])
    credits.check_not_credited(draft.lines[offer] for offer in [*draft.raised, *draft.dropped] if offer in draft.lines)
    fixed = Order.State.FIXED if locked.state == OrderRound.State.ORDERED else Order.State.OPEN
    write(draft, order.pays if order else Order.Pays.PREPAID, late=True)
    assert draft.order is not None
    if draft.order.state in (Order.State.OPEN, Order.State.CANCELLED):
        draft.order.state = fixed
        draft.order.save(update_fields=["state"])
    draft.order.lines.filter(offer_id__in=[line.offer_id for line in lines]).update(reason=LATE)
    _own_is_looked_at(draft)
    if locked.state == OrderRound.State.ORDERED:
        handovers.make_crates(by=by, handover=locked.handover)
    _pack_at_once(by, draft.order)
    announce("shop.tell_changes", [draft.order.pk])
    return draft.order


def _own_is_looked_at(draft: OrderDraft) -> None:
    """Less than was ordered of her own household's, after closing and by herself: somebody else looks at it."""
    less = [*draft.lowered, *draft.dropped]
    if less and is_own(draft.by, draft.household):
        lines = [(draft.lines[offer], draft.wanted.get(offer, 0)) for offer in less]
        amount = sum(line.estimate * (line.count - count) // line.count for line, count in lines)
        said = [f"{draft.offers[line.offer_id].name}: {line.count} → {count}" for line, count in lines]
        looks.own_goods_changed(draft.by, draft.household, amount, "; ".join(said))


@operation("shop.credit_line", said=gettext_lazy("gave money back for a line"))
def credit_line(
    *, by: Agent, line: OrderLine, quantity: int, reason: str, borne_by: str = "", key: str = ""
) -> LineCredit:
    """Money back for `quantity` base units of a line: refused at the door, wrong, or bad. The supplier's terms say who
    bears it, unless `borne_by` (local, producer) says so. Several parts come to what one would. With what was not
    taken ("refused") the deposit of its packs goes back, from the deposits held: a row of its own. What is not packed
    in the end is taken back when the round is settled. Who gives much back in many small sums has somebody else look
    at them. Refuses: agents.session_lent, shop.too_long_ago, shop.more_than_bought, money.to_oneself.
    """
    sessions.require_own()
    found = OrderLine.objects.select_for_update(of=("self",)).select_related(*_LINE).get(pk=line.pk)
    policy.permit_credit(by, found.order.round, running().at)
    has, paid = credits.stands(found)
    goods = found.credits.exclude(borne_by=rules.DEPOSITS).exclude(reason=rules.PUT_RIGHT)
    given = goods.aggregate(quantity=Sum("quantity", default=0), amount=Sum("amount", default=0))
    if not 0 < quantity <= has - given["quantity"]:
        raise Refusal(
            "shop.more_than_bought", _("Write at most what was bought and not given back yet."), field="quantity"
        )
    amount = max(rules.scaled(paid, given["quantity"] + quantity, has) - given["amount"], 0)
    producer = found.offer.item.product.producer
    bearer = borne_by or queries.farms.terms_with(found.order.round, producer).loss_after_packing
    _give_back(by, found, amount, _source(found, producer if bearer == "producer" else None))
    row = {"line": found, "reason": reason, "by": by, "at": running().at}
    credit = LineCredit.objects.create(quantity=quantity, amount=amount, borne_by=bearer, **row)
    if deposit := credits.deposit_due(found, has):
        _give_back(by, found, deposit, money_queries.fund("deposits", found.order.round.account.currency))
        LineCredit.objects.create(quantity=0, amount=deposit, borne_by=rules.DEPOSITS, **row)
    credits.look_at_much(by, found.order.round)
    return credit


def _pack_at_once(by: Agent, order: Order) -> None:
    """Who has her crate already gets what is added there and then, all of it: packed, and handed over with the rest."""
    crates = Crate.objects.select_for_update().filter(handover=order.round.handover_id, receiver=order.household)
    if crate := crates.filter(state=Crate.State.COLLECTED).first():
        added = order.lines.filter(granted__gt=0, commitment__packed=None).values_list("commitment_id", "granted")
        lines = [PackLine(commitment, granted) for commitment, granted in added]
        write_packed(by, order.round.handover, {order.household_id: crate}, lines)


_ORDER = ("round__handover__place", "round__account__currency", "household", "agreement")
_LINE = (
    "order__round__handover__place",
    "order__round__account__currency",
    "order__household",
    "offer__item__product__producer",
    "pack",
    "price",
)


def _account_of(order: Order) -> "Account":
    """Of who has the order, also where another household turned out to have had its crate; closed, if need be."""
    account = money_queries.account_of_past(queries.swaps.holder_of(order), order.round.account.currency)
    if account is None:
        raise no_account()
    return account


def _source(line: OrderLine, producer: Agent | None) -> "Account":
    currency = line.order.round.account.currency
    account = money_queries.account_of_past(producer, currency, "producer") if producer else None
    return account or money_queries.fund("goodwill", currency)


def _give_back(by: Agent, line: OrderLine, amount: int, source: "Account") -> None:
    if amount:
        ledger.give_back(by=by, source=source, account=_account_of(line.order), amount=amount, reason="credit")
