"""Does what is not sealed itself agree with what is: farms' promises, what was packed, what lines were ordered as?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cosmolocal.catalog.models import PromisedPack
from cosmolocal.catalog.rules import WHOLE_BP
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel.ahead import Wrong
from cosmolocal.kernel.models import Operation
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import LineCredit, Order, OrderLine, ProducerOrder, ProducerOrderLine
from cosmolocal.practices.shop.settling.queries import uncharged

if TYPE_CHECKING:
    from django.db.models import QuerySet

UNPACKED = "handovers.unpack_line"


def wrong() -> Iterator[Wrong]:
    """For `cosmolocal doctor`: goods that nobody is charged for, and each order that was changed past the program."""
    yield from uncharged.wrong()
    for asked in _farms_promises():
        said = _("What %(name)s promised for “%(round)s” is not what her order says.")
        yield _changed(said, asked.producer.name, asked)
    for order in _orders(ordered_otherwise()):
        said = _("Lines of %(name)s in “%(round)s” do not say what was ordered.")
        yield _changed(said, order.household.name, order)
    for order in _orders(OrderLine.objects.filter(pk__in=packed_otherwise())):
        said = _("What was packed for %(name)s in “%(round)s” is not what was charged, and nobody wrote that down.")
        yield _changed(said, order.household.name, order)


def _changed(sentence: str, name: str, order: Order | ProducerOrder) -> Wrong:
    return Wrong(
        sentence % {"name": name, "round": order.round.name},
        _(
            "It was changed past the program. Restore the last backup from before into another folder, and compare: "
            "who may write to the database?"
        ),
        grave=True,
    )


def _farms_promises() -> "QuerySet[ProducerOrder]":
    """Orders of which a promise is not what is sealed with them: how much, of which goods, in which packs, from whom;
    or the promise of money is not their sum (one statement).
    """
    packs = PromisedPack.objects.filter(commitment=OuterRef("commitment")).values("commitment")
    lines = ProducerOrderLine.objects.annotate(packed=Subquery(packs.values(told=Sum("quantity"))))
    other_goods = PromisedPack.objects.filter(commitment=OuterRef("commitment")).exclude(
        pack__item__product__specification=OuterRef("commitment__specification")
    )
    differ = lines.filter(
        ~Q(commitment__quantity=F("promised"))
        | ~Q(commitment__provider=F("order__producer"))
        | ~Q(commitment__agreement=F("order__agreement"))
        | (Q(packed__isnull=False) & ~Q(packed=F("promised")))
        | Exists(other_goods)
    )
    sums = ProducerOrder.objects.filter(payment__isnull=False).annotate(told=Sum("lines__purchase"))
    unpaid = sums.exclude(payment__quantity=Coalesce(F("told"), 0)).values("pk")
    found = ProducerOrder.objects.filter(Q(pk__in=differ.values("order")) | Q(pk__in=unpaid))
    return found.select_related("producer", "round").order_by("pk")


def ordered_otherwise() -> "QuerySet[OrderLine]":
    """Lines whose offer, pack, price and promise are not of the same goods, in the same pack, for the same household;
    or that could be charged more than the pack allows (one statement).
    """
    most = F("granted") * (WHOLE_BP + F("pack__tolerance_bp"))
    return OrderLine.objects.filter(
        ~Q(offer__item=F("price__item"))
        | ~Q(pack__item=F("price__item"))
        | ~Q(wished=F("count") * F("pack__quantity"))
        | ~Q(commitment__receiver=F("order__household"))
        | ~Q(commitment__agreement=F("order__agreement"))
        | Q(cap__lt=F("granted"))
        | Q(cap__gte=most / WHOLE_BP + 2)
    )


def packed_otherwise() -> list[int]:
    """Settled lines of which something else lies in the crate than was charged, though no deed wrote that: neither was
    it handed over so, nor packed for this hand-over after settling, nor booked afterwards (three statements).
    """
    lines = OrderLine.objects.filter(order__state=Order.State.SETTLED, final__isnull=False)
    differ = lines.exclude(weighed=Coalesce(F("commitment__packed__quantity"), 0))
    booked = LineCredit.objects.filter(line=OuterRef("pk"), reason=rules.PUT_RIGHT)
    left = differ.exclude(Exists(booked)).values_list(
        "pk",
        "commitment_id",
        "commitment__packed__quantity",
        "commitment__fulfilled_quantity",
        "order__round__settled_at",
    )
    rows = list(left)
    later = flows_queries.packed_since({commitment: at for _pk, commitment, _packed, _done, at in rows if at})
    unpacked = Operation.objects.filter(code=UNPACKED).aggregate(last=Max("at"))["last"]
    return [
        pk
        for pk, commitment, packed, done, at in rows
        if not (packed and packed == done)
        and commitment not in later
        and not (packed is None and not done and unpacked and at and unpacked >= at)
    ]


def _orders(lines: "QuerySet[OrderLine]") -> "QuerySet[Order]":
    """The orders they stand in."""
    found = Order.objects.filter(pk__in=lines.order_by().values("order"))
    return found.select_related("household", "round").order_by("pk")
