"""What a farm is paid and bears, or a buyer pays, set by somebody to whom that is own: it holds at once, and somebody
else looks at it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries, rules
from cosmolocal.catalog.models import Item, PackChange, PriceVersion, Product, SupplierTerms, TaxCode
from cosmolocal.kernel.operation import running
from cosmolocal.kernel.sets import among
from cosmolocal.look.dates import format_day
from cosmolocal.look.numbers import format_money, format_percent
from cosmolocal.money import policy as money_policy
from cosmolocal.money.operations import looks

Prices = Mapping[tuple[int, str], PriceVersion]


def prices_set(by: Agent, fresh: Prices, standing: Prices) -> None:
    """Prices of a farm of her own; and those for a kind of customer to which a household or restaurant of hers belongs:
    nobody else buys at them, or sees them.
    """
    own = {agent.pk: agent for agent in money_policy.own_to(by).order_by("pk")} if fresh else {}
    buyers: dict[str, list[Agent]] = defaultdict(list)
    for agent in own.values():
        if agent.group:
            buyers[agent.group].append(agent)
    bought = {item for item, group in fresh if group in buyers}
    found = queries.items_with_units().filter(pk__in=among({item for item, _group in fresh}))
    hers = found.filter(Q(product__producer__in=own) | Q(pk__in=among(bought))) if own else ()
    items = {item.pk: item for item in hers}
    told: dict[Agent, list[str]] = defaultdict(list)
    for (item_id, group), price in fresh.items():
        if (item := items.get(item_id)) is None:
            continue
        said = f"{item.product.name}: {_words(standing.get((item_id, group)), item)} → {_words(price, item)}"
        farm = own.get(item.product.producer_id)
        for holder in dict.fromkeys([*([farm] if farm else []), *buyers.get(group, [])]):
            told[holder].append(said)
    for holder, words in told.items():
        count = ngettext("%(count)s price", "%(count)s prices", len(words)) % {"count": len(words)}
        looks.own_prices_set(by, holder, f"{count} ({_('price/for the farm')}): {'; '.join(words)}")


def _words(price: PriceVersion | None, item: Item) -> str:
    return price_words(price, item) if price else "—"


def price_words(price: PriceVersion, item: Item) -> str:
    """What it costs, what the farm gets, for how much of it, how taxed and for whom: all that decides. Needs
    `items_with_units`.
    """
    both = "/".join(format_money(minor, *queries.currency()) for minor in (price.price, price.purchase))
    whom = [price.group] if price.group else []
    return ", ".join([f"{both} / {queries.per_text(price, item)}", price.tax_code.code, *whom])


def item_changed(by: Agent, before: Item, now: Item) -> None:
    """Another pack at the same price is another price: for the farm at once, for who orders it once that is over."""
    said = pack_changes(before, now)
    if said or (before.is_active and not now.is_active):
        note_changed([now.pk])
    if said and money_policy.is_own(by, now.product.producer):
        looks.own_terms_set(by, now.product.producer, f"{now.product.name}: {said}")


def note_changed(items: Iterable[int]) -> None:
    """Keeps that the running deed made another pack of these items (ids), or took them off the list."""
    known = set(PackChange.objects.filter(operation=running().id).values_list("item_id", flat=True))
    PackChange.objects.bulk_create(
        PackChange(item_id=item, operation_id=running().id) for item in dict.fromkeys(items) if item not in known
    )


def pack_changes(before: Item, now: Item) -> str:
    """What of a pack decides what is paid, as it was and as it is, in words; "" where nothing of it changed."""
    return _changes(_pack(before), _pack(now))


def _pack(item: Item) -> dict[str, str]:
    deposit = format_money(item.deposit, *queries.currency())
    return {
        _("pack"): queries.quantity_text(item, item.pack_quantity),
        _("paid by"): item.get_billed_by_display(),
        _("tolerance"): format_percent(item.tolerance_bp, rules.WHOLE_BP, 2),
        _("deposit"): deposit,
    }


def terms_set(by: Agent, producer: Agent, before: SupplierTerms | None, now: SupplierTerms) -> None:
    """Who sells, whether the list holds the tax, who bears losses."""
    if money_policy.is_own(by, producer) and (said := _changes(_terms(before or SupplierTerms()), _terms(now))):
        looks.own_terms_set(by, producer, said)


def _terms(terms: SupplierTerms) -> dict[str, str]:
    yes_no = {True: _("yes"), False: _("no")}
    bears = {"local": _("the local"), "producer": _("the farm")}
    return {
        _("seller"): terms.get_seller_display(),
        _("its list holds the tax"): yes_no[terms.list_is_gross],
        _("losses are borne by"): bears.get(terms.loss_after_packing, terms.loss_after_packing),
    }


def tax_set(by: Agent, tax_code: TaxCode, rates: Sequence[tuple[date, int]]) -> None:
    """A rate by which a farm of her own is paid or charged."""
    taxed = Product.objects.filter(items__prices__tax_code=tax_code).values("producer")
    said = [f"{format_percent(rate, rules.WHOLE_BP, 2)} ({format_day(since)})" for since, rate in rates]
    for farm in money_policy.own_to(by).filter(pk__in=taxed).order_by("pk") if rates else ():
        looks.own_terms_set(by, farm, f"{tax_code.code}: {'; '.join(said)}")


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {before[name]} → {now[name]}" for name in now if before[name] != now[name])
