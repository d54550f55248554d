"""Fixtures of the tests of hand-overs."""

import pytest

from cosmolocal.agents.tests.village import on_monday
from cosmolocal.handovers.tests import village as builder
from tests.kept import Kept

_village = Kept(builder.build)


@pytest.fixture
def village(db, timeless):
    """The village, on Monday morning 8:00 in Liuzhou."""
    yield from on_monday(_village)
