"""Whose money it is: found by number, by name, by what members are told to write; never taken silently for another."""

import pytest
from django.forms import ValidationError

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.forms.fields import AccountField
from cosmolocal.money.queries.finding import accounts_called, reference_of, written
from cosmolocal.money.tests.test_pages import as_


@pytest.fixture
def street(village):
    """Households in one street, some with a number of their own; the one in house number 23 has none."""
    found = {}
    for name, household, code in (
        ("Rosa", "Hill Street 23", ""),
        ("Iker", "Ibarra", "0977"),
        ("Nerea", "Etxeberria", "A-5"),
        ("Ada", "Ibarra Lopez", ""),
    ):
        person = agents.add_member(by=village.house, name=name, household_name=household)
        home = agents_queries.household_of(person)
        home.code = code
        home.save(update_fields=["code"])
        found[name] = money.open_account(by=village.house, holder=home)
    return found


def field():
    return AccountField(accounts=queries.members(), label="For whom")


def test_the_reference_that_members_are_told_finds_them_also_as_banks_deliver_it(village, street):
    for account in street.values():
        told = reference_of(account)
        for seen in (told, told.lower(), told.replace("#", ""), f"  {told.replace(' ', '   ')} ", written(account)):
            assert field().clean(seen) == account, seen
        page = as_(village, account.holder.members.get().member).get(f"/money/accounts/{account.pk}/")
        assert told in page.content.decode()


def test_a_name_that_ends_like_the_word_for_number_is_read_whole(village):
    person = agents.add_member(by=village.house, name="Mo", household_name="Garden")
    account = money.open_account(by=village.house, holder=agents_queries.household_of(person))
    for typed in ("Garden {}", "Garden n {}", "garden N° {}", "Garden #{}"):
        assert accounts_called(queries.members(), typed.format(account.pk)) == ([account], True), typed


def test_a_household_is_found_by_its_number_and_by_any_name(village, street):
    for typed, name in (("0977", "Iker"), ("977", "Iker"), ("a-5", "Nerea"), ("etxe", "Nerea"), ("nerea", "Nerea")):
        assert field().clean(typed) == street[name], typed
    assert field().clean(f"#{street['Rosa'].pk}") == street["Rosa"]
    assert field().clean(str(street["Rosa"].pk)) == street["Rosa"]
    assert field().clean("Ibarra") == street["Iker"]  # the whole name before those that begin with it
    assert field().clean("Hill Street 23") == street["Rosa"]


def test_a_number_never_picks_a_house_number(village, street):
    """Nobody has number 23 here: it is asked, with the name, and not taken."""
    with pytest.raises(ValidationError, match=f"Hill Street 23 #{street['Rosa'].pk}") as info:
        field().clean("23")
    assert info.value.code == "several"
    # With a number 23 as well, both are asked about.
    home = street["Ada"].holder
    home.code = "23"
    home.save(update_fields=["code"])
    with pytest.raises(ValidationError, match=r"Hill Street 23.*Ibarra Lopez|Ibarra Lopez.*Hill Street 23"):
        field().clean("23")


def test_words_and_number_must_belong_together(village, street):
    other = street["Nerea"].pk
    with pytest.raises(ValidationError) as info:
        field().clean(f"Ibarra #{other}")
    assert info.value.code == "nobody"


@pytest.mark.parametrize("typed", ["²", "٣", "9" * 5000, "#", "# 5 #", "x" * 5000, "(((", "%", "\\"])
def test_what_nobody_means_is_said(village, street, typed):
    with pytest.raises(ValidationError):
        field().clean(typed)
    assert accounts_called(queries.members(), typed[:200])[1] is False


def test_the_page_says_whose_it_is_before_it_books(village, street):
    answers = {"amount": "20", "box": village.bank.pk, "account": "977", "on": "2026-09-01", "key": "k"}
    page = as_(village, village.wei).post("/money/in/", answers).content.decode()
    assert f"Ibarra · 0977 #{street['Iker'].pk} (Iker)" in page
    again = as_(village, village.wei).post("/money/in/", {**answers, "again": "1"}).content.decode()
    assert 'value="977"' in again or f"#{street['Iker'].pk}" in again


def test_the_list_of_accounts_is_searched_by_number_too(village, street):
    found = queries.members(f"#{street['Rosa'].pk}")
    assert list(found) == [street["Rosa"]]
    assert list(queries.members("0977")) == [street["Iker"]]
