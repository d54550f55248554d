"""What kinds of things there are: units and specifications."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent
from cosmolocal.flows.models import ResourceSpecification, Unit
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal

# code, label, symbol, decimals, dimension, UN/ECE Recommendation 20
_STANDARD = (
    ("kg", "kilogram", "kg", 3, "mass", "KGM"),
    ("l", "litre", "l", 3, "volume", "LTR"),
    ("piece", "piece", "", 0, "count", "C62"),
    ("min", "minute", "min", 0, "time", "MIN"),
    ("kWh", "kilowatt hour", "kWh", 3, "energy", "KWH"),
    ("km", "kilometre", "km", 3, "length", "KMT"),
)


@operation("flows.define_unit", said=gettext_lazy("added a unit"))
def define_unit(
    *,
    by: Agent,
    code: str,
    label: str,
    symbol: str,
    decimals: int,
    dimension: str,
    external_code: str = "",
    key: str = "",
) -> Unit:
    """A unit by its code; made when it is new. `decimals`: what one integer means (kg with 3: grams).

    Refuses `flows.unit_differs`: a unit of this code counts with other decimals, and its books would change meaning.
    """
    unit, _made = Unit.objects.get_or_create(
        code=code,
        defaults={
            "label": label,
            "symbol": symbol,
            "decimals": decimals,
            "dimension": dimension,
            "external_code": external_code,
        },
    )
    if (unit.decimals, unit.dimension) != (decimals, dimension):
        raise Refusal("flows.unit_differs", _("There is already a unit of this name that counts differently."))
    return unit


@operation("flows.standard_units", said=gettext_lazy("set up units"))
def standard_units(*, by: Agent, key: str = "") -> list[Unit]:
    """Makes sure of the units that every local needs: kg, l, piece, min, kWh, km."""
    return [
        define_unit(
            by=by,
            code=code,
            label=label,
            symbol=symbol,
            decimals=decimals,
            dimension=dimension,
            external_code=external,
        )
        for code, label, symbol, decimals, dimension, external in _STANDARD
    ]


@operation("flows.define_specification", said=gettext_lazy("added a kind of thing"), fact=True)
def define_specification(
    *,
    by: Agent,
    name: str,
    unit: Unit | str,
    classifications: Sequence[str] = (),
    medium_of_exchange: bool = False,
    effort_unit: Unit | str | None = None,
    key: str = "",
) -> ResourceSpecification:
    """A new kind of thing, counted in `unit` (a row or its code)."""
    return ResourceSpecification.objects.create(
        name=name,
        unit=_unit(unit),
        effort_unit=_unit(effort_unit) if effort_unit is not None else None,
        classifications=list(classifications),
        medium_of_exchange=medium_of_exchange,
    )


@operation("flows.define_specifications", said=gettext_lazy("added kinds of things"), fact=True)
def define_specifications(
    *,
    by: Agent,
    wishes: Sequence[tuple[str, str, Sequence[str]]],
    key: str = "",
) -> list[ResourceSpecification]:
    """Many new kinds of things at once: (name, code of the unit, classifications) each. Two statements."""
    units = Unit.objects.in_bulk({code for _name, code, _classifications in wishes}, field_name="code")
    return ResourceSpecification.objects.bulk_create(
        ResourceSpecification(name=name, unit=units[code], classifications=list(classifications))
        for name, code, classifications in wishes
    )


def _unit(unit: Unit | str) -> Unit:
    return Unit.objects.get(code=unit) if isinstance(unit, str) else unit
