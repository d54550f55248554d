"""Work that happens after an operation: at least once, retried with growing pauses, never silently lost.

A job acts in somebody's name, and the queue is a table: each carries the node's mark over its name, its arguments and
its key. One that somebody wrote past this program does nothing, and stands on the steward's list.
"""

import logging
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from cosmolocal.kernel import ahead, clock, ids, node, signing
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
        if not is_waiting(name, queue):
            enqueue(name, after=after)


def is_waiting(name: str, queue: "QuerySet[DBTaskResult[Any, Any]]") -> bool:
    """Whether this node itself put such a job into this part of the queue."""
    found = queue.filter(args_kwargs__args__0=name).values_list("args_kwargs", flat=True)
    return any(_is_ours(row["args"]) for row in found)


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
    (carrier.using(run_after=after) if after else carrier).enqueue(*marked(name, args, root, attempt))


def marked(name: str, args: Sequence[Any], root: str, attempt: int = 0) -> tuple[str, list[Any], int, str, str]:
    """What the queue keeps of a job: `root` is its idempotency key."""
    return name, list(args), attempt, root, _mark(name, args, root)


def _mark(name: str, args: Sequence[Any], root: str) -> str:
    return signing.mark("job", name, list(args), root)


def _is_ours(call: Sequence[Any]) -> bool:
    """Of what the queue keeps of a job, whatever somebody wrote there."""
    name, args, _attempt, root, given = [*call, *[""] * 5][:5]
    return signing.is_marked(str(given), "job", name, args, root)


def is_ours(trouble: JobTrouble) -> bool:
    """Whether this node itself asked for the work that is stuck: only then it is tried again."""
    return signing.is_marked(trouble.mark, "job", trouble.name, trouble.args, trouble.key)


def strange() -> list[str]:
    """Names of the jobs that wait, or are stuck, and that this node never asked for."""
    waiting = DBTaskResult.objects.filter(status__in=["READY", "RUNNING"]).values_list("args_kwargs", flat=True)
    stuck = JobTrouble.objects.filter(settled_at=None)
    return [
        *(str([*row["args"], ""][0]) for row in waiting if not _is_ours(row["args"])),
        *(trouble.name for trouble in stuck if not is_ours(trouble)),
    ]


@cache
def load() -> None:
    """Imports `operations`, `tasks`, `errands`, `listings` and `demo` of every app: what they declare is known then."""
    autodiscover_modules("operations", "tasks", "errands", "listings", "demo")


@task()
def run_job(name: str, args: list[Any], attempt: int, root: str, mark: str = "") -> str:
    """The one task the worker knows: finds the job by name, ends what is refused for good, retries everything else."""
    load()
    if not _is_ours([name, args, attempt, root, mark]):
        _keep_strange(name, args, root, mark)
        return "refused: jobs.not_ours"
    token, count = _key.set(root), _attempt.set(attempt)
    try:
        with node.at_home():
            declared[name](*args)
    except Refusal as refusal:
        if refusal.later and will_be_tried_again():  # nothing is wrong with it: a full disk, others who write
            return _again(name, args, attempt, root)
        _report(name, args, root, refusal.code, str(refusal))
        return f"refused: {refusal.code}"
    except Exception as error:
        log.exception("job failed", extra={"job": name})
        if will_be_tried_again():
            return _again(name, args, attempt, root)
        _report(name, args, root, "", f"{type(error).__name__}: {error}")
        return "given up"
    finally:
        _key.reset(token)
        _attempt.reset(count)
    return "done"


def _again(name: str, args: list[Any], attempt: int, root: str) -> str:
    _enqueue(name, args, attempt + 1, root, clock.now() + PAUSES[attempt])
    return "again later"


def _report(name: str, args: list[Any], root: str, code: str, sentence: str) -> None:
    mark = _mark(name, args, root)
    JobTrouble.objects.create(name=name, args=args, key=root, mark=mark, code=code, sentence=sentence, at=clock.now())


def _keep_strange(name: str, args: list[Any], root: str, mark: str) -> None:
    log.warning("a job that this node did not ask for", extra={"job": name})
    JobTrouble.objects.create(
        name=name[:80],
        args=args,
        key=root[:80],
        mark=mark[:64],
        code="jobs.not_ours",
        sentence=not_ours(),
        at=clock.now(),
    )


def not_ours() -> str:
    """What is said of work that does not carry this node's mark."""
    return _(
        "This was not done: it does not carry this node's mark, so somebody wrote it into the database past this "
        "program, or it waited while the node was upgraded. Ask anew for what you still need, then let this rest."
    )
