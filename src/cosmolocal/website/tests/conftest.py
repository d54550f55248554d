"""A small local with one person of each role, and a browser signed in as any of them."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from cosmolocal.agents.models import Agent, User
from cosmolocal.website.tests import first_day
from cosmolocal.website.tests.gardening import fields, gardens

__all__ = ["fields", "gardens"]


@pytest.fixture
def local(db: None) -> Agent:
    """The local, set up with Li Na as its first steward."""
    return first_day.begin()


@pytest.fixture
def people(local: Agent) -> dict[str, Agent]:
    """One person of each role, a guest, and a member of another household."""
    return first_day.of_each_role(local)


@pytest.fixture
def signed_in() -> Callable[[Agent], Client]:
    """A browser in which this person is signed in."""

    def open_for(agent: Agent) -> Client:
        client = Client()
        client.force_login(User.objects.get(agent=agent), backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return open_for
