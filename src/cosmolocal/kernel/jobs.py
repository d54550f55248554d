"""Work that happens after an operation: at least once, retried with growing pauses, never silently lost."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from cosmolocal.kernel import ahead, clock, ids, node
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.kernel.operation import running
from cosmolocal.kernel.refusal import Refusal

log = logging.getLogger("cosmolocal.jobs")
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    ahead.LONGEST_PAUSE,
)
# What is to be done yet, and what nobody would miss: the tick starts itself, and a backup is not made anew by bringing
# one back.
UNFINISHED = Q(status__in=["READY", "RUNNING"]) & ~Q(args_kwargs__args__0__in=["kernel.tick", "config.nightly_backup"])
Job = Callable[..., None]
SOON = "soon"  # a queue of its own: no long job holds up what somebody waits for in front of a screen
declared: dict[str, Job] = {}
_soon: set[str] = set()
_key: ContextVar[str] = ContextVar("job_key", default="")
_attempt: ContextVar[int] = ContextVar("job_attempt", default=0)


def job(name: str, *, soon: bool = False) -> Callable[[Job], Job]:
    """Declares a function as a job. It calls operations with `key=jobs.key()`, so a retry happens once.

    `soon`: it begins within a second, also while another job is at work; it is short, and safe beside any other.
    """

    def declare(function: Job) -> Job:
        if name in declared and declared[name].__module__ != function.__module__:
            raise TypeError(f"job {name} is declared twice")
        declared[name] = function
        if soon:
            _soon.add(name)
        return function

    return declare


def announce(name: str, *args: Any) -> None:
    """Enqueues a job by name in the transaction of the running operation (JSON arguments: ids, integers, text)."""
    running()
    enqueue(name, *args)


def enqueue(name: str, *args: Any, after: datetime | None = None) -> None:
    """Enqueues a job outside of operations (timers, start-up), at once or `after` a moment."""
    _enqueue(name, list(args), 0, f"job:{ids.fresh_key()}", after)


def enqueue_once(name: str, *, after: datetime | None = None) -> None:
    """Enqueues a job without arguments, unless one waits already; with `after`, also where it waits for later."""
    queue = DBTaskResult.objects.filter(status="READY") if after else DBTaskResult.objects.ready()
    with transaction.atomic():
        if not queue.filter(args_kwargs__args__0=name).exists():
            enqueue(name, after=after)


def attempt(name: str, *args: Any) -> None:
    """Runs a job here and now, for a timer that has several to do and comes again soon. One that fails stops no other:
    it stands on the steward's list once, until it went well or somebody looked at it.
    """
    root = f"timer:{name}:{':'.join(map(str, args))}"
    failed = JobTrouble.objects.filter(key=root, settled_at=None)
    code, sentence = "", ""
    try:
        with node.at_home():
            declared[name](*args)
    except Refusal as refusal:
        code, sentence = refusal.code, str(refusal)
    except Exception as error:
        log.exception("job failed", extra={"job": name})
        sentence = f"{type(error).__name__}: {error}"
    if not sentence:
        failed.update(settled_at=clock.now())
    elif not failed.exists():
        _report(name, list(args), root, code, sentence)


def key() -> str:
    """The idempotency key of the job under way, the same at each retry."""
    found = _key.get()
    if not found:
        raise LookupError("no job is running")
    return found


def will_be_tried_again() -> bool:
    """Whether the job under way comes once more if it fails now."""
    return _attempt.get() < len(PAUSES)


def _enqueue(name: str, args: list[Any], attempt: int, root: str, after: datetime | None) -> None:
    load()
    carrier = run_job.using(queue_name=SOON) if name in _soon else run_job
    (carrier.using(run_after=after) if after else carrier).enqueue(name, args, attempt, root)


@cache
def load() -> None:
    """Imports `operations`, `tasks`, `errands` and `demo` of every app: what they declare is known afterwards."""
    autodiscover_modules("operations", "tasks", "errands", "demo")


@task()
def run_job(name: str, args: list[Any], attempt: int, root: str) -> str:
    """The one task the worker knows: finds the job by name, ends refusals, retries everything else."""
    load()
    token, count = _key.set(root), _attempt.set(attempt)
    try:
        with node.at_home():
            declared[name](*args)
    except Refusal as refusal:
        _report(name, args, root, refusal.code, str(refusal))
        return f"refused: {refusal.code}"
    except Exception as error:
        log.exception("job failed", extra={"job": name})
        if attempt < len(PAUSES):
            _enqueue(name, args, attempt + 1, root, clock.now() + PAUSES[attempt])
            return "again later"
        _report(name, args, root, "", f"{type(error).__name__}: {error}")
        return "given up"
    finally:
        _key.reset(token)
        _attempt.reset(count)
    return "done"


def _report(name: str, args: list[Any], root: str, code: str, sentence: str) -> None:
    JobTrouble.objects.create(name=name, args=args, key=root, code=code, sentence=sentence, at=clock.now())
