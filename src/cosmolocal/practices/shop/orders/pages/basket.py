"""What a household is about to order: lines with sums as ordering would charge them, and if the money is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.kernel import clock
from cosmolocal.kernel.prepared import Prepared, Slot
from cosmolocal.kernel.sets import among
from cosmolocal.look.numbers import format_money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import policy, rules
from cosmolocal.practices.shop.models import Basket, Order, OrderLine, OrderRound
from cosmolocal.practices.shop.orders.pages.shelf import Line, currency_of, offers_of

if TYPE_CHECKING:
    from cosmolocal.money.models import Account


@dataclass
class BasketLine:
    """One thing in the basket with what it comes to; minor units. `trouble`: why it cannot be ordered like this."""

    line: Line
    count: int
    estimate: int = 0
    upper: int = 0
    deposit: int = 0
    trouble: str = ""
    may_have: int | None = None

    @property
    def id(self) -> int:
        return self.line.id

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def amount_text(self) -> str:
        """How much: 2 jin, 3 x box of 10."""
        line = self.line
        if line.unit:
            return line.words.amount(self.count * line.words.quantity)
        return f"{self.count} × {line.pack_text}" if line.pack_text else str(self.count)

    @property
    def sum_text(self) -> str:
        return format_money(self.estimate + self.deposit, *self.line.money)


@dataclass
class Purse:
    """What the household has for this order; minor units. `may_spend` None: as much as it likes; with `set_aside`,
    what the order that stands holds already.
    """

    account: "Account | None"
    balance: int = 0
    may_spend: int | None = 0
    set_aside: int = 0

    def missing(self, upper: int) -> int:
        """What is not there yet of the upper sum; as much as the order has set aside already is always there."""
        if self.may_spend is None or upper <= self.set_aside:
            return 0
        return max(upper - max(self.may_spend, 0), 0)


@dataclass
class BasketView:
    """A basket beside the order that stands, if any."""

    round: OrderRound
    household: Agent
    order: Order | None
    basket: Basket | None
    money: tuple[str, int]
    lines: list[BasketLine] = field(default_factory=list)
    had: dict[int, OrderLine] = field(default_factory=dict)
    purse: Purse = field(default_factory=lambda: Purse(None))

    @property
    def counts(self) -> dict[int, int]:
        """Offer id -> packs."""
        return {line.id: line.count for line in self.lines}

    @property
    def ordered(self) -> dict[int, int]:
        """Offer id -> packs in the order that stands."""
        return {offer: line.count for offer, line in self.had.items()}

    @property
    def things(self) -> int:
        return len(self.lines)

    @property
    def estimate(self) -> int:
        return sum(line.estimate + line.deposit for line in self.lines)

    @property
    def deposit(self) -> int:
        return sum(line.deposit for line in self.lines)

    @property
    def upper(self) -> int:
        return sum(line.upper + line.deposit for line in self.lines)

    @property
    def is_weighed(self) -> bool:
        """Can the scale make it dearer than about?"""
        return self.upper > self.estimate

    @property
    def missing(self) -> int:
        """Minor units that are not on the account for this basket; cash needs none."""
        pays_cash = self.order is not None and self.order.pays == Order.Pays.CASH
        return 0 if pays_cash else self.purse.missing(self.upper)

    @property
    def has_order(self) -> bool:
        return bool(self.had)

    @property
    def is_changed(self) -> bool:
        """Is there something to order: a basket that is not what was ordered already?"""
        return self.counts != self.ordered

    @property
    def can_take(self) -> bool:
        return policy.is_taking_orders(self.round, clock.now())

    def text(self, minor: int) -> str:
        """A sum as this reader writes it."""
        return format_money(minor, *self.money)

    @property
    def estimate_text(self) -> str:
        return self.text(self.estimate)

    @property
    def upper_text(self) -> str:
        return self.text(self.upper)

    @property
    def deposit_text(self) -> str:
        return self.text(self.deposit) if self.deposit else ""

    @property
    def missing_text(self) -> str:
        return self.text(self.missing)

    @property
    def have_text(self) -> str:
        """You have ¥ 126.40: what is free for this order."""
        purse = self.purse
        if purse.account is None or purse.may_spend is None:
            return ""
        if (purse.account.resource.floor or 0) < 0:
            return _("You may spend up to %(sum)s.") % {"sum": self.text(max(purse.may_spend, 0))}
        return _("You have %(sum)s.") % {"sum": self.text(purse.may_spend)}

    @property
    def account_address(self) -> str:
        """Where she sees how to put money on the account."""
        return reverse("money:account", args=[self.purse.account.pk]) if self.purse.account else ""

    def mark(self, offers: Mapping[int, int] | Sequence[int]) -> None:
        """Says at each line of a refusal what is wrong with it; with counts: how many may be had."""
        for line in self.lines:
            if line.id not in offers:
                continue
            line.may_have = offers[line.id] if isinstance(offers, Mapping) else None
            if line.may_have is None:
                line.trouble = _("This cannot be changed or ordered any more.")
            elif line.may_have <= 0:
                line.trouble = _("Nothing is left of this.")
            else:
                line.trouble = _("Only %(count)s left.") % {"count": line.may_have}


def counts_of(round: OrderRound, household: Agent) -> dict[int, int]:
    """Offer id -> packs in the basket; what is ordered where nobody has changed anything. At most two statements."""
    kept = _kept(round, household)
    return _ordered(round, household) if kept is None else kept


_COUNTS = Prepared(
    lambda: Basket.objects.filter(round=Slot("round"), household=Slot("household")).values_list("counts", flat=True)
)


def _kept(round: OrderRound, household: Agent) -> dict[int, int] | None:
    found = _COUNTS.first(round=round.pk, household=household.pk)
    return None if found is None else {int(offer): count for offer, count in found.items()}


def _ordered(round: OrderRound, household: Agent) -> dict[int, int]:
    lines = OrderLine.objects.filter(order__round=round, order__household=household)
    return dict(lines.exclude(order__state=Order.State.CANCELLED).values_list("offer", "count"))


@dataclass(frozen=True)
class Held:
    """What the shelf alone needs: offer id -> packs in the basket, lines of the order; whether orders are taken."""

    counts: Mapping[int, int]
    had: Mapping[int, OrderLine]
    can_take: bool


def held(round: OrderRound, household: Agent) -> Held:
    """The numbers beside the goods, without lines and sums: while somebody types, only the shelf is asked for.

    Two statements.
    """
    lines = OrderLine.objects.filter(order__round=round, order__household=household).select_related("price", "pack")
    had = {line.offer_id: line for line in lines.exclude(order__state=Order.State.CANCELLED)}
    kept = _kept(round, household)
    return Held(
        {id: line.count for id, line in had.items()} if kept is None else kept,
        had,
        policy.is_taking_orders(round, clock.now()),
    )


def basket(round: OrderRound, household: Agent) -> BasketView:
    """The basket of a household, or what it has ordered where nobody has changed anything. At most seven statements."""
    order = Order.objects.filter(round=round, household=household).exclude(state=Order.State.CANCELLED).first()
    had = (
        {
            line.offer_id: line
            for line in order.lines.select_related("price", "pack__item__product__specification__unit")
        }
        if order
        else {}
    )
    found = Basket.objects.filter(round=round, household=household).select_related("changed_by").first()
    view = BasketView(round, household, order, found, currency_of(round), had=had)
    counts = {int(offer): count for offer, count in found.counts.items()} if found else view.ordered
    _fill(view, counts)
    view.purse = _purse(round, household, order)
    return view


def _fill(view: BasketView, counts: Mapping[int, int]) -> None:
    """Lines in the order in which the shop lists them; what closed already stays as it was ordered."""
    now = clock.now()
    offers = list(offers_of(view.round).filter(pk__in={*counts, *view.had})) if counts or view.had else []
    offers.sort(key=lambda offer: (offer.item.product.category.weight, offer.item.product.name, offer.pk))
    new = [offer.item_id for offer in offers if offer.pk not in view.had]
    prices = catalog_queries.current_prices(new, view.household.group) if new else {}
    for offer in offers:
        before = view.had.get(offer.pk)
        line = Line(offer, before.price if before else prices.get(offer.item_id), view.money, now)
        line.ordered = before.count if before else 0
        line.pack = before.pack if before else None
        count = line.ordered if line.is_closed and before else counts.get(offer.pk, 0)
        if count:
            line.count = count
            view.lines.append(_priced(BasketLine(line, count), before))


def _priced(line: BasketLine, before: OrderLine | None) -> BasketLine:
    """With the sums that ordering would write (rules.price_line); an unchanged line keeps those it has."""
    if before is not None and before.count == line.count:
        line.estimate, line.upper, line.deposit = before.estimate, before.upper, before.deposit
        return line
    version, item = line.line.price, line.line.item
    if version is None:
        line.trouble = _("This has no price yet. Take it out, and tell a steward.")
        return line
    had = before.count if before else 0
    if line.line.is_off and line.count > had:
        line.may_have = had
        line.trouble = (
            _("No longer on sale; you have %(count)s in your order.") % {"count": had}
            if had
            else _("No longer on sale. Take it out.")
        )
    elif line.line.is_closed:
        line.trouble = _("This has closed for this round. Take it out.")
    elif line.line.left is not None and line.count > line.line.left:
        line.may_have = line.line.left
        line.trouble = _("Only %(count)s left.") % {"count": line.may_have} if line.may_have else _("Sold out.")
    priced = rules.price_line(
        line.count,
        version.price,
        version.per_quantity,
        pack=before.pack.quantity if before else item.pack_quantity,
        tolerance_bp=before.pack.tolerance_bp if before else item.tolerance_bp,
        deposit=before.pack.deposit if before else item.deposit,
    )
    line.estimate, line.upper, line.deposit = priced.estimate, priced.upper, priced.deposit
    return line


def _purse(round: OrderRound, household: Agent, order: Order | None) -> Purse:
    """What may be spent, with what this order has set aside already."""
    account = money_queries.account_for(household, currency=round.account.currency)
    if account is None:
        return Purse(None)
    standing = money_queries.standing(account)
    aside = order.upper if order is not None and order.payment_id else 0
    spendable = standing.spendable
    return Purse(account, standing.balance, None if spendable is None else spendable + aside, aside)


def last_order(household: Agent, before: OrderRound) -> Order | None:
    """What a household ordered the last time. One statement."""
    earlier = Order.objects.filter(household=household).exclude(round=before).exclude(state=Order.State.CANCELLED)
    return (
        earlier.filter(round__handover__begins__lt=before.handover.begins).order_by("-round__handover__begins").first()
    )


@dataclass(frozen=True)
class Again:
    """Last order's lines as this round offers them: offer id -> packs; names of what is not there this time."""

    counts: dict[int, int]
    missing: Sequence[str]


def as_last_time(round: OrderRound, order: Order) -> Again:
    """The same things in this round, as far as it offers them. Two statements."""
    had = order.lines.order_by("id").values_list("offer__item_id", "offer__item__product__name", "count")
    wished = {item: (name, count) for item, name, count in had}
    counts: dict[int, int] = {}
    now = clock.now()
    for offer in offers_of(round).on_sale().filter(item__in=among(wished), lot=None):
        line = Line(offer, None, currency_of(round), now)
        count = wished[offer.item_id][1]
        may_have = count if line.left is None else min(count, line.left)
        if may_have and not line.is_closed:
            counts[offer.pk] = may_have
            del wished[offer.item_id]
    return Again(counts, [name for name, _count in wished.values()])
