"""The order form on paper, for members without a phone: what is on sale, what it costs, empty boxes, a line to sign."""

from collections.abc import Iterator
from itertools import groupby

from django.utils.translation import gettext as _

from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.kernel import clock, node
from cosmolocal.look.dates import format_daytime, format_window
from cosmolocal.paper.sheets import Document, Fact, Section
from cosmolocal.paper.tables import Cell, Column, Table
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.orders.pages.shelf import Line, currency_of, offers_of

STATES = (OrderRound.State.DRAFT, OrderRound.State.OPEN)  # in which orders can still be written on it


def order_form(round: OrderRound) -> Document:
    """Everything that can still be ordered, in the order of the shop, so that it is keyed in line by line."""
    handover = round.handover
    ways = [_("☐ from the account"), _("☐ in cash when I collect")] if round.allow_cash else []
    pays = _("I pay: %(ways)s") % {"ways": "   ".join(ways)} if ways else ""
    return Document(
        title=_("Order form"),
        subtitle=round.name,
        local=node.current().name,
        facts=[
            Fact(_("Hand it in until"), format_daytime(round.closes_at)),
            Fact(_("Collect"), f"{format_window(handover.begins, handover.ends)}, {handover.place.name}"),
        ],
        blanks=[_("Name"), _("Household"), _("Day"), _("Signature")],
        paragraphs=[line for line in (round.note, pays, _("What I order here is binding.")) if line],
        sections=[
            Section(heading=category, table=_table([line for _category, line in lines]))
            for category, lines in groupby(_lines(round), key=lambda pair: pair[0])
        ],
        footnote=_(
            "What is weighed is paid by its weight; the prices hold the tax. Somebody keys this form in for you."
        ),
        columns=2,
    )


def _lines(round: OrderRound) -> Iterator[tuple[str, Line]]:
    """Category and pack on sale, as the shop sorts them; without what has no price or has closed (two statements)."""
    offers = list(
        offers_of(round)
        .filter(lot=None)
        .order_by(
            *("item__product__category__weight", "item__product__category__name", "item__product__name"),
            *("item__product_id", "item__pack_quantity", "id"),
        )
    )
    prices = catalog_queries.current_prices([offer.item_id for offer in offers])
    money, now = currency_of(round), clock.now()
    for offer in offers:
        line = Line(offer, prices.get(offer.item_id), money, now)
        if line.may_be_had:
            yield offer.item.product.category.name, line


def _table(lines: list[Line]) -> Table:
    columns = [
        Column(_("Goods"), width="1fr"),
        Column(_("Price"), width="23mm"),
        Column(_("How many"), kind="blank", width="17mm"),
    ]
    rows: list[list[Cell]] = [[_name(line), _price(line), ""] for line in lines]
    return Table(columns, rows)


def _name(line: Line) -> str:
    """Eggs, box of 10 · Sanjiang farm; until Monday 20:00."""
    words = [line.label if not line.is_weighed else f"{line.label}, {line.pack_text}"]
    words += [line.item.product.producer.name, line.deposit_text]
    said = " · ".join(word for word in words if word)
    if line.closes_early:
        said = _("%(goods)s (until %(when)s)") % {"goods": said, "when": format_daytime(line.closes_early)}
    return said


def _price(line: Line) -> str:
    return _("%(price)s / %(per)s") % {"price": line.price_text, "per": line.per_text}
