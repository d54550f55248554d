"""Orders line by line: what was wished, what was got and why it differs, what is still to be paid."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.catalog.models import Item
from cosmolocal.catalog.packs import Words, words_then
from cosmolocal.kernel.sets import among
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.orders.queries.swaps import had_by
from cosmolocal.practices.shop.rounds.queries.rounds import packed_of

MOST_WORDS = 8  # of a search


def may_come(round: OrderRound, *, anybody: bool) -> QuerySet[Agent]:
    """Who can stand at the door of a round: who ordered in it, or has a crate there; and `anybody` who may buy here.

    A keeper reads the names of the former, and not of everybody by number.
    """
    here = Q(pk__in=round.orders.values("household")) | Q(crates__handover=round.handover)
    here |= Q(kind=Agent.Kind.WALK_IN)
    if anybody:
        here |= Q(kind__in=[Agent.Kind.HOUSEHOLD, Agent.Kind.ORGANISATION], hidden_at=None)
    return Agent.objects.filter(here).distinct()


@dataclass(frozen=True)
class LineView:
    """One line of an order as its household reads it."""

    line: OrderLine
    packed: int | None

    @property
    def item(self) -> Item:
        return self.line.offer.item

    @property
    def name(self) -> str:
        """As it was called when it was ordered."""
        return self.line.pack.name

    @property
    def words(self) -> Words:
        return words_then(self.line.pack)

    @property
    def wished_text(self) -> str:
        return self.words.count(self.line.count)

    @property
    def got_text(self) -> str:
        """What was weighed, or is promised."""
        return self.words.amount(self.quantity)

    @property
    def quantity(self) -> int:
        if self.line.weighed is not None:
            return self.line.weighed
        return self.line.granted if self.packed is None else self.packed

    @property
    def amount(self) -> int:
        """Minor units without deposit: final where settled, else what it comes to as it stands."""
        if self.line.final is not None:
            return self.line.final
        if self.packed is None:
            return self.line.estimate
        return self.line.costs(min(self.packed, self.line.cap))

    @property
    def deposit(self) -> int:
        """Minor units: what was charged, else for the packs that are handed out as it stands."""
        line = self.line
        if line.final is not None or self.packed is None:
            return line.deposit
        return rules.deposits_of(line.pack.deposit, line.per_pack, line.granted, self.packed)

    @property
    def differs(self) -> bool:
        return self.quantity != self.line.wished

    @property
    def sentence(self) -> str:
        """Why it is not what was wished."""
        return sentence(self.line, self.packed)


def sentence(line: OrderLine, packed: int | None = None) -> str:
    """One sentence on a line that differs from the wish; nothing where it does not.

    What was settled counts, however the crate is corrected afterwards.
    """
    words = words_then(line.pack)
    if line.weighed is not None:
        if packed is not None and packed != line.weighed:
            return _("Put right after it was charged: %(got)s. What follows for your money is booked beside it.") % {
                "got": words.amount(packed)
            }
        packed = line.weighed
    facts = {"got": words.amount(line.granted), "wished": words.amount(line.wished)}
    if packed == 0 and line.granted:
        return _("It was missing when your crate was packed. You do not pay for it.")
    if line.reason == "short_turn":
        if not line.granted:
            return _("Not enough came. Everybody's first one went round in turn, drawn by lot, and did not reach you.")
        return (
            _("%(got)s instead of %(wished)s: not enough came. Everybody got a first one in turn, drawn by lot.")
            % facts
        )
    if line.reason == "short_weight":
        return _("%(got)s instead of %(wished)s: not enough came, so everybody gets the same share.") % facts
    if line.reason == "price":
        return _("Its price changed before the round closed. In this round orders follow the price list.")
    if line.reason == "late":
        return _("Changed after closing, at your wish.")
    return ""


def visible_to(reader: Reader) -> QuerySet[Order]:
    """Orders a reader may open: of households and organisations she belongs to (or whom she helps), and those whose
    crate these had; stewards, treasurers and auditors all.
    """
    orders = Order.objects.select_related(
        "round__handover__place", "round__account__currency", "household", "placed_by", "payment"
    )
    if reader.person is None:
        return orders.none()
    if reader.has(*agents_queries.SEES_ALL):
        return orders
    own = {agent.pk for agent in agents_queries.buying_agents_of(reader)}
    if reader.household:
        own.add(reader.household.pk)
    return orders.filter(Q(household__in=own) | had_by(own))


def lines_of(order: Order) -> list[LineView]:
    """The lines of an order in the order of the shelves (two statements)."""
    return lines_of_all([order])[order.pk]


def lines_of_all(orders: Sequence[Order]) -> Mapping[int, list[LineView]]:
    """Order id -> its lines in the order of the shelves (two statements, however many orders)."""
    rows = OrderLine.objects.filter(order__in=among(order.pk for order in orders))
    packed = packed_of(rows)
    lines = rows.select_related(
        "price",
        "pack__item__product__specification__unit",
        "offer__item__product__specification__unit",
        "offer__item__product__producer",
        "offer__item__product__category",
    ).order_by("offer__item__product__category__weight", "offer__item__product__name", "id")
    found: dict[int, list[LineView]] = {order.pk: [] for order in orders}
    for line in lines:
        found[line.order_id].append(LineView(line, packed.get(line.pk)))
    return found


def due_now(order: Order) -> int:
    """What an order comes to as it is packed now, with deposits, less money given back and cash taken (minor units)."""
    lines = lines_of(order)
    total = sum(view.amount + view.deposit for view in lines)
    return max(total - given_back(order) - order.paid_cash, 0)


def given_back(order: Order) -> int:
    """What was given back for its lines, less what settling took back (minor units, one statement)."""
    return order.lines.aggregate(given=Sum("credits__amount"))["given"] or 0


def orders_in(round: OrderRound, words: str = "") -> QuerySet[Order]:
    """The orders of a round by household, each with `things` (how many lines), found by words in its name."""
    orders = round.orders.exclude(state=Order.State.CANCELLED).select_related("household", "placed_by")
    for word in words.split()[:MOST_WORDS]:
        orders = orders.filter(household__name__icontains=word)
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(n=Count("id"))
    return orders.annotate(things=Coalesce(Subquery(lines.values("n")), 0)).order_by("household__name", "id")


def cash_due(round: OrderRound, households: Collection[int] | None = None) -> Mapping[int, int]:
    """Household id -> minor units still to be paid in cash, as packed now, less money given back: of these households,
    or of all (four statements).
    """
    unpaid = Order.objects.filter(round=round, pays=Order.Pays.CASH).exclude(state__in=["cancelled", "settled"])
    if households is not None:
        unpaid = unpaid.filter(household__in=among(households))
    orders = {order.pk: order for order in unpaid.only("household_id", "paid_cash")}
    rows = OrderLine.objects.filter(order__in=among(orders))
    packed = packed_of(rows)
    due = {pk: -order.paid_cash for pk, order in orders.items()}
    for order_id, given in rows.values_list("order_id").annotate(Sum("credits__amount")).order_by():
        due[order_id] -= given or 0
    for line in rows.select_related("price", "pack"):
        view = LineView(line, packed.get(line.pk))
        due[line.order_id] += view.amount + view.deposit
    return {orders[pk].household_id: amount for pk, amount in due.items() if amount > 0}
