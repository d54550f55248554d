"""What is written about goods after settling is kept, told, and booked in one deed."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.catalog import operations as catalog
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.kernel import jobs
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Review
from cosmolocal.practices.shop import desk_cards, operations, queries
from cosmolocal.practices.shop.models import ChangedLater, FarmCorrection, OrderLine
from cosmolocal.practices.shop.operations import RoundDraft
from cosmolocal.practices.shop.settling.operations import following
from cosmolocal.practices.shop.tests.test_cases import settle
from cosmolocal.practices.shop.tests.village import THURSDAY, client_of, refused

LOAF, BOX = 1500, 1850  # a box of eggs with its deposit


@pytest.fixture
def settled(village):
    """Amina had two loaves and two boxes of eggs, Jo one loaf: a settled round, and the order of Amina."""
    round = village.round()
    amina = village.order(round, "Amina", {"Bread": 2, "Eggs": 2})
    village.order(round, "Jo", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    return settle(village, round), amina


def line_of(village, order, name):
    return OrderLine.objects.get(order=order, offer__item=village.items[name])


def put_right(village, round, household, line, quantity):
    crate = village.crate(round, household)
    handovers.pack_line(by=village.people["Tan Mei"], crate=crate, commitment_id=line.commitment_id, quantity=quantity)


def look(round):
    """What the job does that each fact asks for; it has to have been asked for."""
    asked = DBTaskResult.objects.filter(args_kwargs__args__0="shop.compare", args_kwargs__args__1=[round.pk])
    assert asked.exists()
    asked.delete()
    jobs.run_job.call(*jobs.marked("shop.compare", [round.pk], "compared"))


def cards(village):
    return [card.title for card in desk_cards.steward_cards(village.people["Li Na"])]


def book(village, round):
    operations.follow_facts(by=village.people["Wei Guo"], round=round)
    assert following.differences(round) == []
    assert not ChangedLater.objects.exists()


def fund(code):
    return money_queries.balance(money_queries.fund(code)).balance


def test_a_line_that_turns_out_to_be_missing_is_given_back_and_charged_again_when_it_is_found(village, settled):
    round, amina = settled
    eggs = line_of(village, amina, "Eggs")
    put_right(village, round, "Amina", eggs, 10)
    [told] = [view.sentence for view in queries.orders.lines_of(amina) if view.name == "Eggs"]
    assert told.startswith("Put right after it was charged: 10")
    look(round)
    assert "Put right after settling" in cards(village)
    goodwill, deposits = fund("goodwill"), fund("deposits")
    book(village, round)
    assert village.balance("Amina") == 20_000 - 2 * LOAF - BOX
    assert (fund("goodwill") - goodwill, fund("deposits") - deposits) == (-1800, -50)
    assert "Put right after settling" not in cards(village)
    put_right(village, round, "Amina", eggs, 20)
    look(round)
    book(village, round)
    assert village.balance("Amina") == 20_000 - 2 * LOAF - 2 * BOX
    assert (fund("goodwill"), fund("deposits")) == (goodwill, deposits)


def test_what_the_door_gave_back_for_a_line_is_not_given_twice(village, settled):
    round, amina = settled
    bread = line_of(village, amina, "Bread")
    operations.credit_line(by=village.people["Keeper Lu"], line=bread, quantity=1, reason="wrong")
    put_right(village, round, "Amina", bread, 0)
    book(village, round)
    assert village.balance("Amina") == 20_000 - 2 * BOX
    assert [row.amount for row in bread.credits.order_by("pk")] == [LOAF, LOAF]


def test_what_the_door_gives_back_afterwards_is_of_what_is_left(village, settled):
    round, amina = settled
    bread, keeper = line_of(village, amina, "Bread"), village.people["Keeper Lu"]
    put_right(village, round, "Amina", bread, 1)
    book(village, round)
    with refused("shop.more_than_bought"):
        operations.credit_line(by=keeper, line=bread, quantity=2, reason="broken")
    operations.credit_line(by=keeper, line=bread, quantity=1, reason="broken")
    assert village.balance("Amina") == 20_000 - 2 * BOX
    assert following.differences(round) == []


def test_a_receipt_put_right_given_back_or_lost_is_what_the_farm_is_paid_for(village, settled):
    round, _amina = settled
    baker = village.producers["Baker Lan"]
    account = money_queries.account_for(baker, "producer")
    receipt, packer = Receipt.objects.get(producer=baker), village.people["Tan Mei"]
    assert money_queries.balance(account).balance == 3 * 1100
    handovers.correct_receipt(by=packer, receipt=receipt, received=1, accepted=1)
    look(round)
    assert "Put right after settling" in cards(village)
    running = fund("running")
    book(village, round)
    assert (money_queries.balance(account).balance, fund("running") - running) == (1100, 2200)
    receipt.refresh_from_db()
    handovers.correct_receipt(by=packer, receipt=receipt, received=2, accepted=2)
    handovers.give_back(by=packer, receipt=receipt, quantity=1)
    book(village, round)
    assert money_queries.balance(account).balance == 1100
    assert [row.amount for row in FarmCorrection.objects.order_by("pk")] == [-2200]


def test_a_loss_that_the_farm_bears_and_goods_nobody_ordered_written_afterwards(village):
    farm, packer = village.producers["Sanjiang farm"], village.people["Tan Mei"]
    catalog.set_terms(by=village.home, producer=farm, loss_after_packing="producer")
    round = village.round()
    village.order(round, "Amina", {"Eggs": 2})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=packer, handover=round.handover)
    settle(village, round)
    receipt = Receipt.objects.get()
    handovers.lose(by=packer, handover=round.handover, lot_id=receipt.lot_id, quantity=10, reason="spoiled")
    kind = village.items["Bread"].product.specification_id
    came = [ReceiptLine(kind, 3, 3, reason="unordered")]
    handovers.receive(by=packer, handover=round.handover, producer=village.producers["Baker Lan"], lines=came)
    look(round)
    book(village, round)
    assert money_queries.balance(money_queries.account_for(farm, "producer")).balance == 1400
    assert (
        money_queries.balance(money_queries.account_for(village.producers["Baker Lan"], "producer")).balance == 3 * 1100
    )


def test_what_spoils_at_a_later_hand_over_is_of_the_round_with_which_it_came(village):
    """Bread that was left over is packed from on the next day, and spoils there."""
    baker, packer = village.producers["Baker Lan"], village.people["Tan Mei"]
    catalog.set_terms(by=village.home, producer=baker, loss_after_packing="producer")
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    village.close(round)
    village.receive(round, Bread=3)
    handovers.pack_all(by=packer, handover=round.handover)
    round = settle(village, round)
    lot, begins = Receipt.objects.get().lot_id, THURSDAY + timedelta(days=1)
    plan = {"place": village.place, "begins": begins, "ends": begins + timedelta(hours=2)}
    later = handovers.plan_handover(by=village.people["Li Na"], **plan)
    handovers.lose(by=packer, handover=later, lot_id=lot, quantity=1, reason="spoiled")
    look(round)
    assert [(one.holder, one.amount) for one in following.differences(round)] == [(baker, -1100)]
    book(village, round)


def test_a_card_that_says_nothing_any_more_goes(village, settled):
    round, amina = settled
    bread = line_of(village, amina, "Bread")
    put_right(village, round, "Amina", bread, 1)
    look(round)
    put_right(village, round, "Amina", bread, 2)
    look(round)
    assert "Put right after settling" not in cards(village)


def test_packing_for_another_round_of_the_hand_over_is_no_difference(village, settled):
    round, _amina = settled
    handover = round.handover
    wish = RoundDraft("Second", village.place, round.opens_at, round.closes_at, handover.begins, handover.ends)
    second = operations.plan_round(by=village.people["Li Na"], draft=wish)
    kind = village.items["Bread"].product.specification_id
    came = [ReceiptLine(kind, 2, 2, reason="unordered")]
    baker = village.producers["Baker Lan"]
    with village.at(THURSDAY):
        handovers.receive(by=village.people["Tan Mei"], handover=handover, producer=baker, lines=came)
    assert second.handover == handover
    assert following.differences(round) == []


def test_what_favours_her_own_household_is_looked_at_by_somebody_else(village, settled):
    round, amina = settled
    agents.join(by=village.home, member=village.people["Wei Guo"], group=village.households["Amina"])
    put_right(village, round, "Amina", line_of(village, amina, "Bread"), 1)
    book(village, round)
    found = Review.objects.get()
    assert (found.why, found.holder, found.amount) == ("own", village.households["Amina"], LOAF)


def test_who_may_read_the_page_and_who_may_book(village, settled):
    round, amina = settled
    put_right(village, round, "Amina", line_of(village, amina, "Bread"), 1)
    with refused("agents.not_allowed"):
        operations.follow_facts(by=village.people["Keeper Lu"], round=round)
    address = f"/shop/desk/{round.pk}/follow/"
    with village.at(THURSDAY):
        steward = client_of(village.people["Li Na"])
        page = steward.get(address).content.decode()
        assert all(said in page for said in ("Amina&#x27;s household", "Bread: 2", "15.00", "Book it"))
        steward.post(address, {"key": "a"})
        assert "Nothing is left to book" in steward.get(address).content.decode()
        assert client_of(village.people["Amina"]).get(address).status_code in (403, 404)
    assert village.balance("Amina") == 20_000 - LOAF - 2 * BOX


def test_settle_names_what_came_unordered_with_its_sum_and_who_wrote_it(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    steward, address = client_of(village.people["Li Na"]), f"/shop/desk/{round.pk}/settle/"
    title = "Nobody had ordered this, and it is paid"
    assert title not in steward.get(address).content.decode()
    kind = village.items["Eggs"].product.specification_id
    farm, line = village.producers["Sanjiang farm"], ReceiptLine(kind, 30, 30, reason="unordered")
    handovers.receive(by=village.people["Tan Mei"], handover=round.handover, producer=farm, lines=[line])
    page = steward.get(address).content.decode()
    notice = page[page.index(title) : page.index("In: from")]
    assert all(said in notice for said in ("Eggs · Sanjiang farm", "written down by Tan Mei", "42.00"))


def door(village, line, quantity, **wish):
    wish = {"reason": "bad", "borne_by": "local"} | wish
    operations.credit_line(by=village.people["Keeper Lu"], line=line, quantity=quantity, **wish)


def test_what_the_door_gave_back_between_two_bookings_counts(village, settled):
    """One loaf was missing, the other was bad and came back: then none lies in the crate, and both are paid back."""
    round, amina = settled
    bread = line_of(village, amina, "Bread")
    before = village.balance("Amina")
    put_right(village, round, "Amina", bread, 1)
    book(village, round)
    door(village, bread, 1)
    put_right(village, round, "Amina", bread, 0)
    assert following.differences(round) == []
    assert village.balance("Amina") == before + 2 * LOAF
    put_right(village, round, "Amina", bread, 2)  # the missing one was there after all: the bad one stays bad
    book(village, round)
    assert village.balance("Amina") == before + LOAF


def test_a_deposit_comes_back_once_for_each_box(village, settled):
    round, amina = settled
    eggs = line_of(village, amina, "Eggs")
    before = village.balance("Amina")
    put_right(village, round, "Amina", eggs, 10)
    book(village, round)
    door(village, eggs, 10, reason="refused")
    assert village.balance("Amina") == before + 2 * BOX
    put_right(village, round, "Amina", eggs, 0)
    assert following.differences(round) == []


def test_a_farm_bears_bad_goods_once(village, settled):
    """The door's money back is hers to bear; that the loaves are written as not accepted takes nothing more."""
    round, amina = settled
    farm = money_queries.account_for(village.producers["Baker Lan"], "producer")
    had = money_queries.balance(farm).balance
    door(village, line_of(village, amina, "Bread"), 1, borne_by="producer")
    bread = Receipt.objects.get(handover=round.handover, producer=village.producers["Baker Lan"])
    handovers.correct_receipt(by=village.people["Tan Mei"], receipt=bread, received=3, accepted=2)
    assert following.differences(round) == []
    assert money_queries.balance(farm).balance == had - LOAF
    handovers.correct_receipt(by=village.people["Tan Mei"], receipt=bread, received=3, accepted=1)
    [one_more] = following.differences(round)
    assert one_more.amount == -1100


@pytest.mark.parametrize(("packed", "farm_has"), [(2, 2200 - 2 * LOAF), (0, 0)])
def test_a_farm_bears_bad_goods_once_before_settling_too(village, packed, farm_has):
    """Of what turns out to be missing money is taken back, and she bears nothing: what is accepted decides alone."""
    round = village.round()
    village.order(round, "Jo", {"Bread": 2})
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    line = OrderLine.objects.get()
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    door(village, line, 2, borne_by="producer")
    put_right(village, round, "Jo", line, packed)
    receipt = Receipt.objects.get()
    handovers.correct_receipt(by=village.people["Tan Mei"], receipt=receipt, received=2, accepted=0)
    settled = settle(village, round)
    farm = money_queries.account_for(village.producers["Baker Lan"], "producer")
    assert money_queries.balance(farm).balance == farm_has
    assert following.differences(settled) == []


def test_what_was_put_right_to_more_comes_back_once_and_is_swapped(village):
    """One box of two was packed and paid, then both were found in the crate and paid."""
    round = village.round()
    jo = village.order(round, "Jo", {"Eggs": 2})
    amina = village.order(round, "Amina", {"Eggs": 1})
    village.close(round)
    village.receive(round)
    eggs = line_of(village, jo, "Eggs")
    crate, packer = village.crate(round, "Jo"), village.people["Tan Mei"]
    handovers.pack_line(by=packer, crate=crate, commitment_id=eggs.commitment_id, quantity=10, reason="short")
    handovers.pack_all(by=packer, handover=round.handover)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settled = settle(village, round)
    before = village.balance("Jo") + village.balance("Amina") + 2 * BOX
    put_right(village, settled, "Jo", eggs, 20)
    book(village, settled)
    assert village.balance("Jo") + village.balance("Amina") == before - 3 * BOX
    swap = operations.swap_settled(by=village.people["Keeper Lu"], order=jo, other=amina, reason="taken")
    assert len(swap) == 2
    assert village.balance("Jo") == 20_000 - BOX
    assert village.balance("Amina") == 20_000 - 2 * BOX
    eggs.refresh_from_db()
    door(village, eggs, 20, reason="refused")
    assert village.balance("Amina") == 20_000
