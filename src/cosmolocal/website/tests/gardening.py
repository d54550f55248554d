"""A second practice beside those there are, small and whole: the folder `gardens`."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from cosmolocal.kernel import practices
from cosmolocal.kernel.practices import Practice
from cosmolocal.messages import kinds
from cosmolocal.website import access


@pytest.fixture
def gardens(settings: Any) -> Iterator[Practice]:
    """A second practice, installed beside those there are."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "cosmolocal.website.tests.gardens"]
    settings.ROOT_URLCONF = "cosmolocal.website.tests.gardens.town"
    remembered = (practices.installed, practices.tasks_brought, kinds.every, access._table)
    for known in remembered:
        known.cache_clear()
    importlib.import_module("cosmolocal.website.tests.gardens.tasks").watered.clear()
    yield next(one for one in practices.installed() if one.name == "gardens")
    for known in remembered:
        known.cache_clear()
