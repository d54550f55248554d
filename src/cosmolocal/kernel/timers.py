"""The one clockwork of a node: a tick job that runs every timer that is due and then enqueues itself again."""

import logging
import sys
from collections.abc import Iterable
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from cosmolocal.kernel import ahead, clock, jobs
from cosmolocal.kernel.models import TimerRun
from cosmolocal.kernel.practices import Timer, is_practice, switched_on

log = logging.getLogger("cosmolocal.timers")
TICK = timedelta(seconds=15)


def all_timers() -> Iterable[Timer]:
    """What each app lists as `timers` in its `tasks`; a practice only where it is switched on."""
    jobs.load()
    used = {practice.name for practice in switched_on()}
    for app in apps.get_app_configs():
        if not is_practice(app) or app.label in used:
            yield from getattr(sys.modules.get(f"{app.name}.tasks"), "timers", ())


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
        if not jobs.is_waiting("kernel.tick", DBTaskResult.objects.filter(status="READY")):
            jobs.enqueue("kernel.tick", after=clock.now() + TICK)
