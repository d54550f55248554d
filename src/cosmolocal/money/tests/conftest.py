"""What every test of money stands on: one village, as if made anew for each test."""

import pytest

from cosmolocal.money.tests.village import Village, build
from tests.kept import Kept

_village = Kept(build)


@pytest.fixture
def village(db: None) -> Village:
    return _village()
