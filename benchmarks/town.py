"""A local for the benchmarks of pages and orders: households with money, farms, thousands of goods, one open round."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from benchmarks import names
from benchmarks.harness import analyse
from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place, User
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.demo import large_catalog
from cosmolocal.catalog.models import Item
from cosmolocal.flows import operations as flows
from cosmolocal.kernel import clock
from cosmolocal.kernel.clock import frozen_at
from cosmolocal.money import operations as money
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.operations import OfferDraft, RoundDraft

if TYPE_CHECKING:
    from cosmolocal.money.models import MoneyBox

FARMS = ("Daxin", "Sanjiang", "Rongshui", "Liucheng", "Luzhai", "Xiangzhou", "Wuxuan", "Rong'an", "Xincheng")
MONEY = 100_000_00  # minor units that each household begins with


@dataclass
class Town:
    """What is there: the local itself, its store, one member of each household, the round that takes orders."""

    home: Agent
    store: Place
    members: list[Agent]
    round: OrderRound

    def client(self, member: Agent | None = None) -> Client:
        """A browser without a network, signed in as a member."""
        client = Client(headers={"host": "localhost"})
        user = User.objects.get(agent=member or self.members[0])
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client


def build(products: int, households: int) -> Town:
    """The town with so many goods and households; its static files are collected, as in production."""
    call_command("collectstatic", verbosity=0, interactive=False)
    with frozen_at(clock.now() - timedelta(days=7)):
        draft = agents.LocalDraft("Vale", "Liuzhou", 24.33, 109.41, "Asia/Shanghai", "en", "CNY")
        home = agents.found_local(by=agents_queries.system(), draft=draft)
        flows.standard_units(by=home)
        money.open_currency(by=home, code="CNY", decimals=2, symbol="¥", start_floor=0)
        catalog.standard_measures(by=home)
        catalog.standard_categories(by=home)
        catalog.chinese_taxes(by=home)
        store = agents.add_place(by=home, name="Store", latitude=24.31, longitude=109.41, is_handover=True)
        farms = [_farm(home, number, name) for number, name in enumerate(FARMS)]
        large_catalog(home, farms, products, names.goods())
        bank = money.open_box(by=home, kind="bank", name="Bank")
        members = [_household(home, bank, number) for number in range(households)]
    town = Town(home, store, members, open_round(home, store))
    analyse()
    return town


def open_round(home: Agent, store: Place) -> OrderRound:
    """A round of everything, open since an hour, for three days."""
    now = clock.now()
    opens, closes = now - timedelta(hours=1), now + timedelta(days=3)
    begins = closes + timedelta(days=1)
    draft = RoundDraft("Thursday", store, opens, closes, begins, begins + timedelta(hours=3))
    with frozen_at(opens):
        round = shop.plan_round(by=home, draft=draft)
        offers = [OfferDraft(item) for item in Item.objects.values_list("pk", flat=True)]
        shop.offer_items(by=home, round=round, items=offers)
        return shop.open_round(by=home, round=round)


def _farm(home: Agent, number: int, name: str) -> Agent:
    place = agents.add_place(by=home, name=name, latitude=23.5 + number / 4, longitude=109.0 + number / 10)
    farm = agents.add_producer(by=home, name=f"Farm of {name}", place=place)
    money.open_account(by=home, holder=farm, kind="producer")
    catalog.set_terms(by=home, producer=farm)
    return farm


def _household(home: Agent, bank: "MoneyBox", number: int) -> Agent:
    member = agents.add_member(
        by=home, name=f"Member {number}", email=f"member{number}@example.org", household_name=f"Household {number}"
    )
    household = agents_queries.household_of(member)
    assert household is not None
    account = money.open_account(by=home, holder=household)
    money.top_up(by=home, account=account, box=bank, amount=MONEY)
    return member
