"""What is ordered of each kind of goods in a round, as a list."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.listing import Column, Words, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.practices.shop import queries
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.rounds.queries import desk


def _title(round_id: int) -> str:
    return _("Ordered goods, %(round)s") % {"round": queries.name_of(round_id)}


def _may_read(reader: Reader, round_id: int) -> bool:
    return queries.visible_to(reader).filter(pk=round_id).exists()


def _found(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return desk.found(rows, words)


def _amount(name: str, title: Words, said: Callable[[Any], str]) -> tuple[Column, Column]:
    """One amount: in packs as people say it on a page, as a number with its unit in a file."""
    return (
        Column(name, title, value=said, sort=True, only="page", is_number=True),
        Column(name, title, kind="quantity", unit=lambda row: row.goods, only="file"),
    )


@listing(
    "shop.sold",
    _title,
    open_to="auditor_reads",
    columns=(
        Column("goods.name", gettext_lazy("Goods"), sort="item__product__name"),
        Column("goods.producer", gettext_lazy("Farm"), under="goods.name"),
        Column("households", gettext_lazy("Households"), kind="number", sort=True),
        *_amount("granted", gettext_lazy("Ordered"), lambda row: row.granted_text),
        Column(
            "wished_text",
            gettext_lazy("Wished"),
            value=lambda row: row.wished_text if row.granted != row.wished else "",
            words=gettext_lazy("of {}"),
            under="granted",
            only="page",
        ),
        Column("wished", gettext_lazy("Wished"), kind="quantity", unit=lambda row: row.goods, only="file"),
        *_amount("available", gettext_lazy("There is"), lambda row: row.available_text),
        *_amount("received", gettext_lazy("Came"), lambda row: row.received_text),
    ),
    order=("is_fine", "item__product__producer__name", "item__product__name", "intent_id"),
    prepare=desk.named,
    find=_found,
    may_read=_may_read,
    hint=gettext_lazy("Cabbage, a farm"),
    empty=(
        gettext_lazy("Nobody has ordered yet"),
        gettext_lazy("As soon as somebody does, it stands here."),
        "basket",
    ),
)
def sold(_reader: Reader, round_id: int) -> QuerySet[Any]:
    """What is ordered in a round, the short ones first."""
    [handover] = OrderRound.objects.filter(pk=round_id).values_list("handover", flat=True)
    return desk.sold(OrderRound(pk=round_id, handover_id=handover))
