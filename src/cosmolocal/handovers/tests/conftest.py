"""Fixtures of the tests of hand-overs."""

from datetime import timedelta

import pytest

from cosmolocal.handovers.tests import village as builder
from cosmolocal.kernel.clock import frozen_at
from tests.kept import Kept

_village = Kept(builder.build)


@pytest.fixture
def village(db, timeless):
    """The village, on Monday morning 8:00 in Liuzhou."""
    with frozen_at(builder.MONDAY - timedelta(days=7)):
        built = _village()
    with frozen_at(builder.MONDAY):
        yield built
