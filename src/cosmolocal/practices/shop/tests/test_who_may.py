"""Who may do what in a round where a role alone does not say it: this place, this household, this farm, this moment."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.flows.models import Commitment
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, policy
from cosmolocal.practices.shop.models import OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.operations import LineDraft
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, client_of, refused


@pytest.fixture
def elsewhere(village):
    """Keeper Bo, who keeps another place of the same local."""
    keeper = agents.add_member(by=village.home, name="Keeper Bo")
    place = agents.add_place(by=village.home, name="East gate", is_handover=True)
    agents.give_role(by=village.home, agent=keeper, role="keeper", place=place)
    return keeper


@pytest.fixture
def ordered(village):
    """A round at the farms, in which Amina and Jo have ordered, and an extra has come."""
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    village.order(round, "Jo", {"Bread": 1})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        kind = village.items["Cabbage"].product.specification_id
        farm = village.producers["Huang Dacheng"]
        handovers.receive(
            by=village.people["Tan Mei"], handover=round.handover, producer=farm, lines=[ReceiptLine(kind, 3, 3)]
        )
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        round.refresh_from_db()
        yield round


def deeds(village, round, by):
    """Each deed at the door, by this person: name -> what does it."""
    amina, jo = (round.orders.get(household=village.households[name]) for name in ("Amina", "Jo"))
    cash = next(box for box in money_queries.boxes() if box.kind == "cash")
    extra = Receipt.objects.get(handover=round.handover, commitment=None)
    line = OrderLine.objects.get(order=amina)
    cabbage = LineDraft(village.offer(round, "Cabbage").pk, 1)
    home = village.households["Chen"]
    return {
        "cash": lambda: operations.take_cash(by=by, order=amina, box=cash, amount=100),
        "extra": lambda: operations.offer_extra(by=by, round=round, receipt=extra, item=village.items["Cabbage"]),
        "late": lambda: operations.late_change(by=by, round=round, household=home, lines=[cabbage]),
        "credit": lambda: operations.credit_line(by=by, line=line, quantity=1, reason="mouldy"),
        "swap": lambda: operations.swap_orders(by=by, order=amina, other=jo),
    }


def test_the_keeper_of_another_place_does_nothing_at_this_door(village, ordered, elsewhere):
    for deed in deeds(village, ordered, elsewhere).values():
        with refused("agents.other_place"):
            deed()


def test_the_keeper_of_this_place_and_a_steward_do_all_of_it(village, ordered):
    for name in ("Keeper Lu", "Li Na"):
        for deed in deeds(village, ordered, village.people[name]).values():
            with transaction.atomic():
                deed()
                transaction.set_rollback(True)


def test_a_keeper_of_another_place_gives_out_no_crate(village, ordered, elsewhere):
    crate = village.crate(ordered, "Amina")
    with refused("agents.other_place"):
        handovers.hand_over(by=elsewhere, crate=crate)
    handovers.hand_over(by=village.people["Keeper Lu"], crate=crate)


def test_a_steward_orders_as_a_helper_only_for_whom_she_helps(village):
    round = village.round()
    steward, amina = village.people["Li Na"], village.people["Amina"]
    with refused("agents.not_yours"):
        village.order(round, "Amina", {"Bread": 1}, by=steward, on_behalf_of=amina)
    assert village.order(round, "Amina", {"Bread": 1}, by=steward).lines.get().count == 1
    agents.start_helping(by=amina, helper=steward, member=amina, consent="told in person")
    helped = {"version": 1, "on_behalf_of": amina}
    assert village.order(round, "Amina", {"Bread": 2}, by=steward, **helped).lines.get().count == 2


def test_a_household_is_ordered_for_by_its_own_its_helpers_and_stewards(village):
    round = village.round()
    jo, amina = village.people["Jo"], village.people["Amina"]
    with refused("agents.not_yours"):
        village.order(round, "Amina", {"Bread": 1}, by=jo)
    with refused("agents.not_yours"):
        village.order(round, "Amina", {"Bread": 1}, by=jo, on_behalf_of=amina)
    agents.start_helping(by=amina, helper=jo, member=amina, consent="told in person")
    with refused("agents.not_yours"):
        village.order(round, "Chen", {"Bread": 1}, by=jo, on_behalf_of=amina)
    order = village.order(round, "Amina", {"Bread": 1}, by=jo, on_behalf_of=amina)
    with refused("agents.not_yours"):
        operations.cancel_order(by=village.people["Chen"], order=order)
    village.order(round, "Chen", {"Bread": 1}, by=agents_queries.system())


def test_how_much_there_is_say_the_farm_and_stewards(village):
    round = village.round()
    bread = village.offer(round, "Bread")
    baker = agents.add_member(by=village.home, name="Lan Lan")
    agents.give_role(by=village.home, agent=baker, role="producer", scope=village.producers["Baker Lan"])
    for by in (village.people["Amina"], village.people["Keeper Lu"]):
        with refused("agents.not_yours"):
            operations.announce_stock(by=by, offer=bread, available=3)
    with refused("agents.not_yours"):
        operations.announce_stock(by=baker, offer=village.offer(round, "Eggs"), available=3)
    for by in (baker, village.people["Li Na"], agents_queries.system()):
        operations.announce_stock(by=by, offer=bread, available=3)


def test_orders_are_taken_while_a_round_is_open_and_between_its_hours(village):
    round = village.round()
    minute = timedelta(minutes=1)
    assert not policy.is_taking_orders(round, MONDAY - minute)
    assert policy.is_taking_orders(round, MONDAY)
    assert policy.is_taking_orders(round, CLOSING - minute)
    assert not policy.is_taking_orders(round, CLOSING)
    order = village.order(round, "Amina", {"Bread": 1})
    assert policy.may_change(order, MONDAY)
    assert not policy.may_change(order, CLOSING)
    operations.cancel_order(by=village.people["Amina"], order=order)
    order.refresh_from_db()
    assert not policy.may_change(order, MONDAY)
    operations.close_round(by=village.people["Li Na"], round=round)
    round.refresh_from_db()
    assert not policy.is_taking_orders(round, MONDAY)


def test_a_closed_round_is_reopened_within_its_grace_only(village):
    round = village.round()
    assert not policy.may_reopen(round, MONDAY)
    with village.at(CLOSING):
        operations.close_round(by=village.people["Li Na"], round=round)
    round.refresh_from_db()
    grace = timedelta(minutes=round.grace_minutes)
    assert policy.may_reopen(round, CLOSING + grace - timedelta(seconds=1))
    assert not policy.may_reopen(round, CLOSING + grace)
    with village.at(CLOSING + grace):
        operations.send_producer_orders(by=agents_queries.system(), round=round)
    round.refresh_from_db()
    assert not policy.may_reopen(round, CLOSING)


def test_what_was_promised_to_farms_and_by_households_is_free_once_it_is_settled(village):
    """Less came than was promised, so less was paid: nothing more will come of either promise of money."""
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 4})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    farm = ProducerOrder.objects.get(round=round, producer=village.producers["Baker Lan"])
    assert Commitment.objects.get(pk=farm.payment_id).quantity == 4 * 1100
    with village.at(THURSDAY):
        village.receive(round, Bread=3)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        settled = operations.settle_round(by=village.people["Li Na"], round=round)
    assert settled.state == OrderRound.State.SETTLED
    order.refresh_from_db()
    promises = Commitment.objects.filter(pk__in=[farm.payment_id, order.payment_id])
    assert set(promises.values_list("finished", flat=True)) == {True}
    assert order.final == 3 * 1500
    assert village.spendable("Amina") == village.balance("Amina") == 20_000 - 3 * 1500


def test_the_desk_leads_nobody_to_a_page_that_is_not_hers(village):
    """A treasurer reads how a round stands; what she may not open is no link, also among the steps that are done."""
    round = village.round()
    village.order(round, "Jo", {"Eggs": 1})
    round = village.close(round)
    address = reverse("shop:round_desk", args=[round.pk])
    treasurer = client_of(village.people["Wei Guo"])
    page = treasurer.get(address).content.decode()
    assert "0 of 1 crates" in page
    for url in re.findall(r'href="(/[^"?#]*)"', page[page.index("<main") : page.index("</main>")]):
        assert treasurer.get(url).status_code == 200, url
    assert (
        reverse("handovers:packing", args=[round.handover_id])
        in client_of(village.people["Li Na"]).get(address).content.decode()
    )
