"""Jobs that wait are done, as the worker would."""

from django_tasks_db.models import DBTaskResult

from cosmolocal.kernel import jobs


def work(code: str = "") -> None:
    """All, or those of one code, the oldest first."""
    for waiting in DBTaskResult.objects.filter(status="READY").order_by("enqueued_at"):
        args = waiting.args_kwargs["args"]
        if not code or args[0] == code:
            jobs.run_job.call(*args)
            DBTaskResult.objects.filter(pk=waiting.pk).delete()
