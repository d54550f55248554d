"""What every test of bookings stands on: one village on Monday morning, as if made anew for each test."""

import pytest

from cosmolocal.bookings.tests.village import NOW, Village, build
from cosmolocal.kernel import clock
from tests.kept import Kept

_village = Kept(build)


@pytest.fixture
def village(db, timeless) -> Village:
    built = _village()
    with clock.frozen_at(NOW):
        yield built
