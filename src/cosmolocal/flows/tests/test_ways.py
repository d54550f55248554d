"""Ways through the journal, whatever was done: trace and track are each other's reverse, and nothing gets lost."""

import random

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.models import EconomicEvent, EconomicResource, Process
from cosmolocal.flows.queries.origins import leads
from cosmolocal.flows.tests.village import Village, village
from cosmolocal.kernel.refusal import Refusal


@pytest.fixture
def vale(db) -> Village:
    return village()


class Kitchen:
    """Some lots, and what a keeper does with them in any order: nothing but events and processes."""

    def __init__(self, vale: Village) -> None:
        self.vale = vale
        self.lots = [vale.stock() for _ in range(5)]
        self.came = self.lost = self.given = 0

    def has(self, n: int) -> int:
        return EconomicResource.objects.get(pk=self.lots[n].pk).accounting_quantity

    def arrive(self, n: int, _m: int, quantity: int) -> None:
        grown = self.vale.stock(owner=self.vale.farm)
        [field] = flows.begin_processes(by=self.vale.amina, drafts=[flows.ProcessDraft("grow")])
        self.vale.record("produce", quantity, grown, output_of_id=field.pk)
        self.vale.record("transfer", quantity, grown, self.lots[n])
        self.came += quantity

    def move(self, n: int, m: int, quantity: int) -> None:
        taken = min(quantity, self.has(n))
        if n != m and taken > 0:
            self.vale.record("move", taken, self.lots[n], self.lots[m])

    def work(self, n: int, m: int, quantity: int) -> None:
        """Two lots go into a process, one comes out; a unit of it is lost."""
        inputs = {lot: taken for lot in {n, m} if (taken := min(quantity, self.has(lot))) > 0}
        total = sum(inputs.values())
        if total < 2:
            return
        [mixing] = flows.begin_processes(by=self.vale.amina, drafts=[flows.ProcessDraft("mix")])
        waste = max(inputs, key=lambda lot: inputs[lot])
        self.vale.record("lower", 1, self.lots[waste], reason="cut")
        for lot, taken in inputs.items():
            self.vale.record("consume", taken - (lot == waste), self.lots[lot], input_of_id=mixing.pk)
        self.lots.append(self.vale.stock())
        self.vale.record("produce", total - 1, self.lots[-1], output_of_id=mixing.pk)
        self.lost += 1

    def give(self, n: int, _m: int, quantity: int) -> None:
        """Also more than is there: it was, and its arrival is written down later."""
        self.vale.record("transfer", quantity, self.lots[n], receiver_id=self.vale.jo.pk)
        self.given += quantity

    def retype(self, n: int, _m: int, quantity: int) -> None:
        """An arrival was typed wrong."""
        arrivals = EconomicEvent.objects.filter(to_resource=self.lots[n].pk, action="transfer", quantity__gt=0)
        event = arrivals.filter(corrected_by=None).first()
        if event is None or event.resource_id is None:
            return
        produced = EconomicEvent.objects.filter(resource=event.resource_id, action="produce", quantity__gt=0)
        for one in (produced.get(corrected_by=None), event):
            right = queries.draft_of(one)
            right.quantity = quantity
            flows.correct(by=self.vale.amina, event_id=one.pk, replacement=right)
        self.came += quantity - event.quantity


DEEDS = ("arrive", "arrive", "move", "work", "work", "give", "retype")


@pytest.mark.parametrize("seed", range(8))
def test_trace_is_track_reversed_and_nothing_is_lost(vale, seed):
    kitchen, pick = Kitchen(vale), random.Random(seed)
    for _ in range(16):
        getattr(kitchen, pick.choice(DEEDS))(pick.randrange(3), pick.randrange(len(kitchen.lots)), pick.randint(1, 9))
    here = sum(row.accounting_quantity for row in EconomicResource.objects.filter(pk__in=[r.pk for r in kitchen.lots]))
    assert kitchen.came == here + kitchen.given + kitchen.lost
    assert queries.replay() == []
    standing = list(EconomicEvent.objects.filter(quantity__gte=0, corrected_by=None).values_list("pk", flat=True))
    back = {(a, step.event_id) for a in standing for step in queries.trace(event_id=a, depth=30)}
    onward = {(step.event_id, a) for a in standing for step in queries.track(event_id=a, depth=30)}
    assert back == onward
    assert any(a != b for a, b in back)


def test_what_was_given_before_its_arrival_was_written_came_from_it(vale):
    kitchen = Kitchen(vale)
    kitchen.give(0, 0, 4)
    kitchen.arrive(0, 0, 6)
    kitchen.give(0, 0, 1)
    early, late = EconomicEvent.objects.filter(receiver=vale.jo).order_by("pk")
    [arrival] = EconomicEvent.objects.filter(to_resource=kitchen.lots[0].pk)
    for taken in (early, late):
        assert arrival.pk in {step.event_id for step in queries.trace(event_id=taken.pk)}
        assert taken.pk in {step.event_id for step in queries.track(event_id=arrival.pk)}
    # What comes once nothing is owed any more is no origin of it.
    kitchen.arrive(0, 0, 3)
    later = EconomicEvent.objects.filter(to_resource=kitchen.lots[0].pk).latest("pk")
    assert later.pk not in {step.event_id for step in queries.trace(event_id=early.pk)}
    assert later.pk not in {step.event_id for step in queries.trace(event_id=late.pk)}


def test_a_circle_of_lots_ends(vale):
    a, b = vale.stock(5), vale.stock()
    for _ in range(4):
        vale.record("move", 5, a, b)
        vale.record("move", 5, b, a)
    assert len(queries.trace(resource_id=a.pk)) == 9
    lots = [a]
    for _ in range(4):
        lots.append(vale.stock())
        vale.record("move", 5, lots[-2], lots[-1])
    assert not queries.trace(resource_id=lots[-1].pk).is_cut
    assert queries.trace(resource_id=lots[-1].pk, depth=3).is_cut


def test_what_leads_on_stays_short_however_many_took_of_it(vale):
    lot, part = vale.stock(500), vale.stock()
    [cutting] = flows.begin_processes(by=vale.amina, drafts=[flows.ProcessDraft("split")])
    vale.record("consume", 10, lot, input_of_id=cutting.pk)
    vale.record("produce", 10, part, output_of_id=cutting.pk)
    for _ in range(30):
        vale.record("transfer", 1, lot, receiver_id=vale.jo.pk)
    assert [step.action for step in leads(lot.pk)] == ["consume", "produce"]
    assert len(queries.track(resource_id=lot.pk)) == 32


def _work(deed):
    """How much the database did: SQLite counts its instructions, PostgreSQL the rows of each part of its plan."""
    if connection.vendor == "sqlite":
        ticks: list[int] = []
        connection.connection.set_progress_handler(lambda: ticks.append(1) and None, 50)
        deed()
        connection.connection.set_progress_handler(None, 0)
        return len(ticks)
    with CaptureQueriesContext(connection) as asked:
        deed()
    plans = []
    with connection.cursor() as cursor:
        # So few rows are read whole, or by index, as the table happened to be counted last; many are read by index.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for one in asked.captured_queries:
            cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + one["sql"].replace("%", "%%"), [])
            plans.append(cursor.fetchone()[0][0]["Plan"])
    return sum(map(_rows, plans))


def _rows(plan):
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return own + sum(map(_rows, plan.get("Plans", ())))


@pytest.mark.parametrize("is_late", [False, True], ids=["in time", "written late"])
def test_a_stock_that_many_went_into_and_many_left_is_followed_step_by_step(vale, is_late):
    """Four times as many of both are about four times the work, not sixteen times."""
    work = {}
    for many in (40, 160):
        source, stock = vale.stock(many), vale.stock()
        came = [flows.EventDraft("move", 1, resource_id=source.pk, to_resource_id=stock.pk) for _ in range(many)]
        left = [flows.EventDraft("transfer", 1, resource_id=stock.pk, receiver_id=vale.jo.pk) for _ in range(many)]
        events = flows.record(by=vale.amina, drafts=[*left, *came] if is_late else [*came, *left])
        last = max(EconomicEvent.objects.filter(pk__in=events, receiver=vale.jo).values_list("pk", flat=True))
        ways = {
            "track": lambda source=source: queries.track(resource_id=source.pk),
            "trace": lambda last=last: queries.trace(event_id=last),
        }
        for name, way in ways.items():
            work[name, many] = _work(way)
        assert len(queries.track(resource_id=source.pk)) == 2 * many
        assert len(queries.trace(event_id=last)) == many + 2
    for name in ("track", "trace"):
        assert work[name, 160] < 7 * work[name, 40], (name, work)


def test_what_an_operation_wrote_is_not_read_again_for_each_event(vale):
    lot = vale.stock(5)
    vale.record("transfer", 1, lot, receiver_id=vale.jo.pk)
    with CaptureQueriesContext(connection) as asked:
        [step] = queries.track(resource_id=lot.pk)
    assert step.by_id == vale.amina.pk
    assert not [one["sql"] for one in asked.captured_queries if '"result"' in one["sql"]]


def test_a_process_has_a_code_and_never_changes(vale):
    with pytest.raises(Refusal):
        flows.begin_processes(by=vale.amina, drafts=[flows.ProcessDraft("cutting the cheese")])
    [made] = flows.begin_processes(by=vale.amina, drafts=[flows.ProcessDraft("split")])
    assert made.operation.by == vale.amina
    with pytest.raises(DatabaseError), transaction.atomic():
        Process.objects.filter(pk=made.pk).update(certificate="organic")
