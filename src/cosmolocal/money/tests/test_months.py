"""What was held at the end of a closed month is written down, never changes, and is what the entries give."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cosmolocal.config import doctor
from cosmolocal.kernel import clock, triggers
from cosmolocal.money import operations as money
from cosmolocal.money import queries, tasks
from cosmolocal.money.models import MonthBalance, MonthEnd
from cosmolocal.money.queries import months
from cosmolocal.money.tests.test_value_dates import at, totals
from cosmolocal.money.tests.village import Village

DAYS = [
    date(2026, month, day) for month, day in ((8, 31), (9, 1), (9, 12), (9, 29), (9, 30), (10, 1), (10, 9), (10, 31))
]


def _autumn(village: Village) -> None:
    """Amina pays in 300 in September and 50 in October, Jo 70 in October; September is closed on the 4th."""
    with clock.frozen_at(at(12)):
        village.top_up(village.amina, 30000)
    with clock.frozen_at(at(2, month=10)):
        village.top_up(village.amina, 5000)
    with clock.frozen_at(at(4, month=10)):
        money.close_month(by=village.wei, until=date(2026, 9, 30))
    with clock.frozen_at(at(9, month=10)):
        village.top_up(village.jo, 7000)


def _everything() -> list[object]:
    return [
        *(totals(day) for day in DAYS),
        *(queries.balance_sheet(day) for day in DAYS),
    ]


def test_balances_of_a_closed_month_are_written_down(village: Village) -> None:
    _autumn(village)
    end = MonthEnd.objects.get()
    assert end.before == queries.moment_after(date(2026, 9, 30))
    written = dict(end.balances.values_list("resource", "quantity"))
    assert written == {village.account(village.amina).resource_id: 30000, village.bank.resource_id: 30000}


def test_a_sheet_is_the_same_with_and_without_written_balances(village: Village) -> None:
    _autumn(village)
    with clock.frozen_at(at(20, month=10)):
        with_them = _everything()
        assert [one.get("members", 0) for one in with_them[:8]] == [0, 0, 30000, 30000, 30000, 30000, 42000, 42000]
        _forget()
        assert _everything() == with_them
        tasks.timers[0].run()
        assert MonthBalance.objects.count() == 2
        assert _everything() == with_them


def test_a_late_fact_leaves_the_closed_month_as_it_was(village: Village) -> None:
    _autumn(village)
    with clock.frozen_at(at(10, month=10)):
        money.top_up(by=village.wei, account=village.account(village.jo), box=village.bank, amount=900, at=at(28))
        assert queries.held_on(village.bank, date(2026, 9, 30)) == 30900
        assert totals(date(2026, 9, 30))["bank"] == 30000
        assert totals(date(2026, 10, 10))["bank"] == 42900
    assert months.wrong_balances() == []


def test_no_statement_reads_what_lies_behind_a_closed_month(village: Village) -> None:
    _autumn(village)
    with clock.frozen_at(at(20, month=10)), CaptureQueriesContext(connection) as asked:
        page = queries.statement_page(village.bank, date(2026, 10, 1), date(2026, 10, 20))
        assert queries.held_on(village.bank, date(2026, 10, 3)) == 35000
    assert (page.opening, page.closing, page.came, page.went) == (30000, 42000, 12000, 0)
    events = [one["sql"] for one in asked if '"flows_economicevent"' in one["sql"]]
    assert events
    assert all('"at" >=' in sql or '"id" IN' in sql for sql in events)


def test_doctor_finds_a_balance_that_entries_do_not_give(village: Village) -> None:
    _autumn(village)
    assert [found for found in doctor.examine() if "balances are written down" in found.what] == []
    _unguarded(f"UPDATE money_monthbalance SET quantity = 1 WHERE resource_id = {village.bank.resource_id}")
    (found,) = months.wrong_balances()
    assert (found.until, found.count) == (date(2026, 9, 30), 1)
    assert [found.grave for found in doctor.examine() if "balances are written down" in found.what] == [True]


def test_written_balances_are_never_changed(village: Village) -> None:
    _autumn(village)
    with pytest.raises(DatabaseError), transaction.atomic():
        MonthBalance.objects.update(quantity=1)


def _forget() -> None:
    _unguarded("DELETE FROM money_monthbalance", "DELETE FROM money_monthend")


def _unguarded(*statements: str) -> None:
    """As somebody does who changes the database past the program."""
    triggers.lift()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
