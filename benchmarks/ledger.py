"""Transfers of money: one by one, ten thousand in one operation, and eight writers on one account.

Ours is `money.operations.transfer` as every door calls it: permission, transaction, operation row with a key, event,
guarded quantities. The limit is the same in hand-written SQL (raw.py).
"""

import gc
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from benchmarks.harness import Ground, Row, alternate, analyse, must, watch
from benchmarks.raw import Pair, Raw
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.models import EconomicResource
from cosmolocal.kernel import clock, ids, node
from cosmolocal.kernel.operation import operation
from cosmolocal.money import operations as money
from cosmolocal.money.models import Account

START = 1_000_000


@dataclass
class Ledger:
    """Accounts with money on them; all money there is was raised on them at the start."""

    house: Agent
    specification: int
    accounts: list[Account]
    picks: random.Random

    def pairs(self, count: int) -> list[tuple[Account, Account, int]]:
        """Who pays whom how much, at random."""
        found = []
        for _ in range(count):
            source, target = self.picks.sample(self.accounts, 2)
            found.append((source, target, self.picks.randint(1, 50)))
        return found

    def raw(self) -> Raw:
        return Raw(self.specification, self.house.pk)

    def check(self, transfers: int) -> None:
        """Nothing lost, nothing twice: the sum stands, each transfer is one event, events give the quantities."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(accounting_quantity) FROM flows_economicresource WHERE conforms_to_id = %s",
                [self.specification],
            )
            must(cursor.fetchone()[0] == START * len(self.accounts), "the sum of all accounts changed")
            cursor.execute("SELECT count(*) FROM flows_economicevent WHERE action = 'transfer'")
            must(cursor.fetchone()[0] == transfers, "events are missing or double")
        must(flows_queries.replay() == [], "replaying the events gives other quantities")


@operation("money.benchmark_fill")
def _fill(*, by: Agent, accounts: list[Account]) -> None:
    for begin in range(0, len(accounts), 10_000):
        part = accounts[begin : begin + 10_000]
        flows.record(
            by=by,
            drafts=[
                flows.EventDraft("raise", START, resource_id=account.resource_id, reason="opening") for account in part
            ],
        )


def prepare(size: int) -> Ledger:
    """A local with one currency and `size` households that have money on their accounts."""
    now = clock.now()
    node.configure(name="Vale", currency="EUR")
    Agent.objects.get_or_create(kind="local", is_home=True, defaults={"name": "Vale", "created_at": now})
    house = Agent.objects.get(is_home=True)
    currency = money.open_currency(by=house, code="EUR", decimals=2, symbol="€")
    holders = Agent.objects.bulk_create(
        [Agent(kind="household", name=f"Household {n}", created_at=now) for n in range(size)], batch_size=5000
    )
    stocks = EconomicResource.objects.bulk_create(
        [EconomicResource(conforms_to_id=currency.specification_id, primary_accountable=holder) for holder in holders],
        batch_size=5000,
    )
    accounts = Account.objects.bulk_create(
        [
            Account(resource=stock, currency=currency, holder=holder, kind="member", name=holder.name)
            for holder, stock in zip(holders, stocks, strict=True)
        ],
        batch_size=5000,
    )
    _fill(by=house, accounts=accounts)
    analyse()
    # A hundred thousand rows in memory are the benchmark's own: the collector need not look at them again and again.
    gc.collect()
    gc.freeze()
    return Ledger(house, currency.specification_id, accounts, random.Random(7))


def single(ground: Ground) -> Iterator[Row]:
    """One transfer, one transaction, one after the other."""
    size, count, rounds = ground.size(100_000, 500), ground.size(300, 20), 25
    ledger = prepare(size)
    raw = ledger.raw()

    def ours() -> float:
        pairs = ledger.pairs(count)
        with watch() as taken:
            for source, target, amount in pairs:
                money.transfer(by=ledger.house, source=source, target=target, amount=amount, key=ids.fresh_key())
        return count / taken.seconds

    def limit() -> float:
        pairs = [_pair(*pair) for pair in ledger.pairs(count)]
        with watch() as taken:
            for pair in pairs:
                raw.transfer(pair)
        return count / taken.seconds

    figure, bare = alternate(ours, limit, rounds=rounds)
    ledger.check(transfers=2 * rounds * count)
    goal = 0.4 if ground.database == "SQLite" else 0.5
    yield Row(
        name="ledger",
        database=ground.database,
        size=f"{size:,} accounts",
        ours=figure,
        limit=bare,
        unit="transfers/s",
        goal=f"at least {goal} of raw SQL",
        met=figure >= goal * bare,
    )


def batch(ground: Ground) -> Iterator[Row]:
    """Ten thousand transfers in one operation, as when a round is settled."""
    size, count, rounds = ground.size(100_000, 500), ground.size(10_000, 100), 9
    ledger = prepare(size)
    raw = ledger.raw()

    def ours() -> float:
        legs = [money.Leg(a.pk, b.pk, amount, guard=True) for a, b, amount in ledger.pairs(count)]
        with watch() as taken:
            money.transfer_many(by=ledger.house, legs=legs, key=ids.fresh_key())
        return count / taken.seconds

    def limit() -> float:
        legs = [(a.pk, b.pk, amount) for a, b, amount in ledger.pairs(count)]
        with watch() as taken:
            raw.batch(legs)
        return count / taken.seconds

    figure, bare = alternate(ours, limit, rounds=rounds)
    ledger.check(transfers=2 * rounds * count)
    yield Row(
        name="ledger-batch",
        database=ground.database,
        size=f"{size:,} accounts, {count:,} transfers",
        ours=figure,
        limit=bare,
        unit="transfers/s",
        goal="at least 0.8 of raw SQL",
        met=figure >= 0.8 * bare,
    )


def hot(ground: Ground) -> Iterator[Row]:
    """Eight writers, and one account in every transfer."""
    size, count, rounds, writers = ground.size(100_000, 500), ground.size(50, 10), 25, 8
    ledger = prepare(size)
    hub, others = ledger.accounts[0], ledger.accounts[1:]
    raws = [ledger.raw() for _ in range(writers)]

    def amounts() -> list[list[tuple[Account, Account, int]]]:
        """For each writer: half pay the hub, half are paid by it."""
        found = []
        for _ in range(writers):
            mine = [(ledger.picks.choice(others), hub, ledger.picks.randint(1, 50)) for _ in range(count)]
            found.append([(b, a, n) if turn % 2 else (a, b, n) for turn, (a, b, n) in enumerate(mine)])
        return found

    def ours() -> float:
        def work(mine: list[tuple[Account, Account, int]]) -> None:
            try:
                for source, target, amount in mine:
                    money.transfer(by=ledger.house, source=source, target=target, amount=amount, key=ids.fresh_key())
            finally:
                connection.close()

        return _together(work, amounts())

    def limit() -> float:
        free = list(raws)

        def work(mine: list[tuple[Account, Account, int]]) -> None:
            raw = free.pop()
            for pair in mine:
                raw.transfer(_pair(*pair))

        return _together(work, amounts())

    figure, bare = alternate(ours, limit, rounds=rounds)
    ledger.check(transfers=2 * rounds * count * writers)
    yield Row(
        name="ledger-hot",
        database=ground.database,
        size=f"{size:,} accounts, {writers} writers",
        ours=figure,
        limit=bare,
        unit="transfers/s",
        goal="at least 0.5 of raw SQL; nothing lost",
        met=figure >= 0.5 * bare,
    )


def _pair(source: Account, target: Account, amount: int) -> Pair:
    return source.resource_id, target.resource_id, source.holder_id, target.holder_id, amount


def _together(work: object, shares: list[list[tuple[Account, Account, int]]]) -> float:
    """All writers at once; transfers per second. Whatever fails in one fails the benchmark."""
    failed: list[BaseException] = []

    def guarded(share: list[tuple[Account, Account, int]]) -> None:
        try:
            work(share)  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(share,)) for share in shares]
    with watch() as taken:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]
    return sum(len(share) for share in shares) / taken.seconds
