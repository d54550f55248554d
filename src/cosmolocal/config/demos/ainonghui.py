"""The demo local: Ainonghui in Liuzhou as it could look today, with invented people and plausible prices."""

import random
from datetime import timedelta

from django.core.management import call_command

from cosmolocal.agents import demo as people
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import system
from cosmolocal.catalog import demo as goods
from cosmolocal.kernel import clock, triggers
from cosmolocal.kernel.jobs import enqueue
from cosmolocal.money import operations as money
from cosmolocal.practices.shop import demo as shop

CREDIT_OF_RESTAURANTS = -3_000_00
BEGINS_BEFORE = timedelta(days=380)


def build(*, fresh: bool = False) -> None:
    """Builds the local through operations; `fresh` empties the database first. The year before fills in by a job."""
    if fresh:
        triggers.lift()
        call_command("flush", verbosity=0, interactive=False)
        triggers.protect()
    today = clock.today("Asia/Shanghai")
    with clock.standing_at(clock.now() - BEGINS_BEFORE):
        village = people.found_ainonghui(today)
        farms = goods.add_producers(by=system())
        people.add_farmers(farms, today)
        goods.build(system(), farms)
        _open_books(village, farms.values())
    shop.build_start()
    enqueue("shop.fill_demo_year")


def _open_books(village: people.Village, farms: "list[Agent]") -> None:
    by = system()
    money.open_currency(by=by, code="CNY", decimals=2, symbol="¥", warn_below=50_00)
    bank = money.open_box(
        by=by, kind="bank", name="Liuzhou Bank", number="6217 0033 4000 1205", bank_name="Liuzhou Bank"
    )
    cash = money.open_box(by=by, kind="cash", name="Yufeng Street cash box")
    for farm in farms:
        money.open_account(by=by, holder=farm, kind="producer")
    for restaurant in village.restaurants:
        account = money.open_account(by=by, holder=restaurant)
        money.set_limits(by=by, account=account, warn_below=CREDIT_OF_RESTAURANTS // 2, floor=CREDIT_OF_RESTAURANTS)
    chance = random.Random(11)  # noqa: S311 - the same amounts each time
    for number, household in enumerate(village.households):
        account = money.open_account(by=by, holder=household)
        box = cash if number % 5 == 0 else bank
        money.top_up(by=by, account=account, box=box, amount=chance.randrange(12, 60) * 50_00)
