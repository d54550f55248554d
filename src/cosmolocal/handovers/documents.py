"""What is printed at a hand-over: packing lists in three orders, labels."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cosmolocal.handovers import pickup, queries
from cosmolocal.handovers.models import Handover
from cosmolocal.handovers.queries import Line, Measured
from cosmolocal.kernel import node
from cosmolocal.kernel.quantity import to_decimal
from cosmolocal.look.dates import format_day, format_window
from cosmolocal.paper import downloads, pdf
from cosmolocal.paper.sheets import Crate, CrateLine, Fact, Label, Labels, PackingList
from cosmolocal.paper.tables import Column, Group, Table

LABEL_CHARACTERS = 70  # three lines beside a long name; the list says it in full


def title(handover: Handover) -> str:
    """Packing, Thursday 26 November, Yufeng Street store."""
    return _("Packing, %(day)s, %(place)s") % {"day": format_day(handover.begins), "place": handover.place.name}


def kinds(handover: Handover, by: str) -> list[dict[str, Any]]:
    """The packing list in three orders and the pick-up list, as ways between pages."""
    address = reverse("handovers:lists", args=[handover.pk])
    names = (
        ("household", _("By crate")),
        ("product", _("By goods")),
        ("place", _("By place")),
        ("door", _("Pick-up list")),
    )
    return [{"url": f"{address}?by={name}", "label": label, "current": name == by} for name, label in names]


def packing_list(handover: Handover) -> PackingList:
    """One block a crate, with boxes to tick and room for weights."""
    return PackingList(
        title=_("Packing"),
        subtitle=f"{handover.place.name}, {format_window(handover.begins, handover.ends)}",
        local=node.current().name,
        crates=[
            Crate(
                number=str(sheet.crate.number),
                name=sheet.crate.receiver.name,
                warning=sheet.warning,
                lines=[
                    CrateLine(
                        line.goods.name,
                        line.asked_text,
                        detail=line.goods.producer,
                        weigh=line.goods.weigh,
                        number=str(line.number),
                    )
                    for line in sheet.lines
                ],
            )
            for sheet in queries.crate_sheets(handover)
            if sheet.lines
        ],
    )


def labels(handover: Handover) -> Labels:
    """One label a crate: number, name, how many things, what must not be overlooked."""
    day = format_day(handover.begins)
    return Labels(
        title=title(handover),
        local=node.current().name,
        labels=[
            Label(
                title=sheet.crate.receiver.name,
                number=str(sheet.crate.number),
                lines=[day, handover.place.name, _("%(count)s things") % {"count": len(sheet.lines)}],
                warning=Truncator(sheet.warning).chars(LABEL_CHARACTERS),
            )
            for sheet in queries.crate_sheets(handover)
        ],
    )


def table(handover: Handover, by: str) -> Table:
    """The list as a table for CSV, xlsx and PDF."""
    if by == "product":
        return _by_product(handover)
    if by == "door":
        return _at_the_door(handover)
    return _by_place(handover) if by == "place" else _by_household(handover)


def list_file(handover: Handover, by: str, kind: str) -> bytes:
    """The list as a file: `kind` is pdf, csv or xlsx."""
    if kind == "pdf" and by == "household":
        return pdf.render(packing_list(handover))
    return downloads.table_bytes([table(handover, by)], title(handover), kind)


def facts(handover: Handover) -> list[Fact]:
    """Where and when."""
    return [
        Fact(_("Place"), handover.place.name),
        Fact(_("When"), format_window(handover.begins, handover.ends)),
    ]


def _by_household(handover: Handover) -> Table:
    rows: list[Any] = []
    for sheet in queries.crate_sheets(handover):
        rows.append(Group(f"{sheet.crate.number} · {sheet.crate.receiver.name}"))
        rows += [
            [
                *(sheet.crate.number, sheet.crate.receiver.name, line.number, line.goods.name, line.goods.producer),
                *(*_numbers(line), sheet.warning),
            ]
            for line in sheet.lines
        ]
    columns = [
        *(_crate(), Column(_("Household")), Column(_("Line"), kind="number", decimals=0)),
        *(Column(_("Goods"), width="2fr"), Column(_("Producer")), *_amounts()),
    ]
    return Table([*columns, Column(_("What packers should know"))], rows, name=_("By crate"))


def _by_product(handover: Handover) -> Table:
    rows: list[Any] = []
    for sheet in queries.product_sheets(handover):
        rows.append(Group(f"{sheet.goods.name} · {sheet.goods.producer} · {sheet.total_text}"))
        rows += [
            [sheet.goods.name, sheet.goods.producer, crate.number, crate.receiver.name, *_numbers(line)]
            for crate, line in sheet.lines
        ]
    columns = [Column(_("Goods"), width="2fr"), Column(_("Producer")), _crate(), Column(_("Household")), *_amounts()]
    return Table(columns, rows, name=_("By goods"))


def _at_the_door(handover: Handover) -> Table:
    """Who is to come, what the keeper should know, and room to sign: this list counts where no phone is at hand."""
    rows: list[Any] = [
        [row.crate.number, row.crate.receiver.name, row.things, row.note.text if row.note else "", "", ""]
        for row in pickup.rows(handover)
    ]
    columns = [
        *(_crate(), Column(_("Household"), width="2fr"), Column(_("Things"), kind="number", decimals=0)),
        *(Column(_("To know"), width="1fr"), Column(_("Has it")), Column(_("Who took it"), width="1fr")),
    ]
    return Table(columns, rows, name=_("Pick-up list"))


def _by_place(handover: Handover) -> Table:
    rows: list[Any] = []
    for sheet in queries.place_sheets(handover):
        place = sheet.handover.place.name
        rows.append(Group(_("%(place)s · %(count)s crates") % {"place": place, "count": sheet.crates}))
        rows += [[place, goods.producer, goods.name, _number(goods, base), goods.symbol] for goods, base in sheet.sums]
    columns = [
        Column(_("Place")),
        Column(_("Producer")),
        Column(_("Goods"), width="2fr"),
        Column(_("Amount"), kind="number", decimals=3),
        Column(_("Unit")),
    ]
    return Table(columns, rows, name=_("By place"))


def _crate() -> Column:
    return Column(_("Crate"), kind="number", decimals=0)


def _amounts() -> list[Column]:
    return [
        Column(_("Ordered"), kind="number", decimals=3),
        Column(_("Unit")),
        Column(_("Packed"), kind="number", decimals=3),
    ]


def _numbers(line: Line) -> list[Any]:
    packed = _number(line.goods, line.quantity) if line.is_packed else None
    return [_number(line.goods, line.asked), line.goods.symbol, packed]


def _number(goods: Measured, base: int) -> Decimal:
    if goods.per == 1:
        return to_decimal(base, goods.decimals)
    return Decimal(base) / Decimal(goods.per)
