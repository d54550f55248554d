"""How a round is written: the worked example of the design, step by step, to the smallest unit.

Money in fen (100 = 1 yuan), carrots in grams. One farm, two households, a restaurant on credit.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.models import Intent
from cosmolocal.flows.tests.village import together
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Account
from cosmolocal.money.opening.rows import Row
from cosmolocal.money.tests.village import Village, build

PRICE, PURCHASE = 1200, 900  # fen per kilogram: what members pay with 9 % tax in it, what the farm gets
DUE = datetime(2026, 12, 5, 9, tzinfo=UTC)


@dataclass
class Round:
    """What the steps hand on to each other."""

    village: Village
    restaurant: Agent
    carrots: int = 0  # specifications, intents, commitments, lots: their ids
    jar: int = 0
    offer: int = 0
    account: Account | None = None
    goods: dict[str, int] = field(default_factory=dict)  # who -> commitment of carrots
    paid: dict[str, int] = field(default_factory=dict)  # who -> reservation on the account
    bought: int = 0
    purchase: int = 0
    lot: int = 0
    agreements: dict[str, int] = field(default_factory=dict)
    keys: count = field(default_factory=count)

    @property
    def house(self) -> Agent:
        return self.village.house

    @property
    def home(self) -> Agent:
        return agents_queries.home_local()

    def of(self, who: str) -> Account:
        holder = {"amina": self.village.amina, "jo": self.village.jo, "restaurant": self.restaurant}[who]
        return self.village.account(holder)

    def holder(self, who: str) -> int:
        return self.of(who).holder_id

    def stands(self, **balances: int) -> None:
        """Asserts balances of accounts by name, of `bank` and `cash`, of `round`, `farm`, and of funds by code."""
        v = self.village
        for name, wanted in balances.items():
            if name in ("bank", "cash"):
                found = v.in_box(getattr(v, name))
            elif name == "farm":
                found = v.has(v.farm, "producer")
            elif name == "round":
                found = v.has(self.account)
            elif name in ("amina", "jo", "restaurant"):
                found = v.has(self.of(name))
            else:
                found = v.fund(name)
            assert found == wanted, f"{name}: {found}, expected {wanted}"

    def set_aside(self, who: str) -> int:
        return money_queries.balance(self.of(who)).set_aside

    def stock(self, resource: int) -> tuple[int, int, int]:
        found = flows_queries.resource(resource)
        return found.accounting_quantity, found.onhand_quantity, found.promised_quantity

    def promised(self) -> int:
        return flows_queries.intents([self.offer])[self.offer].promised_quantity

    def open(self, specification: int, **more: object) -> int:
        return flows.open_resource(by=self.house, specification=specification, accountable=self.home, **more).pk

    def record(self, action: str, quantity: int, **more: object) -> int:
        return flows.record(by=self.house, drafts=[flows.EventDraft(action, quantity, **more)])[0]

    def prove(self) -> None:
        """After every step: all accounts together are all the money there is, and the books replay."""
        assert money_queries.sums_agree().difference == 0
        assert flows_queries.replay() == []


@pytest.fixture
def one(db) -> Round:
    village = build()
    house = village.house
    restaurant = agents.add_organisation(by=house, name="Old Street kitchen", group="restaurant")
    money.open_account(by=house, holder=restaurant)
    flows.standard_units(by=house)
    carrots = flows.define_specification(by=house, name="carrots", unit="kg").pk
    jar = flows.define_specification(by=house, name="jar", unit="piece").pk
    account = money.open_round_account(by=house, name="Round 1", code="round-1")
    return Round(village, restaurant, carrots, jar, account=account)


def test_a_round_from_the_first_payment_to_the_last(one: Round) -> None:
    for step in (
        money_comes_in,
        the_farm_offers,
        members_order,
        an_order_is_changed,
        the_restaurant_orders_on_credit,
        the_round_closes,
        the_farm_delivers_short,
        crates_are_packed,
        goods_are_handed_over,
        one_crate_is_not_collected,
        the_round_is_settled,
        the_round_is_split,
        the_farm_is_paid,
        the_restaurant_pays_its_invoice,
        something_was_wrong,
        the_local_pays_its_costs,
        a_member_leaves,
    ):
        step(one)
        one.prove()


def money_comes_in(one: Round) -> None:
    """1: by bank, in cash, and from a payer nobody knows at first."""
    v = one.village
    v.top_up(v.amina, 300_00)
    v.top_up(v.jo, 50_00, box=v.cash)
    one.stands(amina=300_00, jo=50_00, bank=300_00, cash=50_00)
    came = money.top_up_unmatched(by=v.wei, box=v.bank, amount=100_00, payer="J. Grandmother")
    one.stands(unmatched=100_00, bank=400_00)
    money.match_unmatched(by=v.wei, unmatched=came, account=one.of("jo"))
    one.stands(unmatched=0, jo=150_00, amina=300_00, bank=400_00, cash=50_00)


def the_farm_offers(one: Round) -> None:
    """2: 40 kg of carrots, as many jars as anybody wants, and what lies on the shelf."""
    shelf = one.open(one.jar)
    one.record("raise", 12, resource_id=shelf, reason="count")
    farm = one.village.farm
    offer = flows.propose(
        by=one.house,
        proposer=farm,
        purpose="offer",
        name="Round 1",
        begins=None,
        ends=DUE,
        intents=[
            flows.IntentDraft("transfer", one.carrots, farm, one.home, 40_000),
            flows.IntentDraft("transfer", one.jar, farm, one.home, None),
            flows.IntentDraft("transfer", one.jar, one.home, None, None, resource=shelf),
        ],
    )
    carrots, jars, on_shelf = Intent.objects.filter(proposal=offer.pk).order_by("pk")
    one.offer = carrots.pk
    wishes = [
        flows.CommitmentDraft("transfer", one.home, one.holder("amina"), one.jar, quantity, satisfies=intent)
        for intent, quantity in ((jars, 500), (on_shelf, 5))
    ]
    made = flows.commit(by=one.house, drafts=wishes)
    assert flows_queries.intents([jars.pk])[jars.pk].promised_quantity == 500  # unlimited, still counted
    assert one.stock(shelf) == (12, 12, 5)  # the reservation lies on the lot
    assert flows_queries.intents([on_shelf.pk])[on_shelf.pk].promised_quantity == 0
    flows.release(by=one.house, commitments=made)
    assert one.stock(shelf) == (12, 12, 0)


def order(one: Round, who: str, grams: int, deposit: int = 0) -> None:
    """3: goods to the household, and money set aside at the upper price (10 % more than ordered); both or nothing."""
    together(by=one.house, deeds=[lambda: order_in_parts(one, who, grams, deposit)])


def order_in_parts(one: Round, who: str, grams: int, deposit: int) -> None:
    agreement = flows.agree(by=one.house, name=f"Order of {who}").pk
    [goods] = flows.commit(
        by=one.house,
        drafts=[
            flows.CommitmentDraft(
                "transfer",
                *(one.home, one.holder(who), one.carrots, grams, agreement),
                satisfies=one.offer,
                due=DUE,
            )
        ],
    )
    upper = grams * 11 // 10 * PRICE // 1000 + deposit
    assert one.account is not None
    one.paid[who] = one.village.set_aside(one.of(who), one.account, upper, agreement)
    one.goods[who], one.agreements[who] = goods.pk, agreement


def members_order(one: Round) -> None:
    """3: Amina 2 kg and a deposit of 2.00, Jo 10 kg."""
    order(one, "amina", 2_000, deposit=2_00)
    order(one, "jo", 10_000)
    assert one.promised() == 12_000
    assert (one.set_aside("amina"), one.set_aside("jo")) == (28_40, 132_00)
    one.stands(amina=300_00, jo=150_00, round=0)  # set aside is not paid


def an_order_is_changed(one: Round) -> None:
    """3: both promises are released and made again in one operation; a change that fails leaves the order as it was."""

    def change(grams: int) -> None:
        before = [one.goods["jo"], one.paid["jo"]]
        together(
            by=one.house,
            deeds=[
                lambda: flows.release(by=one.house, commitments=before),
                lambda: order(one, "jo", grams),
            ],
        )

    with pytest.raises(Refusal) as refused:
        change(30_000)
    assert refused.value.code == "flows.not_enough"
    assert (one.promised(), one.set_aside("jo")) == (12_000, 132_00)
    change(8_000)
    assert (one.promised(), one.set_aside("jo")) == (10_000, 105_60)


def the_restaurant_orders_on_credit(one: Round) -> None:
    """12: the same with a floor below 0; it stops at the floor, and at what the farm has."""
    with pytest.raises(Refusal):
        order(one, "restaurant", 30_000)
    money.set_limits(by=one.village.wei, account=one.of("restaurant"), warn_below=-300_00, floor=-400_00)
    order(one, "restaurant", 30_000)
    assert (one.promised(), one.set_aside("restaurant")) == (40_000, 396_00)
    with pytest.raises(Refusal) as refused:
        order(one, "amina", 1)
    assert refused.value.facts["intents"] == {one.offer: 0}


def the_round_closes(one: Round) -> None:
    """4: no more promises on the offer; what the local buys is one agreement with the farm, at the purchase price."""
    flows.close_intents(by=one.house, intents=[one.offer])
    with pytest.raises(Refusal) as refused:
        order(one, "amina", 1)
    assert refused.value.code == "flows.offer_closed"
    agreement = flows.agree(by=one.house, name="Order to the farm").pk
    farm, home = one.village.farm, one.home
    goods, price = flows.commit(
        by=one.house,
        drafts=[
            flows.CommitmentDraft("transfer", farm, home, one.carrots, 40_000, agreement, due=DUE),
            flows.CommitmentDraft(
                "transfer",
                *(home, farm, one.village.currency.specification_id, 40 * PURCHASE, agreement),
                is_reciprocal=True,
            ),
        ],
    )
    one.bought, one.purchase = goods.pk, price.pk
    assert [c.quantity for c in flows_queries.commitments_of([agreement])] == [40_000, 360_00]


def the_farm_delivers_short(one: Round) -> None:
    """6: 37 of 40 kg, received as one lot; 3 kg short is visible, never refused."""
    one.lot = one.open(one.carrots, lot="2026-12-05 Huang", expires_on=date(2026, 12, 20))
    one.record("transfer", 37_000, to_resource_id=one.lot, fulfils_id=one.bought)
    assert one.stock(one.lot) == (37_000, 37_000, 0)
    bought = flows_queries.commitments([one.bought])[one.bought]
    assert (bought.quantity - bought.fulfilled_quantity, bought.finished) == (3_000, False)
    flows.finish(by=one.house, commitments=[one.bought])


def crates_are_packed(one: Round) -> None:
    """7: the promise moves from the offer to the lot, with the weighed quantity; what dried out is a loss."""
    packed = {"amina": 1_940, "jo": 7_400, "restaurant": 27_600}
    flows.assign_lots(
        by=one.village.jo,
        moves=[flows.LotMove(one.goods[who], one.lot, grams) for who, grams in packed.items()],
    )
    assert (one.promised(), one.stock(one.lot)) == (0, (37_000, 37_000, 36_940))
    one.record("lower", 60, resource_id=one.lot, reason="dried")
    assert one.stock(one.lot) == (36_940, 36_940, 36_940)
    # Cutting is a process: what goes in is consumed, what comes out is another lot.
    cutting = flows.begin_processes(by=one.house, drafts=[flows.ProcessDraft("split")])[0].pk
    whole, pieces = one.open(one.carrots), one.open(one.carrots)
    one.record("produce", 500, resource_id=whole)  # own harvest
    one.record("consume", 500, resource_id=whole, input_of_id=cutting)
    one.record("produce", 480, resource_id=pieces, output_of_id=cutting)
    assert (one.stock(whole)[0], one.stock(pieces)[0], flows_queries.resource(pieces).stage) == (0, 480, "split")


def goods_are_handed_over(one: Round) -> None:
    """8: from the lot to the household, whose kitchen is outside our books."""
    for who in ("amina", "restaurant"):
        done = flows_queries.commitments([one.goods[who]])[one.goods[who]]
        one.record("transfer", done.quantity, resource_id=one.lot, fulfils_id=done.pk)
    assert one.stock(one.lot) == (7_400, 7_400, 7_400)
    [origin] = flows_queries.provenance(one.goods["amina"]).sources
    assert (origin.producer, origin.quantity, origin.lot, origin.is_sure) == (
        one.village.farm,
        37_000,
        "2026-12-05 Huang",
        True,
    )


def one_crate_is_not_collected(one: Round) -> None:
    """8: Jo did not come. Her carrots stay due; part of them becomes a gift to a neighbour, the rest she fetches."""
    assert [c.pk for c in flows_queries.commitments([one.goods["jo"]]).values() if not c.finished] == [one.goods["jo"]]
    flows.assign_lots(by=one.house, moves=[flows.LotMove(one.goods["jo"], one.lot, 6_400)])
    one.record("transfer", 1_000, resource_id=one.lot, receiver_id=one.holder("amina"), reason="gift")
    one.record("transfer", 6_400, resource_id=one.lot, fulfils_id=one.goods["jo"])
    assert one.stock(one.lot) == (0, 0, 0)


def the_round_is_settled(one: Round) -> None:
    """9: one transfer per order of what was packed for it (Jo's gift too); the rest of what was set aside is free."""
    assert one.account is not None
    finals = {"amina": 23_28 + 2_00, "jo": 88_80, "restaurant": 331_20}
    legs = [
        money.Leg(one.of(who).pk, one.account.pk, amount, reason="order", fulfils_id=one.paid[who])
        for who, amount in finals.items()
    ]
    together(
        by=one.house,
        deeds=[
            lambda: money.transfer_many(by=one.house, legs=legs),
            lambda: flows.release(by=one.house, commitments=list(one.paid.values())),
        ],
    )
    one.stands(amina=274_72, jo=61_20, restaurant=-331_20, round=445_28)
    assert [one.set_aside(who) for who in finals] == [0, 0, 0]
    assert all(c.finished for c in flows_queries.commitments(one.paid.values()).values())


def the_round_is_split(one: Round) -> None:
    """10: purchase price of what was accepted, tax, transport, deposits, running costs; the last fen to rounding."""
    v, source = one.village, one.account
    assert source is not None
    gross, deposits = 443_28, 2_00
    tax = (gross * 9 * 2 + 109) // (2 * 109)  # 9 % inside the sum, half up
    parts = {"tax": tax, "transport": 20_00, "deposits": deposits, "rounding": 1}
    farm = v.account(v.farm, "producer")
    parts["running"] = v.has(source) - 37 * PURCHASE - sum(parts.values())
    legs = [money.Leg(source.pk, farm.pk, 37 * PURCHASE, reason="producer")]
    legs += [money.Leg(source.pk, money_queries.fund(code).pk, amount, reason=code) for code, amount in parts.items()]
    money.transfer_many(by=one.house, legs=legs)
    one.stands(round=0, farm=333_00, tax=36_60, transport=20_00, deposits=2_00, rounding=1, running=53_67)


def the_farm_is_paid(one: Round) -> None:
    """11: the list sets the money aside, a second person agrees, the bank confirms; one payment comes back."""
    v = one.village
    farm = v.account(v.farm, "producer")

    def pay() -> object:
        made = money.make_payment_list(
            by=v.wei, lines=[money.PaymentDraft(farm.pk, 333_00, "Round 1")], box=v.bank, name="Farms"
        )
        assert money_queries.balance(farm).spendable == 0
        money.agree_payment_list(by=v.lin, payment_list=made, yes=True)
        money.confirm_list(by=v.wei, payment_list=made)
        return made.payments.get()

    payment = pay()
    one.stands(farm=0, bank=67_00)
    money.return_payment(by=v.wei, payment=payment, reason="number of the bank account was wrong")
    one.stands(farm=333_00, bank=400_00)
    pay()
    one.stands(farm=0, bank=67_00)
    flows.finish(by=one.house, commitments=[one.purchase])


def the_restaurant_pays_its_invoice(one: Round) -> None:
    """12: its payment is like any other money that comes in."""
    v = one.village
    money.top_up(by=v.wei, account=one.of("restaurant"), box=v.bank, amount=331_20, reference="invoice 1")
    one.stands(restaurant=0, bank=398_20)


def something_was_wrong(one: Round) -> None:
    """14: goodwill for spoiled goods; a wrong weight after settling is one reversing and one right event, linked."""
    v = one.village
    money.refund(by=v.wei, source=money_queries.fund("goodwill"), account=one.of("amina"), amount=1_20, reason="refund")
    one.stands(goodwill=-1_20, amina=275_92)
    taken = flows_queries.events_of([one.lot]).get(fulfils_id=one.goods["amina"])
    right = flows_queries.draft_of(taken)
    right.quantity = 1_900
    flows.correct(by=v.wei, event_id=taken.pk, replacement=right)
    assert flows_queries.commitments([one.goods["amina"]])[one.goods["amina"]].fulfilled_quantity == 1_900
    assert one.stock(one.lot) == (40, 40, 0)  # 40 g must still lie there: a count will tell
    linked = flows_queries.events_of([one.lot]).filter(corrects_id=taken.pk).order_by("pk")
    assert [event.quantity for event in linked] == [-1_940, 1_900]
    money.refund(by=v.wei, source=money_queries.fund("running"), account=one.of("amina"), amount=48, reason="refund")
    one.stands(round=0, running=53_19, amina=276_40)


def the_local_pays_its_costs(one: Round) -> None:
    """15: money out, and its fund is lowered."""
    v = one.village
    money.pay_cost(by=v.wei, fund_code="running", box=v.bank, amount=2_50, reason="fee")
    money.pay_cost(by=v.wei, fund_code="tax", box=v.bank, amount=36_60, reason="tax_paid")
    one.stands(running=50_69, tax=0, bank=359_10)


def a_member_leaves(one: Round) -> None:
    """15: paid back what can be paid; the rest of somebody unreachable goes to the solidarity fund, with a reason."""
    v = one.village
    account = one.of("jo")
    made = money.pay_back(by=v.wei, account=account, box=v.cash, amount=48_80)
    money.agree_payment_list(by=v.lin, payment_list=made, yes=True)
    money.confirm_list(by=v.wei, payment_list=made)
    one.stands(jo=12_40, cash=1_20)
    money.close_account(by=v.wei, account=account, reason="moved away, nobody knows where")
    assert (v.has(account), v.fund("solidarity")) == (0, 12_40)


def test_what_is_sold_at_the_counter(one: Round) -> None:
    """13: walk-in customers pay cash at the till; their account is 0 after each sale; the drawer is counted."""
    v = one.village
    lot, drawer = one.open(one.carrots), money.open_box(by=v.house, kind="drawer", name="Till")
    one.record("raise", 5_000, resource_id=lot, reason="count")
    walk_in = agents_walk_in()
    account = money.open_account(by=v.house, holder=walk_in, kind="walk_in")
    sales = money.open_round_account(by=v.house, name="Sales of the day", code="sales-1")
    for grams in (1_000, 4_500):  # the second sale was typed in later: more than there was, a fact
        price = grams * PRICE // 1000
        together(
            by=v.house,
            deeds=[
                lambda grams=grams: one.record("transfer", grams, resource_id=lot, receiver_id=walk_in.pk),
                lambda price=price: money.top_up(by=v.house, account=account, box=drawer, amount=price),
                lambda price=price: money.transfer(by=v.house, source=account, target=sales, amount=price),
            ],
        )
        assert v.has(account) == 0
        one.prove()
    assert one.stock(lot) == (-500, -500, 0)
    assert lot in {resource.pk for resource in flows_queries.below_floor()}  # marked for the count
    assert (v.has(sales), v.in_box(drawer)) == (66_00, 66_00)
    assert money.count_cash(by=v.wei, box=drawer, counted=65_90) == -10
    one.stands(drawer_difference=-10)
    one.prove()


def agents_walk_in() -> Agent:
    """Customers at the counter whose name nobody asks."""
    return agents_queries.walk_in()


def test_opening_books(one: Round) -> None:
    """16: every account and every place of money in one operation; a difference is refused, or booked by choice."""
    rows = [
        Row(1, "member", "Amina", balance=120_00),
        Row(2, "member", "Bo", balance=-20_00),
        Row(3, "producer", "Huang farm", balance=80_00),
        Row(4, "fund", "reserve", balance=50_00),
        Row(5, "bank", "Rural credit bank", balance=229_00),
    ]
    house = one.house
    money.import_people(by=house, rows=rows)
    wish = {"by": house, "rows": rows, "on": date(2026, 10, 1)}
    with pytest.raises(Refusal) as refused:
        money.import_opening_books(**wish)
    assert refused.value.code == "money.sums_differ"
    money.import_opening_books(**wish, accept_difference=True)
    one.stands(amina=120_00, farm=80_00, reserve=50_00, bank=229_00, opening_difference=-1_00)
    one.prove()
    assert money.import_opening_books(**wish, accept_difference=True) == 0


def test_a_currency_of_hours_sums_to_nothing(one: Round) -> None:
    """17: mutual credit needs nothing but transfers; the sum is 0 whatever happens."""
    hours = flows.define_specification(by=one.house, name="hours", unit="min", medium_of_exchange=True)
    holders = [one.village.amina, one.village.jo, one.village.li_na]
    accounts = [
        flows.open_resource(by=one.house, specification=hours, accountable=holder, floor=-600).pk for holder in holders
    ]
    for source, target, minutes in ((0, 1, 90), (1, 2, 400), (0, 2, 510)):
        told = flows.EventDraft(
            "transfer", minutes, resource_id=accounts[source], to_resource_id=accounts[target], guard=True
        )
        flows.transfer(by=one.house, draft=told)
        assert sum(flows_queries.balance(account) for account in accounts) == 0
    assert [flows_queries.balance(account) for account in accounts] == [-600, -310, 910]
    with pytest.raises(Refusal):
        flows.transfer(
            by=one.house,
            draft=flows.EventDraft("transfer", 1, resource_id=accounts[0], to_resource_id=accounts[1], guard=True),
        )
    one.prove()
