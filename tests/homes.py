"""Homes of nodes that many tests begin with, each made once for all workers of a run: a test has a copy of its own.

Making tables takes a dozen seconds; a test that needs to see them made begins with an empty folder instead.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.browser.node import Node
from tests.harness import RUN
from tests.reliability import node_process

# The year behind the demo keeps a worker busy for minutes that a test needs for itself.
_WITHOUT_THE_YEAR = """
from django_tasks_db.models import DBTaskResult
waiting = [task for task in DBTaskResult.objects.all() if "shop.fill_demo_year" in str(task.args_kwargs)]
answer = [task.delete() and 1 for task in waiting]
"""


def tables(home: Path, url: str = "") -> None:
    """A node that was migrated and that nobody has set up; the rows lie in the database at `url`, if one is given."""
    _copy("tables", home, url, lambda made, base: node_process.run(made, base, node_process.MIGRATE))


def local(home: Path, url: str = "") -> None:
    """A local with thirty members, each with an account of her own (`node_process.FILL`)."""

    def make(made: Path, base: str) -> None:
        tables(made, base)
        node_process.run(made, base, node_process.FILL)

    _copy("local", home, url, make)


def demo(home: Path) -> Node:
    """The demo local without the year behind it, standing still, on SQLite."""

    def make(made: Path) -> None:
        tables(made)
        node = Node(made)
        node.run("demo", "--no-serve")
        node.ask(_WITHOUT_THE_YEAR)

    shutil.copytree(made_once("demo", make), home)
    return Node(home)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The home of this name; the first who asks makes it, the others wait."""
    place = RUN / "homes" / name
    place.parent.mkdir(exist_ok=True)
    with _locked(place.with_suffix(".lock")):
        if not place.exists():
            making = place.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            make(making)
            making.rename(place)
    return place


def _copy(name: str, home: Path, url: str, make: Callable[[Path, str], object]) -> None:
    if not url:
        shutil.copytree(made_once(name, lambda made: make(made, "")), home)
        return
    base, database = os.environ["DATABASE_URL"], f"copied_{name}"

    def make_there(made: Path) -> None:
        _as(base, f"DROP DATABASE IF EXISTS {database}", f"CREATE DATABASE {database} TEMPLATE template0")
        make(made, node_process.at_database(base, database))

    shutil.copytree(made_once(f"{name}-postgresql", make_there), home)
    own = urlsplit(url).path.lstrip("/")
    _as(base, f"DROP DATABASE {own}", f"CREATE DATABASE {own} TEMPLATE {database}")


def _as(base: str, *statements: str) -> None:
    with psycopg.connect(base, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement.encode())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
