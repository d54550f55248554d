"""Sharing keeps what every practice keeps."""

import pytest
from django.core import signing

from cosmolocal.agents.models import User
from cosmolocal.bookings import operations as bookings
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings.operations import TermsDraft
from cosmolocal.bookings.views import feeds
from cosmolocal.kernel import clock
from cosmolocal.website.tests.contract import Life, practice_contract

THING = "thing book ask edit repair introduce owner retire"
OUT, HELD, HURT = "back", "booking confirm change cancel cancel_rest out", "damage settle"


@pytest.fixture
def life(village):
    """Amina holds the bike, has the mill, and came back with a damage; Jo asks to learn driving; a repair goes on."""
    held, out = village.book(village.amina, "Bike", 5, 6, held=True), village.book(village.amina, "Mill", 0, 1)
    hurt = village.book(village.amina, "Second bike", 0, 1)
    for booking in (out, hurt):
        village.out(booking, 0)
    village.back(hurt, 0.5, state="damaged", words="a lamp")
    van, mill = village.things["Van"], village.things["Mill"]
    asked = bookings.ask_introduction(by=village.jo, thing=van, person=village.jo)
    repair = bookings.block(by=village.li_na, thing=van, begins=village.at(2), ends=village.at(9))
    user = User.objects.create_user(email="amina@example.org", agent=village.amina)

    def grow():
        for number in range(27):
            village.add(f"T{number}", "tool", TermsDraft())
            booking = village.book(village.amina, f"T{number}", 4, 5)
            bookings.ask_introduction(by=village.jo, thing=booking.thing, person=village.jo)
            village.book(village.amina, "Mill", 4 + number / 4, 4.25 + number / 4)

    named = ((THING, mill), (OUT, out), (HELD, held), (HURT, hurt), ("repaired", repair), ("end_introduction", asked))
    rows = {f"sharing:{name}": {"pk": row.pk} for names, row in named for name in names.split()}
    rows["sharing:gbfs"] = {"name": "vehicle_status"}
    rows["sharing:feed"] = {"token": signing.dumps([user.pk, feeds._mark(user)], salt=feeds._SALT)}
    people = {"member": village.amina, "other": village.jo, "steward": village.li_na, "treasurer": village.wei}
    assert bookings_queries.coming("sharing").count() == 3
    with clock.frozen_at(village.at(0.7)):
        yield Life(people, rows, grow, repeated=REPEATED)


REPEATED: dict[str, str] = {}
test_sharing_keeps_what_every_practice_keeps = practice_contract("sharing")
