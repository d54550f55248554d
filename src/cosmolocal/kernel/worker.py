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

from cosmolocal.kernel import ahead, clock, timers
from cosmolocal.kernel.models import WorkerBeat

log = logging.getLogger("cosmolocal.worker")
BEAT = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=45)


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


class _Worker(Worker):
    """Leaves no row of a tick: there are millions a year, and the next one waits already."""

    def run_task(self, db_task_result: "DBTaskResult[Any, Any]") -> None:
        super().run_task(db_task_result)
        if db_task_result.args_kwargs["args"][:1] == ["kernel.tick"]:
            DBTaskResult.objects.filter(pk=db_task_result.pk).delete()


def run(name: str = "worker", *, batch: bool = False) -> None:
    """Works until SIGTERM (or, in a batch, until the queue is empty). `name` is unique among living workers."""
    taken = take_back(own=name)
    if taken:
        log.warning("took back %s jobs of a worker that died", taken)
    WorkerBeat.objects.update_or_create(worker=name, defaults={"at": clock.now()})
    timers.ensure_tick()
    worker = _Worker(
        queue_names=["*"],
        interval=0.0 if batch else 0.5,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[],
    )
    stop = threading.Event()
    beat = threading.Thread(target=_beat_for_ever, args=(name, stop), daemon=True, name="heartbeat")
    if not batch:
        worker.configure_signals()
        beat.start()
    log.info("worker ready", extra={"job": f"{name} pid {os.getpid()}"})
    try:
        worker.run()
    finally:
        stop.set()
        WorkerBeat.objects.filter(worker=name).delete()
