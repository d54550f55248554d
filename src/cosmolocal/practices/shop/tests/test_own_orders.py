"""What one person alone does for her own household in the shop is done, and somebody else looks at it."""

from datetime import timedelta

import pytest

from cosmolocal.agents import queries as agents_queries
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.intake.names import Names
from cosmolocal.catalog.intake.rows import Row
from cosmolocal.catalog.models import PriceVersion, TaxCode
from cosmolocal.catalog.operations import ItemDraft
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel import jobs
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money.models import Review
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.operations import LineDraft, RoundDraft
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, refused


@pytest.fixture
def li_na(village):
    """The steward, whose household may owe."""
    person = village.people["Li Na"]
    village.households["Li Na"] = home = agents_queries.household_of(person)
    account = money.open_account(by=village.home, holder=home)
    money.set_limits(by=village.home, account=account, warn_below=0, floor=-100_000)
    return person


def set_price(village, by, price, purchase):
    standing = PriceVersion.objects.filter(item=village.items["Bread"]).latest("pk")
    wish = {"tax_code": TaxCode.objects.get(pk=standing.tax_code_id), "per_quantity": standing.per_quantity}
    catalog.set_price(by=by, item=village.items["Bread"], price=price, purchase=purchase, **wish)
    return standing


def test_an_order_at_a_price_that_one_of_the_household_has_just_set(village, li_na):
    """Price down, order, price up: the order stands on the list, and she does not look at it."""
    round = village.round()
    with village.at(MONDAY + timedelta(hours=1)):
        before = set_price(village, li_na, 5, 1)
    with village.at(MONDAY + timedelta(hours=2)):
        village.order(round, "Li Na", {"Bread": 20, "Eggs": 1})
        set_price(village, li_na, before.price, before.purchase)
        look = Review.objects.get()
        assert (look.why, look.holder, look.amount) == ("pays", village.households["Li Na"], 100)
        assert "Bread: 20 ×" in look.deed.money_note.words
        with refused("money.own_look"):
            money.agree_entries(by=li_na, looks=[look])
        money.agree_entries(by=village.people["Wei Guo"], looks=[look])


def test_others_order_at_that_price_and_she_at_older_ones(village, li_na):
    round = village.round()
    with village.at(MONDAY + timedelta(hours=1)):
        set_price(village, li_na, 50, 10)
        village.order(round, "Jo", {"Bread": 2})
        village.order(round, "Li Na", {"Eggs": 1})
    assert not Review.objects.exists()


def test_her_own_late_change_to_less_is_looked_at(village, li_na):
    round = village.round()
    village.order(round, "Li Na", {"Bread": 4, "Eggs": 1})
    village.order(round, "Jo", {"Bread": 4})
    village.close(round)
    bread = village.offer(round, "Bread").pk
    for name in ("Jo", "Li Na"):
        wish = [LineDraft(bread, 3)]
        operations.late_change(by=li_na, round=round, household=village.households[name], lines=wish)
    look = Review.objects.get()
    assert (look.why, look.holder, look.deed.money_note.words) == (
        "goods",
        village.households["Li Na"],
        "Bread, loaf: 4 → 3",
    )
    operations.late_change(by=li_na, round=round, household=village.households["Li Na"], lines=[LineDraft(bread, 5)])
    assert Review.objects.count() == 1


def test_both_households_read_that_their_crates_were_swapped(village, li_na):
    round = village.round()
    orders = [village.order(round, name, {"Bread": count}) for name, count in (("Jo", 1), ("Amina", 2))]
    village.close(round)
    operations.swap_orders(by=village.people["Keeper Lu"], order=orders[0], other=orders[1])
    jobs.run_job.call(*jobs.marked("shop.tell_crates_swapped", [[order.pk for order in orders]], "told"))
    told = {letter.to.name: letter.text for letter in Letter.objects.filter(subject="Another crate is yours")}
    assert "the crate of Amina's household" in told["Jo"]
    assert "the crate of Jo's household" in told["Amina"]


def wish_of(round, **more):
    kept = {"opens_at": round.opens_at, "closes_at": round.closes_at}
    times = {"begins": round.handover.begins, "ends": round.handover.ends}
    return RoundDraft(**{"name": round.name, "place": round.handover.place, **kept, **times, **more})


def settled(village, round):
    with village.at(CLOSING):
        village.close(round)
        village.receive(round)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        return operations.settle_round(by=village.people["Li Na"], round=round)


def test_the_opening_of_a_round_that_is_open_is_a_fact(village, li_na):
    round = village.round()
    with village.at(MONDAY + timedelta(hours=1)):
        set_price(village, li_na, 5, 1)
    with village.at(MONDAY + timedelta(hours=2)):
        later = MONDAY + timedelta(hours=1, minutes=30)
        operations.change_round(by=li_na, round=round, draft=wish_of(round, opens_at=later, note="Bread"))
        round.refresh_from_db()
        assert (round.opens_at, round.note) == (MONDAY, "Bread")
        village.order(round, "Li Na", {"Bread": 20})
        assert Review.objects.get().why == "pays"


def test_a_price_set_before_the_opening_and_replaced_while_orders_were_taken(village, li_na):
    """Whoever puts it up again: the deed that set what her household paid is looked at, by another household."""
    with village.at(MONDAY - timedelta(minutes=1)):
        before = set_price(village, li_na, 5, 1)
    round = village.round()
    village.order(round, "Li Na", {"Bread": 20, "Eggs": 1})
    with village.at(MONDAY + timedelta(hours=2)):
        set_price(village, village.home, before.price, before.purchase)
        village.order(round, "Jo", {"Bread": 1})
    settled(village, round)
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount) == ("pays", village.households["Li Na"], 100)
    assert (look.deed.code, look.deed.by) == ("catalog.set_price", li_na)
    assert "Bread: 20 =" in look.deed.money_note.words
    with refused("money.own_look"):
        money.agree_entries(by=li_na, looks=[look])


def test_prices_that_hold_until_the_end_or_are_replaced_for_others_are_not_looked_at(village, li_na):
    with village.at(MONDAY - timedelta(minutes=1)):
        set_price(village, li_na, 50, 10)
    round = village.round()
    village.order(round, "Li Na", {"Bread": 1})
    village.order(round, "Jo", {"Eggs": 1})
    settled(village, round)
    assert not Review.objects.exists()


def test_goods_taken_out_of_the_round_after_her_household_ordered_at_her_price(village, li_na):
    with village.at(MONDAY - timedelta(minutes=1)):
        set_price(village, li_na, 5, 1)
    round = village.round()
    village.order(round, "Li Na", {"Bread": 20, "Eggs": 1})
    village.order(round, "Jo", {"Eggs": 1})
    with village.at(MONDAY + timedelta(hours=2)):
        operations.withdraw_items(by=village.home, round=round, item_ids=[village.items["Bread"].pk])
    settled(village, round)
    look = Review.objects.get()
    assert (look.why, look.holder, look.deed.code) == ("pays", village.households["Li Na"], "catalog.set_price")


def by_file(village, by, pack_quantity):
    row = Row(
        1, "Baker Lan", "Bread", 1500, sku="B1", label="loaf", pack_quantity=pack_quantity, purchase=1100, tax="cn-farm"
    )
    assert catalog.import_rows(by=by, rows=[row], names=Names(), key=f"file {pack_quantity}") == ["changed"]


def test_a_pack_changed_by_a_file_for_the_order_of_her_household(village, li_na):
    """Twenty loaves for the price of one, and back again, by two files; then nobody else may have any."""
    catalog.change_item(by=village.home, item=village.items["Bread"], draft=ItemDraft(label="loaf", sku="B1"))
    round = village.round()
    with village.at(MONDAY + timedelta(hours=1)):
        by_file(village, li_na, 20)
        village.order(round, "Li Na", {"Bread": 1})
        village.order(round, "Jo", {"Eggs": 1})
        by_file(village, li_na, 1)
        catalog.retire_product(by=li_na, product=village.items["Bread"].product)
    settled(village, round)
    looks = Review.objects.order_by("pk")
    assert [(look.why, look.holder, look.deed.code) for look in looks] == [
        ("pays", village.households["Li Na"], code)
        for code in ("catalog.import_rows", "catalog.import_rows", "catalog.retire_product")
    ]
    assert "Bread: 1 =" in looks[0].deed.money_note.words


@pytest.mark.parametrize("item", [{"pack_quantity": 20}, {"pack_quantity": 1, "tolerance_bp": 9000}])
def test_a_pack_changed_for_the_order_of_her_household(village, li_na, item):
    """Twenty loaves for the price of one; or what may be weighed."""
    round = village.round()
    with village.at(MONDAY + timedelta(hours=1)):
        catalog.change_item(by=li_na, item=village.items["Bread"], draft=ItemDraft(label="loaf", **item))
        village.order(round, "Li Na", {"Bread": 1})
        village.order(round, "Jo", {"Eggs": 1})
        catalog.change_item(by=li_na, item=village.items["Bread"], draft=ItemDraft(label="loaf", pack_quantity=1))
    settled(village, round)
    looks = Review.objects.order_by("pk")
    assert {(look.why, look.holder, look.deed.code) for look in looks} == {
        ("pays", village.households["Li Na"], "catalog.change_item")
    }
    assert looks.count() == 2


def test_packs_that_somebody_else_changed_are_not_looked_at(village, li_na):
    round = village.round()
    draft = ItemDraft(label="loaf", pack_quantity=1, stock=40)
    with village.at(MONDAY + timedelta(hours=1)):
        catalog.change_item(by=li_na, item=village.items["Bread"], draft=draft)
        village.order(round, "Jo", {"Bread": 1})
    settled(village, round)
    assert not Review.objects.exists()
