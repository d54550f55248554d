"""What is written to farms: the order as PDF and CSV, and the list of whom to call."""

from decimal import Decimal

from django.utils.translation import gettext as _

from cosmolocal.kernel import node
from cosmolocal.kernel.quantity import to_decimal
from cosmolocal.look.dates import format_window
from cosmolocal.look.numbers import format_money
from cosmolocal.paper.sheets import Document, Fact, Section
from cosmolocal.paper.tables import Cell, Column, Table
from cosmolocal.practices.shop.farms.queries import AskedLine, AskedOrder
from cosmolocal.practices.shop.models import OrderRound, ProducerOrder


def order_title(order: ProducerOrder) -> str:
    """Round of Thursday, Sanjiang farm."""
    return f"{order.round.name}, {order.producer.name}"


def order_table(asked: AskedOrder) -> Table:
    """What a farm is asked to bring, one row a kind of goods."""
    code, decimals = _currency(asked.order.round)
    columns = [
        Column(_("Goods"), width="2fr"),
        Column(_("Amount"), kind="number"),
        Column(_("Unit")),
        Column(_("In words")),
        Column(_("Sum, %(currency)s") % {"currency": code}, kind="number", decimals=decimals),
    ]
    rows: list[list[Cell]] = [
        [line.goods.name, _amount(line), line.goods.symbol, line.text, to_decimal(line.purchase, decimals)]
        for line in asked.lines
    ]
    return Table(columns, rows, total=[_("Sum"), None, "", "", to_decimal(asked.total, decimals)], name=_("Order"))


def order_document(asked: AskedOrder) -> Document:
    """The order on paper: what, where and when, the sum agreed, a place to sign for what came."""
    round, producer = asked.order.round, asked.order.producer
    handover = round.handover
    return Document(
        title=_("Order to %(name)s") % {"name": producer.name},
        subtitle=round.name,
        local=node.current().name,
        figure=Fact(_("Agreed sum"), format_money(asked.total, *_currency(round))),
        facts=[
            Fact(_("Bring it to"), ", ".join(filter(None, (handover.place.name, handover.place.address)))),
            Fact(_("Hand-over"), format_window(handover.begins, handover.ends)),
        ],
        sections=[Section(table=order_table(asked))],
        footnote=_("You are paid for what is accepted. If something falls short, please tell us before you come."),
        signatures=[_("Brought by"), _("Received by")],
    )


def call_list(round: OrderRound, orders: list[AskedOrder]) -> Document:
    """Whom to call and what to say, a box to tick for each."""
    sections = []
    for asked in orders:
        contact = getattr(asked.order.producer, "contact", None)
        phone = contact.phone if contact and contact.phone else _("no number")
        rows: list[list[Cell]] = [[line.goods.name, line.text, ""] for line in asked.lines]
        table = Table([Column(_("Goods"), width="2fr"), Column(_("Amount")), Column(_("Said yes"))], rows)
        sections.append(Section(heading=f"☐  {asked.order.producer.name} · {phone}", table=table))
    return Document(title=_("Farms to call"), subtitle=round.name, local=node.current().name, sections=sections)


def order_letter(asked: AskedOrder) -> str:
    """The same as the text of a mail."""
    handover = asked.order.round.handover
    lines = "\n".join(f"{line.text}  {line.goods.name}" for line in asked.lines)
    return _(
        "This is what the round asks of you:\n\n%(lines)s\n\nAgreed sum: %(sum)s\n"
        "Please bring it to %(place)s, %(when)s.\n"
        "The list stands in the attachments too. If something falls short, please tell us soon."
    ) % {
        "lines": lines,
        "sum": format_money(asked.total, *_currency(asked.order.round)),
        "place": handover.place.name,
        "when": format_window(handover.begins, handover.ends),
    }


def _amount(line: AskedLine) -> Decimal:
    """The number alone, with as many decimals as it needs: 14 bags, 2.5 kg."""
    one = line.goods.per if line.goods.per > 1 else 10**line.goods.decimals
    exact = (Decimal(line.quantity) / one).quantize(Decimal("0.001"))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral() else exact.normalize()


def _currency(round: OrderRound) -> tuple[str, int]:
    currency = round.account.currency
    return currency.code, currency.decimals
