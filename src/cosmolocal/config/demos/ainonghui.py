"""The demo local: Ainonghui in Liuzhou as it could look today, with invented people and plausible prices."""

import random
from datetime import timedelta

from django.core.management import call_command
from django.utils.translation import gettext as _

from cosmolocal.agents import demo as agents_demo
from cosmolocal.agents.models import Place
from cosmolocal.agents.policy import TREASURER
from cosmolocal.agents.queries import role_holders, system
from cosmolocal.catalog import demo as catalog_demo
from cosmolocal.config import backup
from cosmolocal.kernel import clock, heads, node, seals, triggers
from cosmolocal.kernel.practices import installed
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import demo as money_demo
from cosmolocal.money import operations as money

CREDIT_OF_RESTAURANTS = 3_000_00
BEGINS_BEFORE = timedelta(days=380)
RENT_A_MONTH, DRIVERS_A_MONTH = 600_00, 1_100_00


def build(*, fresh: bool = False) -> None:
    """Builds the local through operations; `fresh` empties the database first, with a backup beside it. The year before
    fills in by a job. Refuses: config.not_a_demo, where another local stands or is being set up.
    """
    require_demo()
    if fresh:
        if node.current().name:
            backup.write(backup.default_file("before-fresh-"))
        triggers.lift()
        call_command("flush", verbosity=0, interactive=False)
        triggers.protect()
        seals.put_back(heads.EMPTIED)
    with clock.frozen_at(clock.now() - BEGINS_BEFORE):
        today = clock.today("Asia/Shanghai")
        village = agents_demo.found_ainonghui(today)
        farms = catalog_demo.add_producers(by=system())
        agents_demo.add_farmers(farms, today)
        catalog_demo.build(system(), farms)
        books = _open_books(village)
        money_demo.open_accounts(system(), farms.values(), kind="producer")
    for practice in installed():
        if practice.demo:
            practice.demo()
    _live_through_the_month(books, village)


def require_demo() -> None:
    """Refuses config.not_a_demo: a demo is served, or made anew, only where nothing stands or a demo."""
    found = node.current()
    if found.pk and not found.is_demo:
        raise Refusal(
            "config.not_a_demo",
            _("This folder holds %(name)s, which is no demo. Nothing was changed. Choose another folder: --home FOLDER")
            % {"name": found.name or _("a local that is being set up")},
        )


def _open_books(village: agents_demo.Village) -> money_demo.Books:
    by, pick = system(), random.Random(11)  # noqa: S311 - the same amounts each time
    books = money_demo.open_books(by, place=village.store)
    money.choose_deciders(by=by, currency=books.currency, circle=village.circles["Money circle"], needed=2)
    money_demo.give_credit(by, village.restaurants, CREDIT_OF_RESTAURANTS)
    money_demo.top_up(by, books, money_demo.open_accounts(by, village.households), pick, least=400_00)
    for place in Place.objects.filter(is_handover=True).exclude(pk=village.store.pk):
        money_demo.open_till(by, books, place)
    return books


def _live_through_the_month(books: money_demo.Books, village: agents_demo.Village) -> None:
    """Rent and drivers, cash carried to the bank, a payment nobody can place yet, and one back that waits for a yes."""
    by = system()
    with clock.frozen_at(clock.now() - timedelta(days=4)):
        money_demo.pay_month(by, books, rent=RENT_A_MONTH)
        money.pay_cost(by=by, fund_code="transport", box=books.bank, amount=DRIVERS_A_MONTH, reason="wages")
        money_demo.carry_cash(by, books, keep=1_200_00)
        money_demo.pay_alone(list(role_holders(TREASURER)), books)
    with clock.frozen_at(clock.now() - timedelta(days=2)):
        money_demo.puzzle(village.people["treasurer"], books)
        money_demo.leave_on_its_way(village.people["keeper"], books)
        money_demo.ask_to_pay_back(
            village.people["treasurer"], village.people["steward"], books, village.households[40]
        )
