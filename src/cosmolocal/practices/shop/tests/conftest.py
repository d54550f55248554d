"""Fixtures of the shop's tests."""

from datetime import timedelta

import pytest

from cosmolocal.kernel.clock import frozen_at
from cosmolocal.practices.shop.tests import village as builder
from tests.kept import Kept

_village = Kept(builder.build)


@pytest.fixture
def village(db, timeless):
    """The village, on Monday morning 8:00 in Liuzhou, when its rounds open."""
    with frozen_at(builder.MONDAY - timedelta(days=7)):
        built = _village()
    with frozen_at(builder.MONDAY):
        yield built


@pytest.fixture
def steward(village):
    """A browser in which Li Na is signed in."""
    return builder.client_of(village.people["Li Na"])
