"""The one clockwork of a node: a tick job that runs every timer that is due and then enqueues itself again."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from cosmolocal.kernel import ahead, clock, jobs
from cosmolocal.kernel.models import TimerRun
from cosmolocal.kernel.practice import Timer, switched_on

log = logging.getLogger("cosmolocal.timers")
TICK = timedelta(seconds=15)


def all_timers() -> Iterable[Timer]:
    """Timers of the core and of the practices that are switched on."""
    for name in settings.CORE_TIMERS:
        yield from import_string(name)
    for practice in switched_on():
        yield from practice.timers


def run_due() -> list[str]:
    """Runs each timer whose pause has passed, or that ran in the future by a clock that was wrong; one that fails is
    logged and does not stop the others.
    """
    now, ran = clock.now(), []
    last = dict(TimerRun.objects.values_list("name", "at"))
    for timer in all_timers():
        if timer.name in last and timedelta() <= now - last[timer.name] < timer.every:
            continue
        TimerRun.objects.update_or_create(name=timer.name, defaults={"at": now})
        try:
            timer.run()
        except Exception:
            log.exception("timer failed", extra={"job": timer.name})
        ran.append(timer.name)
    return ran


@jobs.job("kernel.tick")
def tick() -> None:
    try:
        run_due()
    finally:
        ensure_tick()


def ensure_tick() -> None:
    """Makes sure that exactly one tick waits in the queue, and not for long."""
    with transaction.atomic():
        ahead.pull_back(clock.now())
        waiting = DBTaskResult.objects.filter(status="READY", args_kwargs__args__0="kernel.tick")
        if not waiting.exists():
            jobs.enqueue("kernel.tick", after=clock.now() + TICK)
