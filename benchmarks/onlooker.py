"""Looks on while a round is played: how long each deed takes, and what the pages of each stage cost those who work."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks.harness import must
from benchmarks.playing import Watch
from cosmolocal.agents.models import User
from cosmolocal.kernel import clock
from cosmolocal.money.models import Account, MoneyBox
from cosmolocal.practices.shop.models import OrderRound, ProducerOrder

AGAIN = 5
# How long after its round closes somebody looks at each stage.
WHEN = {
    "ordered": timedelta(hours=-6),
    "closed": timedelta(hours=12),
    "received": timedelta(hours=26),
    "packed": timedelta(hours=31),
    "collected": timedelta(hours=34, minutes=30),
    "settled": timedelta(hours=36),
    "paid": timedelta(hours=61),
}
Asked = tuple[str, str, str]  # what it is called, who reads it, its address


@dataclass
class Page:
    """What a page costs: ms of this process's CPU (on PostgreSQL by the clock), the median of five; and its size."""

    ms: float
    kilobytes: float


@dataclass
class Deed:
    """What all deeds of a name took, measured likewise, and by how much this process grew at its largest."""

    seconds: float = 0.0
    megabytes: float = 0.0


class Onlooker(Watch):
    """`spent`: seconds that looking took, which are none of the building's."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.deeds: dict[str, Deed] = {}
        self.spent = 0.0

    @contextmanager
    def timing(self, deed: str) -> Iterator[None]:
        """Seconds add up over deeds of a name; of memory the one that took most counts."""
        done = self.deeds.setdefault(deed, Deed())
        before, begin = _forget_peak(), _used()
        yield
        done.seconds += _used() - begin
        done.megabytes = max(done.megabytes, _kilobytes("VmHWM") / 1024 - before)

    def look(self, stage: str, round: OrderRound) -> None:
        """Every page of the stage."""
        if stage not in WHEN:
            return
        begin = time.perf_counter()
        with clock.frozen_at(round.closes_at + WHEN[stage]):
            readers: dict[str, Client] = {}
            for name, who, address in _LISTS[stage](round):
                if who not in readers:
                    readers[who] = _signed_in(who)
                self.pages[name] = _seen(readers[who], address)
        self.spent += time.perf_counter() - begin


def _forget_peak() -> float:
    """MB that this process keeps now; from here on the kernel notes its highest anew."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return _kilobytes("VmRSS") / 1024


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _used() -> float:
    """CPU of this process, in which SQLite works; PostgreSQL works elsewhere, so there the clock on the wall counts."""
    return time.process_time() if connection.vendor == "sqlite" else time.perf_counter()


def _signed_in(who: str) -> Client:
    client = Client(headers={"host": "localhost"})
    if who:
        user = User.objects.get(email=f"{who}@example.org")
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _seen(client: Client, address: str) -> Page:
    answer = client.get(address, follow=True)
    must(answer.status_code == 200, f"{address} answers {answer.status_code}")
    found = []
    for _ in range(AGAIN):
        gc.collect()
        begin = _used()
        client.get(address, follow=True)
        found.append((_used() - begin) * 1000)
    return Page(statistics.median(found), len(answer.content) / 1024)


def _ordered(round: OrderRound) -> Iterator[Asked]:
    yield "public page", "", reverse("public")
    yield "shop", "member1", reverse("shop:shop", args=[round.pk])
    yield "home while ordering", "member1", reverse("home")
    yield "round desk", "steward", reverse("shop:round_desk", args=[round.pk])
    yield "goods of a round", "steward", reverse("shop:round_goods", args=[round.pk])
    yield "what was ordered", "steward", reverse("shop:round_orders", args=[round.pk])
    yield "orders of a round", "steward", reverse("shop:round_orders", args=[round.pk]) + "?of=households"


def _closed(round: OrderRound) -> Iterator[Asked]:
    farm = ProducerOrder.objects.filter(round=round).order_by("pk")[0].producer_id
    receiving = reverse("handovers:receiving", args=[round.handover_id])
    yield "farms of a round", "steward", reverse("shop:round_farms", args=[round.pk])
    yield "receiving", "steward", receiving
    yield "receiving from a farm", "steward", f"{receiving}?farm={farm}"


def _received(round: OrderRound) -> Iterator[Asked]:
    yield "packing", "packer", reverse("handovers:packing", args=[round.handover_id])
    yield "packing list", "packer", reverse("handovers:lists", args=[round.handover_id])
    yield "lots", "steward", reverse("handovers:lots", args=[round.handover_id])


def _packed(round: OrderRound) -> Iterator[Asked]:
    door = reverse("handovers:door", args=[round.handover_id])
    yield "door", "keeper", door
    yield "door, by name", "keeper", f"{door}?q=Member+1"


def _collected(round: OrderRound) -> Iterator[Asked]:
    yield "settling, looked at before", "steward", reverse("shop:settle", args=[round.pk])


def _settled(round: OrderRound) -> Iterator[Asked]:
    yield "paying farms", "treasurer", reverse("shop:pay", args=[round.pk])


def _paid(_round: OrderRound) -> Iterator[Asked]:
    """Lists that people read week after week."""
    deeds, people = reverse("deeds"), reverse("agents:people")
    fund = Account.objects.get(code="transport").pk
    bank = MoneyBox.objects.order_by("pk")[0].pk
    yield "steward's page", "steward", reverse("steward")
    yield "rounds", "steward", reverse("shop:rounds")
    yield "people", "steward", people
    yield "people, by name", "steward", f"{people}?q=Member+1"
    yield "post", "steward", reverse("messages:post")
    yield "treasurer's desk", "treasurer", reverse("money:desk")
    yield "accounts", "treasurer", reverse("money:accounts")
    yield "bank box", "treasurer", reverse("money:box", args=[bank])
    yield "statement of a fund", "treasurer", reverse("money:statement", args=[fund])
    yield "balance sheet", "treasurer", reverse("money:sheet")
    yield "payments out", "treasurer", reverse("money:payouts")
    yield "second looks", "treasurer", reverse("money:looks")
    yield "who did what", "treasurer", deeds
    yield "who did what, by name", "treasurer", f"{deeds}?who=treasurer"
    yield "who did what, by part", "treasurer", f"{deeds}?part=shop"
    yield "figures", "member1", reverse("shop:figures")
    yield "member's home", "member1", reverse("home")
    yield "my account", "member1", reverse("money:mine")
    yield "my orders", "member1", reverse("shop:orders")
    yield "my data", "member1", reverse("my_data")


_LISTS: Mapping[str, Callable[[OrderRound], Iterator[Asked]]] = {
    "ordered": _ordered,
    "closed": _closed,
    "received": _received,
    "packed": _packed,
    "collected": _collected,
    "settled": _settled,
    "paid": _paid,
}
