"""Goods of her own household or farm that a packer writes down alone: recorded, and looked at by somebody else."""

import pytest

from cosmolocal.agents import operations as people
from cosmolocal.handovers import operations, queries
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import PackLine, ReceiptLine
from cosmolocal.money import operations as money
from cosmolocal.money.models import SecondLook
from cosmolocal.practices.shop.tests.village import refused


@pytest.fixture
def round(village):
    """Tan Mei, a packer, and Jo ask for 2 kg of pak choi each and bread; Second Treasurer lives with Tan Mei."""
    mei = village.people["Tan Mei"]
    village.households["Tan Mei"] = home = mei.memberships.get(group__kind="household").group
    people.join(by=village.home, member=village.people["Second Treasurer"], group=home)
    account = money.open_account(by=village.home, holder=home)
    money.set_limits(by=village.home, account=account, warn_below=0, floor=-100_000)
    round = village.round()
    for name in ("Tan Mei", "Jo"):
        village.order(round, name, {"Pak choi": 4, "Bread": 1})
    return village.close(round)


def lines(village, round, name):
    crate = village.crate(round, name)
    return crate, {line.goods.name: line.commitment_id for line in queries.crate_sheet(crate).lines}


def test_a_line_of_her_own_crate_that_becomes_less_is_looked_at_by_another_household(village, round):
    mei = village.people["Tan Mei"]
    crate, goods = lines(village, round, "Tan Mei")
    operations.pack_line(by=mei, crate=crate, commitment_id=goods["Pak choi"], quantity=0)
    look = SecondLook.objects.get()
    assert (look.why, look.holder, look.amount > 0) == ("goods", crate.receiver, True)
    assert "Pak choi" in look.deed.money_note.words
    with refused("money.own_look"):
        money.agree_entries(by=village.people["Second Treasurer"], looks=[look])
    money.agree_entries(by=village.people["Wei Guo"], looks=[look])
    assert queries.crate_sheet(crate).lines


def test_as_promised_and_for_others_nobody_looks(village, round):
    mei = village.people["Tan Mei"]
    crate, goods = lines(village, round, "Tan Mei")
    other, theirs = lines(village, round, "Jo")
    operations.pack_line(by=mei, crate=crate, commitment_id=goods["Pak choi"], quantity=2000)
    operations.pack_line(by=mei, crate=other, commitment_id=theirs["Pak choi"], quantity=0)
    assert not SecondLook.objects.exists()


def test_less_than_an_earlier_packer_wrote_on_paper_or_lost_from_her_crate(village, round):
    mei, li_na = village.people["Tan Mei"], village.people["Li Na"]
    crate, goods = lines(village, round, "Tan Mei")
    choi, bread = goods["Pak choi"], goods["Bread"]
    operations.pack_line(by=li_na, crate=crate, commitment_id=choi, quantity=2600)
    operations.pack_line(by=li_na, crate=crate, commitment_id=bread, quantity=1)
    assert not SecondLook.objects.exists()
    operations.pack_from_paper(by=mei, handover=round.handover, lines=[PackLine(choi, 2100)])
    assert "2.6 kg" in SecondLook.objects.get().deed.money_note.words.replace("5.2 jin", "2.6 kg")
    operations.lose_packed(by=mei, crate=crate, commitment_id=bread, quantity=1, reason="spoiled")
    assert SecondLook.objects.count() == 2


def test_what_her_own_farm_brought_and_a_receipt_that_grows(village, round):
    mei, farm = village.people["Tan Mei"], village.producers["Huang Dacheng"]
    kind = village.items["Pak choi"].product.specification_id
    people.join(by=village.home, member=mei, group=farm)
    [receipt] = operations.receive(
        by=mei, handover=round.handover, producer=farm, lines=[ReceiptLine(kind, 80_000, 80_000, reason="unordered")]
    )
    came = SecondLook.objects.get()
    assert (came.why, came.holder) == ("goods", farm)
    operations.correct_receipt(by=mei, receipt=receipt, received=90_000, accepted=90_000)
    more = SecondLook.objects.latest("pk")
    assert (more.why, more.amount * 8) == ("goods", came.amount)
    operations.correct_receipt(by=mei, receipt=receipt, received=1000, accepted=1000)
    assert SecondLook.objects.count() == 2


def test_what_nobody_ordered_is_looked_at_where_it_is_worth_much(village, round):
    farm = village.producers["Huang Dacheng"]
    kind = village.items["Pak choi"].product.specification_id
    for grams in (500, 80_000):
        line = ReceiptLine(kind, grams, grams, reason="unordered")
        operations.receive(by=village.people["Tan Mei"], handover=round.handover, producer=farm, lines=[line])
    assert Receipt.objects.count() == 2
    look = SecondLook.objects.get()
    assert (look.why, look.holder, look.amount > 1000) == ("extra", farm, True)
