"""Lists ask the database as often for thirty rows as for three."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village


def households(village: Village, count: int) -> None:
    for number in range(count):
        name = f"Household {number} of {count}"
        person = agents.add_member(by=village.house, name=name, household_name=name)
        account = money.open_account(by=village.house, holder=agents_queries.household_of(person))
        money.transfer(by=village.house, source=account, target=queries.fund("running"), amount=10, guard=False)


def unknown(village: Village, count: int) -> None:
    for number in range(count):
        money.top_up_unmatched(by=village.wei, box=village.bank, amount=100 + number)


def movements(village: Village, count: int) -> None:
    for _number in range(count):
        village.top_up(village.amina, 100)


def farms(village: Village, count: int) -> None:
    for number in range(count):
        farm = agents.add_producer(by=village.house, name=f"Farm {number} of {count}")
        account = money.open_account(by=village.house, holder=farm, kind="producer")
        money.transfer(by=village.house, source=queries.fund("running"), target=account, amount=500, guard=False)


def leavers(village: Village, count: int) -> None:
    for number in range(count):
        name = f"Left {number} of {count}"
        person = agents.add_member(by=village.house, name=name, household_name=name)
        account = money.open_account(by=village.house, holder=agents_queries.household_of(person))
        money.top_up(by=village.house, account=account, box=village.bank, amount=100)
        agents.leave(by=village.house, agent=person)


def lists(village: Village, count: int) -> None:
    village.top_up(village.amina, 100 * count)
    for _number in range(count):
        money.pay_back(by=village.wei, account=village.account(village.amina), box=village.bank, amount=100)


def costs(village: Village, count: int) -> None:
    for number in range(count):
        payee = village.lin if number % 2 else None
        money.pay_cost(
            by=village.wei, fund_code="running", box=village.bank, amount=100, payee=payee, reason=f"a cost, {number}"
        )


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("/money/", lists),
        ("/money/", costs),
        ("/money/looks/", costs),
        ("/money/leavers/", leavers),
        ("/money/accounts/", households),
        ("/money/accounts/?show=below", households),
        ("/money/unmatched/", unknown),
        ("/money/payouts/", lists),
        ("/money/payouts/new/", farms),
        ("/money/sheet/", households),
        ("/money/boxes/{bank}/", movements),
        ("/money/accounts/{amina}/", movements),
        ("/money/in/", households),
    ],
)
def test_a_page_asks_as_often_for_many_rows_as_for_few(
    village: Village, address: str, more: Callable[[Village, int], None]
) -> None:
    client = as_(village, village.wei)
    url = address.format(bank=village.bank.pk, amina=village.account(village.amina).pk)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    more(village, 3)
    statements()
    few = statements()
    more(village, 27)
    assert statements() == few


def test_one_payment_list_asks_as_often_for_many_lines(village: Village) -> None:
    client: Client = as_(village, village.lin)
    counts = []
    for count in (3, 27):
        farms(village, count)
        wishes = [money.PaymentDraft(account.pk, amount) for account, amount in queries.payable()]
        made = money.make_payment_list(by=village.wei, lines=wishes, box=village.bank, name="Farms")
        client.get(f"/money/payouts/{made.pk}/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/money/payouts/{made.pk}/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
