"""Empty databases for nodes that a test starts, kills and restores."""

import os
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.reliability.node_process import at_database


@pytest.fixture
def databases() -> Iterator[Callable[[], str]]:
    """Makes empty databases on the cluster of this run; "" stands for SQLite in the home."""
    made: list[str] = []
    base = os.environ.get("DATABASE_URL", "")

    def fresh() -> str:
        if not base:
            return ""
        name = f"node_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(base, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        made.append(name)
        return at_database(base, name)

    yield fresh
    for name in made:
        with psycopg.connect(base, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
