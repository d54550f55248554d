"""What the pages of goods show and read, in plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.catalog import policy, queries, rules, usual
from cosmolocal.catalog.models import Item, PriceVersion, Product, SupplierTerms
from cosmolocal.kernel import clock, outside
from cosmolocal.look import dates, questions
from cosmolocal.look.numbers import format_money, format_number, format_percent, parse_decimal
from cosmolocal.look.questions import Question, Typed
from cosmolocal.look.tables import Cell, Column, Table

MOST_STOCK = 10**9


def page_of(product: Product) -> tuple[str, str]:
    """The page of a product, with its name: the way back to it."""
    return reverse("catalog:product", args=[product.pk]), product.name


def product_context(reader: Reader, product: Product) -> dict[str, Any]:
    """Everything the page of one product shows to this reader."""
    terms = queries.terms_of([product.producer_id])[product.producer_id]
    [goods] = queries.goods([product], reader.household.group if reader.household else "")
    sees_purchase = policy.may_see_purchase(reader, product, terms)
    manages = policy.may_manage(reader)
    home = Agent.objects.filter(is_home=True).select_related("place").first()
    priced = [pack for pack in goods.packs if pack.price is not None]
    return {
        "product": product,
        "goods": goods,
        "terms": terms,
        "home": home,
        "stops": _stops(product, home),
        "taxes": _taxes([pack.price for pack in priced if pack.price]),
        "shares": [_share(pack.price, terms) for pack in priced[:1] if pack.price] if sees_purchase else [],
        "share_of": priced[0] if priced else None,
        "history": _history(product, sees_purchase) if reader.agent is not None else None,
        "currency": product_currency(),
        "manages": manages,
        "may_describe": reader.agent is not None and policy.may_describe(reader.agent, product.producer),
        "resting": _resting(product) if manages else [],
    }


def _resting(product: Product) -> list[tuple[Item, str]]:
    """Packs that are not sold just now, each with its words."""
    items = product.items.filter(is_active=False).select_related("measure", "product__specification__unit")
    return [(item, queries.pack_text(item)) for item in items]


def product_currency() -> str:
    """The code of the currency in which prices are."""
    return queries.currency()[0]


def _stops(product: Product, home: Agent | None) -> list[dict[str, Any]]:
    """The farm and the local on a map; empty where one of them is not on it."""
    places = [(product.origin, "farm"), (home.place if home else None, "store")]
    found = [
        {"label": place.name, "lat": place.latitude, "lon": place.longitude, "tone": tone}
        for place, tone in places
        if place is not None and place.latitude is not None and place.longitude is not None and not place.is_private
    ]
    return found if len(found) == len(places) else []


def _taxes(prices: list[PriceVersion]) -> list[tuple[str, str]]:
    """Each tax of the prices once: its name with the rate of today, and its sentence."""
    rates = queries.tax_rates(clock.today())
    codes = {price.tax_code_id: price.tax_code for price in prices}
    said = []
    for pk, code in codes.items():
        rate = f" ({format_percent(rates[pk], rules.WHOLE_BP, 1)})" if code.kind == code.Kind.RATE else ""
        said.append((code.name + rate, code.sentence))
    return said


def _share(price: PriceVersion, terms: SupplierTerms) -> list[tuple[str, int, str]]:
    """Where a price goes, as far as it is known before a round: producer, tax, and the work of the local."""
    rate_bp = queries.tax_bp(price.tax_code_id, clock.today())
    tax = rules.tax_inside(price.price, rate_bp).tax
    producer = rules.cost(price.purchase, rate_bp, list_is_gross=terms.list_is_gross).net
    parts = [
        (_("producer"), producer, "farmer"),
        (_("transport, store and people"), price.price - tax - producer, "running"),
        (_("tax"), tax, "tax"),
    ]
    return [part for part in parts if part[1]]


def _history(product: Product, sees_purchase: bool) -> Table:
    """Every price the goods had, the newest first; without what the producer gets where that is not for all."""
    code, decimals = queries.currency()
    columns: list[Column | str] = [_("Since"), _("Pack"), _("For"), Column(_("Price"), number=True)]
    if sees_purchase:
        columns.append(Column(_("Producer gets"), number=True))
    rows = []
    for price in queries.price_history(product)[:60]:
        price.item.product = product
        cells: list[Any] = [
            dates.format_daytime(price.valid_from),
            queries.pack_text(price.item),
            price.group or _("everybody"),
            queries.price_text(price, price.item, (code, decimals)),
        ]
        if sees_purchase:
            cells.append(format_money(price.purchase, code, decimals))
        rows.append(cells)
    return Table(_("Prices until now"), columns, rows, empty=_("No price has been set yet."), caption_shown=False)


@dataclass(frozen=True)
class StockField:
    """The field of one pack: what stands in it, what is wrong with it or asked about it, what was said yes to."""

    pack: Any
    typed: Typed
    is_wrong: bool = False
    question: Question | None = None


def read_stocks(data: QueryDict) -> tuple[dict[int, int | None], dict[int, Question | None]]:
    """Item id to packs as they were typed, None for an empty field; and the ids whose field is no number (None) or of
    which somebody asks: packs, not grams, and far more than there ever were. One statement.
    """
    stocks: dict[int, int | None] = {}
    troubles: dict[int, Question | None] = {}
    fields = [(name, outside.whole(name.removeprefix("stock-"))) for name in data if name.startswith("stock-")]
    standing = dict(Item.objects.filter(pk__in=[item for _name, item in fields if item]).values_list("pk", "stock"))
    for name, item in fields:
        if item is None:
            continue
        typed = Typed.of(data, name)
        expected = usual.stock(standing.get(item))
        try:
            stocks[item] = (
                questions.settle(typed, expected, read=_packs, write=format_number) if typed.strip() else None
            )
        except questions.Asked as asked:
            troubles[item] = asked.question
        except outside.NumberUnclear:
            troubles[item] = None
    return stocks, troubles


def _packs(typed: str, _expected: int | None) -> int:
    """A whole number of packs. Raises NumberUnclear."""
    stock = parse_decimal(typed, 0)
    if not 0 <= stock <= MOST_STOCK:
        raise outside.NumberUnclear("not_a_number")
    return stock


def stock_field(data: QueryDict, pack: Any, troubles: Mapping[int, Question | None]) -> StockField:
    """What stands in the field of a pack: what was typed, else its stock; and whether it could not be taken."""
    item: Item = pack.item
    standing = "" if item.stock is None else str(item.stock)
    name = f"stock-{item.pk}"
    typed = Typed.of(data, name, str(data.get(name, standing)))
    question = troubles.get(item.pk)
    return StockField(pack, typed, item.pk in troubles and question is None, question)


def verdict_cells(verdicts: list[list[Any]]) -> list[list[Any]]:
    """Rows of a file with their verdict, for a table."""
    tones = {"new": "ready", "changed": "today", "same": "quiet", "refused": "late"}
    names = verdict_names()
    return [
        [row, Cell(names[verdict], tone=tones[verdict]), what or "–", sentence]
        for row, verdict, what, sentence in verdicts
    ]


def verdict_names() -> dict[str, str]:
    """The verdicts as people call them."""
    return {"new": _("new"), "changed": _("changed"), "same": _("the same"), "refused": _("left out")}
