"""Orders as lists: those of a round, and one's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BigIntegerField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.listing import Column, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import clock
from cosmolocal.practices.shop import queries
from cosmolocal.practices.shop.models import Order, OrderRound, OrderSwap
from cosmolocal.practices.shop.orders.pages import buyers


@dataclass(frozen=True)
class Row:
    """An order, and who has it where that is not who ordered it."""

    order: Order
    swap: OrderSwap | None

    @property
    def pays(self) -> str:
        """From the account or in cash; who had it after a swap pays it from the account."""
        if self.swap:
            return _("%(name)s had it and pays it") % {"name": self.swap.household.name}
        return self.order.get_pays_display()

    @property
    def by(self) -> str:
        """Who wrote it, where the household has another name."""
        by = self.order.placed_by.name
        return "" if by == self.order.household.name else by


def _with_swaps(orders: Sequence[Order]) -> Sequence[Row]:
    swaps = queries.swaps.of_orders([order.pk for order in orders])
    return [Row(order, swaps.get(order.pk)) for order in orders]


def _title(round_id: int) -> str:
    return _("Orders, %(round)s") % {"round": queries.name_of(round_id)}


def _may_read(reader: Reader, round_id: int) -> bool:
    return queries.visible_to(reader).filter(pk=round_id).exists()


NOBODY = (
    gettext_lazy("Nobody has ordered yet"),
    gettext_lazy("As soon as somebody does, it stands here."),
    "basket",
)


@listing(
    "shop.orders",
    _title,
    open_to="auditor_reads",
    columns=(
        Column(
            "order.household.name",
            gettext_lazy("Household"),
            sort="household__name",
            search=("household__name",),
            href=lambda row: reverse("shop:at_the_door", args=[row.order.round_id, row.order.household_id]),
        ),
        Column("by", gettext_lazy("Ordered by"), search=("placed_by__name",), under="order.household.name"),
        Column("order.things", gettext_lazy("Things"), kind="number", sort="things"),
        Column("pays", gettext_lazy("Pays"), sort="pays"),
        Column("state", gettext_lazy("How it stands"), value=lambda row: row.order.get_state_display(), sort=True),
        Column(
            "comes_to",
            gettext_lazy("Sum"),
            kind="money",
            value=lambda row: row.order.comes_to,
            unit=lambda row: row.order.round.account.currency,
            sort=True,
            total="comes_to",
        ),
    ),
    order=("household__name", "id"),
    prepare=_with_swaps,
    may_read=_may_read,
    hint=gettext_lazy("A name"),
    empty=NOBODY,
)
def in_round(_reader: Reader, round_id: int) -> QuerySet[Order]:
    """Who ordered in a round."""
    found = queries.orders.orders_in(OrderRound(pk=round_id))
    return found.select_related("household", "placed_by", "round__account__currency").annotate(
        comes_to=Coalesce("final", "estimate")
    )


@dataclass(frozen=True)
class OwnRow(Row):
    """An order as the household `of` (id) reads it: one that others had is nothing it pays."""

    of: int

    @property
    def is_gone(self) -> bool:
        return self.swap is not None and self.swap.household_id != self.of

    @property
    def note(self) -> str:
        """Whose crate it was, or who had it."""
        if self.swap is None:
            return ""
        if self.is_gone:
            return self.pays
        return _("you had the crate of %(name)s") % {"name": self.order.household.name}

    @property
    def comes_to(self) -> int | None:
        """Minor units: final where it is settled, else what it comes to; nothing of what is not hers to pay."""
        if self.is_gone or self.order.state == Order.State.CANCELLED:
            return None
        return self.order.estimate if self.order.final is None else self.order.final

    @property
    def state(self) -> str:
        return "" if self.is_gone else self.order.get_state_display()

    @property
    def tone(self) -> str:
        return "quiet" if self.order.state in (Order.State.CANCELLED, Order.State.SETTLED) else "ready"


def _own(orders: Sequence[Order]) -> Sequence[OwnRow]:
    return [OwnRow(row.order, row.swap, row.order.of) for row in _with_swaps(orders)]  # type: ignore[attr-defined]


def _is_hers(reader: Reader, household_id: int) -> bool:
    found = buyers.buyer(reader, household_id)
    return found is not None and found.household.pk == household_id


@listing(
    "shop.own_orders",
    lambda _household_id: _("Your orders"),
    open_to="household",
    columns=(
        Column(
            "day",
            gettext_lazy("Goods handed over"),
            kind="date",
            value=lambda row: clock.day_of(row.order.round.handover.begins),
            sort="round__handover__begins",
            href=lambda row: reverse("shop:order", args=[row.order.pk]),
        ),
        Column(
            "order.round.handover.place.name",
            gettext_lazy("Where"),
            sort="round__handover__place__name",
            search=("round__handover__place__name",),
        ),
        Column("note", gettext_lazy("Who had it"), under="order.round.handover.place.name"),
        Column("order.round.name", gettext_lazy("Round"), search=("round__name",), only="file"),
        Column("state", gettext_lazy("How it stands"), sort=True, tone=lambda row: row.tone),
        Column(
            "comes_to",
            gettext_lazy("Sum"),
            kind="money",
            unit=lambda row: row.order.round.account.currency,
            sort="sum",
        ),
    ),
    order=("-round__handover__begins", "-id"),
    prepare=_own,
    may_read=_is_hers,
    hint=gettext_lazy("A place, or the name of a round"),
    empty=(
        gettext_lazy("No orders yet"),
        gettext_lazy("What you order stands here, and afterwards each receipt."),
        "basket",
    ),
)
def own(reader: Reader, household_id: int) -> QuerySet[Order]:
    """What a household ordered so far, and what it had of others, the newest first."""
    had = queries.swaps.had_by([household_id])
    sums = Case(When(state=Order.State.CANCELLED, then=None), default=Coalesce("final", "estimate"))
    found = queries.orders.visible_to(reader).filter(Q(household=household_id) | had)
    return found.annotate(sum=sums, of=Value(household_id, output_field=BigIntegerField()))
