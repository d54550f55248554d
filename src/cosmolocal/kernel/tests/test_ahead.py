"""A clock that was wrong into the future stops nothing: what waits for it is pulled back, and said until then."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import limits
from cosmolocal.agents.models import Try
from cosmolocal.config import doctor
from cosmolocal.kernel import ahead, clock, jobs, timers, worker
from cosmolocal.kernel.models import TimerRun, WorkerBeat
from cosmolocal.kernel.practices import Timer
from cosmolocal.messages.models import Letter, Outlet

pytestmark = pytest.mark.django_db
NOW = clock.now().replace(microsecond=0)
LATER = NOW + timedelta(days=4000)  # after every moment at which the suite stands


def complaints() -> list[str]:
    return [found.what for found in doctor.examine() if "clock" in found.what]


def test_timers_run_at_once_when_the_clock_is_right_again(monkeypatch) -> None:
    ran: list[str] = []
    often = Timer("test.often", timedelta(minutes=1), lambda: ran.append(""))
    monkeypatch.setattr(timers, "all_timers", lambda: [often])
    with clock.frozen_at(LATER):
        timers.run_due()
    assert len(ran) == 1
    with clock.frozen_at(NOW):
        timers.run_due()
        timers.run_due()
    assert len(ran) == 2
    assert TimerRun.objects.get(name="test.often").at == NOW


def test_a_tick_in_the_far_future_is_pulled_back() -> None:
    with clock.frozen_at(LATER):
        timers.ensure_tick()
    with clock.frozen_at(NOW):
        assert len(complaints()) == 1
        timers.ensure_tick()
        assert DBTaskResult.objects.get(args_kwargs__args__0="kernel.tick").run_after <= NOW
        assert complaints() == []


def test_a_tick_that_waits_for_some_hours_is_too_late_already() -> None:
    with clock.frozen_at(NOW + timedelta(hours=3)):
        timers.ensure_tick()
    with clock.frozen_at(NOW):
        timers.ensure_tick()
        assert DBTaskResult.objects.get().run_after <= NOW


def test_what_waits_as_planned_stays_where_it_is() -> None:
    with clock.frozen_at(NOW):
        timers.ensure_tick()
        jobs.enqueue("messages.deliver", after=NOW + max(jobs.PAUSES))
        jobs.enqueue("messages.deliver")
        Letter.objects.create(event="x", subject="x", text="x", written_at=NOW, next_at=NOW + timedelta(hours=6))
        Outlet.objects.create(pk=1, next_try_at=NOW + timedelta(minutes=10))
        assert complaints() == []
        assert ahead.pull_back(NOW) == 0


def test_jobs_and_letters_in_the_far_future_happen_now() -> None:
    jobs.enqueue("messages.deliver", after=LATER)
    Letter.objects.create(event="x", subject="x", text="x", written_at=NOW, next_at=LATER)
    Outlet.objects.create(pk=1, next_try_at=LATER)
    with clock.frozen_at(NOW):
        assert ahead.pull_back(NOW) == 3
    assert DBTaskResult.objects.get().run_after == NOW
    assert Letter.objects.get().next_at == NOW
    assert Outlet.objects.get().next_try_at == NOW


def test_a_dead_worker_does_not_look_alive_by_a_beat_in_the_future() -> None:
    jobs.enqueue("messages.deliver")
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["dead"])
    WorkerBeat.objects.create(worker="dead", at=LATER)
    with clock.frozen_at(NOW):
        assert not worker.living(worker.SILENT_AFTER).exists()
        assert worker.take_back() == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_mends_it_by_itself_and_readyz_says_so_until_then(client: Client) -> None:
    WorkerBeat.objects.create(worker="alive", at=clock.now())
    with clock.frozen_at(LATER):
        timers.ensure_tick()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["clock"]
    assert "Set the clock" in answer.json()["says"][0]
    worker.run("test", batch=True)
    answer = client.get("/readyz")
    assert (answer.json()["missing"], answer.json()["says"]) == ([], [])


def test_what_was_counted_in_the_future_locks_nobody_out() -> None:
    with clock.frozen_at(LATER):
        for _time in range(3):
            assert limits.allow("join", "x", times=3, seconds=3600)
    with clock.frozen_at(NOW):
        assert limits.allow("join", "x", times=3, seconds=3600)
        ahead.pull_back(NOW)
        assert Try.objects.count() == 1


def test_every_next_moment_is_looked_after() -> None:
    """A field whose name says that something waits for it is declared."""
    declared = {(rule.label, rule.moment) for rule in ahead.rules()}
    waits = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, models.DateTimeField) and field.name.startswith(("next_", "run_after"))
    }
    assert waits <= declared
