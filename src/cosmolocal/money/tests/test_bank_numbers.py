"""Bank accounts are looked at where they are typed, and the bank's file holds only the letters that banks take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.agents import operations as agents
from cosmolocal.agents.bank_numbers import bank_number
from cosmolocal.agents.models import Contact
from cosmolocal.money import operations as money
from cosmolocal.money.bank_files import NAME, WORDS, letters
from cosmolocal.money.opening.rows import Reader, RowRefused
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import build, refused

RIGHT = "ES91 2100 0418 4502 0005 1332"
WRONG = {
    "ES91 2100 0418 4502 0005 1323": "check digits",
    "ES91 2100 0418 4502 0005 133": "23 letters and digits; those that begin with ES have 24",
    "XX91 2100 0418 4502 0005 1332": "No country has IBANs that begin with XX",
    "ES91 21OO 0418 4502 0005 1332": "O stands for a 0",
}


@pytest.mark.parametrize("typed", WRONG)
def test_a_wrong_iban_is_refused_and_says_what_is_wrong(village, typed):
    with refused("agents.bad_iban"):
        bank_number(typed)
    contact = agents.ContactDraft(iban=typed, phone="1")
    with refused("agents.bad_iban"):
        agents.change_contact(by=village.house, agent=village.farm, contact=contact)
    with refused("agents.bad_iban"):
        agents.add_producer(by=village.house, name="New farm", contact=contact)
    with refused("agents.bad_iban"):
        money.open_box(by=village.house, kind="bank", name="Other bank", number=typed)
    with refused("agents.bad_iban"):
        money.change_box(by=village.house, box=village.bank, name="Bank", number=typed)
    read = Reader({"kind": 0, "name": 1, "iban": 2}, village.currency.decimals)
    with pytest.raises(RowRefused, match=WRONG[typed]):
        read.read(2, ["producer", "New farm", typed])


@pytest.mark.parametrize("typed", WRONG)
def test_pages_keep_what_was_typed_and_say_it_at_the_field(village, typed):
    steward = as_(village, village.li_na)
    for address, data in (
        (f"/people/{village.farm.pk}/contact/", {"iban": typed}),
        (f"/money/boxes/{village.bank.pk}/change/", {"name": "Bank", "number": typed}),
        ("/money/boxes/add/", {"name": "Third bank", "number": typed, "kind": "bank"}),
        ("/people/organisations/add/", {"name": "New farm", "what": "producer", "iban": typed, "place_name": "Hill"}),
    ):
        answer = steward.post(address, {**data, "key": "k"})
        page = answer.content.decode()
        assert answer.status_code == 422, address
        assert WRONG[typed] in page, address
        assert typed in page, address
    assert not village.farm.__class__.objects.filter(name="New farm").exists()
    assert "Hill" not in steward.get("/people/places/").content.decode()


def test_numbers_of_countries_without_ibans_are_kept(village):
    for typed in ("6228 4808 1177 0099", "110-234-567890", "KB국민 123456-04-567890", "农业银行 6228480811770099"):
        agents.change_contact(by=village.house, agent=village.farm, contact=agents.ContactDraft(iban=typed))
        assert Contact.objects.get(agent=village.farm).iban == typed


def test_an_iban_is_kept_in_groups_of_four_however_it_was_typed(village):
    for typed in (RIGHT, RIGHT.replace(" ", ""), RIGHT.lower(), f"IBAN: {RIGHT}", RIGHT.replace(" ", "-")):
        assert bank_number(typed) == RIGHT


def test_a_local_in_euros_takes_ibans_only(db):
    euros = build(currency="EUR")
    with refused("agents.bad_iban"):
        bank_number("2100 0418 4502 0005 1332")
    # What stands there from before does not keep anybody from writing a telephone number.
    Contact.objects.update_or_create(agent=euros.farm, defaults={"iban": "2100 0418"})
    agents.change_contact(by=euros.house, agent=euros.farm, contact=agents.ContactDraft(iban="2100 0418", phone="5"))
    assert Contact.objects.get(agent=euros.farm).phone == "5"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Grüner Hof & Söhne", "Gruener Hof + Soehne"),
        ("Mas d'en Núñez, S.L.", "Mas d'en Nunez, S.L."),
        ("Ærø Mejeri", "AEroe Mejeri"),
        ("//a//b/", "a/b"),
        ("u\u0308ber", "ueber"),
        ("東", "Dong"),
        ("🥕🥕", "instead"),
        ("Straße 5 № 3; 20 %", "Strasse 5 No 3, 20 ."),
        ("a" * 80, "a" * 70),
        ("ß" * 80, "s" * 70),
    ],
)
def test_the_letters_of_a_bank_file(text, right):
    assert letters(text, "instead", NAME) == right


@given(st.text(max_size=300))
def test_any_text_becomes_what_banks_take(text):
    said = letters(text, "P1", WORDS)
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]{1,140}", said)
    assert said == said.strip()
    assert not said.startswith("/")
    assert not said.endswith("/")
    assert "//" not in said
