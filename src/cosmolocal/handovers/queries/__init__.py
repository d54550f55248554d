"""What is read at a hand-over, by noun: goods, crates, sheets, arrivals."""

from cosmolocal.handovers.queries.arrivals import Arrival, Delivery, losses, most_received, receiving_list
from cosmolocal.handovers.queries.crates import (
    AT_WORK,
    MANY,
    Progress,
    crates,
    current,
    is_large,
    next_crate,
    packed_words,
    progress,
    visible_to,
)
from cosmolocal.handovers.queries.goods import Measured, measured
from cosmolocal.handovers.queries.lots import LotHere, Part, Taker, lots_here, takers
from cosmolocal.handovers.queries.rows import CrateRow, found, rows_of, stamp
from cosmolocal.handovers.queries.shares import Short, free_lots, short_kinds
from cosmolocal.handovers.queries.sheets import (
    CrateSheet,
    Line,
    PlaceSheet,
    ProductSheet,
    crate_sheet,
    crate_sheets,
    kinds_due,
    place_sheets,
    product_sheets,
)
from cosmolocal.handovers.queries.terms import is_settled, may_be_from, promised, terms_of, terms_under

__all__ = [
    "AT_WORK",
    "MANY",
    "Arrival",
    "CrateRow",
    "CrateSheet",
    "Delivery",
    "Line",
    "LotHere",
    "Measured",
    "Part",
    "PlaceSheet",
    "ProductSheet",
    "Progress",
    "Short",
    "Taker",
    "crate_sheet",
    "crate_sheets",
    "crates",
    "current",
    "found",
    "free_lots",
    "is_large",
    "is_settled",
    "kinds_due",
    "losses",
    "lots_here",
    "may_be_from",
    "measured",
    "most_received",
    "next_crate",
    "packed_words",
    "place_sheets",
    "product_sheets",
    "progress",
    "promised",
    "receiving_list",
    "rows_of",
    "short_kinds",
    "stamp",
    "takers",
    "terms_of",
    "terms_under",
    "visible_to",
]
