"""A small village for tests of flows: Amina's local, her farm, and units."""

from collections.abc import Callable
from dataclasses import dataclass

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.models import EconomicResource, ResourceSpecification
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation


@dataclass
class Village:
    """People, and one kind of goods and of money."""

    amina: Agent  # who writes
    home: Agent  # the local
    farm: Agent
    jo: Agent  # a household
    carrots: ResourceSpecification
    credit: ResourceSpecification  # a medium of exchange
    bikes: ResourceSpecification  # counted in minutes when used

    def stock(self, quantity: int = 0, *, owner: Agent | None = None, floor: int | None = 0) -> EconomicResource:
        """A lot of carrots, filled by a count."""
        found = flows.open_resource(
            by=self.amina, specification=self.carrots, accountable=owner or self.home, floor=floor
        )
        if quantity:
            self.record("raise", quantity, found)
        return found

    def thing(self, *, owner: Agent | None = None) -> EconomicResource:
        """A cargo bike: one thing that is lent and comes back."""
        found = flows.open_resource(by=self.amina, specification=self.bikes, accountable=owner or self.home)
        self.record("raise", 1, found)
        return found

    def account(self, holder: Agent, quantity: int = 0, *, floor: int | None = 0) -> EconomicResource:
        found = flows.open_resource(by=self.amina, specification=self.credit, accountable=holder, floor=floor)
        if quantity:
            self.record("raise", quantity, found)
        return found

    def record(
        self,
        action: str,
        quantity: int,
        resource: EconomicResource | None = None,
        to_resource: EconomicResource | None = None,
        **more: object,
    ) -> int:
        draft = flows.EventDraft(
            action,
            quantity,
            resource_id=resource.pk if resource else None,
            to_resource_id=to_resource.pk if to_resource else None,
            **more,
        )
        return flows.record(by=self.amina, drafts=[draft])[0]


def village() -> Village:
    now = clock.now()
    amina = Agent.objects.create(kind="person", name="Amina", created_at=now)
    home = Agent.objects.create(kind="local", name="Vale", is_home=True, created_at=now)
    farm = Agent.objects.create(kind="organisation", name="Hill farm", is_producer=True, created_at=now)
    jo = Agent.objects.create(kind="household", name="Jo", created_at=now)
    flows.standard_units(by=amina)
    flows.define_unit(by=amina, code="XTS", label="credit", symbol="¤", decimals=2, dimension="money")
    carrots = flows.define_specification(by=amina, name="carrots", unit="kg")
    credit = flows.define_specification(by=amina, name="credit", unit="XTS", medium_of_exchange=True)
    bikes = flows.define_specification(by=amina, name="cargo bike", unit="piece", effort_unit="min")
    return Village(amina, home, farm, jo, carrots, credit, bikes)


def quantities(*resources: EconomicResource) -> list[tuple[int, int, int]]:
    """Accounting, onhand and promised of each."""
    found = EconomicResource.objects.in_bulk([r.pk for r in resources])
    return [
        (found[r.pk].accounting_quantity, found[r.pk].onhand_quantity, found[r.pk].promised_quantity) for r in resources
    ]


@operation("flows.several_deeds")
def together(*, by: Agent, deeds: list[Callable[[], object]]) -> None:
    """Several deeds in one operation, as a practice does it: all of them or none."""
    for deed in deeds:
        deed()
