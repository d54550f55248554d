"""Many writers at once: of the last item exactly one gets it, nothing is lost, nobody waits in a circle."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.models import Intent
from cosmolocal.flows.tests.village import Village, quantities, village
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vale(transactional_db) -> Village:
    return village()


def at_once(works: list[Callable[[], object]]) -> Counter[str]:
    """Runs each in a thread with a connection of its own, all starting together; counts how they ended."""
    start, ends, kept = threading.Barrier(len(works)), [], threading.Lock()

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
            end = "done"
        except Refusal as refusal:
            end = refusal.code
        except BaseException as error:  # noqa: BLE001 - shown in the count
            end = repr(error)
        finally:
            connection.close()
        with kept:
            ends.append(end)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def test_fifty_writers_on_the_last_item(vale):
    draft = flows.IntentDraft("transfer", vale.carrots, vale.farm, vale.home, 1)
    offer = flows.propose(
        by=vale.amina, proposer=vale.farm, purpose="offer", name="", begins=None, ends=None, intents=[draft]
    )
    intent = Intent.objects.get(proposal=offer.pk).pk
    promise = flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 1, satisfies=intent)
    ends = at_once([lambda: flows.commit(by=vale.amina, drafts=[promise])] * 50)
    assert ends == {"done": 1, "flows.not_enough": 49}
    assert queries.intents([intent])[intent].promised_quantity == 1
    assert queries.replay() == []


def test_fifty_writers_on_the_last_money(vale):
    source, target = vale.account(vale.jo, 100), vale.account(vale.home)

    def pay() -> None:
        told = flows.EventDraft(
            *("transfer", 100, vale.credit.pk, vale.jo.pk, vale.home.pk, source.pk, target.pk), guard=True
        )
        flows.transfer(by=vale.amina, draft=told)

    assert at_once([pay] * 50) == {"done": 1, "flows.not_enough": 49}
    assert quantities(source, target) == [(0, 0, 0), (100, 100, 0)]
    assert queries.replay() == []


def test_fifty_writers_on_one_slot(vale):
    bike, nine = vale.thing(), datetime(2031, 5, 3, 9, tzinfo=UTC)

    def book(n: int) -> Callable[[], None]:
        """Each wants another three hours; all of them hold noon."""
        begins = nine + timedelta(minutes=n)
        draft = flows.CommitmentDraft(
            *("use", vale.home, vale.jo, vale.bikes, 240),
            resource=bike,
            begins=begins,
            ends=begins + timedelta(hours=4),
        )
        return lambda: flows.commit(by=vale.amina, drafts=[draft])

    assert at_once([book(n) for n in range(50)]) == {"done": 1, "flows.taken": 49}
    assert len(queries.booked([bike.pk], nine, nine + timedelta(hours=9))) == 1
    assert queries.replay() == []


def test_fifty_doubled_clicks_are_one_deed(vale):
    source, target = vale.account(vale.jo, 100), vale.account(vale.home)
    told = flows.EventDraft("transfer", 1, resource_id=source.pk, to_resource_id=target.pk, guard=True)
    results: list[list[int]] = []

    def pay() -> None:
        results.append(flows.record(by=vale.amina, drafts=[told], key="one click"))

    assert at_once([pay] * 50) == {"done": 50}
    assert len({tuple(result) for result in results}) == 1
    assert quantities(source, target) == [(99, 99, 0), (1, 1, 0)]


def test_writers_in_all_directions_lose_nothing_and_never_block_each_other(vale):
    holders = [vale.jo, vale.home, vale.farm]
    accounts = [vale.account(holders[n % 3], 50) for n in range(6)]
    owner = {account.pk: holders[n % 3].pk for n, account in enumerate(accounts)}
    picks = random.Random(5)

    def leg() -> flows.EventDraft:
        source, target = (account.pk for account in picks.sample(accounts, 2))
        both = (owner[source], owner[target], source, target)
        return flows.EventDraft("transfer", picks.randint(1, 40), vale.credit.pk, *both, guard=True)

    def work(legs: list[flows.EventDraft], reserved: int) -> Callable[[], None]:
        def run() -> None:
            for n in range(0, len(legs), 4):
                draft = flows.CommitmentDraft(
                    "transfer", owner[reserved], vale.home, vale.credit, 5, resource=reserved, guard=False
                )
                [made] = flows.commit(by=vale.amina, drafts=[draft])
                for told in (legs[n : n + 1], legs[n + 1 : n + 4]):
                    try:
                        if len(told) == 1:
                            flows.transfer(by=vale.amina, draft=told[0])
                        else:
                            flows.record(by=vale.amina, drafts=told)
                    except Refusal as refusal:
                        if refusal.code != "flows.not_enough":
                            raise
                flows.release(by=vale.amina, commitments=[made])

        return run

    works = [work([leg() for _ in range(16)], accounts[n % 6].pk) for n in range(8)]
    assert at_once(works) == {"done": 8}
    found = quantities(*accounts)
    assert sum(accounting for accounting, _onhand, _promised in found) == 300
    assert all(accounting >= 0 and promised == 0 for accounting, _onhand, promised in found)
    assert queries.replay() == []


def test_packing_and_handing_over_at_once_keep_every_promise(vale):
    lots = [vale.stock(100), vale.stock(100)]
    draft = flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 10, resource=lots[0])
    promises = [made.pk for made in flows.commit(by=vale.amina, drafts=[draft] * 8)]

    def pack(turn: int) -> Callable[[], None]:
        def run() -> None:
            order = promises if turn % 2 else promises[::-1]
            for n, promise in enumerate(order):
                flows.assign_lots(by=vale.amina, moves=[flows.LotMove(promise, lots[(n + turn) % 2].pk, 7 + turn)])

        return run

    def hand_over() -> None:
        for promise in promises:
            flows.record(
                by=vale.amina,
                drafts=[flows.EventDraft("transfer", 1, resource_id=lots[0].pk, fulfils_id=promise)],
            )

    assert at_once([pack(0), pack(1), hand_over, hand_over]) == {"done": 4}
    assert {c.fulfilled_quantity for c in queries.commitments(promises).values()} == {2}
    assert queries.replay() == []
