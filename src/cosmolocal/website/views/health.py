"""Is this node alive, is it ready, what is it: for machines that look after it, and for people."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from cosmolocal import __version__
from cosmolocal.kernel import ahead, clock, node, proving, triggers, worker
from cosmolocal.kernel.access import open_to

SILENT = timedelta(minutes=2)


@open_to("anyone")
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_to("anyone")
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, tables are up to date, evidence is protected, a worker lives, nothing waits for a
    time that is wrong and the seals grow; else 503 with what is missing, `says`: what to do.
    """
    missing: list[str] = []
    says: list[str] = []
    try:
        with node.at_home():
            _look(missing, says)
    except (DatabaseError, InterfaceError):
        missing.append("database")
    return JsonResponse({"ready": not missing, "missing": missing, "says": says}, status=503 if missing else 200)


def _look(missing: list[str], says: list[str]) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        missing.append("migrations")
    elif triggers.missing():
        missing.append("triggers")
    if not worker.living(SILENT).exists():
        missing.append("worker")
    if wrong := ahead.wrong(clock.now()):
        missing.append("clock")
        says.append(f"{wrong.what} {wrong.fix}")
    if "migrations" not in missing and (broken := proving.stopped()):
        missing.append("seals")
        says.append(f"{broken.sentence} {broken.fix}")


@open_to("anyone")
def about(request: HttpRequest) -> HttpResponse:
    """What this page runs on, under which licence."""
    return render(request, "website/about.html", {"version": __version__, "mail_ready": settings.MAIL_READY})


@open_to("anyone")
def privacy(request: HttpRequest) -> HttpResponse:
    """Who sees what, in plain words."""
    return render(request, "website/privacy.html")
