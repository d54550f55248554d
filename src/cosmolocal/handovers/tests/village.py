"""The village in which goods change hands: that of people, with money, goods, and hand-overs without any order.

What was offered, what households and farms promised is written directly, as each practice does it in its own way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cosmolocal.agents.models import Agent
from cosmolocal.agents.tests import village as agents_village
from cosmolocal.agents.tests.village import MONDAY, client_of
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.models import Item
from cosmolocal.catalog.operations import ItemDraft, PackFacts, PriceDraft
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.models import Commitment
from cosmolocal.flows.operations import CommitmentDraft, IntentDraft
from cosmolocal.flows.tests.village import together
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.handovers.operations import PackLine, ReceiptLine
from cosmolocal.kernel.tests.refusing import refused
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries

__all__ = ["FIRST_CATEGORY", "MONDAY", "THURSDAY", "Village", "build", "client_of", "refused"]

THURSDAY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # 16:00
FIRST_CATEGORY = "Leafy greens"


@dataclass
class Village(agents_village.Village):
    """Everybody and everything by name; amounts in fen, goods in grams and pieces."""

    items: dict[str, Item] = field(default_factory=dict)
    offers: dict[int, dict[int, int]] = field(default_factory=dict)  # hand-over -> kind of goods -> intent

    def newcomer(self, name: str) -> Agent:
        """One more person with a household and 100.00."""
        person = super().newcomer(name)
        account = money.open_account(by=self.home, holder=self.households[name])
        money.top_up(by=self.home, account=account, box=money_queries.boxes()[0], amount=10_000)
        return person

    def handover(self, days: int = 0, *, unweighed: bool = True) -> Handover:
        """On Thursday, or so many days later, with everything on offer; `unweighed`: nobody has to weigh."""
        begins = THURSDAY + timedelta(days=days)
        steward = self.people["Li Na"]
        planned = operations.plan_handover(
            by=steward, place=self.place, begins=begins, ends=begins + timedelta(hours=3)
        )
        operations.allow_unweighed(by=steward, handover=planned, allowed=unweighed)
        kinds = [item.product.specification_id for item in self.items.values()]
        proposal = flows.propose(
            by=steward, proposer=self.home, purpose="offer", name=str(planned), begins=MONDAY, ends=begins
        )
        wishes = [IntentDraft("transfer", kind, self.home, None, None) for kind in kinds]
        made = flows.add_intents(by=steward, proposal=proposal, drafts=wishes)
        self.offers[planned.pk] = {intent.specification_id: intent.pk for intent in made}
        return planned

    def promise(self, handover: Handover, household: str, packs: Mapping[str, int]) -> None:
        """So many packs of what is on offer are promised to a household."""
        chosen = [(self.items[name], count) for name, count in packs.items()]
        agreement = flows.agree(by=self.home, name=str(handover))
        drafts = [
            CommitmentDraft(
                action="transfer",
                provider=self.home,
                receiver=self.households[household],
                specification=item.product.specification_id,
                quantity=count * item.pack_quantity,
                agreement=agreement,
                satisfies=self.offers[handover.pk][item.product.specification_id],
                place=handover.place_id,
                due=handover.begins,
            )
            for item, count in chosen
        ]

        def write() -> None:
            made = flows.commit(by=self.home, drafts=drafts)
            self._say_in_packs([(one, item) for one, (item, _count) in zip(made, chosen, strict=True)])

        together(by=self.home, deeds=[write])

    def _say_in_packs(self, promised: list[tuple[Commitment, Item]]) -> None:
        kept = catalog.keep_packs([_facts(item) for _one, item in promised])
        catalog.promise_packs(
            (one.pk, pack.pk, one.quantity) for (one, _item), pack in zip(promised, kept, strict=True)
        )

    def agree(self, handover: Handover) -> Handover:
        """Farms promise what households were promised of theirs in all; the crates are made."""
        sums: dict[int, int] = {}
        for one in flows_queries.due_at(handover.place_id, handover.begins, ours=True):
            sums[one.specification_id] = sums.get(one.specification_id, 0) + one.quantity
        for farm in self.producers.values():
            grown = [item for item in self.items.values() if item.product.producer_id == farm.pk]
            if wanted := [item for item in grown if item.product.specification_id in sums]:
                self._farm_promises(handover, farm, wanted, sums)
        operations.make_crates(by=self.people["Tan Mei"], handover=handover)
        return handover

    def _farm_promises(self, handover: Handover, farm: Agent, wanted: list[Item], sums: Mapping[int, int]) -> None:
        agreement = flows.agree(by=self.home, name=str(handover))
        drafts = [
            CommitmentDraft(
                action="transfer",
                provider=farm,
                receiver=self.home,
                specification=item.product.specification_id,
                quantity=sums[item.product.specification_id],
                agreement=agreement,
                place=handover.place_id,
                due=handover.begins,
            )
            for item in wanted
        ]

        def write() -> None:
            made = flows.commit(by=self.home, drafts=drafts)
            self._say_in_packs(list(zip(made, wanted, strict=True)))
            catalog.agree_terms(by=self.home, agreements={agreement.pk: farm.pk})

        together(by=self.home, deeds=[write])

    def agreed(self, *sizes: int) -> Iterator[Handover]:
        """One hand-over a day, each for so many new households with two things each: to count statements by."""
        for day, households in enumerate(sizes):
            with self.at(MONDAY + timedelta(days=day, hours=1)):
                handover = self.handover(day)
                for number in range(households):
                    name = f"N{households}-{number}"
                    self.newcomer(name)
                    self.promise(handover, name, {"Pak choi": 1, "Bread": 1})
                self.agree(handover)
            yield handover

    def receive(self, handover: Handover, **came: int) -> None:
        """What is not written down yet comes as promised, but for those named (by item): base units accepted."""
        kinds = {self.items[name.replace("_", " ")].product.specification_id: base for name, base in came.items()}
        for delivery in queries.receiving_list(handover):
            lines = []
            for one in delivery.arrivals:
                if one.commitment_id and not one.receipts:
                    got = kinds.get(one.specification_id, one.promised)
                    lines.append(ReceiptLine(one.specification_id, got, got, one.commitment_id))
            if not lines:
                continue
            operations.receive(by=self.people["Tan Mei"], handover=handover, producer=delivery.producer, lines=lines)

    def crate(self, handover: Handover, household: str) -> Crate:
        return Crate.objects.get(handover=handover, receiver=self.households[household])

    def pack(self, handover: Handover, household: str, **weighed: int) -> Crate:
        """Into the crate of a household goes what was promised, but for those named (by item): base units."""
        crate = self.crate(handover, household)
        named = {name.replace("_", " "): base for name, base in weighed.items()}
        sheet = queries.crate_sheet(crate)
        lines = [PackLine(one.commitment_id, named.get(one.goods.name, one.asked)) for one in sheet.lines]
        return operations.pack(by=self.people["Tan Mei"], crate=crate, lines=lines)

    def promised_to(self, household: str, name: str) -> int:
        """The one promise (id) of these goods to a household."""
        return Commitment.objects.get(receiver=self.households[household], specification__name=name).pk

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
    village = Village(**vars(agents_village.build(zone, currency)))
    home = village.home
    flows.standard_units(by=home)
    money.open_currency(by=home, code=currency, decimals=2, symbol="¥", start_floor=0)
    catalog.standard_measures(by=home)
    catalog.standard_categories(by=home)
    catalog.chinese_taxes(by=home)
    _money(village)
    _goods(village)
    return village


def _money(village: Village) -> None:
    home = village.home
    bank = money.open_box(by=home, kind="bank", name="Rural bank")
    money.open_box(by=home, kind="cash", name="Cash box of the store")
    for name in agents_village.ORDERING:
        account = money.open_account(by=home, holder=village.households[name])
        if name != "Qin":
            money.top_up(by=home, account=account, box=bank, amount=20_000)
    account = money.open_account(by=home, holder=village.households["kitchen"])
    money.set_limits(by=home, account=account, warn_below=0, floor=-100_000)
    for farm in village.producers.values():
        money.open_account(by=home, holder=farm, kind="producer")


def _goods(village: Village) -> None:
    home = village.home
    for farm in village.producers.values():
        catalog.set_terms(by=home, producer=farm)
    tax = "cn-farm"
    loose = {"billed_by": "weight", "pack_quantity": 500, "measure": "jin", "tolerance_bp": 1000}
    root = {**loose, "pack_quantity": 700, "label": "root, about 700 g"}
    box = {"label": "box of 10", "pack_quantity": 10, "deposit": 50}
    goods = (
        ("Pak choi", "Huang Dacheng", "kg", 420, 319, 500, loose),
        ("Cabbage", "Huang Dacheng", "piece", 600, 450, 0, {"label": "head"}),
        ("Lotus root", "Huang Dacheng", "kg", 760, 580, 500, root),
        ("Eggs", "Sanjiang farm", "piece", 1800, 1400, 0, box),
        ("Bread", "Baker Lan", "piece", 1500, 1100, 0, {"label": "loaf"}),
    )
    for name, farm_name, unit, price, purchase, per, item in goods:
        draft = ItemDraft(prices=(PriceDraft(price, purchase, tax, per),), **item)
        about = {"name": name, "category": FIRST_CATEGORY, "unit": unit, "items": [draft]}
        product = catalog.add_product(by=home, producer=village.producers[farm_name], **about)
        village.items[name] = product.items.get()


def _facts(item: Item) -> PackFacts:
    measure = item.measure
    said = (item.product.name, item.label, item.billed_by, item.pack_quantity)
    loose = (measure.symbol, measure.quantity) if measure else ("", 0)
    return PackFacts(item.pk, *said, *loose, item.tolerance_bp, item.deposit)
