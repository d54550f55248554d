"""A small local for tests, built through operations: three farms, six households, a restaurant, who does what."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place, User
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.models import Item
from cosmolocal.catalog.operations import ItemDraft, PriceDraft
from cosmolocal.flows import operations as flows
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.kernel.clock import frozen_at
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import Order, OrderRound, ProducerOrder, RoundOffer
from cosmolocal.practices.shop.operations import LineDraft, OfferDraft, RoundDraft

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 8:00 in Liuzhou
CLOSING = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # Wednesday 20:00
THURSDAY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # 16:00


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """What stands inside is refused with this code."""
    with pytest.raises(Refusal) as info:
        yield info
    assert info.value.code == code, str(info.value)


@dataclass
class Village:
    """Everybody and everything by name; amounts in fen, goods in grams and pieces."""

    home: Agent
    place: Place
    people: dict[str, Agent] = field(default_factory=dict)
    households: dict[str, Agent] = field(default_factory=dict)
    producers: dict[str, Agent] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)

    def at(self, moment: datetime) -> AbstractContextManager[None]:
        return frozen_at(moment)

    def round(self, *, stocks: Mapping[str, int | None] | None = None, opens: bool = True) -> OrderRound:
        """A round of everything, open since Monday, closing on Wednesday, collected on Thursday."""
        steward = self.people["Li Na"]
        for name, packs in (stocks or {}).items():
            catalog.announce_stock(by=steward, stocks={self.items[name].pk: packs})
        planned = operations.plan_round(
            by=steward,
            draft=RoundDraft(
                "Thursday 26 November", self.place, MONDAY, CLOSING, THURSDAY, THURSDAY + timedelta(hours=3)
            ),
        )
        wishes = [OfferDraft(item.pk) for item in self.items.values()]
        operations.offer_items(by=steward, round=planned, items=wishes)
        handovers.allow_unweighed(by=steward, handover=planned.handover, allowed=True)
        return operations.open_round(by=steward, round=planned) if opens else planned

    def next_round(self) -> OrderRound:
        """The first round again, a day later, and open."""
        steward, first = self.people["Li Na"], OrderRound.objects.order_by("id")[0]
        later = [moment + timedelta(days=1) for moment in (first.opens_at, first.closes_at)]
        hours = [moment + timedelta(days=1) for moment in (first.handover.begins, first.handover.ends)]
        wish = RoundDraft("Second", self.place, *later, *hours)
        planned = operations.plan_round(by=steward, draft=wish, like=first)
        handovers.allow_unweighed(by=steward, handover=planned.handover, allowed=True)
        return operations.open_round(by=steward, round=planned)

    def closed_rounds(self, *sizes: int) -> Iterator[OrderRound]:
        """One round a day, each of so many new households with two things each, and closed: to count statements by."""
        for day, households in enumerate(sizes):
            with self.at(MONDAY + timedelta(days=day, hours=1)):
                round = self.next_round() if day else self.round()
                for number in range(households):
                    name = f"N{households}-{number}"
                    self.newcomer(name)
                    self.order(round, name, {"Pak choi": 1, "Bread": 1})
                self.close(round)
            yield round

    def newcomer(self, name: str) -> Agent:
        """One more person with a household and 100.00."""
        person = self.people[name] = agents.add_member(by=self.home, name=name, household_name=name)
        household = self.households[name] = person.memberships.get(group__kind="household").group
        account = money.open_account(by=self.home, holder=household)
        money.top_up(by=self.home, account=account, box=money_queries.boxes()[0], amount=10_000)
        return person

    def offer(self, round: OrderRound, name: str) -> RoundOffer:
        return round.offers.select_related("round", "item__product__producer").get(item=self.items[name], lot=None)

    def order(
        self, round: OrderRound, household: str, wishes: Mapping[str, int], *, pays: str = "prepaid", **more: object
    ) -> Order:
        lines = [LineDraft(self.offer(round, name).pk, count) for name, count in wishes.items()]
        by = more.pop("by", None) or agents_queries.members_of(self.households[household])[0]
        return operations.place_order(
            by=by, round=round, household=self.households[household], lines=lines, pays=pays, **more
        )

    def close(self, round: OrderRound) -> OrderRound:
        """Closed, grace over, producers told, crates made."""
        by = agents_queries.system()
        operations.close_round(by=by, round=round)
        return operations.send_producer_orders(by=by, round=round)

    def receive(self, round: OrderRound, **came: int) -> None:
        """Everything comes as promised, but for those named (by item): base units accepted."""
        kinds = {self.items[name.replace("_", " ")].product.specification_id: base for name, base in came.items()}
        for order in ProducerOrder.objects.filter(round=round).select_related("producer"):
            lines = []
            for line in order.lines.select_related("commitment"):
                kind = line.commitment.specification_id
                got = kinds.get(kind, line.commitment.quantity)
                lines.append(ReceiptLine(kind, got, got, line.commitment_id))
            handovers.receive(by=self.people["Tan Mei"], handover=round.handover, producer=order.producer, lines=lines)

    def crate(self, round: OrderRound, household: str) -> Crate:
        return Crate.objects.get(handover=round.handover, receiver=self.households[household])

    def spendable(self, household: str) -> int:
        account = money_queries.account_for(self.households[household])
        assert account is not None
        return money_queries.balance(account).spendable or 0

    def balance(self, household: str) -> int:
        account = money_queries.account_for(self.households[household])
        assert account is not None
        return money_queries.balance(account).balance


def build(zone: str = "Asia/Shanghai", currency: str = "CNY") -> Village:
    """The village on Monday morning; every household has 200.00, the restaurant may owe 1,000.00."""
    system = agents_queries.system()
    wish = agents.LocalDraft("Ainonghui", "Liuzhou", 24.33, 109.41, zone, "en", currency)
    home = agents.found_local(by=system, draft=wish)
    flows.standard_units(by=home)
    money.open_currency(by=home, code=currency, decimals=2, symbol="¥", start_floor=0)
    catalog.standard_measures(by=home)
    catalog.standard_categories(by=home)
    catalog.chinese_taxes(by=home)
    place = agents.add_place(by=home, name="Yufeng Street store", latitude=24.31, longitude=109.41, is_handover=True)
    village = Village(home, place)
    _people(village)
    _goods(village)
    return village


def _people(village: Village) -> None:
    home = village.home
    bank = money.open_box(by=home, kind="bank", name="Rural bank")
    money.open_box(by=home, kind="cash", name="Cash box of the store")
    for name in ("Amina", "Jo", "Chen", "Zhou", "Wei", "Qin"):
        person = agents.add_member(by=home, name=name, household_name=f"{name}'s household")
        village.people[name] = person
        village.households[name] = household = agents_queries.household_of(person)
        account = money.open_account(by=home, holder=household)
        if name != "Qin":
            money.top_up(by=home, account=account, box=bank, amount=20_000)
    for name, role in (("Li Na", "steward"), ("Wei Guo", "treasurer"), ("Second Treasurer", "treasurer")):
        village.people[name] = agents.add_member(by=home, name=name, household_name=name)
        agents.give_role(by=home, agent=village.people[name], role=role)
    for name, role in (("Tan Mei", "packer"), ("Keeper Lu", "keeper")):
        village.people[name] = agents.add_member(by=home, name=name, household_name=name)
        agents.give_role(
            by=home, agent=village.people[name], role=role, place=village.place if role == "keeper" else None
        )
    kitchen = agents.add_organisation(by=home, name="Tudi kitchen", group="restaurant")
    agents.join(by=home, member=village.people["Zhou"], group=kitchen)
    village.households["kitchen"] = kitchen
    account = money.open_account(by=home, holder=kitchen)
    money.set_limits(by=home, account=account, warn_below=0, floor=-100_000)


def _goods(village: Village) -> None:
    home = village.home
    for name, latitude, longitude in (
        ("Huang Dacheng", 23.86, 109.6),
        ("Sanjiang farm", 25.78, 109.6),
        ("Baker Lan", 24.32, 109.42),
    ):
        spot = agents.add_place(by=home, name=f"{name}'s village", latitude=latitude, longitude=longitude)
        farm = agents.add_producer(by=home, name=name, place=spot)
        village.producers[name] = farm
        money.open_account(by=home, holder=farm, kind="producer")
        catalog.set_terms(by=home, producer=farm)
    tax = "cn-farm"
    loose = {"billed_by": "weight", "pack_quantity": 500, "measure": "jin", "tolerance_bp": 1000}
    goods = (
        ("Pak choi", "Huang Dacheng", "kg", 420, 319, 500, loose),
        ("Cabbage", "Huang Dacheng", "piece", 600, 450, 0, {"label": "head"}),
        (
            "Lotus root",
            "Huang Dacheng",
            "kg",
            760,
            580,
            500,
            {**loose, "pack_quantity": 700, "label": "root, about 700 g"},
        ),
        ("Eggs", "Sanjiang farm", "piece", 1800, 1400, 0, {"label": "box of 10", "pack_quantity": 10, "deposit": 50}),
        ("Bread", "Baker Lan", "piece", 1500, 1100, 0, {"label": "loaf"}),
    )
    for name, farm, unit, price, purchase, per, item in goods:
        draft = ItemDraft(prices=(PriceDraft(price, purchase, tax, per),), **item)
        product = catalog.add_product(
            by=home, producer=village.producers[farm], name=name, category=FIRST_CATEGORY, unit=unit, items=[draft]
        )
        village.items[name] = product.items.get()


FIRST_CATEGORY = "Leafy greens"


def client_of(agent: Agent) -> Client:
    """A browser in which somebody has signed in."""
    user = User.objects.filter(agent=agent).first() or User.objects.create_user(
        email=f"agent{agent.pk}@example.org", agent=agent
    )
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
