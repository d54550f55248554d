"""A statement is read page by page; its sums are those of the whole time, and equal those of the whole statement."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cosmolocal.agents import pages
from cosmolocal.kernel import clock, errands, jobs
from cosmolocal.kernel.models import Errand
from cosmolocal.money import queries
from cosmolocal.money.queries import statements
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village


def test_pages_of_a_statement_add_up_to_the_whole(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LINES_A_PAGE", 3)
    for amount in range(1, 9):
        village.top_up(village.amina, amount * 100)
    today = clock.today()
    whole = queries.box_statement(village.bank, today - timedelta(days=3), today)
    first, last = (queries.statement_page(village.bank, whole.since, today, number) for number in ("1", ""))
    pages = [queries.statement_page(village.bank, whole.since, today, str(n)) for n in first.page.paginator.page_range]
    assert [line for page in pages for line in page.lines] == list(whole.lines)
    assert {(p.opening, p.closing, p.came, p.went) for p in pages} == {
        (whole.opening, whole.closing, whole.came, whole.went)
    }
    assert last.lines[-1].balance == whole.closing
    assert len(first.lines) == 3


def test_what_was_held_is_the_same_from_either_end(village: Village) -> None:
    with clock.frozen_at(clock.now() - timedelta(days=3)):
        village.top_up(village.amina, 700)
    village.top_up(village.jo, 50)
    today = clock.today()
    for day in (today - timedelta(days=5), today - timedelta(days=2), today):
        whole = queries.box_statement(village.bank, day - timedelta(days=400), day)
        assert whole.opening == 0
        assert whole.closing == queries.held_on(village.bank, day)
        sheet = queries.balance_sheet(day)
        assert sheet.difference == 0
        assert sheet.assets_total >= whole.closing


def test_a_long_statement_is_made_by_the_worker(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    village.top_up(village.amina, 700)
    village.top_up(village.jo, 50)
    reader, page = as_(village, village.wei), reverse("money:box", args=[village.bank.pk])
    at_once = {kind: reader.get(page, {"as": kind}).content for kind in ("csv", "xlsx", "pdf")}
    for kind, short in at_once.items():
        monkeypatch.setitem(pages.AT_ONCE, kind, 1)
        answer = reader.get(page, {"as": kind})
        made = Errand.objects.get(ended_at=None)
        assert answer["Location"] == reverse("errand", args=[made.pk])
        jobs.run_job.func(*jobs.marked("kernel.errand", [str(made.pk)], f"job:{made.pk}"))
        made.refresh_from_db()
        assert made.file_name.endswith(f".{kind}")
        path = errands.file_of(made)
        assert path is not None
        assert path.read_bytes()[:4] == short[:4]
        if kind == "csv":
            assert path.read_bytes() == short
    assert reader.get(page, {"as": "exe"}).status_code == 404
