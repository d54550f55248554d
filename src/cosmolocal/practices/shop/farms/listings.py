"""What a round asks of its farms, as a list: who was told, what it comes to."""

from collections.abc import Sequence

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.listing import Column, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.practices.shop import queries
from cosmolocal.practices.shop.farms.queries import AskedOrder
from cosmolocal.practices.shop.models import OrderRound, ProducerOrder


def _title(round_id: int) -> str:
    return _("What the farms bring, %(round)s") % {"round": queries.name_of(round_id)}


def _may_read(reader: Reader, round_id: int) -> bool:
    return queries.visible_to(reader).filter(pk=round_id).exists()


def _asked(orders: Sequence[ProducerOrder]) -> Sequence[AskedOrder]:
    return queries.farms.asked(orders, of=())


def _told(one: AskedOrder) -> str:
    """Does it know, and how; else what is to be done."""
    if one.order.told_at:
        return _("mailed") if one.order.told_how == "mail" else _("called")
    return _("to call") if one.is_to_call else _("mail is on its way")


@listing(
    "shop.asked",
    _title,
    open_to="auditor_reads",
    columns=(
        Column("order.producer.name", gettext_lazy("Farm"), sort="producer__name", search=("producer__name",)),
        Column("order.producer.contact.phone", gettext_lazy("Phone"), search=("producer__contact__phone",)),
        Column("kinds", gettext_lazy("Kinds of goods"), kind="number", sort=True),
        Column("told", gettext_lazy("Does it know?"), value=_told, sort="told_at"),
        Column(
            "total",
            gettext_lazy("Agreed sum"),
            kind="money",
            unit=lambda one: one.order.round.account.currency,
            sort="comes_to",
            total="comes_to",
        ),
    ),
    order=("is_told", "producer__name", "id"),
    prepare=_asked,
    may_read=_may_read,
    hint=gettext_lazy("A farm, a phone number"),
    empty=(
        gettext_lazy("The farms have not been asked yet"),
        gettext_lazy("That happens when the round has closed and its grace is over."),
        "farm",
    ),
)
def asked(_reader: Reader, round_id: int) -> QuerySet[ProducerOrder]:
    """Farms that nobody has told first, then by name."""
    found = queries.farms.orders_of(OrderRound(pk=round_id)).select_related(
        "producer__contact", "round__handover__place", "round__account__currency", "letter"
    )
    is_told = ExpressionWrapper(Q(told_at__isnull=False), BooleanField())
    return found.annotate(kinds=Count("lines"), comes_to=Sum("lines__purchase"), is_told=is_told)
