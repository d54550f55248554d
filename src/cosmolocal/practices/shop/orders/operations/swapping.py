"""Two households took each other's crate: put right before the round is settled, and after it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate, Packed
from cosmolocal.handovers.operations import handing
from cosmolocal.handovers.operations.packing import pack_as_promised
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy as money_policy
from cosmolocal.money import queries as money_queries
from cosmolocal.money.operations import journal, ledger, looks
from cosmolocal.practices.shop import policy, queries
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, OrderSwap
from cosmolocal.practices.shop.orders.operations.drafts import OrderDraft, account_of, no_account, payment_draft

if TYPE_CHECKING:
    from cosmolocal.money.models import Account


@operation("shop.swap_orders", said=gettext_lazy("swapped two orders"))
def swap_orders(*, by: Agent, order: Order, other: Order, key: str = "") -> None:
    """Two households took each other's crate: each keeps, and pays, what it took; what was given back for a line goes
    with it; both are told. The keeper's own, or by a lent session: somebody else looks at it. Refuses:
    shop.round_settled, shop.not_two_orders, shop.no_crate.
    """
    rows = Order.objects.select_for_update(of=("self",)).select_related(*_ORDER).order_by("pk")
    pair = list(rows.filter(pk__in=[order.pk, other.pk], round=order.round))
    if len(pair) < 2:
        raise Refusal("shop.not_two_orders", _("Choose two different households of this round."))
    first, second = pair
    policy.permit_keeper(by, first.round)
    if first.state == Order.State.SETTLED:
        raise Refusal("shop.round_settled", _("This round is settled meanwhile. Open the page of this order again."))
    crates = {crate.receiver_id: crate for crate in Crate.objects.filter(handover=first.round.handover)}
    _check_crates(pair, crates)
    pairs = [(first, second), *_beside(first, second)]
    # What nobody has ticked goes as promised, before the lines are read: each follows what lies in the crate.
    pack_as_promised(by, first.round.handover, {order.household_id: crates[order.household_id] for order in pair})
    every = [order for two in pairs for order in two]
    lines = list(OrderLine.objects.filter(order__in=every).annotate(row=F("commitment__packed__id")))
    handovers.swap_crates(by=by, crate=crates[first.household_id], other=crates[second.household_id])
    now = dict(
        Packed.objects.filter(pk__in=[line.row for line in lines if line.row]).values_list("pk", "commitment_id")
    )
    for line in lines:
        line.commitment_id = now.get(line.row, line.commitment_id)
    OrderLine.objects.bulk_update(lines, ["commitment"], batch_size=200)
    for one, two in pairs:
        _swap_credits(by, one, two, lambda order: account_of(OrderDraft(by, order.round, order.household, order)))
        _swap_households(by, one, two)
    for order in sorted(every, key=lambda one: not money_policy.is_own(by, one.household)):
        looks.look_needed(by, order.upper, order.household)
    for one, two in pairs:
        announce("shop.tell_crates_swapped", [one.pk, two.pk])


def _beside(first: Order, second: Order) -> list[tuple[Order, Order]]:
    """What both have ordered in other rounds of this hand-over lies in the same two crates, and goes along."""
    rows = Order.objects.select_for_update(of=("self",)).select_related(*_ORDER).order_by("pk")
    here = rows.filter(round__handover=first.round.handover_id, household__in=[first.household_id, second.household_id])
    by_round: dict[int, list[Order]] = {}
    for order in here.exclude(round=first.round_id):
        by_round.setdefault(order.round_id, []).append(order)
    pairs = []
    for found in by_round.values():
        if all(order.state == Order.State.CANCELLED for order in found):
            continue
        if len(found) < 2 or found[0].round.state not in (OrderRound.State.GRACE, OrderRound.State.ORDERED):
            raise Refusal(
                "shop.other_round",
                _(
                    "%(names)s has ordered in “%(round)s” too, and it lies in the same crate. Write on the pages of "
                    "both crates what each took, and what is added as a late change."
                )
                % {"names": ", ".join(order.household.name for order in found), "round": found[0].round.name},
            )
        pairs.append((found[0], found[1]))
    return pairs


@dataclass(frozen=True)
class Side:
    """One of two settled orders: who has it, on which account it was charged, and how much: minor units, less what was
    given back for its lines since.
    """

    order: Order
    household: Agent
    account: "Account"
    charged: int


@operation("shop.swap_settled", said=gettext_lazy("swapped two crates after settling"))
def swap_settled(*, by: Agent, order: Order, other: Order, reason: str, key: str = "") -> list[OrderSwap]:
    """After settling: two households had each other's crate, so each pays what it had, and the journal names it as who
    got the goods. The orders stay as they were settled. The same two again: it is taken back. `reason`: a code.

    Money given back for a line goes with it; cash that was paid stays on the account of who paid it. Somebody else
    looks at it afterwards. Refuses: agents.session_lent, agents.not_allowed, agents.other_place, shop.not_two_orders,
    shop.not_settled, shop.too_long_ago, shop.no_crate, shop.not_collected, shop.no_account, money.to_oneself.
    """
    sessions.require_own()
    rows = Order.objects.select_for_update(of=("self",)).select_related(*_ORDER).order_by("pk")
    first, second = sides(by, list(rows.filter(pk__in=[order.pk, other.pk])), running().at)
    for gets, had in ((first, second), (second, first)):
        ledger.charge_another(by=by, agreement_id=had.order.agreement_id, source=gets.account)
        lines = OrderLine.objects.filter(order=had.order).values_list("commitment_id", flat=True)
        handing.went_to(by, lines, gets.household.pk)
    accounts = {side.order.pk: side.account for side in (first, second)}
    _swap_credits(by, first.order, second.order, lambda one: accounts[one.pk])
    less = first if first.charged > second.charged else second
    looks.charged_another(by, less.household, abs(first.charged - second.charged))
    journal.note(f"{first.household.name} ↔ {second.household.name}")
    now = running().at
    made = OrderSwap.objects.bulk_create(
        OrderSwap(order=had.order, household=gets.household, other=gets.order, reason=reason, by=by, at=now)
        for gets, had in ((first, second), (second, first))
    )
    announce("shop.tell_swapped", [swap.pk for swap in made])
    return made


def sides(by: Agent, pair: Sequence[Order], at: datetime) -> tuple[Side, Side]:
    """Both orders as they stand; for the page that shows both sums before, too. Refuses as `swap_settled`."""
    if len(pair) < 2 or pair[0].pk == pair[1].pk:
        raise Refusal("shop.not_two_orders", _("Choose two different households of this round."))
    if pair[0].round_id != pair[1].round_id:
        raise Refusal(
            "shop.not_two_orders",
            _("These two were not handed over together, so nobody took one for the other. Choose two of one round."),
        )
    round = pair[0].round
    policy.permit_credit(by, round, at)
    if any(one.state != Order.State.SETTLED for one in pair):
        raise Refusal(
            "shop.not_settled", _("This round is not settled yet. Press “Wrong crate” on the page of the household.")
        )
    _check_taken(pair)
    first, second = _side(pair[0]), _side(pair[1])
    for side in (first, second):
        money_policy.forbid_own(by, side.household)
    return first, second


def _side(order: Order) -> Side:
    household = queries.swaps.holder_of(order)
    account = money_queries.account_of_past(household, order.round.account.currency)
    if account is None:
        raise no_account()
    return Side(order, household, account, (order.final or 0) - queries.orders.given_back(order))


def _check_taken(pair: Sequence[Order]) -> None:
    """Each has taken a crate: one that still stands here went to nobody."""
    crates = {crate.receiver_id: crate for crate in Crate.objects.filter(handover=pair[0].round.handover)}
    _check_crates(pair, crates)
    standing = [one.household.name for one in pair if crates[one.household_id].state != Crate.State.COLLECTED]
    if standing:
        raise Refusal(
            "shop.not_collected",
            _("Nobody has ticked off that %(names)s collected. Do that first, whichever crate it was; then swap.")
            % {"names": ", ".join(standing)},
        )


def _check_crates(pair: Sequence[Order], crates: Mapping[int, Crate]) -> None:
    if lacking := [order.household.name for order in pair if order.household_id not in crates]:
        raise Refusal(
            "shop.no_crate",
            _("There is no crate for %(name)s here. Write what was taken as a late change instead.")
            % {"name": ", ".join(lacking)},
        )


_ORDER = ("round__handover__place", "round__account__currency", "household")


def _swap_credits(by: Agent, first: Order, second: Order, account: "Callable[[Order], Account]") -> None:
    """Money given back stands on the line; who gets the line gets it, so that settling takes it from the right one."""
    pairs = ((first, second), (second, first))
    legs = []
    for order, other in pairs:
        given, mine, yours = queries.orders.given_back(order), account(order).pk, account(other).pk
        if given > 0:
            legs.append(ledger.Leg(mine, yours, given, "credit"))
        elif given < 0:  # put right to more after settling, and paid
            legs.append(ledger.Leg(yours, mine, -given, "credit"))
    ledger.move_many(by=by, legs=legs)


def _swap_households(by: Agent, first: Order, second: Order) -> None:
    """One household has one order in a round, so one steps aside to the node itself for a moment. What a crate comes
    to is set aside where it stands now: a fact, so no floor stops it. How she pays, and the cash she has paid,
    stays with the household: it lies on her account.
    """
    mine, yours = first.household, second.household
    first.pays, second.pays = second.pays, first.pays
    first.paid_cash, second.paid_cash = second.paid_cash, first.paid_cash
    for order in (first, second):
        if order.payment_id:
            ledger.free(by=by, commitment_id=order.payment_id)
            order.payment_id = None
    for order, household in ((first, agents_queries.system()), (second, mine), (first, yours)):
        order.household, order.changed_at = household, running().at
        order.save(update_fields=["household", "payment", "pays", "paid_cash", "changed_at"])
    prepaid = [order for order in (first, second) if order.pays == Order.Pays.PREPAID and order.upper]
    promised = flows.commit(
        by=by,
        drafts=[
            payment_draft(OrderDraft(by, order.round, order.household, order), order, guard=False) for order in prepaid
        ],
    )
    for order, payment in zip(prepaid, promised, strict=True):
        order.payment_id = payment.pk
        order.save(update_fields=["payment"])
