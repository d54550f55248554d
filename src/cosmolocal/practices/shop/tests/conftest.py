"""Fixtures of the shop's tests."""

import pytest

from cosmolocal.agents.tests.village import on_monday
from cosmolocal.practices.shop.tests import village as builder
from tests.kept import Kept

_village = Kept(builder.build)


@pytest.fixture
def village(db, timeless):
    """The village, on Monday morning 8:00 in Liuzhou, when its rounds open."""
    yield from on_monday(_village)


@pytest.fixture
def steward(village):
    """A browser in which Li Na is signed in."""
    return builder.client_of(village.people["Li Na"])
