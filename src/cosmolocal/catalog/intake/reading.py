"""Which format a file of goods has, and its rows in one shape. A row that cannot be read is refused, never the file."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from cosmolocal.catalog import queries, rules
from cosmolocal.catalog.intake import ofn, own
from cosmolocal.catalog.intake.cells import Cells
from cosmolocal.catalog.intake.rows import Judged, Reading, Row, RowRefused
from cosmolocal.catalog.models import Measure
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper.tables import ReadRow, ReadTable, read_table

# format: the columns that tell it, and who reads its rows
FORMATS: Mapping[str, tuple[frozenset[str], Callable[[int, Cells], Row]]] = {
    "own": (frozenset({"producer", "product", "price"}), own.read_row),
    "ofn": (frozenset({"producer", "name", "units", "price"}), ofn.read_row),
}


def read(data: bytes, name: str = "") -> Reading:
    """The rows of a file. Refuses with the codes of `paper.tables.read_table` and catalog.unknown_columns."""
    table = read_table(data, name)
    header = [rules.normal(title).replace(" ", "_") for title in table.header]
    form = next((form for form, (needed, _reads) in FORMATS.items() if needed <= set(header)), None)
    if form is None:
        raise Refusal(
            "catalog.unknown_columns",
            _("The first line must name the columns producer, product and price, or be that of Open Food Network."),
        )
    double = sorted({title for title in header if title and header.count(title) > 1})
    if double:
        raise Refusal(
            "catalog.column_twice", _("The column “%(name)s” stands there twice. Keep one.") % {"name": double[0]}
        )
    return _read_rows(table, header, form)


def _read_rows(table: ReadTable, header: list[str], form: str) -> Reading:
    decimals = queries.currency()[1]
    measures = known_measures()
    mark = table.decimal_mark or ("." if form == "own" else None)
    reading = Reading(form, [], [])
    read_row = FORMATS[form][1]
    empty = dict.fromkeys(header, "")
    for line in table.rows:
        values = empty | dict(zip(header, line.cells, strict=False))
        try:
            _check_width(line, header)
            reading.rows.append(read_row(line.number, Cells(values, mark, decimals, measures)))
        except RowRefused as refused:
            what = " · ".join(cell for cell in map(one_line, line.cells[:3]) if cell)[:200]
            reading.refused.append(Judged(line.number, "refused", what, str(refused)))
    return reading


def known_measures() -> dict[str, tuple[str, int]]:
    """Code and symbol of each measure, as they are compared, to its unit and base units."""
    found: dict[str, tuple[str, int]] = {}
    for code, symbol, unit, quantity in Measure.objects.order_by("-id").values_list(
        "code", "symbol", "unit__code", "quantity"
    ):
        found[rules.normal(symbol)] = unit, quantity
        found[rules.normal(code)] = unit, quantity
    return found


def _check_width(line: ReadRow, header: list[str]) -> None:
    named = max((number for number, title in enumerate(header, start=1) if title), default=0)
    if any(line.cells[named:]):
        raise RowRefused(_("This row has more cells than there are columns. Text with a comma needs quotation marks."))
