"""Jobs: at least once, never silently lost; timers: each in its own time."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, jobs, timers, worker
from cosmolocal.kernel.models import JobTrouble, WorkerBeat
from cosmolocal.kernel.operation import operation, refusal_of
from cosmolocal.kernel.practices import Timer
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
seen: list[str] = []


@pytest.fixture(autouse=True)
def declared_jobs(monkeypatch):
    monkeypatch.setattr(jobs, "declared", dict(jobs.declared))
    seen.clear()

    @jobs.job("test.note")
    def note(text: str) -> None:
        seen.append(f"{text} {jobs.key()}")

    @jobs.job("test.refuse")
    def refuse() -> None:
        raise Refusal("test.no", "Ask again tomorrow.")

    @jobs.job("test.busy")
    def busy() -> None:
        raise Refusal("test.later", "Many people write.", later=True)

    @jobs.job("test.break")
    def break_down() -> None:
        raise OSError("the printer is out of paper")


def waiting(name: str) -> list[DBTaskResult]:
    rows = DBTaskResult.objects.filter(status="READY", args_kwargs__args__0=name)
    return list(rows.order_by("run_after"))


def run_waiting(name: str) -> None:
    row = waiting(name)[0]
    DBTaskResult.objects.filter(pk=row.pk).update(status="SUCCESSFUL")
    jobs.run_job.func(*row.args_kwargs["args"])


def test_what_waits_over_the_upgrade_that_brings_marks_is_done() -> None:
    """Not what is done in somebody's name: whom its row names asks again."""
    for name in ("test.note", "kernel.errand"):
        jobs.enqueue(name, "hello")
    for row in DBTaskResult.objects.all():
        row.args_kwargs["args"].pop()
        row.save()
    stuck = JobTrouble.objects.create(
        name="test.note", args=["again"], key="job:1", sentence="OSError: paper", at=clock.now()
    )
    assert jobs.strange() == ["test.note", "kernel.errand", "test.note"]
    step = import_module("cosmolocal.kernel.migrations.0007_marks")
    for _killed_and_begun_again in range(2):
        step.ask_again(apps, None)
        step.mark_what_waits(apps, None)
    stuck.refresh_from_db()
    assert (jobs.strange(), jobs.is_ours(stuck), waiting("kernel.errand")) == ([], True, [])
    run_waiting("test.note")
    assert [words.split()[0] for words in seen] == ["hello"]


def test_a_full_disk_is_met_later() -> None:
    """What was refused for it is done by itself once there is room: letters of a round that closed meanwhile."""
    refusal = refusal_of(OperationalError("database or disk is full"))
    assert (refusal.code, refusal.later) == ("kernel.disk_full", True)


def test_announcing_belongs_to_the_operation() -> None:
    jo = Agent.objects.create(kind="person", name="Jo", created_at=clock.now())

    @operation("test.announce")
    def tell(*, by: Agent, fail: bool, key: str = "") -> None:
        jobs.announce("test.note", "hello")
        if fail:
            raise Refusal("test.no", "No.")

    with pytest.raises(LookupError):
        jobs.announce("test.note", "outside")
    with pytest.raises(Refusal):
        tell(by=jo, fail=True)
    assert waiting("test.note") == []
    tell(by=jo, fail=False)
    run_waiting("test.note")
    assert seen[0].startswith("hello job:")


def test_a_refused_job_ends_and_stands_on_the_list() -> None:
    jobs.enqueue("test.refuse")
    run_waiting("test.refuse")
    assert waiting("test.refuse") == []
    trouble = JobTrouble.objects.get()
    assert (trouble.code, trouble.sentence) == ("test.no", "Ask again tomorrow.")


@pytest.mark.parametrize(
    ("name", "said"), [("test.break", "out of paper"), ("test.busy", "Many people write")], ids=["broken", "too early"]
)
def test_what_may_go_well_later_is_tried_again_with_growing_pauses_under_one_key_then_listed(name, said) -> None:
    jobs.enqueue(name)
    roots = set()
    for attempt, pause in enumerate(jobs.PAUSES):
        roots.add(waiting(name)[0].args_kwargs["args"][3])
        run_waiting(name)
        row = waiting(name)[0]
        assert row.args_kwargs["args"][2] == attempt + 1
        assert abs(row.run_after - clock.now() - pause) < timedelta(minutes=1)
    run_waiting(name)
    assert waiting(name) == []
    assert len(roots) == 1
    assert said in JobTrouble.objects.get().sentence


def test_jobs_of_a_silent_worker_are_taken_back() -> None:
    jobs.enqueue("test.note", "mine")
    jobs.enqueue("test.note", "theirs")
    alive, dead = waiting("test.note")
    DBTaskResult.objects.filter(pk=alive.pk).update(status="RUNNING", worker_ids=["alive"])
    DBTaskResult.objects.filter(pk=dead.pk).update(status="RUNNING", worker_ids=["dead"])
    WorkerBeat.objects.create(worker="alive", at=clock.now())
    WorkerBeat.objects.create(worker="dead", at=clock.now() - timedelta(minutes=5))
    assert worker.take_back() == 1
    assert [row.pk for row in waiting("test.note")] == [dead.pk]
    assert worker.take_back(own="alive") == 1


def test_a_timer_runs_when_its_pause_has_passed_and_one_that_fails_stops_no_other(monkeypatch) -> None:
    ran: list[str] = []

    def broken() -> None:
        raise OSError("no")

    clockwork = [
        Timer("test.broken", timedelta(minutes=1), broken),
        Timer("test.often", timedelta(minutes=1), lambda: ran.append("often")),
        Timer("test.rarely", timedelta(hours=1), lambda: ran.append("rarely")),
    ]
    monkeypatch.setattr(timers, "all_timers", lambda: clockwork)
    start = clock.now()
    for minutes in (0, 0.5, 2, 61):
        with clock.frozen_at(start + timedelta(minutes=minutes)):
            timers.run_due()
    assert ran == ["often", "rarely", "often", "often", "rarely"]


def test_exactly_one_tick_waits() -> None:
    timers.ensure_tick()
    timers.ensure_tick()
    assert len(waiting("kernel.tick")) == 1


def test_what_somebody_wrote_into_the_queue_past_the_program_does_nothing() -> None:
    jobs.enqueue("test.note", "mine")
    [name, _args, attempt, key, mark] = waiting("test.note")[0].args_kwargs["args"]
    for call in ([name, ["theirs"], attempt, key, mark], [name, ["theirs"], 0, "job:theirs"]):
        assert jobs.strange() == ["test.note"] * JobTrouble.objects.count()
        assert jobs.run_job.func(*call) == "refused: jobs.not_ours"
    assert seen == []
    run_waiting("test.note")
    assert seen == [f"mine {key}"]
    assert not any(jobs.is_ours(trouble) for trouble in JobTrouble.objects.all())


def test_a_stranger_in_the_queue_is_named_and_holds_up_no_clock() -> None:
    jobs.enqueue("test.note", "mine")
    jobs.enqueue("kernel.tick", after=clock.now() + timedelta(days=900))
    for row in waiting("test.note") + waiting("kernel.tick"):
        row.args_kwargs["args"][4] = "0" * 64
        row.save()
    timers.ensure_tick()
    assert len(waiting("kernel.tick")) == 2
    assert sorted(jobs.strange()) == ["kernel.tick", "test.note"]
