"""No statement names each of the rows it is about. A plain SQLite takes 32,766 parameters and conditions 1,000 deep,
and a region's round has more of nearly everything; here a small one is played, with limits smaller still.
"""

import html
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve

import cosmolocal
from benchmarks import region
from benchmarks.playing import Watch
from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, User
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock
from cosmolocal.practices.shop.models import OrderRound

pytestmark = [pytest.mark.django_db, pytest.mark.long]

ROWS = region.Size(weeks=1, orders=60, households=60, lines=3, products=70, farms=2, made=60)
MOST, DEEPEST = 52, 60  # parameters of a statement (letters go in fifties), conditions within one another
WATCHED = ("ordered", "packed", "paid")  # when every page is looked at
BEGINNINGS = ("/home/", "/steward/", "/money/", "/people/", "/handovers/", "/deeds/", "/shop/", "/shop/desk/1/", "/")
OURS = str(Path(cosmolocal.__file__).parent)


def test_no_statement_names_each_row_of_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(connection.features), "max_query_params", MOST)
    named: dict[str, int] = {}
    reader = _Reader()
    with _shallow(), connection.execute_wrapper(_noting(named)):
        region.first_week(ROWS, watch=reader)
    assert reader.pages > 300
    assert named == {}


def test_statements_that_name_their_rows_are_noted() -> None:
    named: dict[str, int] = {}
    with connection.execute_wrapper(_noting(named)):
        list(Agent.objects.present().filter(pk__in=range(MOST + 1)))  # asked here: no code of ours
        flows_queries.intents(range(MOST + 1))
    assert [(place.partition(":")[0], count) for place, count in named.items()] == [
        ("/flows/queries/books.py", MOST + 1)
    ]


@contextmanager
def _shallow() -> Iterator[None]:
    """SQLite refuses conditions that are deeper than `DEEPEST`."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, DEEPEST)
    try:
        yield
    finally:
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, before)


def _noting(named: dict[str, int]) -> Callable[..., Any]:
    """Notes each statement of ours with more parameters than `MOST`: where it was asked, and how many."""

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and params is not None and len(params) > MOST and (place := _asked_at()):
            named[place] = max(named.get(place, 0), len(params))
        return execute(sql, params, many, context)

    return note


def _asked_at() -> str:
    """File and line of the code of ours that runs now; nothing where only others do."""
    frame = sys._getframe()
    while frame is not None and not frame.f_code.co_filename.startswith(OURS):
        frame = frame.f_back  # type: ignore[assignment]
    return f"{frame.f_code.co_filename.removeprefix(OURS)}:{frame.f_lineno}" if frame else ""


class _Reader(Watch):
    """Somebody with every task, who reads every page now and then."""

    pages = 0

    def look(self, stage: str, round: OrderRound) -> None:
        if stage in WATCHED:
            with clock.frozen_at(round.handover.begins + timedelta(hours=WATCHED.index(stage) * 6)):
                self.pages += _read_every_page(_browser())


def _browser() -> Client:
    somebody = User.objects.get(email="steward@example.org")
    assert somebody.agent is not None
    for role in ("treasurer", "auditor", "packer", "keeper"):
        agents.give_role(by=agents_queries.home_local(), agent=somebody.agent, role=role)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(somebody, backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def _read_every_page(browser: Client) -> int:
    """Follows links, once to each kind of page; how many there were."""
    seen: set[tuple[Any, ...]] = set()
    waiting = list(BEGINNINGS)
    while waiting:
        address = waiting.pop(0)
        kind = _kind_of(address)
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        answer = browser.get(address)
        assert answer.status_code < 500, address
        if answer.status_code in (301, 302):
            waiting.append(urljoin(address, answer["Location"]))
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            links = re.findall(r'href="([^"#]+)', answer.content.decode())
            waiting += [urljoin(address, html.unescape(link)) for link in links if "sign-out" not in link]
    return len(seen)


def _kind_of(address: str) -> tuple[Any, ...] | None:
    """The page and what of it is shown; files are left out, which are drawn in processes of their own."""
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    if parts.scheme or "as" in asked:
        return None
    try:
        page = resolve(parts.path).view_name
    except Resolver404:
        return None
    return page, *sorted((name, values[0] if name in ("by", "of", "show") else "") for name, values in asked.items())
