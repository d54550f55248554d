"""An order on paper: its receipt."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, node
from cosmolocal.kernel.quantity import to_decimal
from cosmolocal.look.dates import format_day, format_window
from cosmolocal.look.numbers import format_money, format_percent
from cosmolocal.paper.sheets import Document, Fact, Section
from cosmolocal.paper.tables import Cell, Column, Table
from cosmolocal.practices.shop.models import Order, OrderSwap
from cosmolocal.practices.shop.orders.pages.orders import OrderView, Taxes
from cosmolocal.practices.shop.orders.pages.shelf import currency_of


def receipt(view: OrderView, taxes: Taxes) -> Document:
    """What was bought, weighed and paid; where the money goes; the tax inside, and the sentences that belong to it."""
    order, round = view.order, view.order.round
    money = currency_of(round)
    handover = round.handover
    facts = [
        Fact(_("For"), view.household.name),
        Fact(_("Goods handed over"), f"{format_window(handover.begins, handover.ends)}, {handover.place.name}"),
        Fact(_("Paid"), str(Order.Pays.PREPAID.label if view.swap else order.get_pays_display())),
        Fact(_("Number"), f"{round.pk}-{order.pk}"),
    ]
    if view.swap:
        facts.append(Fact(_("Ordered by"), order.household.name))
    if view.given_back:
        facts.append(Fact(_("Given back since"), format_money(view.given_back, *money)))
    sold_by = [_("Sold by %(names)s through us.") % {"names": ", ".join(view.sellers)}] if view.sellers else []
    return Document(
        title=_("Receipt") if view.is_settled else _("Order"),
        subtitle=round.name,
        local=node.current().name,
        figure=Fact(_("Together"), format_money(view.total, *money)),
        facts=facts,
        sections=[
            Section(table=_lines_table(view, money)),
            Section(heading=_("Where your money goes"), table=_parts_table(view, money)),
            Section(heading=_("Tax inside"), table=_tax_table(taxes, money)),
        ],
        paragraphs=[*sold_by, *([swapped_words(view.swap)] if view.swap else [])],
        footnote=" ".join(taxes.sentences),
    )


def swapped_words(swap: OrderSwap) -> str:
    """Why who pays is not who ordered."""
    facts = {"ordered": swap.order.household.name, "has": swap.household.name, "day": format_day(clock.day_of(swap.at))}
    return (
        _(
            "%(ordered)s ordered this, and %(has)s had the crate: noted on %(day)s, after the round was settled. So "
            "%(has)s pays it, from the account. Cash that was paid before stays on the account of who paid it."
        )
        % facts
    )


def receipt_name(order: Order) -> str:
    """The name of the file."""
    return _("Receipt %(day)s") % {"day": format_day(order.round.handover.begins)}


def _lines_table(view: OrderView, money: tuple[str, int]) -> Table:
    decimals = money[1]
    columns = [
        Column(_("What"), width="2fr", strong=True),
        Column(_("From"), width="1fr"),
        Column(_("Ordered")),
        Column(_("Got")),
        Column(_("Deposit"), kind="number", decimals=decimals),
        Column(money[0], kind="number", decimals=decimals),
    ]
    rows: list[Sequence[Cell]] = [
        [
            line.name,
            line.item.product.producer.name,
            line.wished_text,
            line.got_text,
            to_decimal(line.deposit, decimals) if line.deposit else None,
            to_decimal(line.amount, decimals),
        ]
        for line in view.lines
    ]
    total: list[Cell] = [
        _("Together"),
        "",
        "",
        "",
        to_decimal(view.deposit, decimals) if view.deposit else None,
        to_decimal(view.goods, decimals),
    ]
    return Table(columns, rows, total, name=_("Goods"))


def _parts_table(view: OrderView, money: tuple[str, int]) -> Table:
    columns = [
        Column(_("Part"), width="1fr"),
        Column(money[0], kind="number", decimals=money[1]),
        Column(_("Share")),
    ]
    rows: list[Sequence[Cell]] = [
        [label, to_decimal(amount, money[1]), format_percent(amount, view.total)] for label, amount, _tone in view.parts
    ]
    return Table(columns, rows, [_("Together"), to_decimal(view.total, money[1]), ""], name=_("Parts"))


def _tax_table(taxes: Taxes, money: tuple[str, int]) -> Table:
    decimals = money[1]
    columns = [
        Column(_("Tax"), width="1fr"),
        Column(_("Rate, %"), kind="number", decimals=2),
        Column(_("Before tax"), kind="number", decimals=decimals),
        Column(_("Tax"), kind="number", decimals=decimals),
        Column(_("With tax"), kind="number", decimals=decimals),
    ]
    rows: list[Sequence[Cell]] = [
        [
            row.name,
            to_decimal(row.rate_bp, 2),
            *(to_decimal(amount, decimals) for amount in (row.net, row.tax, row.gross)),
        ]
        for row in taxes.rows
    ]
    return Table(columns, rows, name=_("Tax"))
