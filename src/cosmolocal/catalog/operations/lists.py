"""What goods are sorted, measured and taxed by, and on which terms a producer works with the local."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries, rules
from cosmolocal.catalog.models import AgreedTerms, Category, Measure, SupplierTerms, TaxCode, TaxRate
from cosmolocal.catalog.operations import own_farm
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal

BEGINNING = date(2000, 1, 1)
# name, drawing, weight: the order in which shops show them.
STANDARD_CATEGORIES = (
    ("Leafy greens", "leaf", 10),
    ("Roots and bulbs", "root", 15),
    ("Fruit vegetables and beans", "leaf", 20),
    ("Herbs and spices", "leaf", 25),
    ("Mushrooms and bamboo", "mushroom", 30),
    ("Fruit and nuts", "fruit", 35),
    ("Rice and grain", "grain", 40),
    ("Eggs", "egg", 45),
    ("Tofu and beans", "tofu", 50),
    ("Meat and poultry", "meat", 55),
    ("Fish", "fish", 60),
    ("Oil, sauces and pickles", "jar", 65),
    ("Honey and sweets", "jar", 70),
    ("Tea and drinks", "tea", 75),
    ("Noodles and baking", "bread", 80),
    ("House and garden", "tool", 90),
)


@operation("catalog.define_category", said=gettext_lazy("added a category"))
def define_category(*, by: Agent, name: str, drawing: str = "crate", weight: int = 50, key: str = "") -> Category:
    """A kind of goods; the same name again changes its drawing and place. Refuses with catalog.name_missing."""
    agents_policy.permit(by, agents_policy.STEWARD)
    name = check_name(name, 120)
    made, _is_new = Category.objects.update_or_create(name=name, defaults={"drawing": drawing, "weight": weight})
    return made


@operation("catalog.define_measure", said=gettext_lazy("added a measure"))
def define_measure(*, by: Agent, code: str, symbol: str, unit: str, quantity: int, key: str = "") -> Measure:
    """A measure people use: `quantity` base units of `unit` (by its code) in one.

    Refuses with catalog.name_missing, catalog.pack_out_of_range, catalog.unknown_unit,
    catalog.measure_in_use (its size is known to buyers).
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    check_pack(quantity)
    if unit not in rules.UNITS:
        raise Refusal(
            "catalog.unknown_unit", _("Goods are counted in kilograms, litres or pieces. Choose one."), "unit"
        )
    unit_id = flows_queries.unit(unit).pk
    known = Measure.objects.filter(code=code).first()
    if known and (known.unit_id, known.quantity) != (unit_id, quantity):
        raise Refusal("catalog.measure_in_use", _("This measure has another size already. Choose another short name."))
    made, _is_new = Measure.objects.update_or_create(
        code=check_name(code, 20), defaults={"symbol": check_name(symbol, 20), "unit_id": unit_id, "quantity": quantity}
    )
    return made


@operation("catalog.define_tax_code", said=gettext_lazy("changed a tax code"))
def define_tax_code(
    *,
    by: Agent,
    code: str,
    name: str,
    kind: str,
    rates: Sequence[tuple[date, int]] = (),
    sentence: str = "",
    key: str = "",
) -> TaxCode:
    """How goods are taxed: `rates` are (since, hundredths of a per cent); `sentence` is printed on papers.

    A rate already in force stays as it is; a new date adds to it. Refuses with catalog.name_missing,
    catalog.tax_without_rate, catalog.tax_out_of_range.
    """
    agents_policy.permit(by, agents_policy.STEWARD, agents_policy.TREASURER)
    if any(not 0 <= rate_bp < rules.WHOLE_BP for _since, rate_bp in rates):
        raise Refusal("catalog.tax_out_of_range", _("A tax rate lies between 0 and 100 per cent."), "rate")
    tax_code, _is_new = TaxCode.objects.update_or_create(
        code=check_name(code, 40),
        defaults={"name": check_name(name, 120), "kind": kind, "sentence": one_line(sentence)[:240]},
    )
    if kind == TaxCode.Kind.RATE:
        known = dict(tax_code.rates.values_list("since", "rate_bp"))
        if not (known or rates):
            raise Refusal("catalog.tax_without_rate", _("Say the rate, and since when it holds."), "rate")
        fresh = [(since, rate_bp) for since, rate_bp in rates if since not in known]
        TaxRate.objects.bulk_create(TaxRate(tax_code=tax_code, since=since, rate_bp=rate) for since, rate in fresh)
        own_farm.tax_set(by, tax_code, fresh)
    return tax_code


@operation("catalog.set_terms", said=gettext_lazy("changed what is agreed with a farm"))
def set_terms(
    *,
    by: Agent,
    producer: Agent,
    seller: str = SupplierTerms.Seller.LOCAL,
    list_is_gross: bool = True,
    loss_after_packing: str = "local",
    order_by: str = "mail",
    share_is_public: bool = False,
    key: str = "",
) -> SupplierTerms:
    """How a producer and the local work together from now on; orders already placed keep what they were made under.
    Where the farm is her own, somebody else looks at it.

    Refuses with catalog.not_a_producer.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    if not producer.is_producer:
        raise Refusal("catalog.not_a_producer", _("Only producers have terms. Make this one a producer first."))
    before = SupplierTerms.objects.filter(producer=producer).first()
    terms, _is_new = SupplierTerms.objects.update_or_create(
        producer=producer,
        defaults={
            "seller": SupplierTerms.Seller(seller),
            "list_is_gross": list_is_gross,
            "loss_after_packing": loss_after_packing,
            "order_by": order_by,
            "share_is_public": share_is_public,
        },
    )
    own_farm.terms_set(by, producer, before, terms)
    return terms


@operation("catalog.agree_terms", said=gettext_lazy("noted what was agreed with a farm"))
def agree_terms(*, by: Agent, agreements: Mapping[int, int], key: str = "") -> None:
    """Keeps the terms of today with agreements (agreement id -> producer id). Those kept before stay as they are.

    Also by who receives goods that nobody had ordered: with them they are agreed to.
    """
    agents_policy.permit(by, agents_policy.STEWARD, agents_policy.PACKER, agents_policy.KEEPER)
    today = queries.terms_of(agreements.values())
    known = queries.agreed_terms(agreements)
    AgreedTerms.objects.bulk_create(
        (
            AgreedTerms(
                agreement_id=agreement,
                seller=today[producer].seller,
                list_is_gross=today[producer].list_is_gross,
                loss_after_packing=today[producer].loss_after_packing,
            )
            for agreement, producer in agreements.items()
            if agreement not in known
        ),
        ignore_conflicts=True,
    )


@operation("catalog.standard_measures", said=gettext_lazy("set up measures"))
def standard_measures(*, by: Agent) -> list[Measure]:
    """The units of the journal and the measures of markets: kg, jin, geun, dozen, bunch. Again changes nothing."""
    agents_policy.permit(by, agents_policy.STEWARD)
    flows.standard_units(by=by)
    return [
        define_measure(by=by, code=measure.code, symbol=measure.symbol, unit=measure.unit, quantity=measure.quantity)
        for measure in rules.STANDARD_MEASURES
    ]


@operation("catalog.standard_categories", said=gettext_lazy("set up categories"))
def standard_categories(*, by: Agent) -> list[Category]:
    """The kinds of goods a new local starts with. Again adds only what is missing."""
    agents_policy.permit(by, agents_policy.STEWARD)
    known = set(Category.objects.values_list("name", flat=True))
    wanted = [(name, drawing, weight) for name, drawing, weight in STANDARD_CATEGORIES if name not in known]
    for name, drawing, weight in wanted:
        define_category(by=by, name=name, drawing=drawing, weight=weight)
    return list(Category.objects.filter(name__in=[name for name, _drawing, _weight in STANDARD_CATEGORIES]))


@operation("catalog.standard_taxes", said=gettext_lazy("set up tax codes"))
def standard_taxes(*, by: Agent) -> list[TaxCode]:
    """Tax codes that any country needs: zero rated, exempt, outside the tax. Again changes nothing."""
    agents_policy.permit(by, agents_policy.STEWARD, agents_policy.TREASURER)
    return [
        define_tax_code(by=by, code="zero", name=_("Zero rate"), kind=TaxCode.Kind.ZERO),
        define_tax_code(by=by, code="exempt", name=_("Exempt"), kind=TaxCode.Kind.EXEMPT),
        define_tax_code(by=by, code="outside", name=_("No tax"), kind=TaxCode.Kind.OUTSIDE),
    ]


@operation("catalog.chinese_taxes", said=gettext_lazy("set up tax codes"))
def chinese_taxes(*, by: Agent) -> list[TaxCode]:
    """Value added tax of China on food. Again changes nothing.

    Rates: Announcement 2019 no. 39 of Finance, Tax and Customs (13 % and 9 % from 1 April 2019) and Caishui 2018 no. 32
    (16 % and 10 % from 1 May 2018). Growers who sell what they grew themselves are exempt: article 15 of the
    provisional regulations, since 2026 article 24 of the Value Added Tax Law.
    """
    agents_policy.permit(by, agents_policy.STEWARD, agents_policy.TREASURER)
    change, before = date(2019, 4, 1), date(2018, 5, 1)
    rate, exempt = TaxCode.Kind.RATE, TaxCode.Kind.EXEMPT
    return [
        define_tax_code(
            by=by, code="cn-farm", name=_("Farm goods 9 %"), kind=rate, rates=[(before, 1000), (change, 900)]
        ),
        define_tax_code(
            by=by, code="cn-general", name=_("Other goods 13 %"), kind=rate, rates=[(before, 1600), (change, 1300)]
        ),
        define_tax_code(
            by=by,
            code="cn-grower",
            name=_("Grown and sold by the farm, exempt"),
            kind=exempt,
            sentence=_("Exempt from value added tax: farm goods sold by those who grew them."),
        ),
    ]


def check_name(name: str, longest: int, field: str = "name") -> str:
    """A name as it is kept, in one line. Refuses with catalog.name_missing, catalog.name_too_long."""
    kept = one_line(name)
    if not kept:
        raise Refusal("catalog.name_missing", _("A name is missing. Write one."), field)
    if len(kept) > longest:
        raise Refusal(
            "catalog.name_too_long",
            _("This name has more than %(longest)s letters. Shorten it.") % {"longest": longest},
            field,
        )
    return kept


def check_pack(quantity: int, field: str = "pack") -> None:
    """Refuses with catalog.pack_out_of_range a pack without contents or beyond all measure."""
    if not 0 < quantity < rules.LARGEST:
        raise Refusal("catalog.pack_out_of_range", _("Say how much is in it, more than nothing."), field)
