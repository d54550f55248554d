"""A year of a big region: `python -m benchmarks.region DIR --weeks 52` builds it and leaves it there.

Households and one round (opened, ordered, closed, received, packed, handed over, settled, paid) are made by the
product's own operations, the others are copies of them (`copies.py`). Afterwards `doctor` finds nothing.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.copies import Block
    from cosmolocal.agents.models import Agent, Place
    from cosmolocal.money.models import Account, MoneyBox
    from cosmolocal.practices.shop.models import OrderRound

MONEY = 1_000_000_00  # minor units that each household begins with
TOPPED_UP = 150_00  # minor units that each household pays in with an order
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Size:
    """How much there is. `made`: households and orders of the first round by operations; the others are copies."""

    weeks: int = 52
    orders: int = 3_400
    households: int = 12_000
    lines: int = 6
    products: int = 2_000
    farms: int = 105
    made: int = 425

    def __post_init__(self) -> None:
        if self.orders % self.made or self.households < self.orders:
            raise ValueError("orders: a multiple of `made`, and not more than households")

    def __str__(self) -> str:
        return f"{self.households:,} households, {self.weeks} weeks of {self.orders:,} orders x {self.lines} lines"


SMALL = Size(weeks=3, orders=12, households=42, lines=3, products=30, farms=4, made=4)


@dataclass
class Region:
    """Who and what is there while it is built."""

    size: Size
    home: "Agent"
    store: "Place"
    bank: "MoneyBox"
    steward: "Agent"
    treasurer: "Agent"
    second: "Agent"
    people: "Block | None" = None  # the households that operations made; the others are copies of them


def build(size: Size) -> None:
    """Fills the migrated, empty database of this process; refuses one in which somebody lives."""
    from benchmarks import copies
    from cosmolocal.kernel import clock, node
    from cosmolocal.practices.shop.tasks import keep_figures

    begin = _first_monday(size.weeks)
    with clock.standing_at(begin - timedelta(days=10)):
        region = _found(size)
        with copies.recorded() as region.people:
            _households(region, size.made)
        whole, rest = divmod(size.households, size.made)
        region.people.copy(whole - 1, named_anew=True)
        _households(region, rest, first=size.households - rest)
    with copies.recorded() as week, node.at_home():
        play(region, begin)
    week.copy(size.weeks - 1, days=7)
    with node.at_home():
        _close_months(region, begin)
        keep_figures()
        _analyse()


def play(region: Region, monday: datetime, until: str = "paid") -> "OrderRound":
    """One round by operations, its days after `monday`; `until`: open, ordered, closed, received, packed, collected,
    settled or paid, where it stays.
    """
    stages = ("open", "ordered", "closed", "received", "packed", "collected", "settled", "paid")
    round = None
    for stage, work in zip(stages, _STAGES, strict=True):
        round = work(region, monday, round)
        if stage == until:
            break
    assert round is not None
    return round


def _first_monday(weeks: int) -> datetime:
    """So long ago that the last round is over, in the zone of the region."""
    from cosmolocal.kernel import clock

    today = clock.now().date()
    monday = today - timedelta(days=today.weekday()) - A_WEEK * weeks
    return datetime.combine(monday, time(1), tzinfo=clock.now().tzinfo)


def _found(size: Size) -> Region:
    from benchmarks import names
    from cosmolocal.agents import operations as people
    from cosmolocal.agents import queries as who
    from cosmolocal.catalog import operations as catalog
    from cosmolocal.catalog.demo import large_catalog
    from cosmolocal.flows import operations as flows
    from cosmolocal.money import operations as money

    wish = people.LocalWish("Vale", "Liuzhou", 24.33, 109.41, "Asia/Shanghai", "en", "CNY")
    home = people.found_local(by=who.system(), wish=wish)
    flows.standard_units(by=home)
    money.open_currency(by=home, code="CNY", decimals=2, symbol="¥", start_floor=0)
    catalog.standard_measures(by=home)
    catalog.standard_categories(by=home)
    catalog.chinese_taxes(by=home)
    store = people.add_place(by=home, name="Store", latitude=24.31, longitude=109.41, is_handover=True)
    farms = [_farm(home, number, name) for number, name in enumerate(names.farms(size.farms))]
    large_catalog(home, farms, size.products, names.goods())
    bank = money.open_box(by=home, kind="bank", name="Bank")
    desk = {role: _person(home, role) for role in ("steward", "treasurer", "treasurer2", "auditor", "packer", "keeper")}
    for name, person in desk.items():
        people.give_role(by=home, agent=person, role=name.rstrip("2"), place=store if name == "keeper" else None)
    _run_jobs()
    return Region(size, home, store, bank, desk["steward"], desk["treasurer"], desk["treasurer2"])


def _person(home: "Agent", name: str) -> "Agent":
    from cosmolocal.agents import operations as people

    return people.add_member(by=home, name=name.capitalize(), email=f"{name}@example.org", household_name=name)


def _farm(home: "Agent", number: int, name: str) -> "Agent":
    from cosmolocal.agents import operations as people
    from cosmolocal.catalog import operations as catalog
    from cosmolocal.money import operations as money

    place = people.add_place(by=home, name=name, latitude=23.5 + number / 40, longitude=109.0 + number / 50)
    farm = people.add_producer(by=home, name=f"Farm of {name}", place=place)
    money.open_account(by=home, holder=farm, kind="producer")
    catalog.set_terms(by=home, producer=farm)
    return farm


def _households(region: Region, count: int, first: int = 0) -> None:
    from cosmolocal.agents import operations as people
    from cosmolocal.agents import queries as who
    from cosmolocal.money import operations as money

    for number in range(first, first + count):
        member = people.add_member(
            by=region.home,
            name=f"Member {number}",
            email=f"member{number}@example.org",
            household_name=f"Household {number}",
        )
        household = who.household_of(member)
        assert household is not None
        account = money.open_account(by=region.home, holder=household)
        money.top_up(by=region.home, account=account, box=region.bank, amount=MONEY)
    _run_jobs()


def _open(region: Region, monday: datetime, _round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.catalog.models import Item
    from cosmolocal.kernel.clock import standing_at
    from cosmolocal.practices.shop import operations as shop

    opens, closes, begins = monday, monday + timedelta(days=2), monday + timedelta(days=3, hours=7)
    wish = shop.RoundWish("Thursday", region.store, opens, closes, begins, begins + timedelta(hours=3))
    with standing_at(opens):
        planned = shop.plan_round(by=region.steward, wish=wish)
        goods = [shop.OfferWish(item) for item in Item.objects.order_by("pk").values_list("pk", flat=True)]
        shop.offer_items(by=region.steward, round=planned, items=goods)
        return shop.open_round(by=region.steward, round=planned)


def _order(region: Region, monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from benchmarks import copies
    from cosmolocal.kernel.clock import standing_at
    from cosmolocal.money import operations as money
    from cosmolocal.practices.shop import operations as shop
    from cosmolocal.practices.shop.models import RoundOffer

    assert round is not None
    offers = list(RoundOffer.objects.filter(round=round).order_by("pk").values_list("pk", flat=True))
    with copies.recorded() as orders:
        for turn, (member, household, account) in enumerate(_ordering(region)):
            with standing_at(monday + timedelta(hours=1, minutes=turn * 5)):
                money.top_up(by=region.treasurer, account=account, box=region.bank, amount=TOPPED_UP)
                wanted = {
                    offers[(turn * 7 + line * 331) % len(offers)]: 1 + line % 3 for line in range(region.size.lines)
                }
                lines = [shop.LineWish(offer, count) for offer, count in wanted.items()]
                shop.place_order(by=member, round=round, household=household, lines=lines)
        with standing_at(monday + timedelta(hours=40)):
            _run_jobs()
    orders.copy(region.size.orders // region.size.made - 1, beside=region.people)
    return round


def _ordering(region: Region) -> "Iterator[tuple[Agent, Agent, Account]]":
    """Of each household that operations made: somebody of it, the household, its account."""
    from cosmolocal.agents.models import Agent, Membership
    from cosmolocal.money.models import Account

    assert region.people is not None
    window = region.people.windows[Agent]
    mine = Account.objects.filter(kind="member", holder__gt=window.low, holder__lte=window.high).labelled()
    accounts = {account.holder_id: account for account in mine}
    people = Membership.objects.filter(group__in=list(accounts), until=None).select_related("member", "group")
    for one in people.order_by("pk"):
        yield one.member, one.group, accounts[one.group_id]


def _close(region: Region, monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.agents import queries as who
    from cosmolocal.kernel.clock import standing_at
    from cosmolocal.practices.shop import operations as shop

    assert round is not None
    with standing_at(monday + timedelta(days=2)):
        shop.close_round(by=who.system(), round=round)
    with standing_at(monday + timedelta(days=2, minutes=31)):
        shop.send_producer_orders(by=who.system(), round=round)
        _run_jobs()
    return round


def _receive(region: Region, monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.handovers import operations as handovers
    from cosmolocal.handovers.operations import ReceiptLine
    from cosmolocal.kernel.clock import standing_at
    from cosmolocal.practices.shop.models import ProducerOrder

    assert round is not None
    with standing_at(monday + timedelta(days=3)):
        for order in ProducerOrder.objects.filter(round=round).select_related("producer").order_by("pk"):
            lines = [
                ReceiptLine(
                    line.commitment.specification_id,
                    line.commitment.quantity,
                    line.commitment.quantity,
                    line.commitment_id,
                )
                for line in order.lines.select_related("commitment").order_by("pk")
            ]
            handovers.receive(by=region.steward, handover=round.handover, producer=order.producer, lines=lines)
    return round


def _pack(region: Region, monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.handovers import operations as handovers
    from cosmolocal.kernel.clock import standing_at

    assert round is not None
    with standing_at(monday + timedelta(days=3, hours=5)):
        handovers.pack_all(by=region.steward, handover=round.handover)
        _run_jobs()
    return round


def _hand_over(region: Region, monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.handovers import operations as handovers
    from cosmolocal.handovers.models import Handover
    from cosmolocal.kernel.clock import standing_at

    assert round is not None
    with standing_at(monday + timedelta(days=3, hours=9)):
        handovers.hand_over_all(by=region.steward, handover=round.handover)
    with standing_at(monday + timedelta(days=3, hours=10)):
        handovers.close_handover(by=region.steward, handover=Handover.objects.get(pk=round.handover_id))
        _run_jobs()
    return round


def _settle(region: Region, monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.kernel.clock import standing_at
    from cosmolocal.messages.tasks import send_digests
    from cosmolocal.practices.shop import operations as shop

    assert round is not None
    with standing_at(monday + timedelta(days=3, hours=11)):
        settled = shop.settle_round(by=region.steward, round=round)
        _run_jobs()
    with standing_at(monday + timedelta(days=4, hours=9, minutes=10)):
        send_digests()  # at six in the evening of the region
        _run_jobs()
    return settled


def _pay(region: Region, monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.kernel.clock import standing_at
    from cosmolocal.money import operations as money
    from cosmolocal.practices.shop import operations as shop

    assert round is not None
    with standing_at(monday + timedelta(days=4, hours=10)):
        made = shop.pay_producers(by=region.treasurer, round=round, box=region.bank)
        money.agree_payment_list(by=region.second, payment_list=made, yes=True)
        money.confirm_list(by=region.treasurer, payment_list=made)
        _run_jobs()
    return round


_STAGES = (_open, _order, _close, _receive, _pack, _hand_over, _settle, _pay)


def _close_months(region: Region, begin: datetime) -> None:
    """Every month that is over is closed, as a treasurer does."""
    from cosmolocal.kernel import clock
    from cosmolocal.money import operations as money

    day, today = begin.date().replace(day=1), clock.today()
    while (after := (day + timedelta(days=32)).replace(day=1)) <= today:
        money.close_month(by=region.treasurer, until=after - timedelta(days=1))
        day = after


def _run_jobs() -> None:
    """What operations announced is done at once, as the job worker would; letters go nowhere and count as sent."""
    from django_tasks_db.models import DBTaskResult

    from cosmolocal.kernel import jobs

    with _mail_that_arrives():
        while waiting := list(DBTaskResult.objects.filter(status="READY").order_by("enqueued_at")):
            for one in waiting:
                jobs.run_job.func(*one.args_kwargs["args"])
            DBTaskResult.objects.filter(pk__in=[one.pk for one in waiting]).delete()


@contextmanager
def _mail_that_arrives() -> Iterator[None]:
    from django.test import override_settings

    with override_settings(MAIL_READY=True, EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
        yield


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> int:
    standard = Size()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.region", description=__doc__)
    parser.add_argument("home", help="a folder that does not exist yet; DATABASE_URL chooses PostgreSQL")
    for name, value in asdict(standard).items():
        parser.add_argument(f"--{name}", type=int, default=value, help=f"{value} where nothing is said")
    wish = vars(parser.parse_args())
    home = wish.pop("home")
    Path(home).mkdir(parents=True)
    os.environ |= {"COSMOLOCAL_HOME": home, "DJANGO_SETTINGS_MODULE": "cosmolocal.config.settings"}
    os.environ.setdefault("COSMOLOCAL_LOG", "WARNING")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    build(Size(**wish))
    from cosmolocal.config import doctor

    complaints = [complaint.what for complaint in doctor.examine()]
    print("\n".join(complaints) or f"{Size(**wish)}: doctor finds nothing.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
