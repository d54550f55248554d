"""A round is settled: what was weighed is charged, the rest is free again, every part of each price finds its owner."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.handovers.models import Crate, Packed, Receipt
from cosmolocal.kernel import errands, sets
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.operations import Leg, PaymentDraft, ledger
from cosmolocal.practices.shop import policy, rules
from cosmolocal.practices.shop.door.operations import credits
from cosmolocal.practices.shop.models import (
    LineCredit,
    Order,
    OrderLine,
    OrderRound,
    ProducerOrderLine,
)
from cosmolocal.practices.shop.orders.operations import own_prices
from cosmolocal.practices.shop.rounds.operations.planning import lock, move
from cosmolocal.practices.shop.rules import RoundSplit
from cosmolocal.practices.shop.settling.operations import dues
from cosmolocal.practices.shop.settling.operations.weighing import Sold, Weighed, weigh, weigh_alike
from cosmolocal.practices.shop.settling.queries import uncharged

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cosmolocal.money.models import Account, MoneyBox, PaymentList


MOST_NAMES = 5  # of households, in one sentence
STEPS = 4  # weighed, added up, booked, frozen: what a page says while a large round is settled


@dataclass
class Books:
    """The accounts a round's money runs through."""

    round: "Account"
    households: dict[int, int]  # agent id -> account id
    producers: dict[int, int]
    funds: dict[str, "Account"]


@operation("shop.settle_round", said=gettext_lazy("settled a round"))
def settle_round(*, by: Agent, round: OrderRound, seen: str = "", key: str = "") -> OrderRound:
    """Charges what was packed (at most the cap), frees the rest, and gives every part of each price to its owner.

    `seen`: the mark of the preview that was read; something else now: shop.changed_meanwhile.
    Afterwards the round's account is exactly 0. Again: nothing happens. Refuses: shop.not_now, shop.not_all_packed
    and shop.goods_uncharged (fact: `crates`), shop.not_all_received (fact: `producers`), agents.session_lent.
    """
    policy.permit_steward(by)
    sessions.require_own_or_house(by)
    locked = lock(round)
    if locked.state == OrderRound.State.SETTLED:
        return locked
    move(locked, "settle")
    lines = weigh(locked)
    _check_packed(locked, lines)
    errands.step(1, STEPS)
    orders = _charge(locked, lines)
    given = credits.of_round(locked)
    surplus = credits.too_much(credits.given(given), lines)
    due = dues.to_producers(locked, lines, surplus, given)
    parts = rules.round_split([line.sold for line in lines], due)
    check_seen(seen, _mark(parts, surplus))
    books = _books(by, locked, orders, due)
    legs = [
        *_payments(locked, orders, books),
        *_splits(locked, parts, books),
        *credits.taken_back(surplus, books.households, books.funds),
    ]
    errands.step(2, STEPS)
    ledger.move_many(by=by, legs=legs)
    errands.step(3, STEPS)
    payments = [order.payment_id for order in orders if order.payment_id]
    owed = locked.producer_orders.exclude(payment=None).values_list("payment_id", flat=True)
    flows.finish(by=by, commitments=[*payments, *(id for id in owed if id)])
    if money_queries.balance(books.round).balance != 0:
        raise AssertionError(f"round {locked.pk}: its account is not 0 after settling")
    _freeze(locked, lines, orders, parts)
    credits.write_taken_back(by, surplus)
    own_prices.look_at_replaced(locked)
    errands.step(STEPS, STEPS)
    announce("shop.keep_figures")
    announce("shop.mail_receipts", locked.pk)
    return locked


@operation("shop.pay_producers", said=gettext_lazy("drew up the payments of a round"))
def pay_producers(*, by: Agent, round: OrderRound, box: "MoneyBox", key: str = "") -> "PaymentList":
    """Draws up the payments to this round's producers from a box; a second person must agree. Again: the same list.

    Refuses: shop.not_now, money.nothing_to_pay, money.nobody_to_agree, agents.not_allowed.
    """
    policy.permit_treasurer(by)
    locked = lock(round)
    if locked.payments is not None and locked.payments.state != "dropped":
        return locked.payments
    if locked.state != OrderRound.State.SETTLED:
        raise Refusal("shop.not_now", _("Settle the round first, so that everybody knows what is owed."))
    due = {int(producer): amount for producer, amount in locked.result["producers"].items() if amount > 0}
    accounts = money_queries.accounts_by_holder(due, "producer")
    standing = money_queries.balances(accounts.values())
    drafts = [
        PaymentDraft(account.pk, min(due[producer], max(standing[account.pk].spendable or 0, 0)), locked.name)
        for producer, account in accounts.items()
    ]
    locked.payments = money.make_payment_list(by=by, lines=drafts, box=box, name=locked.name)
    locked.save(update_fields=["payments"])
    return locked.payments


@dataclass(frozen=True)
class Preview:
    """What settling would do now: sums in minor units, how many orders got something, what still stands in the way (a
    sentence, or nothing), which money given back it takes back (amounts below 0), what came unordered and what was lost
    here, and is paid.
    """

    parts: RoundSplit
    orders: int
    sales: int
    obstacle: str
    taken_back: Sequence[LineCredit]
    extras: Sequence[dues.Extra]
    lost: Sequence[dues.Lost]

    @property
    def mark(self) -> str:
        """For `settle_round(seen=)`."""
        return _mark(self.parts, self.taken_back)


def _mark(parts: RoundSplit, taken_back: Sequence[LineCredit]) -> str:
    return rules.mark_of(asdict(parts), sorted((credit.line_id, credit.amount) for credit in taken_back))


def check_seen(seen: str, now: str) -> None:
    """Refuses shop.changed_meanwhile where a page showed something else than what would be booked now."""
    if seen and seen != now:
        raise Refusal(
            "shop.changed_meanwhile",
            _("Something was written since you opened this page, and the sums are others now. Read them, then press."),
        )


def preview(round: OrderRound) -> Preview:
    """Computes a settlement and writes nothing. Lines that are alike in all that decides are weighed once, together."""
    lines = weigh_alike(round)
    try:
        _check_packed(round, lines)
        obstacle = ""
    except Refusal as refusal:
        obstacle = str(refusal)
    credited = credits.of_round(round)
    given = credits.given(credited)
    taken_back = credits.too_much(given, weigh(round, given)) if given else []
    due = dues.to_producers(round, lines, taken_back, credited)
    parts = rules.round_split([line.sold for line in lines], due)
    sales = sum(line.sold.final + line.sold.deposit for line in lines)
    something = OrderLine.objects.filter(order=OuterRef("pk"), commitment__packed__quantity__gt=0)
    orders = round.orders.exclude(state=Order.State.CANCELLED).filter(Exists(something))
    return Preview(parts, orders.count(), sales, obstacle, taken_back, dues.extras(round), dues.lost(round))


def _check_packed(round: OrderRound, lines: Sequence[Sold]) -> None:
    """Refuses what `settle_round` says; `lines` are all of the round as weighed."""
    waiting = Crate.objects.filter(handover=round.handover, state=Crate.State.TO_PACK)
    if waiting.exists():  # else nobody has to read whose orders are due
        due = round.orders.exclude(state=Order.State.CANCELLED).filter(lines__granted__gt=0)
        open_ones = list(waiting.filter(receiver__in=due.values("household")).values_list("pk", flat=True))
        if open_ones:
            raise Refusal(
                "shop.not_all_packed",
                _("%(count)s crates are not packed yet. Pack them, or say that all were packed as ordered.")
                % {"count": len(open_ones)},
                crates=open_ones,
            )
    _check_lines(round, lines)
    came = Exists(Receipt.objects.filter(commitment=OuterRef("commitment")))
    silent = round.producer_orders.exclude(Exists(ProducerOrderLine.objects.filter(came, order=OuterRef("pk"))))
    missing = [order.producer for order in silent.select_related("producer").order_by("pk")]
    if missing:
        raise Refusal(
            "shop.not_all_received",
            _("Nobody wrote down what %(names)s brought. Do that first: they are paid for what was accepted.")
            % {"names": ", ".join(producer.name for producer in missing)},
            producers=[producer.pk for producer in missing],
        )


def _check_lines(round: OrderRound, lines: Sequence[Sold]) -> None:
    """A crate may be done and a line of it open: it was promised afterwards. Settled, its goods would cost nothing; nor
    would what lies in a crate after it was taken out of the order. Whose these are is read where there are some: a
    weighed line tells whether it is packed, and where the crates hold as many rows as lines are packed, none is too
    many.
    """
    open_ones = OrderLine.objects.filter(order__round=round, granted__gt=0, commitment__packed=None)
    whose = open_ones.exclude(order__state=Order.State.CANCELLED).values("order__household")
    if any(line.granted and line.packed is None for line in lines) and (found := _named(round, whose)):
        raise Refusal(
            "shop.not_all_packed",
            _(
                "Neither packed nor missing: lines in the crates of %(names)s. Open each crate and write what lies in "
                "it, or press Missing."
            )
            % {"names": found[0]},
            crates=found[1],
        )
    lying = Packed.objects.filter(crate__handover=round.handover, quantity__gt=0).count()
    strays = uncharged.strays().filter(commitment__agreement__in=round.orders.values("agreement"))
    packed = sum(line.alike for line in lines if line.packed)
    if lying != packed and (found := _named(round, strays.values("crate__receiver"))):
        raise Refusal(
            "shop.goods_uncharged",
            _(
                "Taken out of the order, and still in the crates of %(names)s. Open each crate and take it out, or, "
                "where it has been collected, write 0; what was taken is a late change."
            )
            % {"names": found[0]},
            crates=found[1],
        )


def _named(round: OrderRound, whose: "QuerySet[Any, Any]") -> tuple[str, list[int]] | None:
    """The names of these receivers (ids), for a sentence, and their crates."""
    receivers = Agent.objects.filter(pk__in=whose)
    names = list(receivers.order_by("name", "pk").values_list("name", flat=True)[: MOST_NAMES + 1])
    if not names:
        return None
    crates = Crate.objects.filter(handover=round.handover, receiver__in=receivers).order_by("pk")
    told = [*names[:MOST_NAMES], *("…" for _more in names[MOST_NAMES:])]
    return ", ".join(told), list(crates.values_list("pk", flat=True))


def _charge(round: OrderRound, lines: Sequence[Weighed]) -> list[Order]:
    sums: dict[int, int] = defaultdict(int)
    for line in lines:
        sums[line.order_id] += line.charged
    wanted = ("household_id", "agreement_id", "payment_id", "round_id")
    orders = list(round.orders.exclude(state=Order.State.CANCELLED).only(*wanted).order_by("id"))
    for order in orders:
        order.final, order.state = sums[order.pk], Order.State.SETTLED
    return orders


def _books(by: Agent, round: OrderRound, orders: Sequence[Order], due: Mapping[int, int]) -> Books:
    producers = _accounts(by, set(due), "producer")
    households = _accounts(by, {order.household_id for order in orders}, "member")
    funds = {account.code: account for account in money_queries.funds(round.account.currency)}
    return Books(round.account, households, producers, funds)


def _accounts(by: Agent, holders: set[int], kind: str) -> dict[int, int]:
    """Holder id -> account id: the open one; else the one that was closed, as when cash is taken; else a new one."""
    found = money_queries.account_ids(holders, kind)
    for holder in Agent.objects.filter(pk__in=sets.among(holders - set(found))):
        past = money_queries.account_of_past(holder, money_queries.default_currency(), kind)
        found[holder.pk] = (past or money.open_account(by=by, holder=holder, kind=kind)).pk
    return found


def _payments(round: OrderRound, orders: Sequence[Order], books: Books) -> list[Leg]:
    return [
        Leg(
            source_id=books.households[order.household_id],
            target_id=round.account_id,
            amount=order.final or 0,
            reason="order",
            fulfils_id=order.payment_id,
            agreement_id=order.agreement_id,
        )
        for order in orders
    ]


def _splits(round: OrderRound, parts: RoundSplit, books: Books) -> list[Leg]:
    """From the round's account to producers and funds; a part below 0 flows back."""
    promises = dict(round.producer_orders.values_list("producer_id", "payment_id"))
    legs = [
        Leg(round.account_id, books.producers[producer], amount, "producer", fulfils_id=promises.get(producer))
        for producer, amount in parts.producers.items()
    ]
    funds = (
        ("tax", sum(parts.tax.values())),
        ("deposits", parts.deposits),
        ("transport", parts.transport),
        ("running", parts.running),
        ("rounding", parts.rounding),
    )
    for code, amount in funds:
        fund, reason = books.funds[code].pk, "deposit" if code == "deposits" else code
        pair = (round.account_id, fund) if amount >= 0 else (fund, round.account_id)
        legs.append(Leg(*pair, abs(amount), reason))
    return legs


def _freeze(round: OrderRound, lines: list[Weighed], orders: list[Order], parts: RoundSplit) -> None:
    """What was charged stands on lines and orders; what the round came to stands on the round."""
    sets.rewrite(
        OrderLine,
        ["weighed", "final", "deposit", *OrderLine.SPLIT],
        ((line.weighed, line.sold.final, line.sold.deposit, *line.sold.split.amounts, line.id) for line in lines),
    )
    now = running().at
    sets.rewrite(
        Order, ["final", "state", "changed_at"], ((order.final, str(order.state), now, order.pk) for order in orders)
    )
    goods = sum(line.sold.final for line in lines)
    bought_tax, passed_tax = rules.farm_tax([line.sold for line in lines])
    result: dict[str, Any] = {
        "orders": sum(1 for order in orders if order.final),
        "goods": goods,
        "sales": goods + parts.deposits,
        "producers": {str(producer): amount for producer, amount in parts.producers.items()},
        "tax": sum(parts.tax.values()),
        "tax_by_rate": {str(rate): amount for rate, amount in parts.tax.items()},
        "transport": parts.transport,
        "running": parts.running,
        "deposits": parts.deposits,
        "rounding": parts.rounding,
        "farm_tax": bought_tax,
        "passed_tax": passed_tax,
    }
    round.result, round.settled_at = result, running().at
    round.save(update_fields=["state", "result", "settled_at"])
