"""Promises of a time: who has a thing to herself, and what its use fulfils."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.models import Commitment
from cosmolocal.flows.tests.village import Village, quantities, together, village
from cosmolocal.kernel import proving, seals, triggers
from cosmolocal.kernel.refusal import Refusal

NINE = datetime(2031, 5, 3, 9, tzinfo=UTC)


@pytest.fixture
def vale(db) -> Village:
    return village()


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def draft(vale, thing, begins, ends, **more):
    minutes = int((ends - begins).total_seconds() / 60)
    told = {"resource": thing, "begins": begins, "ends": ends, **more}
    return flows.CommitmentDraft("use", vale.home, vale.jo, vale.bikes, minutes, **told)


def book(vale, thing, begins, ends, **more):
    return flows.commit(by=vale.amina, drafts=[draft(vale, thing, begins, ends, **more)])[0].pk


def use(vale, thing, promise, minutes, **more):
    told = flows.EventDraft("use", resource_id=thing.pk, fulfils_id=promise, effort_quantity=minutes, **more)
    return flows.record(by=vale.amina, drafts=[told])[0]


def found():
    """What is wrong with the seals; the village itself was written past every operation."""
    return {(broken.code, broken.table) for broken in proving.examine()}


def taken(deed):
    with pytest.raises(Refusal) as refused:
        deed()
    assert refused.value.code == "flows.taken"
    return refused.value.facts["times"]


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(1, 2), (0, 3), (-1, 0.5), (2.5, 4), (-1, 4)],
    ids=["inside", "same", "before", "after", "over"],
)
def test_a_time_belongs_to_one(vale, begins, ends):
    bike = vale.thing()
    book(vale, bike, at(0), at(3))
    assert taken(lambda: book(vale, bike, at(begins), at(ends))) == {0: (at(0), at(3))}
    assert taken(lambda: book(vale, bike, at(begins), at(ends), guard=False)) == {0: (at(0), at(3))}
    book(vale, vale.thing(), at(begins), at(ends))
    assert queries.replay() == []


def test_one_may_begin_when_the_other_ends(vale):
    bike = vale.thing()
    book(vale, bike, at(0), at(3))
    book(vale, bike, at(3), at(5))
    book(vale, bike, at(-2), at(0))
    found = queries.booked([bike.pk], at(-2), at(3))
    assert [(one.begins, one.ends) for one in found] == [(at(-2), at(0)), (at(0), at(3))]


def test_times_are_compared_as_moments_whatever_zone_they_are_told_in(vale):
    """In the night that summer time ends, 2:30 is there twice, an hour apart."""
    berlin, bike = ZoneInfo("Europe/Berlin"), vale.thing()
    first = datetime(2031, 10, 26, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)
    book(vale, bike, first, first.astimezone(UTC) + timedelta(minutes=60))
    book(vale, bike, second, second.astimezone(UTC) + timedelta(minutes=60))
    assert taken(lambda: book(vale, bike, first, second.astimezone(UTC)))


def test_two_wishes_of_one_deed_are_compared_too(vale):
    bike, other = vale.thing(), vale.thing()
    drafts = [draft(vale, other, at(0), at(1)), draft(vale, bike, at(0), at(2)), draft(vale, bike, at(1), at(3))]
    times = taken(lambda: flows.commit(by=vale.amina, drafts=drafts))
    assert times == {1: (at(1), at(3)), 2: (at(0), at(2))}
    assert not Commitment.objects.exists()


def test_what_is_over_is_free_again(vale):
    bike = vale.thing()
    back, dropped = book(vale, bike, at(0), at(3)), book(vale, bike, at(3), at(6))
    use(vale, bike, back, 60, begins=at(0), ends=at(1))
    flows.finish(by=vale.amina, commitments=[back])
    flows.release(by=vale.amina, commitments=[dropped])
    book(vale, bike, at(1), at(6))


def test_use_fulfils_by_its_effort_and_sets_nothing_aside(vale):
    """180 minutes of a van fulfil a promise of 180 minutes; the van stays one van, and may be promised again."""
    bike = vale.thing()
    promise = book(vale, bike, at(0), at(3))
    assert quantities(bike) == [(1, 1, 0)]
    event = use(vale, bike, promise, 180, begins=at(0), ends=at(3))
    found = queries.commitments([promise])[promise]
    assert (found.quantity, found.fulfilled_quantity, found.finished) == (180, 180, True)
    assert quantities(bike) == [(1, 1, 0)]
    flows.correct(by=vale.amina, event_id=event)
    assert queries.commitments([promise])[promise].fulfilled_quantity == 0
    assert queries.replay() == []


def test_work_promises_and_counts_minutes(vale):
    offer = flows.propose(
        by=vale.amina, proposer=vale.home, purpose="request", name="", begins=None, ends=None, intents=[]
    )
    [place] = flows.add_intents(
        by=vale.amina,
        proposal=offer,
        drafts=[flows.IntentDraft("work", vale.bikes, None, vale.home, 240)],
    )
    told = flows.CommitmentDraft("work", vale.jo, vale.home, vale.bikes, 240, satisfies=place, begins=at(0), ends=at(4))
    [promise] = flows.commit(by=vale.amina, drafts=[told])
    with pytest.raises(Refusal, match="not so much left"):
        flows.commit(by=vale.amina, drafts=[told])
    done = flows.EventDraft("work", specification_id=vale.bikes.pk, fulfils_id=promise.pk, effort_quantity=200)
    flows.record(by=vale.amina, drafts=[done])
    assert queries.commitments([promise.pk])[promise.pk].fulfilled_quantity == 200
    assert queries.replay() == []


def test_times_are_moved_and_two_may_change_places(vale):
    bike, other = vale.thing(), vale.thing()
    early, late = book(vale, bike, at(0), at(3)), book(vale, bike, at(3), at(6))
    move = flows.TimeMove(early, at(2), at(4), 120)
    assert taken(lambda: flows.reschedule(by=vale.amina, moves=[move])) == {0: (at(3), at(6))}
    swapped = [flows.TimeMove(early, at(3), at(6), 180), flows.TimeMove(late, at(0), at(3), 180)]
    flows.reschedule(by=vale.amina, moves=swapped)
    assert [one.pk for one in queries.booked([bike.pk], at(0), at(6))] == [late, early]
    flows.reschedule(by=vale.amina, moves=[flows.TimeMove(early, at(1), at(2), 60, resource=other)])
    [moved] = queries.booked([other.pk], at(0), at(6))
    assert (moved.pk, moved.quantity, moved.begins, moved.ends) == (early, 60, at(1), at(2))
    assert queries.replay() == []


@pytest.mark.parametrize(
    "deed",
    [
        lambda vale, bike, _promise: book(vale, bike, at(5), at(5)),
        lambda vale, bike, _promise: book(vale, bike, at(6), at(5)),
        lambda vale, bike, promise: use(vale, bike, promise, 1, begins=at(2), ends=at(1)),
        lambda vale, bike, promise: use(vale, bike, promise, 1, begins=at(2)),
        lambda vale, bike, promise: use(vale, bike, promise, None),
        lambda vale, bike, promise: use(vale, bike, promise, -1),
        lambda vale, _bike, promise: flows.reschedule(by=vale.amina, moves=[flows.TimeMove(promise, at(2), at(2), 60)]),
        lambda vale, bike, promise: flows.assign_lots(by=vale.amina, moves=[flows.LotMove(promise, bike.pk, 1)]),
    ],
)
def test_a_time_ends_after_it_begins_and_effort_is_told(vale, deed):
    bike = vale.thing()
    promise = book(vale, bike, at(0), at(3))
    with pytest.raises(Refusal) as refused:
        deed(vale, bike, promise)
    assert refused.value.code == "flows.bad_event"
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=promise).update(ends=at(0))


def test_what_is_finished_is_not_moved_into_the_way_of_others(vale):
    bike = vale.thing()
    promise = book(vale, bike, at(0), at(3))
    flows.finish(by=vale.amina, commitments=[promise])
    with pytest.raises(Refusal) as refused:
        flows.reschedule(by=vale.amina, moves=[flows.TimeMove(promise, at(0), at(2), 120)])
    assert refused.value.code == "flows.bad_event"


def test_what_somebody_writes_past_the_program_is_found(vale):
    bike = vale.thing()
    book(vale, bike, at(0), at(3))
    other = book(vale, bike, at(3), at(6))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="commitment_one_at_a_time"), transaction.atomic():
            Commitment.objects.filter(pk=other).update(begins=at(1))
        return
    Commitment.objects.filter(pk=other).update(begins=at(1))
    assert [finding.code for finding in queries.replay()] == ["time"]


def test_a_refused_booking_leaves_nothing_of_the_deed_around_it(vale):
    bike = vale.thing()
    book(vale, bike, at(0), at(3))
    deeds = [lambda: book(vale, bike, at(3), at(4)), lambda: book(vale, bike, at(2), at(5))]
    taken(lambda: together(by=vale.amina, deeds=deeds))
    assert len(queries.booked([bike.pk], at(0), at(9))) == 1


def test_a_series_takes_the_same_number_of_statements(vale):
    """52 Tuesdays cost what two cost, in a calendar that is full."""
    bike, counts = vale.thing(), []
    for number, start in ((2, 0), (52, 1)):
        days = [at(24 * 7 * n + start * 2) for n in range(number)]
        with CaptureQueriesContext(connection) as counted:
            flows.commit(by=vale.amina, drafts=[draft(vale, bike, day, day + timedelta(hours=2)) for day in days])
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_when_a_thing_was_used_stands_in_the_seals(vale):
    """What has no time is sealed as it was before events could have one."""
    bike = vale.thing()
    use(vale, bike, book(vale, bike, at(0), at(3)), 60, begins=at(0), ends=at(1))
    assert seals.seal() > 0
    own = {("operation", "kernel_operation")}
    known = found()
    for change in ("ends = '2031-05-03 10:30:00+00'", "begins = NULL, ends = NULL"):
        with transaction.atomic():
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                triggers.lift()
                cursor.execute(f"UPDATE flows_economicevent SET {change} WHERE action = 'use'")
            triggers.protect()
            assert found() - known >= own
            transaction.set_rollback(True)
