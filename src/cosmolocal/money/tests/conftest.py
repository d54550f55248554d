"""What every test of money stands on: one village, made anew for each test."""

import pytest

from cosmolocal.money.tests.village import Village, build


@pytest.fixture
def village(db: None) -> Village:
    return build()
