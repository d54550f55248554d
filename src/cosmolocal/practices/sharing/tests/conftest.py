"""The village of bookings, with a browser for each of its people."""

from cosmolocal.bookings.tests.conftest import village  # noqa: F401 - a fixture
