"""One whole round through the pages, as everybody in it would walk it; then the books replay to the smallest unit."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents.tests.village import client_of, week_before
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Crate
from cosmolocal.kernel import ids, timers
from cosmolocal.kernel.clock import frozen_at
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Payment
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, Village


@pytest.fixture
def village(db: None, timeless: None) -> Village:
    return week_before(builder.build)


def send(client: Client, page: str, /, *args: object, **fields: object) -> str:
    """Posts a page's form and reads the page that comes after it."""
    answer = client.post(reverse(page, args=args), {"key": ids.fresh_key(), **fields}, follow=True)
    assert answer.status_code == 200, (page, answer.status_code)
    return str(answer.content.decode())


def order(village: Village, client: Client, round: OrderRound, wishes: dict[str, int], **fields: object) -> None:
    """Fills the basket thing by thing, reads it once more, and presses the binding button."""
    for name, count in wishes.items():
        client.post(reverse("shop:put", args=[village.offer(round, name).pk]), {"count": count, "key": ids.fresh_key()})
    page = client.get(reverse("shop:check", args=[round.pk])).content.decode()
    lines = re.findall(r'name="line" value="([^"]+)"', page)
    assert len(lines) == len(wishes), page
    version = re.search(r'name="version"(?: value="(\d*)")?', page)
    sent = {"line": lines, "pays": "prepaid", "version": (version and version.group(1)) or "", **fields}
    said = send(client, "shop:check", round.pk, **sent)
    assert "You have ordered." in said


GUIDE = Path(__file__).resolve().parent.parent.parent / "CONTRIBUTING.md"
NAMED = re.compile(r"`([a-z_/]+\.py):([A-Za-z_]+)`")


@contextmanager
def calls_seen() -> Iterator[set[tuple[str, str]]]:
    """Every function of ours that is called: the end of its file's path, and its name with those it stands in."""
    seen: set[Any] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _about: seen.add(frame.f_code) if event == "call" else None)
    found: set[tuple[str, str]] = set()
    try:
        yield found
    finally:
        sys.setprofile(before)
        for code in seen:
            _before, ours, path = code.co_filename.replace("\\", "/").rpartition("/cosmolocal/")
            if ours:
                found.add((path, code.co_qualname))


def walk_of_the_guide() -> list[tuple[str, str]]:
    """(file, function) in the order of the walk in CONTRIBUTING.md; models are nouns, and nobody calls them."""
    walk = GUIDE.read_text().partition("## A walk through the code")[2].partition("\n## ")[0]
    return [(path, name) for path, name in NAMED.findall(walk) if not path.endswith("/models.py")]


def test_the_walk_of_the_guide_calls_what_it_names(village: Village) -> None:
    with calls_seen() as seen:
        walked(village)
    named = walk_of_the_guide()
    assert len(named) > 20
    # A decorator is called when a module is read, and what it made runs inside it.
    assert [
        f"{path}:{name}"
        for path, name in named
        if not any(path == file and (made == name or made.startswith(f"{name}.<locals>.")) for file, made in seen)
    ] == []


def walked(village: Village) -> None:
    """The week, through the pages."""
    who = {name: client_of(agent) for name, agent in village.people.items()}
    with frozen_at(MONDAY):
        farmer = agents.add_member(by=village.home, name="Huang", household_name="Huang")
        agents.join(by=village.home, member=farmer, group=village.producers["Huang Dacheng"])
        round = _opened(village, who["Li Na"])
        order(village, who["Amina"], round, {"Pak choi": 2, "Eggs": 1})
        order(village, who["Jo"], round, {"Pak choi": 4, "Cabbage": 1})
        order(village, who["Chen"], round, {"Cabbage": 2, "Bread": 1})
        order(village, who["Wei"], round, {"Cabbage": 2, "Lotus root": 1})
        order(village, who["Qin"], round, {"Bread": 1}, pays="cash")
        stock = reverse("shop:stock", args=[village.offer(round, "Cabbage").pk])
        client_of(farmer).post(stock, {"available": "3", "key": ids.fresh_key()})

    for moment, state in ((CLOSING, "grace"), (CLOSING + timedelta(minutes=30), "ordered")):
        with frozen_at(moment):
            timers.run_due()
        assert OrderRound.objects.get().state == state
    # Everybody who wanted a cabbage has one; the rest was not enough for two.
    cabbages = OrderLine.objects.filter(offer__item=village.items["Cabbage"])
    assert sorted(cabbages.values_list("granted", flat=True)) == [1, 1, 1]

    with frozen_at(THURSDAY - timedelta(hours=4)):
        _received_and_packed(village, who["Tan Mei"], round)
    with frozen_at(THURSDAY + timedelta(hours=1)):
        _collected(village, who["Keeper Lu"], round)
    with frozen_at(THURSDAY + timedelta(hours=4)):
        assert "account is exactly 0" in send(who["Li Na"], "shop:settle", round.pk)
    assert money_queries.balance(round.account).balance == 0
    amina = Order.objects.get(household=village.households["Amina"])
    # 1,050 g of pak choi at 4.20 per 500 g; eggs 18.00 with 0.50 deposit.
    assert amina.final == 882 + 1800 + 50
    assert village.balance("Amina") == 20_000 - 2732
    assert village.balance("Qin") == 0

    with frozen_at(THURSDAY + timedelta(days=1)):
        _paid(who, round)
    for farm in village.producers.values():
        account = money_queries.account_for(farm, "producer")
        assert account is not None
        assert money_queries.balance(account).balance == 0

    choi = amina.lines.get(offer__item=village.items["Pak choi"])
    told = who["Amina"].get(reverse("shop:line", args=[choi.pk])).content.decode()
    assert "Huang Dacheng" in told
    assert "1126-HD" in told
    assert who["Jo"].get(reverse("shop:line", args=[choi.pk])).status_code == 404
    assert money_queries.sums_agree().difference == 0
    assert flows_queries.replay() == []


def _opened(village: Village, steward: Client) -> OrderRound:
    send(
        steward,
        "shop:plan",
        name="Thursday 26 November",
        place=village.place.pk,
        opens_at="2026-11-23T08:00",
        closes_at="2026-11-25T20:00",
        begins="2026-11-26T16:00",
        ends="2026-11-26T19:00",
        allow_cash="on",
    )
    round = OrderRound.objects.get()
    send(steward, "shop:round_goods", round.pk, item=[item.pk for item in village.items.values()])
    send(steward, "shop:deed", round.pk, "open")
    send(steward, "handovers:weights", round.handover_id, allowed=1)
    round.refresh_from_db()
    assert round.closes_at == CLOSING
    return round


def _received_and_packed(village: Village, packer: Client, round: OrderRound) -> None:
    handover = round.handover
    for delivery in handovers_queries.receiving_list(handover):
        came = {f"came_{a.commitment_id}": a.goods.value(a.promised) for a in delivery.arrivals}
        send(packer, "handovers:receive", handover.pk, delivery.producer.pk, **came)
    for by in ("product", "place"):
        assert packer.get(reverse("handovers:lists", args=[handover.pk]), {"by": by}).status_code == 200
    crate = Crate.objects.get(handover=handover, receiver=village.households["Amina"])
    for line in handovers_queries.crate_sheets(handover, only=crate)[0].lines:
        weighed = "2.1" if line.goods.name == "Pak choi" else line.value
        send(packer, "handovers:tick", crate.pk, line.commitment_id, tick=1, **{line.field: weighed})
    send(packer, "handovers:close_crate", crate.pk)
    send(packer, "handovers:pack_all", handover.pk)


def _collected(village: Village, keeper: Client, round: OrderRound) -> None:
    handover = round.handover
    door = keeper.get(reverse("handovers:door", args=[handover.pk])).content.decode()
    assert "15.00 in cash" in door
    cash_order = Order.objects.get(household=village.households["Qin"])
    box = next(box for box in money_queries.boxes() if box.kind == "cash")
    send(keeper, "shop:cash", cash_order.pk, amount="15.00", box=box.pk)
    for crate in Crate.objects.filter(handover=handover):
        send(keeper, "handovers:hand_over", crate.pk)
    send(keeper, "handovers:close", handover.pk)


def _paid(who: dict[str, Client], round: OrderRound) -> None:
    bank = next(box for box in money_queries.boxes() if box.kind == "bank")
    send(who["Wei Guo"], "shop:pay", round.pk, box=bank.pk)
    round.refresh_from_db()
    asked = ProducerOrder.objects.filter(round=round).count()
    assert Payment.objects.filter(list=round.payments_id).count() == asked
    alone = who["Wei Guo"].post(reverse("money:agree", args=[round.payments_id]), {"key": ids.fresh_key()}, follow=True)
    assert Payment.objects.filter(list=round.payments_id, list__state="asked").count() == asked, alone.content
    send(who["Second Treasurer"], "money:agree", round.payments_id)
    send(who["Wei Guo"], "money:confirm_list", round.payments_id, confirmed=1)
    assert set(Payment.objects.filter(list=round.payments_id).values_list("state", flat=True)) == {"paid"}
