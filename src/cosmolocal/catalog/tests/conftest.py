"""Fixtures of the catalog's tests."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, User
from cosmolocal.catalog.tests import village as at

Browser = Callable[[Agent], Client]


@pytest.fixture
def village(db: None) -> at.Village:
    return at.found()


@pytest.fixture
def signed_in() -> Browser:
    def open_for(agent: Agent) -> Client:
        user = User.objects.filter(agent=agent).first() or agents.make_user(
            by=at.system(), agent=agent, email=f"a{agent.pk}@example.org"
        )
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return open_for
