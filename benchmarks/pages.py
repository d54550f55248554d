"""Pages as a browser asks for them, in this process: the shop with ten thousand goods, its search, a member's home.

The limit is an empty page behind the same session, person and door.
"""

import gc
from collections.abc import Iterator

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from benchmarks import town
from benchmarks.empty_urls import EMPTY
from benchmarks.harness import Ground, Row, alternate, must, watch
from benchmarks.town import Town
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.models import RoundOffer
from cosmolocal.practices.shop.operations import LineDraft

AGAIN = 20  # times a page is asked for in one round
PAGE_MS, SEARCH_MS = 100, 60
TYPED = {"HX-Request": "true"}  # while one types, only the shelf is asked for


def shop_page(ground: Ground) -> Iterator[Row]:
    """The first page of the shop, and a search, with a basket and an order standing."""
    goods = ground.size(10_000, 500)
    with override_settings(ROOT_URLCONF="benchmarks.empty_urls"):
        place = town.build(goods, households=5)
        _busy(place)
        client = place.client()
        shop = f"/shop/{place.round.pk}/"
        must(_body(client, shop).count('class="good-title"') == 40, "a page has other than forty things")
        must(f"{goods:,} things" in _body(client, shop), "the page does not say how much there is")
        word = next(iter(town.Item.objects.values_list("product__name", flat=True))).split()[0]
        must(word in _body(client, f"{shop}?q={word}"), "the search does not find a thing by its name")
        statements = _statements(client, shop)
        for name, address, headers, goal in (
            ("shop-page", shop, {}, PAGE_MS),
            ("shop-page, search", f"{shop}?q={word}", TYPED, SEARCH_MS),
        ):
            ours, limit = alternate(
                lambda address=address, headers=headers: _ms(client, address, headers), lambda: _ms(client, EMPTY)
            )
            yield Row(
                name=name,
                database=ground.database,
                size=f"{goods:,} goods" + (", as one types" if headers else ""),
                ours=ours,
                limit=limit,
                unit="ms",
                goal=f"under {goal} ms",
                met=ours < goal,
                note=f"{statements} statements" if goal == PAGE_MS else "",
            )


def member_home(ground: Ground) -> Iterator[Row]:
    """A member's home page with an order, a basket and an account."""
    goods = ground.size(1_000, 100)
    with override_settings(ROOT_URLCONF="benchmarks.empty_urls"):
        place = town.build(goods, households=ground.size(300, 10))
        _busy(place)
        client = place.client()
        must("Your order closes" in _body(client, "/home/"), "the home page does not speak of the order")
        ours, limit = alternate(lambda: _ms(client, "/home/"), lambda: _ms(client, EMPTY))
        yield Row(
            name="member-home",
            database=ground.database,
            size=f"{len(place.members)} households",
            ours=ours,
            limit=limit,
            unit="ms",
            goal="at least 10 times faster than Juntagrico (214 ms measured elsewhere)",
            met=ours < 21.4,
            note=f"{_statements(client, '/home/')} statements",
        )


def _busy(place: Town) -> None:
    """The first member has ordered six things and put three more into the basket."""
    member = place.members[0]
    household = town.who.household_of(member)
    assert household is not None
    offers = list(RoundOffer.objects.filter(round=place.round).order_by("pk").values_list("pk", flat=True)[:9])
    lines = [LineDraft(offer, 1) for offer in offers[:6]]
    shop.place_order(by=member, round=place.round, household=household, lines=lines)
    counts = dict.fromkeys(offers[6:], 2)
    shop.fill_basket(by=member, round=place.round, household=household, counts=counts)


def _body(client: Client, address: str) -> str:
    answer = client.get(address)
    must(answer.status_code == 200, f"{address} answers {answer.status_code}")
    return answer.content.decode()


def _statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def _ms(client: Client, address: str, headers: dict[str, str] | None = None) -> float:
    gc.collect()
    with watch() as passed:
        for _ in range(AGAIN):
            client.get(address, headers=headers)
    return passed.seconds / AGAIN * 1000
