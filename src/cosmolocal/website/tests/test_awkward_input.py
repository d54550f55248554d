"""Every page is fed every awkward number there is, in its address and in each field of its forms: none breaks."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog.models import Category, Item
from cosmolocal.kernel import clock
from cosmolocal.practices.shop import demo as shop_demo
from cosmolocal.website.tests.crawling import Crawl, Form, watch_addresses
from cosmolocal.website.tests.lively import farmers, live
from tests import harness
from tests.kept import Kept

AWKWARD = {
    "superscript": "²",
    "many digits": "9" * 5000,
    "huge": "999999999",
    "zero byte": "1\x00",
    "more than a word holds": "9" * 25,
    "another script": "٣",
    "full width": "３",
    "half": "½",
    "minus nothing": "-0",
    "below nothing": "-1",
    "exponent": "1e9",
    "not a number": "NaN",
    "a fraction": "1,873",
    "no address": "abc",
    "empty": "",
}
FIRST = ("superscript", "many digits", "huge", "zero byte", "no address")
TRIED = AWKWARD if harness.ALL else {name: AWKWARD[name] for name in FIRST}
NOON = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
ROLES = ("member", "steward", "treasurer", "producer", "keeper")


def build() -> dict[str, Agent]:
    by = agents_queries.system()
    village = live(by)
    Item.objects.filter(pk__in=list(Item.objects.values_list("pk", flat=True)[:40])).update(stock=999_999_999)
    shop_demo.open_round_closing_tonight(village.store, clock.today("Asia/Shanghai"), orders=10)
    _add_goods_without_pack(by)
    return {**village.people, **farmers()}


_life = Kept(build)


@pytest.fixture
def life(db: None, timeless: None) -> Iterator[dict[str, Agent]]:
    """A local in the middle of its year: a settled round, one that takes orders, one on the packing table."""
    with clock.frozen_at(NOON):
        yield _life()


def _add_goods_without_pack(by: Agent) -> None:
    """Somebody promised, and somebody brings, what nobody sells."""
    producer = Agent.objects.filter(is_producer=True).order_by("pk")[0]
    category = Category.objects.first()
    assert category is not None
    catalog.add_product(by=by, producer=producer, name="Straw", category=category.name, unit="kg")


@pytest.mark.parametrize("role", ROLES)
def test_no_number_from_outside_breaks_a_page(
    life: dict[str, Agent],
    signed_in: Callable[[Agent], Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    role: str,
) -> None:
    watch_addresses(monkeypatch)
    caplog.set_level("CRITICAL", logger="django.request")
    client = signed_in(life[role])
    client.raise_request_exception = False
    crawl = Crawl(client).walk("/home/", "/", "/shop/", "/handovers/", "/money/", "/goods/", "/people/")
    broken = list(crawl.broken)
    for name, path in crawl.pages.items():
        for asked in sorted(crawl.asked[name]):
            for what, value in TRIED.items():
                answer = client.get(f"{path}?{urlencode({asked: value})}")
                if answer.status_code >= 500:
                    broken.append(f"GET {path} {asked}: {what}: {_why(answer)}")
    for form in crawl.forms.values():
        broken += _feed(client, form)
    assert not broken, "\n".join(broken)
    assert len(crawl.pages) > 10
    assert crawl.forms


def _feed(client: Client, form: Form) -> list[str]:
    """Each field of a form with each value, the others as they stood; nothing of it stays."""
    broken = []
    for name in form.names():
        for what, value in TRIED.items():
            with transaction.atomic():
                answer = client.post(form.action, {**form.fields, name: value})
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                broken.append(f"POST {form.action} {name}: {what}: {_why(answer)}")
    return broken


def _why(answer: object) -> str:
    found = getattr(answer, "exc_info", None)
    return repr(found[1])[:200] if found else "status"
