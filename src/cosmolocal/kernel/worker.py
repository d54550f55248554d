"""The job worker: takes jobs from the database, shows that it lives, and takes back what a dead worker left."""

import logging
import os
import threading
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import QuerySet
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from cosmolocal.kernel import ahead, clock, jobs, timers
from cosmolocal.kernel.models import WorkerBeat

log = logging.getLogger("cosmolocal.worker")
BEAT = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=45)
LOOK_EVERY = 0.5  # seconds


def living(silence: timedelta) -> QuerySet[WorkerBeat]:
    """Workers whose last sign of life is at most `silence` old; one that lies ahead of now is none."""
    now = clock.now()
    return WorkerBeat.objects.filter(at__gte=now - silence, at__lte=now + ahead.SLACK)


def take_back(own: str = "") -> int:
    """Makes jobs ready again that a silent worker (or `own` name, before this start) left running; how many."""
    alive = set(living(SILENT_AFTER).values_list("worker", flat=True))
    alive.discard(own)
    taken = 0
    for row in DBTaskResult.objects.running().only("id", "worker_ids"):
        if not alive.intersection(row.worker_ids[-1:]):
            taken += DBTaskResult.objects.filter(pk=row.pk, status="RUNNING").update(status="READY", started_at=None)
    return taken


def _beat_for_ever(name: str, stop: threading.Event) -> None:
    while not stop.wait(BEAT.total_seconds()):
        try:
            WorkerBeat.objects.update_or_create(worker=name, defaults={"at": clock.now()})
            ahead.pull_back(clock.now())
            take_back()
        except Exception:
            log.exception("heartbeat failed")
        finally:
            close_old_connections()
    connection.close()


def _soon_for_ever(name: str, stop: threading.Event) -> None:
    """Does what is to happen soon, whatever the worker is at meanwhile. It asks before it takes its turn to write."""
    while not stop.wait(LOOK_EVERY):
        try:
            if DBTaskResult.objects.ready().filter(queue_name=jobs.SOON).exists():
                _worker(name, batch=True, only=jobs.SOON).run()
        except Exception:
            log.exception("what is to happen soon failed")
        finally:
            close_old_connections()
    connection.close()


class _Worker(Worker):
    """Leaves no row of a tick: there are millions a year, and the next one waits already."""

    def run_task(self, db_task_result: "DBTaskResult[Any, Any]") -> None:
        super().run_task(db_task_result)
        if db_task_result.args_kwargs["args"][:1] == ["kernel.tick"]:
            DBTaskResult.objects.filter(pk=db_task_result.pk).delete()


def _worker(name: str, *, batch: bool, only: str = "*", never: str = "") -> _Worker:
    return _Worker(
        queue_names=[only],
        interval=0.0 if batch else LOOK_EVERY,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[never] if never else [],
    )


def run(name: str = "worker", *, batch: bool = False) -> None:
    """Works until SIGTERM (or, in a batch, until the queue is empty). `name` is unique among living workers."""
    taken = take_back(own=name)
    if taken:
        log.warning("took back %s jobs of a worker that died", taken)
    WorkerBeat.objects.update_or_create(worker=name, defaults={"at": clock.now()})
    timers.ensure_tick()
    worker = _worker(name, batch=batch, never="" if batch else jobs.SOON)
    stop = threading.Event()
    if not batch:
        worker.configure_signals()
        for beside in (_beat_for_ever, _soon_for_ever):
            threading.Thread(target=beside, args=(name, stop), daemon=True, name=beside.__name__.strip("_")).start()
    log.info("worker ready", extra={"job": f"{name} pid {os.getpid()}"})
    try:
        worker.run()
    finally:
        stop.set()
        WorkerBeat.objects.filter(worker=name).delete()
