"""A year of a big region: `python -m benchmarks.region DIR --weeks 52` builds it and leaves it there.

Households and one round (opened, ordered, closed, received, packed, handed over, settled, paid) are made by the
product's own operations, the others are copies of them (`copies.py`). Afterwards `doctor` finds nothing.
"""

import argparse
import os
import sys
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import analyse
from benchmarks.playing import Watch, play, run_jobs

if TYPE_CHECKING:
    from benchmarks.copies import Block
    from cosmolocal.agents.models import Agent, Place
    from cosmolocal.money.models import MoneyBox

MONEY = 1_000_000_00  # minor units that each household begins with
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
    watch: Watch = field(default_factory=Watch)


def build(size: Size) -> None:
    """Fills the migrated, empty database of this process with all weeks."""
    first_week(size).grow()


@dataclass
class Begun:
    """A region after its first week."""

    region: Region
    monday: datetime
    week: "Block"

    @property
    def next_monday(self) -> datetime:
        """When the round after all weeks opens."""
        return self.monday + A_WEEK * self.region.size.weeks

    def grow(self) -> None:
        """The other weeks; every month that is over is closed, and everything is sealed."""
        from benchmarks import copies
        from cosmolocal.kernel import node

        with copies.hasty():
            self.week.copy(self.region.size.weeks - 1, days=7)
        with node.at_home():
            _close_months(self.region, self.monday)
            settle_down()


def first_week(size: Size, watch: Watch | None = None) -> Begun:
    """Everybody, everything on sale, and one round from opening to paid farms."""
    from benchmarks import copies
    from cosmolocal.kernel import clock, node

    monday = _first_monday(size.weeks)
    with clock.frozen_at(monday - timedelta(days=10)):
        region = _found(size)
        with copies.recorded() as region.people:
            _households(region, size.made)
        whole, rest = divmod(size.households, size.made)
        region.people.copy(whole - 1, named_anew=True)
        _households(region, rest, first=size.households - rest)
    analyse()
    with copies.recorded() as week, node.at_home():
        play(region, monday, watch=watch)
    return Begun(region, monday, week)


def settle_down() -> None:
    """What timers do by and by: what is old goes, what was written is sealed, the database learns of its tables."""
    from cosmolocal.config import keeping
    from cosmolocal.kernel import seals
    from cosmolocal.practices.shop.tasks import keep_figures

    keep_figures()
    while keeping.prune():
        pass
    while seals.seal():
        pass
    analyse()


def _first_monday(weeks: int) -> datetime:
    """So long ago that the last round is over, in the zone of the region."""
    from cosmolocal.kernel import clock

    today = clock.now().date()
    monday = today - timedelta(days=today.weekday()) - A_WEEK * weeks
    return datetime.combine(monday, time(1), tzinfo=clock.now().tzinfo)


def _found(size: Size) -> Region:
    from benchmarks import names
    from cosmolocal.agents import operations as agents
    from cosmolocal.agents import queries as agents_queries
    from cosmolocal.catalog import operations as catalog
    from cosmolocal.catalog.demo import large_catalog
    from cosmolocal.flows import operations as flows
    from cosmolocal.money import operations as money

    wish = agents.LocalDraft("Vale", "Liuzhou", 24.33, 109.41, "Asia/Shanghai", "en", "CNY")
    home = agents.found_local(by=agents_queries.system(), draft=wish)
    flows.standard_units(by=home)
    money.open_currency(by=home, code="CNY", decimals=2, symbol="¥", start_floor=0)
    catalog.standard_measures(by=home)
    catalog.standard_categories(by=home)
    catalog.chinese_taxes(by=home)
    store = agents.add_place(by=home, name="Store", latitude=24.31, longitude=109.41, is_handover=True)
    farms = [_farm(home, number, name) for number, name in enumerate(names.farms(size.farms))]
    large_catalog(home, farms, size.products, names.goods())
    bank = money.open_box(by=home, kind="bank", name="Bank")
    desk = {role: _person(home, role) for role in ("steward", "treasurer", "treasurer2", "auditor", "packer", "keeper")}
    for name, person in desk.items():
        agents.give_role(by=home, agent=person, role=name.rstrip("2"), place=store if name == "keeper" else None)
    run_jobs()
    return Region(size, home, store, bank, desk["steward"], desk["treasurer"], desk["treasurer2"])


def _person(home: "Agent", name: str) -> "Agent":
    from cosmolocal.agents import operations as agents

    return agents.add_member(by=home, name=name.capitalize(), email=f"{name}@example.org", household_name=name)


def _farm(home: "Agent", number: int, name: str) -> "Agent":
    from cosmolocal.agents import operations as agents
    from cosmolocal.catalog import operations as catalog
    from cosmolocal.money import operations as money

    place = agents.add_place(by=home, name=name, latitude=23.5 + number / 40, longitude=109.0 + number / 50)
    farm = agents.add_producer(by=home, name=f"Farm of {name}", place=place)
    money.open_account(by=home, holder=farm, kind="producer")
    catalog.set_terms(by=home, producer=farm)
    return farm


def _households(region: Region, count: int, first: int = 0) -> None:
    from cosmolocal.agents import operations as agents
    from cosmolocal.agents import queries as agents_queries
    from cosmolocal.money import operations as money

    for number in range(first, first + count):
        member = agents.add_member(
            by=region.home,
            name=f"Member {number}",
            email=f"member{number}@example.org",
            household_name=f"Household {number}",
        )
        household = agents_queries.household_of(member)
        assert household is not None
        account = money.open_account(by=region.home, holder=household)
        money.top_up(by=region.home, account=account, box=region.bank, amount=MONEY)
    run_jobs()


def _close_months(region: Region, begin: datetime) -> None:
    """Every month that is over is closed, as a treasurer does."""
    from cosmolocal.kernel import clock
    from cosmolocal.money import operations as money

    day, today = begin.date().replace(day=1), clock.today()
    while (after := (day + timedelta(days=32)).replace(day=1)) <= today:
        money.close_month(by=region.treasurer, until=after - timedelta(days=1))
        day = after


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
    call_command("createcachetable", verbosity=0)
    from benchmarks import year
    from cosmolocal.config import doctor

    year.build(Size(**wish))

    complaints = [complaint.what for complaint in doctor.examine()]
    print("\n".join(complaints) or f"{Size(**wish)}: doctor finds nothing.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
