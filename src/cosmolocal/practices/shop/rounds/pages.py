"""What a buyer sees of rounds: which take orders now, which opens next, and where each ten goes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from cosmolocal.agents.queries import Reader
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import Terms
from cosmolocal.kernel import clock
from cosmolocal.look.numbers import format_number, symbol_of
from cosmolocal.practices.shop import queries, rules
from cosmolocal.practices.shop.models import OrderRound, RoundOffer
from cosmolocal.practices.shop.orders.pages.shelf import currency_of
from cosmolocal.practices.shop.settling.queries.figures import LEAST

SAMPLE = 60  # prices that show where money goes before the first round was settled
TEN = 1000  # minor units
Part = tuple[str, int, str]  # what it is for, minor units, tone


@dataclass(frozen=True)
class Rounds:
    """Rounds that take orders now, and the one that opens next."""

    open: list[OrderRound] = field(default_factory=list)
    next: OrderRound | None = None


def rounds(reader: Reader, now: datetime | None = None) -> Rounds:
    """What is open and what comes next, the first to close before the others. One statement."""
    moment = now or clock.now()
    found = queries.open_rounds(reader, moment)
    coming = sorted((round for round in found if round.opens_at > moment), key=lambda round: round.opens_at)
    return Rounds([round for round in found if round.opens_at <= moment], next(iter(coming), None))


@dataclass(frozen=True)
class Ten:
    """Where each ten goes: the parts sum to ten exactly; `is_planned` before any round was settled."""

    parts: Sequence[Part]
    money: tuple[str, int]
    is_planned: bool

    @property
    def title(self) -> str:
        """Where each ¥ 10 goes."""
        code, decimals = self.money
        ten = f"{symbol_of(code)} {format_number(TEN, decimals, trim=True)}"
        return _("Where each %(ten)s goes") % {"ten": ten}


def ten(round: OrderRound) -> Ten | None:
    """Where money goes: as in the last settled round, else as prices plan it. One to four statements."""
    last = queries.last_settled(1)
    money = currency_of(round)
    if last and last[0].result.get("orders", 0) >= LEAST:
        parts, is_planned = queries.sums_of(last).of_ten, False
    else:
        parts, is_planned = named(*rules.of_ten(_planned(round), TEN)), True
    return Ten(parts, money, is_planned) if any(amount for _label, amount, _tone in parts) else None


def named(producer: int, transport: int, running: int, tax: int) -> list[Part]:
    """The four parts of a price with their words and tones."""
    return [
        (_("farmers"), producer, "farmer"),
        (_("transport"), transport, "transport"),
        (_("store and people"), running, "running"),
        (_("tax"), tax, "tax"),
    ]


def _planned(round: OrderRound) -> list[int]:
    """The sum of the splits of a sample of this round's prices."""
    some = RoundOffer.objects.filter(round=round).order_by("id").values("id")[:SAMPLE]
    # Chosen before anything is joined: a round may hold ten thousand offers.
    makers = dict(RoundOffer.objects.filter(id__in=some).values_list("item_id", "item__product__producer_id"))
    terms = catalog_queries.terms_of(makers.values())
    prices = catalog_queries.current_prices(list(makers))
    rates = catalog_queries.tax_rates(clock.today(), {price.tax_code_id for price in prices.values()})
    sums = [0, 0, 0, 0]
    for item_id, price in prices.items():
        rate = rates.get(price.tax_code_id, 0)
        today = terms[makers[item_id]]
        paid = rules.purchase_paid(
            price.purchase,
            rate,
            list_is_gross=today.list_is_gross,
            local_owes_tax=today.seller == Terms.Seller.LOCAL,
        )
        parts = rules.split(price.price, paid, rate, round.transport_bp)
        for place, part in enumerate((parts.producer, parts.transport, parts.running, parts.tax)):
            sums[place] += part
    return sums
