"""What a line costs, how much of it is tax, how packs become grams, and how names are made findable.

Money in minor units, goods in base units (grams, millilitres, pieces), rates in hundredths of a per cent. No floats.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cosmolocal.kernel.lines import composed
from cosmolocal.kernel.quantity import times
from cosmolocal.look.words import asked

WHOLE_BP = 10_000  # one whole in hundredths of a per cent
UNITS = {"kg": 3, "l": 3, "piece": 0}  # what goods are counted in, with decimals: grams, millilitres, pieces
DEFAULT_SHARE_BP = 7600  # of a price that goes to the producer, where nobody says otherwise
MOST_LETTERS = 500  # of a search, before signs that stand for many letters are written out
LARGEST = 10**12  # no price, pack or stock of a community is larger; beyond it a digit slipped
_ORGANIC = re.compile(
    r"(?<!\w)(?:organic|bio|biologique|biologisch\w*|ökologisch\w*|ecológic[oa]s?|orgánic[oa]s?)(?!\w)|有机|유기농|عضوي",
    re.IGNORECASE,
)
_NOT_ORGANIC = re.compile(
    r"(?<!\w)(?:not|non|nicht|non-|no)[ -](?:certified[ -])?(?:organic|bio)(?!\w)|非有机", re.IGNORECASE
)


# What a line costs


def line_amount(price: int, *, per_quantity: int, pack: int, quantity: int) -> int:
    """What `quantity` base units come to. Minor units, rounded half up once.

    `per_quantity` base units cost `price`; 0: a pack of `pack` base units does, and half a pack costs half of it.
    """
    return times(price, quantity, per_quantity or pack)


def upper_quantity(quantity: int, tolerance_bp: int) -> int:
    """The most that may be given and charged for a wish of `quantity` base units: never above the tolerance."""
    return quantity * (WHOLE_BP + tolerance_bp) // WHOLE_BP


def unit_price(price: int, per_quantity: int, pack_quantity: int, unit_decimals: int) -> int:
    """Minor units per whole unit (1 kg, 1 l, 1 piece), rounded half up: what stands beside a pack's price."""
    return times(price, 10**unit_decimals, per_quantity or pack_quantity)


def is_unit_price_useful(per_quantity: int, pack_quantity: int, unit_decimals: int) -> bool:
    """Whether the price per unit says more than the price itself: for weights and volumes that are not one unit."""
    return unit_decimals > 0 and (per_quantity or pack_quantity) != 10**unit_decimals


# Tax


class Taxed(NamedTuple):
    """One sum as the tax office sees it; gross is net + tax, exactly."""

    net: int
    tax: int
    gross: int


def tax_inside(gross: int, rate_bp: int) -> Taxed:
    """The tax inside a sum that holds it."""
    tax = times(gross, rate_bp, WHOLE_BP + rate_bp)
    return Taxed(gross - tax, tax, gross)


def tax_on(net: int, rate_bp: int) -> Taxed:
    """The tax that comes on top of a net sum."""
    tax = times(net, rate_bp, WHOLE_BP)
    return Taxed(net, tax, net + tax)


def rate_on(kind: str, rates: Iterable[tuple[date, int]], day: date) -> int:
    """The rate in force on a day; 0 for goods that are zero rated, exempt or outside, and before the first rate."""
    if kind != "rate":
        return 0
    begun = [(since, rate_bp) for since, rate_bp in rates if since <= day]
    return max(begun)[1] if begun else 0


def cost(purchase: int, rate_bp: int, *, list_is_gross: bool) -> Taxed:
    """What a producer's list price means: tax inside it, or on top of it."""
    return tax_inside(purchase, rate_bp) if list_is_gross else tax_on(purchase, rate_bp)


def producer_share_bp(price: int, purchase: int, rate_bp: int, *, list_is_gross: bool) -> int:
    """The part of a price that reaches the producer, both without tax; 0 where the price is 0."""
    net = tax_inside(price, rate_bp).net
    return times(cost(purchase, rate_bp, list_is_gross=list_is_gross).net, WHOLE_BP, net) if net else 0


# Packs, cases and the measures people use


@dataclass(frozen=True)
class StandardMeasure:
    """A measure that people use in markets: `quantity` base units of `unit` in one."""

    code: str
    symbol: str
    unit: str
    quantity: int


# Weights of bunches and heads are usual ones: an estimate where goods are weighed.
STANDARD_MEASURES = (
    StandardMeasure("g", "g", "kg", 1),
    StandardMeasure("100g", "100 g", "kg", 100),
    StandardMeasure("kg", "kg", "kg", 1000),
    StandardMeasure("jin", "jin", "kg", 500),
    StandardMeasure("liang", "liang", "kg", 50),
    StandardMeasure("geun_meat", "geun (meat)", "kg", 600),
    StandardMeasure("geun_vegetables", "geun (vegetables)", "kg", 400),
    StandardMeasure("bunch_weighed", "bunch", "kg", 250),
    StandardMeasure("head_weighed", "head", "kg", 600),
    StandardMeasure("lb", "lb", "kg", 454),
    StandardMeasure("oz", "oz", "kg", 28),
    StandardMeasure("ml", "ml", "l", 1),
    StandardMeasure("l", "l", "l", 1000),
    StandardMeasure("piece", "piece", "piece", 1),
    StandardMeasure("bunch", "bunch", "piece", 1),
    StandardMeasure("head", "head", "piece", 1),
    StandardMeasure("half_dozen", "6 pieces", "piece", 6),
    StandardMeasure("ten", "10 pieces", "piece", 10),
    StandardMeasure("dozen", "dozen", "piece", 12),
)


# Words


def plain_text(text: str) -> str:
    """Text as it is kept: no control characters, one kind of line end, nothing around it. Never read as HTML."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    kept = "".join(letter for letter in lines if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs"))
    return kept.strip()


def normal(text: str) -> str:
    """Text as it is compared: full-width and half-width alike, capitals small, one space between words."""
    return " ".join(composed(composed(text, "NFKC").casefold(), "NFKC").split())


def search_text(*parts: str) -> str:
    """What a search looks through: every word of the parts once, in their order."""
    words = dict.fromkeys(word for part in parts for word in normal(part).split())
    return " ".join(words)


def search_words(text: str) -> list[str]:
    """The words somebody looks for, each to be contained; at most eight."""
    return list(dict.fromkeys(asked(normal(text[:MOST_LETTERS]))))


def claims_organic(*texts: str) -> bool:
    """Whether a text says "organic" in one of our languages: it may do so only where a certificate is named."""
    return any(_ORGANIC.search(_NOT_ORGANIC.sub(" ", text)) for text in texts)
