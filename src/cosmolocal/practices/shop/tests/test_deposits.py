"""A deposit belongs to a pack that is handed out: the door, the lists, settling and money back say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.drafts import ItemDraft, PriceDraft
from cosmolocal.handovers import operations as handovers
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, queries, rules
from cosmolocal.practices.shop.models import Order
from cosmolocal.practices.shop.tests.village import FIRST_CATEGORY

JAR = {"billed_by": "weight", "tolerance_bp": 1000, "label": "jar, about 1 kg", "pack_quantity": 1000, "deposit": 200}


@pytest.fixture
def jars(village):
    """Jo orders two boxes of eggs (0.50 each) and three jars of honey by weight (2.00 each), and pays in cash."""
    village.items["Honey"] = catalog.add_product(
        by=village.home,
        producer=village.producers["Sanjiang farm"],
        name="Honey",
        category=FIRST_CATEGORY,
        unit="kg",
        items=[ItemDraft(prices=(PriceDraft(1000, 700, "cn-farm", 1000),), **JAR)],
    ).items.get()
    round = village.round()
    order = village.order(round, "Jo", {"Eggs": 2, "Honey": 3}, pays=Order.Pays.CASH)
    village.close(round)
    village.receive(round)
    return village, round, order


def pack(village, round, order, **quantities):
    for name, quantity in quantities.items():
        line = order.lines.get(offer__item=village.items[name])
        crate = village.crate(round, "Jo")
        handovers.pack_line(
            by=village.people["Tan Mei"], crate=crate, commitment_id=line.commitment_id, quantity=quantity
        )


@pytest.mark.parametrize(
    ("packed", "deposit"),
    [
        ({"Eggs": 20, "Honey": 3000}, 700),
        ({"Eggs": 10, "Honey": 0}, 50),
        ({"Eggs": 20, "Honey": 2870}, 700),  # each jar a little lighter: three jars
        ({"Eggs": 20, "Honey": 3190}, 700),  # heavier: three jars all the same
        ({"Eggs": 0, "Honey": 1900}, 400),
    ],
)
def test_the_door_asks_what_settling_charges(jars, packed, deposit):
    village, round, order = jars
    pack(village, round, order, **packed)
    due, listed = queries.orders.due_now(order), queries.orders.cash_due(round)
    assert listed == {order.household_id: due}
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    operations.settle_round(by=village.people["Li Na"], round=round)
    order.refresh_from_db()
    assert order.final == due
    assert sum(line.deposit for line in order.lines.all()) == deposit
    assert money_queries.balance(money_queries.fund("deposits")).balance == deposit
    round.refresh_from_db()
    sums = queries.sums_of([round])
    assert sum(amount for _label, amount, _tone in sums.all_parts) == sums.sales


@pytest.mark.parametrize("settled_first", [False, True])
def test_packs_that_were_not_taken_bring_their_deposit_back(jars, settled_first):
    """A jar and a half are refused: one jar stays here. What is broken or bad comes back in its jar, some other day."""
    village, round, order = jars
    pack(village, round, order, Eggs=20, Honey=3000)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    if settled_first:
        operations.settle_round(by=village.people["Li Na"], round=round)
    honey, eggs = (order.lines.get(offer__item=village.items[name]) for name in ("Honey", "Eggs"))
    for line, quantity, reason in ((honey, 700, "refused"), (honey, 800, "refused"), (eggs, 10, "broken")):
        operations.credit_line(by=village.people["Keeper Lu"], line=line, quantity=quantity, reason=reason)
    rows = honey.credits.filter(borne_by=rules.DEPOSITS)
    assert [(row.amount, row.quantity) for row in rows] == [(200, 0)]
    if not settled_first:
        operations.settle_round(by=village.people["Li Na"], round=round)
    paid = 3 * 1200 + 2 * 1850
    assert village.balance("Jo") == 20_000 - paid + 1500 + 200 + 1800
    assert money_queries.balance(money_queries.fund("deposits")).balance == 700 - 200
    assert money_queries.balance(money_queries.fund("goodwill")).balance == -1500 - 1800


def test_a_deposit_given_back_for_what_is_not_packed_in_the_end_goes_back_to_the_deposits(jars):
    village, round, order = jars
    pack(village, round, order, Eggs=20, Honey=3000)
    honey = order.lines.get(offer__item=village.items["Honey"])
    operations.credit_line(by=village.people["Keeper Lu"], line=honey, quantity=3000, reason="refused")
    pack(village, round, order, Honey=1000)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    operations.settle_round(by=village.people["Li Na"], round=round)
    assert village.balance("Jo") == 20_000 - 2 * 1850
    assert money_queries.balance(money_queries.fund("deposits")).balance == 100
    assert money_queries.balance(money_queries.fund("goodwill")).balance == -1000


@given(each=st.integers(0, 500), pack=st.integers(1, 900), count=st.integers(0, 20), part=st.integers(0, 20_000))
def test_a_deposit_is_one_of_each_pack_that_is_begun(each, pack, count, part):
    begun = sum(1 for begins in range(0, part, pack) if begins < count * pack)
    assert rules.deposits_of(each, pack, count * pack, part) == each * begun
