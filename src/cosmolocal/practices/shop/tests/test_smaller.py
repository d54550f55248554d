"""An order may always become smaller; what is off sale is not ordered from an old basket; one press is one deed."""

import pytest
from django.urls import reverse

from cosmolocal.agents.queries import Reader
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.operations import ItemDraft, PriceDraft
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers.queries.sheets import crate_sheet
from cosmolocal.kernel.models import Operation
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.cards import member_cards
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.orders.pages import basket as baskets
from cosmolocal.practices.shop.rounds.queries import desk
from cosmolocal.practices.shop.tests.village import FIRST_CATEGORY, client_of, refused


def fill(village, round, counts):
    return operations.fill_basket(
        by=village.people["Amina"],
        round=round,
        household=village.households["Amina"],
        counts={village.offer(round, name).pk: count for name, count in counts.items()},
    )


def take_away_money(village, amount):
    """A fact takes Amina below her limit."""
    account = money_queries.account_for(village.households["Amina"])
    money.transfer(
        by=village.home,
        source=account,
        target=money_queries.fund("goodwill"),
        amount=amount,
        reason="credit",
        guard=False,
    )
    assert village.spendable("Amina") < 0


@pytest.mark.parametrize("smaller", [{"Bread": 1, "Eggs": 2}, {"Bread": 2, "Eggs": 1}, {"Eggs": 2}, {"Bread": 1}])
def test_who_is_below_her_limit_may_order_less(village, smaller):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 2, "Eggs": 2})
    take_away_money(village, 19_000)
    free = village.spendable("Amina")
    fill(village, round, {"Bread": 0, "Eggs": 0, **smaller})
    assert baskets.basket(round, village.households["Amina"]).missing == 0
    less = village.order(round, "Amina", smaller, version=order.version)
    assert less.upper == smaller.get("Bread", 0) * 1500 + smaller.get("Eggs", 0) * 1850
    assert village.spendable("Amina") == free + order.upper - less.upper
    # More than she has now is refused as ever.
    with refused("shop.not_enough_money"):
        village.order(round, "Amina", {**smaller, "Cabbage": 9}, version=less.version)


def test_less_of_what_is_short_may_be_ordered(village):
    """The farm has less than is promised already: what she keeps was hers before."""
    round = village.round(stocks={"Eggs": 10})
    order = village.order(round, "Amina", {"Eggs": 5})
    village.order(round, "Jo", {"Eggs": 5})
    offer = village.offer(round, "Eggs")
    operations.announce_stock(by=village.home, offer=offer, available=30)
    before = order.lines.get()
    less = village.order(round, "Amina", {"Eggs": 4}, version=order.version)
    line = less.lines.get()
    assert (line.pk, line.commitment_id, line.count, line.wished) == (before.pk, before.commitment_id, 4, 40)
    assert flows_queries.intents([offer.intent_id])[offer.intent_id].promised_quantity == 90
    with refused("shop.not_enough_left"):
        village.order(round, "Amina", {"Eggs": 5}, version=less.version)


@pytest.mark.parametrize("deed", ["withdraw", "retire item", "retire product"])
def test_what_was_taken_off_sale_is_not_ordered_from_an_old_basket(village, deed):
    round = village.round()
    order = village.order(round, "Jo", {"Bread": 2})
    fill(village, round, {"Bread": 1, "Eggs": 1})
    bread = village.items["Bread"]
    if deed == "withdraw":
        operations.withdraw_items(by=village.home, round=round, item_ids=[bread.pk])
    elif deed == "retire item":
        catalog.retire_item(by=village.home, item=bread)
    else:
        catalog.retire_product(by=village.home, product=bread.product)
    with refused("shop.not_offered") as info:
        village.order(round, "Amina", {"Bread": 1, "Eggs": 1})
    assert "Bread" in str(info.value)
    assert "Eggs" not in str(info.value)
    page = client_of(village.people["Amina"]).get(reverse("shop:basket", args=[round.pk])).content.decode()
    assert "No longer on sale" in page
    # Who has it keeps it, may take less, and gets no more.
    with refused("shop.not_offered"):
        village.order(round, "Jo", {"Bread": 3}, version=order.version)
    kept = village.order(round, "Jo", {"Bread": 2, "Eggs": 1}, version=order.version)
    assert village.order(round, "Jo", {"Bread": 1, "Eggs": 1}, version=kept.version).lines.count() == 2
    shop = client_of(village.people["Amina"]).get(reverse("shop:shop", args=[round.pk])).content.decode()
    assert f'id="line-{village.offer(round, "Bread").pk}"' not in shop


def test_what_is_put_on_sale_again_is_ordered_again(village):
    round = village.round()
    item = village.items["Bread"].pk
    operations.withdraw_items(by=village.home, round=round, item_ids=[item])
    operations.offer_items(by=village.home, round=round, items=[operations.OfferDraft(item)])
    assert village.order(round, "Amina", {"Bread": 1}).lines.count() == 1


def test_home_says_that_changes_wait_and_only_then(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})

    def card():
        return next(iter(member_cards(Reader(village.people["Amina"]))))

    assert (card().badge, card().tone) == ("ordered", "quiet")
    fill(village, round, {"Eggs": 1})
    assert card().badge == "ordered; changes wait"
    fill(village, round, {"Eggs": 0})
    assert (card().badge, card().tone) == ("ordered", "quiet")


def test_one_press_plans_like_the_last_round_in_one_deed(village, steward):
    round = village.round()
    operations.withdraw_items(by=village.home, round=round, item_ids=[village.items["Bread"].pk])
    typed = {
        "name": "Next",
        "place": village.place.pk,
        "opens_at": "2026-11-27T08:00",
        "closes_at": "2026-12-02T20:00",
        "begins": "2026-12-03T16:00",
        "ends": "2026-12-03T19:00",
        "key": "again",
    }
    for _press in range(2):
        assert steward.post(f"{reverse('shop:plan')}?like={round.pk}", typed).status_code == 302
    planned = OrderRound.objects.get(name="Next")
    assert set(planned.offers.values_list("item", flat=True)) == {
        item.pk for name, item in village.items.items() if name != "Bread"
    }
    assert Operation.objects.filter(code="shop.plan_round", key="again").count() == 1
    assert not Operation.objects.filter(code="shop.offer_items", at=planned.handover.begins).exists()


def test_a_page_of_goods_decides_about_its_own_packs_only(village, steward, monkeypatch):
    """More packs than a form may have fields: they stand on several pages, and one deed saves one page."""
    monkeypatch.setattr(desk, "PACKS_ON_A_PAGE", 2)
    village.items["Leek"] = catalog.add_product(
        by=village.home,
        producer=village.producers["Baker Lan"],
        name="A leek",
        category=FIRST_CATEGORY,
        unit="piece",
        items=[ItemDraft(prices=(PriceDraft(300, 200, "cn-farm"),))],
    ).items.get()
    round = village.round(opens=False)
    round.offers.all().delete()
    address = reverse("shop:round_goods", args=[round.pk])
    first = steward.get(address).context["shown"]
    names = {item.pk: name for name, item in village.items.items()}
    one, other = (int(id) for id in first.split(","))
    before = Operation.objects.count()
    saved = steward.post(address, {"item": [one], "shown": first, "key": "g", "go_on": "1"})
    assert saved["Location"] == f"{address}?page=2"
    assert Operation.objects.count() == before + 1
    # A new round begins with everything, so what no page has shown yet is on sale too.
    assert set(round.offers.values_list("item", flat=True)) == set(names) - {other}
    second = steward.get(f"{address}?page=2").context["shown"]
    assert not set(second.split(",")) & set(first.split(","))
    saved = steward.post(f"{address}?page=2", {"shown": second, "key": "h"})
    # Saving leads to the round, whatever else there is to look at.
    assert saved["Location"] == reverse("shop:round_desk", args=[round.pk])
    left = set(names) - {other} - {int(id) for id in second.split(",")}
    assert set(round.offers.values_list("item", flat=True)) == left
    page = steward.get(address).content.decode()
    assert page.count('type="checkbox"') == 2


def short_of_eggs(village, boxes):
    """Jo has ordered six boxes of eggs; the farm has `boxes` of them."""
    round = village.round()
    village.order(round, "Jo", {"Eggs": 6})
    village.close(round)
    offer = village.offer(round, "Eggs")
    operations.set_shortage(by=village.home, round=round, intent_id=offer.intent_id, available=boxes * 10)
    return round, offer


def late(village, round, offer, count):
    """A late change of Jo's: what is promised of it, and what is set aside in all."""
    wish, keeper = LineDraft(offer.pk, count), village.people["Keeper Lu"]
    order = operations.late_change(by=keeper, round=round, household=village.households["Jo"], lines=[wish])
    line = order.lines.select_related("commitment").get()
    assert line.granted == line.commitment.quantity, "the line says what is promised"
    assert 20_000 - village.spendable("Jo") == order.upper == line.upper + line.deposit
    return line.granted, order.upper


@pytest.mark.parametrize(
    ("there", "count", "granted"),
    [(0, 5, 50), (0, 6, 60), (2, 2, 20), (2, 1, 10), (2, 3, 30), (2, 6, 60), (2, 7, 70)],
)
def test_a_late_change_after_a_shortage_promises_what_it_says(village, there, count, granted):
    """Below the first wish and above the share is more than there was: promised anew, so that it can be packed."""
    round, offer = short_of_eggs(village, there)
    assert late(village, round, offer, count) == (granted, count * 1850)
    crate = village.crate(round, "Jo")
    assert [sheet.asked for sheet in crate_sheet(crate).lines] == [granted]


def test_a_late_change_of_something_else_gives_nothing_back_of_a_shortage(village):
    round, offer = short_of_eggs(village, 2)
    wish = LineDraft(village.offer(round, "Bread").pk, 1)
    order = operations.late_change(
        by=village.people["Keeper Lu"], round=round, household=village.households["Jo"], lines=[wish]
    )
    assert order.lines.get(offer=offer).granted == 20
    assert order.upper == 2 * 1850 + 1500


def test_a_late_change_does_not_rewrite_a_line_for_which_money_was_given_back(village):
    round = village.round()
    order = village.order(round, "Jo", {"Eggs": 2})
    village.close(round)
    keeper, line = village.people["Keeper Lu"], order.lines.get()
    operations.credit_line(by=keeper, line=line, quantity=10, reason="refused")
    with refused("shop.credited"):
        late(village, round, line.offer, 3)
    wish, home = LineDraft(line.offer_id, 1), village.households["Jo"]
    less = operations.late_change(by=keeper, round=round, household=home, lines=[wish])
    assert (less.lines.get().pk, less.upper) == (line.pk, 1850)
