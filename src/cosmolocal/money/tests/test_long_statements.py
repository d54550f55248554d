"""A statement is read page by page; its sums are those of the whole time, and equal those of the whole statement."""

from datetime import timedelta

import pytest

from cosmolocal.kernel import clock
from cosmolocal.money import queries
from cosmolocal.money.queries import statements
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
    with clock.standing_at(clock.now() - timedelta(days=3)):
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
