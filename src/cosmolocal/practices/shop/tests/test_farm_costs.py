"""What is given back, or lost, at a farm's cost: the farm reads it, and who gives back much is looked at."""

from datetime import timedelta

import pytest

from cosmolocal.catalog import operations as catalog
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Receipt
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money.models import Currency, Review
from cosmolocal.practices.shop import operations, tasks
from cosmolocal.practices.shop.models import Order
from cosmolocal.practices.shop.tests.test_cases import line_of, settle
from cosmolocal.practices.shop.tests.village import THURSDAY, refused

EVENING = THURSDAY + timedelta(hours=1)


@pytest.fixture
def handed_over(village):
    """Bread and eggs of four households, collected on Thursday and settled."""
    round = village.round()
    for name in ("Amina", "Jo", "Chen", "Wei"):
        village.order(round, name, {"Bread": 2, "Eggs": 2})
    with village.at(THURSDAY):
        village.close(round)
        village.receive(round)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
        settle(village, round)
    return round


def give(village, round, name, goods, quantity=1, *, at, borne_by="producer", keeper="Li Na"):
    line = line_of(Order.objects.get(round=round, household=village.households[name]), goods)
    with village.at(at):
        return operations.credit_line(
            by=village.people[keeper], line=line, quantity=quantity, reason="spoiled", borne_by=borne_by
        )


def letters():
    return Letter.objects.filter(event="at_farms_cost").order_by("pk")


def test_the_farm_reads_next_day_what_was_given_back_at_its_cost_in_one_letter(village, handed_over):
    give(village, handed_over, "Amina", "Bread", at=EVENING)
    give(village, handed_over, "Jo", "Bread", 2, at=EVENING + timedelta(minutes=3))
    give(village, handed_over, "Chen", "Bread", at=EVENING, borne_by="local")
    with village.at(EVENING + timedelta(minutes=5)):
        tasks.tell_farms_due()
        assert not letters().exists()
    for hours in (10, 11, 35, 24 * 7):  # once, however often the clock comes by
        with village.at(EVENING + timedelta(hours=hours)):
            tasks.tell_farms_due()
    letter = letters().get()
    assert letter.to == village.producers["Baker Lan"]
    assert letter.url.endswith("/farm/")
    assert [word in letter.text for word in ("Bread 1", "15.00", "Bread 2", "30.00", "45.00", "spoiled")] == [True] * 6
    assert "Amina" not in letter.text + letter.subject


def test_what_was_lost_here_at_its_cost_stands_in_the_letter_too(village):
    baker = village.producers["Baker Lan"]
    catalog.set_terms(by=village.home, producer=baker, loss_after_packing="producer")
    round = village.round()
    village.order(round, "Amina", {"Bread": 5})
    with village.at(THURSDAY):
        village.close(round)
        village.receive(round)
        lot = Receipt.objects.get(producer=baker).lot_id
        packer = village.people["Tan Mei"]
        handovers.lose(by=packer, handover=round.handover, lot_id=lot, quantity=3, reason="broken")
    with village.at(THURSDAY + timedelta(days=1)):
        tasks.tell_farms_due()
    letter = letters().get()
    assert letter.to == baker
    assert ["Money was given back" in letter.text, "Bread 3" in letter.text, "broken" in letter.text] == [0, 1, 1]


def test_who_gives_back_much_in_small_sums_is_looked_at(village, handed_over):
    """From 40.00 on, in coins of 0.04, at whose cost ever; what was looked at is not asked about again."""
    Currency.objects.update(cash_step=4)
    give(village, handed_over, "Amina", "Bread", at=EVENING)
    give(village, handed_over, "Jo", "Eggs", 10, at=EVENING + timedelta(days=8), borne_by="local")
    assert not Review.objects.exists()
    give(village, handed_over, "Amina", "Bread", at=EVENING + timedelta(days=16))
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount) == ("given", village.households["Amina"], 1500 + 1800 + 1500)
    assert look.deed.money_note.words.startswith("Amina's household ¥")
    assert "Jo's household" in look.deed.money_note.words
    with refused("money.own_look"):
        money.agree_entries(by=village.people["Li Na"], looks=[look])
    money.agree_entries(by=village.people["Wei Guo"], looks=[look])
    give(village, handed_over, "Chen", "Bread", 2, at=EVENING + timedelta(days=20))
    give(village, handed_over, "Wei", "Bread", at=EVENING + timedelta(days=20), keeper="Keeper Lu")
    assert Review.objects.count() == 1
    give(village, handed_over, "Jo", "Bread", at=EVENING + timedelta(days=21))
    assert Review.objects.filter(amount=3000 + 1500).count() == 1
