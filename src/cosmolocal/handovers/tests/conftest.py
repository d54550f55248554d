"""The village with a shop: what is handed over here was ordered there."""

from cosmolocal.practices.shop.tests.conftest import village  # noqa: F401 - a fixture
