"""Goods of her own household or farm that a packer writes down alone: recorded, and looked at by somebody else."""

from datetime import timedelta

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.catalog import operations as catalog
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import PackLine, ReceiptLine
from cosmolocal.handovers.tests.village import FIRST_CATEGORY, refused
from cosmolocal.money import operations as money
from cosmolocal.money.models import Currency, Review


@pytest.fixture
def handover(village):
    """Tan Mei, a packer, and Jo ask for 2 kg of pak choi each and bread; Second Treasurer lives with Tan Mei."""
    mei = village.people["Tan Mei"]
    village.households["Tan Mei"] = home = mei.memberships.get(group__kind="household").group
    agents.join(by=village.home, member=village.people["Second Treasurer"], group=home)
    account = money.open_account(by=village.home, holder=home)
    money.set_limits(by=village.home, account=account, warn_below=0, floor=-100_000)
    handover = village.handover()
    for name in ("Tan Mei", "Jo"):
        village.promise(handover, name, {"Pak choi": 4, "Bread": 1})
    return village.agree(handover)


def lines(village, handover, name):
    crate = village.crate(handover, name)
    return crate, {line.goods.name: line.commitment_id for line in queries.crate_sheet(crate).lines}


def test_a_line_of_her_own_crate_that_becomes_less_is_looked_at_by_another_household(village, handover):
    mei = village.people["Tan Mei"]
    crate, goods = lines(village, handover, "Tan Mei")
    operations.pack_line(by=mei, crate=crate, commitment_id=goods["Pak choi"], quantity=0)
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount > 0) == ("goods", crate.receiver, True)
    assert "Pak choi" in look.deed.money_note.words
    with refused("money.own_look"):
        money.agree_entries(by=village.people["Second Treasurer"], looks=[look])
    money.agree_entries(by=village.people["Wei Guo"], looks=[look])
    assert queries.crate_sheet(crate).lines


def test_as_promised_and_for_others_nobody_looks(village, handover):
    mei = village.people["Tan Mei"]
    crate, goods = lines(village, handover, "Tan Mei")
    other, theirs = lines(village, handover, "Jo")
    operations.pack_line(by=mei, crate=crate, commitment_id=goods["Pak choi"], quantity=2000)
    operations.pack_line(by=mei, crate=other, commitment_id=theirs["Pak choi"], quantity=0)
    assert not Review.objects.exists()


def test_less_than_an_earlier_packer_wrote_on_paper_or_lost_from_her_crate(village, handover):
    mei, li_na = village.people["Tan Mei"], village.people["Li Na"]
    crate, goods = lines(village, handover, "Tan Mei")
    choi, bread = goods["Pak choi"], goods["Bread"]
    operations.pack_line(by=li_na, crate=crate, commitment_id=choi, quantity=2600)
    operations.pack_line(by=li_na, crate=crate, commitment_id=bread, quantity=1)
    assert not Review.objects.exists()
    operations.pack_from_paper(by=mei, handover=handover, lines=[PackLine(choi, 2100)])
    assert "2.6 kg" in Review.objects.get().deed.money_note.words.replace("5.2 jin", "2.6 kg")
    operations.lose_packed(by=mei, crate=crate, commitment_id=bread, quantity=1, reason="spoiled")
    looks = list(Review.objects.order_by("pk").values_list("why", "holder__name")[1:])
    assert looks == [("goods", "Tan Mei"), ("lost", "Baker Lan")], "her household, and the farm that is paid"


def test_what_her_own_farm_brought_and_a_receipt_that_grows(village, handover):
    mei, farm = village.people["Tan Mei"], village.producers["Huang Dacheng"]
    kind = village.items["Pak choi"].product.specification_id
    agents.join(by=village.home, member=mei, group=farm)
    [receipt] = operations.receive(
        by=mei, handover=handover, producer=farm, lines=[ReceiptLine(kind, 80_000, 80_000, reason="unordered")]
    )
    came = Review.objects.get()
    assert (came.why, came.holder) == ("goods", farm)
    operations.correct_receipt(by=mei, receipt=receipt, received=90_000, accepted=90_000)
    more = Review.objects.latest("pk")
    assert (more.why, more.amount * 8) == ("goods", came.amount)
    operations.correct_receipt(by=mei, receipt=receipt, received=1000, accepted=1000)
    assert Review.objects.count() == 2


def test_what_nobody_ordered_is_looked_at_where_it_is_worth_much(village, handover):
    farm = village.producers["Huang Dacheng"]
    kind = village.items["Pak choi"].product.specification_id
    for grams in (500, 80_000):
        line = ReceiptLine(kind, grams, grams, reason="unordered")
        operations.receive(by=village.people["Tan Mei"], handover=handover, producer=farm, lines=[line])
    assert Receipt.objects.count() == 2
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount > 1000) == ("extra", farm, True)


@pytest.fixture
def coins(village):
    """The smallest coin is 0.10: 100.00 is much."""
    Currency.objects.update(cash_step=10)


def bring(village, handover, *, accepted, promised_to=None, times=1):
    """Tan Mei, who belongs to no farm, writes down bread, so many loaves in each of so many deeds."""
    kind = village.items["Bread"].product.specification_id
    farm = village.producers["Baker Lan"]
    for _again in range(times):
        line = ReceiptLine(kind, accepted, accepted, promised_to)
        [receipt] = operations.receive(by=village.people["Tan Mei"], handover=handover, producer=farm, lines=[line])
    return receipt


def promise_of(handover):
    [bread] = [one for one in queries.receiving_list(handover) if one.producer.name == "Baker Lan"]
    return bread.arrivals[0].commitment_id


@pytest.mark.usefixtures("coins")
def test_more_than_was_promised_is_looked_at_like_what_nobody_ordered(village, handover):
    """Two loaves were promised, for 11.00 each."""
    receipt = bring(village, handover, accepted=11, promised_to=promise_of(handover))
    assert not Review.objects.exists()  # 99.00 beyond
    operations.correct_receipt(by=village.people["Tan Mei"], receipt=receipt, received=12, accepted=12)
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount) == ("extra", receipt.producer, 11000)
    operations.correct_receipt(by=village.people["Tan Mei"], receipt=receipt, received=2, accepted=2)
    assert Review.objects.count() == 1


@pytest.mark.usefixtures("coins")
def test_what_came_in_many_deeds_is_one_sum(village, handover):
    bring(village, handover, accepted=2, promised_to=promise_of(handover))
    bring(village, handover, accepted=3, times=3)
    assert not Review.objects.exists()
    receipt = bring(village, handover, accepted=1)
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount) == ("extra", receipt.producer, 11000)
    assert look.deed.money_note.words.count("Bread") == 4


@pytest.mark.usefixtures("coins")
def test_what_came_long_ago_is_not_added_up(village, handover):
    bring(village, handover, accepted=9)
    begins = handover.begins + timedelta(days=31)
    with village.at(begins):
        later = {"place": handover.place, "begins": begins, "ends": begins + timedelta(hours=2)}
        other = operations.plan_handover(by=village.people["Li Na"], **later)
        bring(village, other, accepted=9)
        assert not Review.objects.exists()
        bring(village, other, accepted=1)
    assert Review.objects.get().amount == 11000


@pytest.mark.usefixtures("coins")
def test_what_is_lost_at_the_cost_of_the_local_is_looked_at_once_it_is_worth_much(village, handover):
    mei = village.people["Tan Mei"]
    receipt = bring(village, handover, accepted=2, promised_to=promise_of(handover))
    receipt = bring(village, handover, accepted=9)
    for loaves in (4, 5):
        operations.lose(by=mei, handover=handover, lot_id=receipt.lot_id, quantity=loaves, reason="spoiled")
    assert not Review.objects.exists()
    operations.lose(by=mei, handover=handover, lot_id=receipt.lot_id, quantity=1, reason="spoiled")
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount) == ("lost", receipt.producer, 11000)


def test_goods_without_a_price_are_looked_at_however_few(village, handover):
    """What they are worth is said afterwards, and settling pays it."""
    farm = village.producers["Baker Lan"]
    about = {"name": "Rolls", "category": FIRST_CATEGORY, "unit": "piece"}
    rolls = catalog.add_product(by=village.people["Li Na"], producer=farm, **about)
    kind = rolls.specification_id
    line = ReceiptLine(kind, 1, 1, reason="unordered")
    operations.receive(by=village.people["Tan Mei"], handover=handover, producer=farm, lines=[line])
    assert Review.objects.get().why == "extra"
