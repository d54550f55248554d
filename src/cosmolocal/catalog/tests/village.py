"""The village in which the catalog is tested: a local, a steward, two producers, standard lists."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Role
from cosmolocal.agents.operations import LocalDraft
from cosmolocal.agents.queries import system
from cosmolocal.catalog import operations
from cosmolocal.catalog.models import Product, TaxCode
from cosmolocal.catalog.operations import ItemDraft, PriceDraft, ProductFacts
from cosmolocal.kernel import clock


class Village(NamedTuple):
    """Who is there."""

    house: Agent
    local: Agent
    steward: Agent
    member: Agent
    daxin: Agent
    sanjiang: Agent
    farmer: Agent  # belongs to the farm in Daxin


def found() -> Village:
    """A small local near Liuzhou with standard lists and two farms."""
    house = system()
    local = agents.found_local(
        by=house, draft=LocalDraft("Ainonghui", "Liuzhou", 24.33, 109.41, zone="Asia/Shanghai", currency="CNY")
    )
    steward = agents.add_person(by=house, name="Li Na")
    agents.join(by=house, member=steward, group=local)
    agents.give_role(by=house, agent=steward, role=Role.Name.STEWARD)
    member = agents.add_person(by=house, name="Amina")
    agents.join(by=house, member=member, group=local)
    place = agents.add_place(by=house, name="Daxin village", latitude=24.60, longitude=109.10)
    daxin = agents.add_producer(by=house, name="Daxin farm", place=place)
    sanjiang = agents.add_producer(by=house, name="Sanjiang tea")
    farmer = agents.add_person(by=house, name="Huang Dacheng")
    agents.join(by=house, member=farmer, group=daxin)
    operations.standard_measures(by=house)
    operations.standard_categories(by=house)
    operations.standard_taxes(by=house)
    operations.chinese_taxes(by=house)
    return Village(house, local, steward, member, daxin, sanjiang, farmer)


def pak_choi(village: Village, **facts: str) -> Product:
    """Greens by the jin at 4.20, of which the farm gets 3.20; restaurants pay 3.90."""
    return operations.add_product(
        by=village.steward,
        producer=village.daxin,
        name="Pak choi 小白菜",
        category="Leafy greens",
        unit="kg",
        items=[
            ItemDraft(
                label="jin",
                sku="DX-1",
                billed_by="weight",
                pack_quantity=500,
                tolerance_bp=1000,
                measure="jin",
                prices=(
                    PriceDraft(420, 320, "cn-grower", 500),
                    PriceDraft(390, 320, "cn-grower", 500, group="restaurant"),
                ),
            )
        ],
        facts=ProductFacts(**facts),
    )


def eggs(village: Village) -> Product:
    """Ten eggs at 18.00."""
    return operations.add_product(
        by=village.steward,
        producer=village.sanjiang,
        name="Hill eggs 土鸡蛋",
        category="Eggs",
        unit="piece",
        items=[ItemDraft(label="box of 10", pack_quantity=10, stock=12, prices=(PriceDraft(1800, 1400, "cn-farm"),))],
    )


def tax(code: str) -> TaxCode:
    return TaxCode.objects.get(code=code)


def clock_today() -> date:
    return clock.today()


def scratch() -> Path:
    """A folder that goes with the test run."""
    folder = Path(settings.HOME) / "scratch"
    folder.mkdir(exist_ok=True)
    return folder


def put_on_the_map(product: Product, farm: Agent) -> None:
    """The goods come from the place of their farm."""
    operations.change_product(
        by=system(), product=product, facts=ProductFacts(product.description, farm.place_id, product.certificate)
    )
