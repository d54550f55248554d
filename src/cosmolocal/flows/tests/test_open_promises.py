"""What is over stands in no index by receiver or by lot: what asks for what is open, or for all of a lot, finds it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents.models import Place
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.tests.village import Village, village
from cosmolocal.kernel import clock


@pytest.fixture
def vale(db) -> Village:
    return village()


def _promised(vale, lot, quantity):
    """To Jo's household at the hand-over of tomorrow, from a lot."""
    place, _is_new = Place.objects.get_or_create(name="Store")
    due = clock.now().replace(microsecond=0, second=0, minute=0, hour=0) + timedelta(days=1)
    wish = flows.CommitmentDraft(
        "transfer", vale.home, vale.jo, vale.carrots, quantity, resource=lot, place=place, due=due
    )
    return flows.commit(by=vale.amina, drafts=[wish])[0].pk


def _reached(lot):
    return [(one.agent.name, one.lot, one.quantity, one.has_it) for one in queries.recall(lot.pk).reached]


def test_who_waits_who_has_it_and_who_never_came_for_it(vale):
    lot, beside = vale.stock(20), vale.stock(9)
    waits, has, never = (_promised(vale, lot, quantity) for quantity in (4, 3, 2))
    vale.record("transfer", 3, lot, receiver_id=vale.jo.pk, fulfils_id=has)
    assert sorted(_reached(lot), key=lambda one: one[2]) == [
        ("Jo", lot, 2, False),
        ("Jo", lot, 3, True),
        ("Jo", lot, 4, False),
    ]
    flows.finish(by=vale.amina, commitments=[never])
    assert sorted(quantity for _name, _lot, quantity, _has_it in _reached(lot)) == [3, 4]
    flows.release(by=vale.amina, commitments=[waits])
    assert _reached(lot) == [("Jo", lot, 3, True)]
    assert beside.pk not in queries.recall(lot.pk).lots


def test_what_nobody_came_for_lay_beside_other_lots_nevertheless(vale):
    lot, beside = vale.stock(20), vale.stock(9)
    never, has = _promised(vale, lot, 2), _promised(vale, beside, 5)
    flows.finish(by=vale.amina, commitments=[never])
    vale.record("transfer", 5, beside, receiver_id=vale.jo.pk, fulfils_id=has)
    assert queries.recall(lot.pk).lots == {lot.pk: True, beside.pk: False}
    assert queries.recall(beside.pk).lots == {beside.pk: True, lot.pk: False}


def test_what_money_came_under_an_agreement_is_found_by_it(vale):
    account, till, lot = vale.account(vale.jo, 100), vale.account(vale.home), vale.stock(20)
    agreement = flows.agree(by=vale.amina).pk
    vale.record("transfer", 5, lot, receiver_id=vale.jo.pk, agreement_id=agreement, reason="order")
    paid = vale.record("transfer", 30, account, till, agreement_id=agreement, reason="order")
    assert [event.pk for event in queries.standing_under(agreement, "order")] == [paid]


def test_each_of_these_questions_follows_its_index(vale):
    lot = vale.stock(20)
    _promised(vale, lot, 4)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a table of a few rows is read whole otherwise
            cursor.execute("SET LOCAL enable_seqscan = off")
        for name, ask in {
            "commitment_open_for": lambda: queries.is_something_due(vale.jo.pk, clock.now()),
            "commitment_undone_on": lambda: queries.recall(lot.pk),
            "event_agreement": lambda: queries.standing_under(1, "order"),
        }.items():
            with CaptureQueriesContext(connection) as asked:
                ask()
            assert any(name in _plan(cursor, one["sql"]) for one in asked.captured_queries), name


def _plan(cursor, sql):
    cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
    return "\n".join(str(row[-1]) for row in cursor.fetchall())
