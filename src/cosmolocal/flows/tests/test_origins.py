"""Trace, track and provenance: from the field to the household, through processes and corrections."""

import pytest

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.tests.village import Village, village


@pytest.fixture
def vale(db) -> Village:
    return village()


def _cheese(vale):
    """Two lots of milk (here: carrots) go into one process; what comes out is packed and taken home."""
    first, second, made = vale.stock(), vale.stock(), vale.stock()
    arrivals = [
        vale.record("transfer", 10, None, first, provider_id=vale.farm.pk),
        vale.record("transfer", 20, None, second, provider_id=vale.farm.pk),
    ]
    [making] = flows.begin_processes(by=vale.amina, drafts=[flows.ProcessDraft("mix")])
    used = [
        vale.record("consume", 10, first, input_of_id=making.pk),
        vale.record("consume", 5, second, input_of_id=making.pk),
    ]
    done = vale.record("produce", 15, made, output_of_id=making.pk)
    taken = vale.record("transfer", 4, made, receiver_id=vale.jo.pk)
    return first, second, made, arrivals, used, done, taken


def _ids(steps):
    return {step.event_id for step in steps}


def test_trace_goes_back_through_the_process_to_both_lots(vale):
    *_lots, arrivals, used, done, taken = _cheese(vale)
    steps = queries.trace(event_id=taken)
    assert _ids(steps) == {*arrivals, *used, done, taken}
    assert [step.depth for step in steps] == [0, 1, 2, 2, 3, 3]
    assert {step.provider for step in steps if step.depth == 3} == {vale.farm}


def test_track_goes_on_to_the_household(vale):
    first, _second, _made, arrivals, used, done, taken = _cheese(vale)
    assert _ids(queries.track(resource_id=first.pk)) == {used[0], done, taken}
    assert _ids(queries.track(event_id=arrivals[1])) == {arrivals[1], used[1], done, taken}
    assert queries.track(event_id=taken)[-1].receiver == vale.jo


def test_what_was_taken_back_is_not_on_the_way(vale):
    a, b = vale.stock(8), vale.stock(3)
    wrong = vale.record("move", 2, a, b)
    flows.correct(by=vale.amina, event_id=wrong)
    assert len(queries.trace(resource_id=b.pk)) == 1
    assert queries.track(resource_id=a.pk) == []


def test_what_came_later_is_not_an_origin(vale):
    a, b = vale.stock(8), vale.stock()
    moved = vale.record("move", 2, a, b)
    later = vale.record("raise", 5, a)
    assert later not in _ids(queries.trace(resource_id=b.pk))
    assert moved in _ids(queries.trace(resource_id=b.pk))


def test_a_story_takes_a_statement_for_each_hand(vale, django_assert_num_queries):
    lots = [vale.stock(5)]
    for _ in range(6):
        lots.append(vale.stock())
        vale.record("move", 5, lots[-2], lots[-1])
    with django_assert_num_queries(len(lots) + 1):  # and one that reads the steps
        steps = queries.trace(resource_id=lots[-1].pk)
        assert (steps[0].provider, steps[0].to_resource) == (vale.home, lots[-1])
    assert len(steps) == 7
    assert len(queries.trace(resource_id=lots[-1].pk, depth=2)) == 3
