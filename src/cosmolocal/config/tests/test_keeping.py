"""Nothing grows for ever: what goes after which time, in small steps, and what stays."""

import operator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Invitation, JoinRequest, SignInCode
from cosmolocal.agents.queries import system
from cosmolocal.config import keeping
from cosmolocal.config.keeping import TWO_MONTHS
from cosmolocal.kernel import clock, ids, jobs, worker
from cosmolocal.kernel.evidence import SEALED
from cosmolocal.kernel.models import JobTrouble, Operation, WorkerBeat
from cosmolocal.messages import operations as messages
from cosmolocal.messages.kinds import every
from cosmolocal.messages.models import Enclosure, Letter
from cosmolocal.paper.models import Upload

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def test_each_table_says_how_long_its_rows_stay() -> None:
    goes = {rule.label for rule in keeping.let_go()}
    unclear, both = [], []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        stays = bool(keeping.reason_to_keep(label))
        if not stays and label not in goes:
            unclear.append(label)
        if label in keeping.KEPT and label in goes:
            both.append(label)
    sealed = {model._meta.label for model in map(operator.attrgetter("model"), SEALED.values())}
    assert sealed & goes == {rule.label for rule in keeping.let_go() if rule.deed}
    assert unclear == []
    assert both == []
    assert {apps.get_model(label)._meta.label for label in keeping.KEPT} == set(keeping.KEPT)


@pytest.mark.once
def test_the_page_for_operators_says_the_same_days() -> None:
    page = (Path(__file__).parents[4] / "docs/operate/keeping.md").read_text()
    for after in {rule.after for rule in keeping.let_go()} - {timedelta(), keeping.A_DAY}:
        years = f"{after.days // 366} years"
        assert f"{after.days} days" in page or years in page, after


def jobs_done(number: int, at: datetime) -> None:
    DBTaskResult.objects.bulk_create(
        DBTaskResult(
            status="SUCCESSFUL",
            finished_at=at,
            args_kwargs={"args": ["messages.deliver", [], 0, "job:x"], "kwargs": {}},
            task_path="cosmolocal.kernel.jobs.run_job",
            backend_name="default",
            run_after=at,
        )
        for _n in range(number)
    )


def test_finished_jobs_go_after_a_week_and_those_to_be_done_never() -> None:
    jobs_done(3, NOW - timedelta(days=8))
    jobs_done(2, NOW - timedelta(days=6))
    jobs.enqueue("messages.deliver", after=NOW - timedelta(days=400))
    with clock.frozen_at(NOW):
        keeping.prune()
    assert DBTaskResult.objects.filter(status="SUCCESSFUL").count() == 2
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_a_backlog_of_years_goes_in_small_steps(monkeypatch) -> None:
    monkeypatch.setattr(keeping, "STEP", 10)
    monkeypatch.setattr(keeping, "STEPS_AT_ONCE", 3)
    jobs_done(75, NOW - timedelta(days=300))
    left = []
    with clock.frozen_at(NOW):
        for _again in range(4):
            keeping.prune()
            left.append(DBTaskResult.objects.count())
    assert left == [45, 15, 0, 0]


@pytest.mark.parametrize("event", every())
def test_letters_go_after_their_time_with_their_files(event: str) -> None:
    reader = Agent.objects.create(kind="person", name="Jo", created_at=NOW)
    file = messages.Attachment("statement.pdf", "application/pdf", b"%PDF")
    days = every()[event].days
    for age in (days - 1, days + 1):
        with clock.frozen_at(NOW - timedelta(days=age)):
            messages.send(by=system(), writings=[messages.Writing(reader.pk, event, "About", "Text.", "", (file,))])
    with clock.frozen_at(NOW):
        keeping.prune()
    [kept] = Letter.objects.all()
    assert (NOW - kept.written_at).days == days - 1
    assert Enclosure.objects.exists() == (days <= 60)


def test_what_a_farm_was_asked_and_what_was_paid_stays_for_years() -> None:
    kept = {event for event, known in every().items() if known.days > 5 * 365}
    assert kept == {"producer_order", "at_farms_cost", "payment"}


def test_sessions_codes_links_requests_uploads_and_settled_troubles_go() -> None:
    by, old, young = system(), NOW - TWO_MONTHS - timedelta(days=1), NOW - timedelta(days=1)
    with clock.frozen_at(old):
        home = agents.found_local(by=by, draft=agents.LocalDraft("Home", "Liuzhou", 24.3, 109.4, "UTC", "en", "CNY"))
    for at in (old, young):
        key = ids.fresh_key()
        Session.objects.create(session_key=key[:32], session_data="", expire_date=at)
        Invitation.objects.create(digest=key, made_by=home, expires_at=at)
        SignInCode.objects.create(digest=key, agent=home, made_by=home, expires_at=at)
        Upload.objects.create(kind="catalog", name="a.csv", made_by_id=home.pk, at=at, data=b"", state="done")
        Upload.objects.create(kind="catalog", name="b.csv", made_by_id=home.pk, at=at, data=b"", state="importing")
        JobTrouble.objects.create(name="x.y", key=key, sentence="No.", at=at, settled_at=at)
        WorkerBeat.objects.create(worker=key[:20], at=at + timedelta(hours=23))
    JobTrouble.objects.create(name="x.y", key="k", sentence="No.", at=old)
    JoinRequest.objects.create(name="Amina", at=NOW - timedelta(days=400), state="declined")
    JoinRequest.objects.create(name="Ida", at=NOW - timedelta(days=400), state="waiting")
    deeds = Operation.objects.count()
    with clock.frozen_at(NOW):
        keeping.prune()
    left = {model: model.objects.count() for model in (Session, Invitation, SignInCode, WorkerBeat, JoinRequest)}
    assert left == {Session: 0, Invitation: 1, SignInCode: 1, WorkerBeat: 1, JoinRequest: 1}
    assert sorted(Upload.objects.values_list("state", flat=True)) == ["done", "importing", "importing"]
    assert JobTrouble.objects.count() == 2  # the one that nobody has looked at stays
    assert (
        list(Operation.objects.order_by("pk").values_list("code", flat=True))[deeds:] == ["agents.forget_ways_in"] * 2
    )
    with clock.frozen_at(NOW):
        keeping.prune()
    assert Operation.objects.count() == deeds + 2  # nothing to let go is no deed


def test_counts_of_the_limits_go_when_they_are_over() -> None:
    cache.set("limit:join:old", 1, timeout=1)
    cache.set("limit:join:young", 1, timeout=10 * 86400)
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        keeping.prune()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM kernel_cache WHERE cache_key LIKE '%limit:join:%'")
        assert [row[0].rpartition(":")[2] for row in cursor.fetchall()] == ["young"]


@pytest.mark.django_db(transaction=True)
def test_a_tick_leaves_no_row() -> None:
    jobs.enqueue("kernel.tick")
    jobs.enqueue("messages.deliver")
    worker.run("test", batch=True)
    rows = [(row.status, row.args_kwargs["args"][0]) for row in DBTaskResult.objects.all()]
    assert sorted(rows) == [("READY", "kernel.tick"), ("SUCCESSFUL", "messages.deliver")]
