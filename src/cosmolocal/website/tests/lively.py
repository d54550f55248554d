"""A month of the demo, for tests that look at the whole house: people, farms, goods, money, two rounds."""

import random
from collections.abc import Callable
from datetime import timedelta

from cosmolocal.agents import demo as agents_demo
from cosmolocal.agents.models import Agent, User
from cosmolocal.catalog import demo as catalog_demo
from cosmolocal.kernel import clock
from cosmolocal.money import demo as money_demo
from cosmolocal.practices.shop import demo as shop_demo


def live(by: Agent, meet: Callable[[agents_demo.Village], None] = lambda village: None) -> agents_demo.Village:
    """Begins a month ago: one round is settled, one is being packed today. `meet` is called as soon as there are
    people, and once more when the farmers have come.
    """
    with clock.frozen_at(clock.now() - timedelta(days=30)):
        today = clock.today("Asia/Shanghai")
        village = agents_demo.found_ainonghui(today, 16)
        meet(village)
        farms = catalog_demo.add_producers(by=by)
        agents_demo.add_farmers(farms, today)
        meet(village)
        catalog_demo.build(by, farms)
        books = money_demo.open_books(by)
        money_demo.give_credit(by, village.restaurants, 300000)
        accounts = money_demo.open_accounts(by, village.households)
        money_demo.top_up(by, books, accounts, random.Random(1), least=400_00)
        money_demo.open_accounts(by, farms.values(), kind="producer")
        shop_demo.settled_round(village.store, today + timedelta(days=7), orders=12)
    money_demo.puzzle(by, books)
    shop_demo.round_being_packed(village.store, clock.today("Asia/Shanghai"), orders=12)
    return village


def farmers() -> dict[str, Agent]:
    """The demo's farmer with a sign-in, as `producer`; nobody before she has come."""
    user = User.objects.filter(email=agents_demo.mail_of("producer")).first()
    return {"producer": user.agent} if user and user.agent else {}
