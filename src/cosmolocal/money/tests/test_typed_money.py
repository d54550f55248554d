"""Money of an unknown payer was typed by somebody: the page says by whom, and what comes to her is looked at."""

from cosmolocal.agents import operations as agents
from cosmolocal.money import operations as money
from cosmolocal.money.models import Review
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village, refused


def test_typed_money_given_to_who_typed_it_is_looked_at_by_a_third(village: Village) -> None:
    """Wei types it, Lin trusts the list and gives it to Wei's household: neither looks, a steward does."""
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=500000, payer="Liang")
    money.match_unmatched(by=village.lin, unmatched=found, account=village.account(village.wei), amount=300000)
    assert village.has(village.wei) == 300000
    look = Review.objects.get()
    assert (look.why, look.amount, look.holder) == ("typed", 300000, village.account(village.wei).holder)
    for person in (village.wei, village.lin):
        with refused("money.own_look"):
            money.agree_entries(by=person, looks=[look])
    money.agree_entries(by=village.li_na, looks=[look])


def test_typed_money_given_to_others_is_not_looked_at(village: Village) -> None:
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=500)
    money.match_unmatched(by=village.lin, unmatched=found, account=village.account(village.amina))
    assert not Review.objects.exists()


def test_the_pages_say_who_typed_it(village: Village) -> None:
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=500, payer="Liang")
    lin = as_(village, village.lin)
    for page in ("/money/unmatched/", f"/money/unmatched/{found.pk}/"):
        assert f"written down by {village.wei.name}" in lin.get(page).content.decode(), page


def test_a_farm_of_who_typed_it_is_her_own_too(village: Village) -> None:
    agents.join(by=village.house, member=village.wei, group=village.farm)
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=500)
    money.match_unmatched(by=village.lin, unmatched=found, account=village.account(village.farm, "producer"))
    assert Review.objects.get().why == "typed"
