"""What was drawn by lot in a round, with all that it takes to draw it again."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.look.dates import format_daytime
from cosmolocal.paper.tables import Cell, Column, Table
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import Draw, OrderRound

SHOWN_IN = (OrderRound.State.ORDERED, OrderRound.State.SETTLED)


@dataclass(frozen=True)
class Place:
    """One who took part, by the number of her household in the draw; the smallest `drawn` comes first."""

    goods: str
    goods_number: int
    when: str
    number: int
    drawn: str
    wished: str
    got: str
    is_mine: bool


def draw_of(round: OrderRound) -> Draw | None:
    """The draw of a round; None before it opens."""
    return Draw.objects.filter(round=round).first()


def may_show(round: OrderRound) -> bool:
    """Is the secret number shown? Once orders are fixed: nobody can order by it any more."""
    return round.state in SHOWN_IN


def places(draw: Draw, mine: Collection[int] = ()) -> list[Place]:
    """Everybody's place for each kind of goods, in the order in which it was drawn (three statements)."""
    drawn = list(draw.drawn.select_related("intent").order_by("pk"))
    goods = handovers_queries.measured({one.intent.specification_id for one in drawn})
    found = []
    for one in drawn:
        said, seed = goods[one.intent.specification_id], rules.seed_of(draw.secret, one.intent_id)
        lots = sorted((rules.lot_drawn(seed, who), who, packs * pack, got) for who, packs, pack, got in one.entries)
        for lot, who, wished, got in lots:
            about = (said.name, one.intent_id, format_daytime(one.at), who, lot)
            found.append(Place(*about, said.text(wished), said.text(got), who in mine))
    return found


def table(draw: Draw) -> Table:
    """The same as a file, with the secret number and its mark in each row."""
    columns = [
        Column(_("Goods"), width="2fr"),
        Column(_("Number of the goods"), kind="number"),
        Column(_("Drawn on")),
        Column(_("Number of the household"), kind="number"),
        Column(_("Lot: SHA-256 of secret number:goods:household")),
        Column(_("Wished")),
        Column(_("Got")),
        Column(_("Secret number")),
        Column(_("Its mark (SHA-256)")),
    ]
    rows: list[list[Cell]] = [
        [one.goods, one.goods_number, one.when, one.number, one.drawn, one.wished, one.got, draw.secret, draw.mark]
        for one in places(draw)
    ]
    return Table(columns, rows, name=_("Draw"))
