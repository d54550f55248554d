"""What the books prove: statements close, the sheet balances on any day, a closed month stays as it was."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.kernel import clock
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.tests.village import Village, refused


def at(day: int, hour: int = 4, month: int = 9) -> datetime:
    """A moment of autumn 2026; 4 h UTC is noon in Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def a_month(village: Village) -> None:
    """300 in on the 2nd, 50 spent on the 3rd, rent of 20 on the 10th, 18 to the farm on the 20th."""
    amina = village.account(village.amina)
    with clock.frozen_at(at(2)):
        money.top_up(by=village.wei, account=amina, box=village.bank, amount=30000, reference="September")
    with clock.frozen_at(at(3)):
        money.transfer(by=village.wei, source=amina, target=queries.fund("running"), amount=5000, reason="order")
    with clock.frozen_at(at(10)):
        money.pay_cost(by=village.wei, fund_code="running", box=village.bank, amount=2000, reason="rent")
    with clock.frozen_at(at(20)):
        farm = village.account(village.farm, "producer")
        money.transfer(by=village.wei, source=amina, target=farm, amount=1800, reason="order")


def test_a_statement_opens_and_closes(village: Village) -> None:
    a_month(village)
    found = queries.statement(village.account(village.amina), date(2026, 9, 3), date(2026, 9, 30))
    assert (found.opening, found.closing, found.came, found.went) == (30000, 23200, 0, 6800)
    assert [(line.on.day, line.amount, line.balance, line.text, line.with_whom) for line in found.lines] == [
        (3, -5000, 25000, "Order", "Running costs"),
        (20, -1800, 23200, "Order", "Huang farm"),
    ]
    whole = queries.statement(village.account(village.amina), date(2026, 9, 1), date(2026, 9, 30))
    assert (whole.opening, whole.lines[0].text, whole.lines[0].words) == (0, "Paid in", "September")


def test_days_are_those_of_the_local(village: Village) -> None:
    """17 h UTC on the 4th is already the 5th in Shanghai."""
    with clock.frozen_at(at(4, 17)):
        village.top_up(village.amina, 100)
    amina = village.account(village.amina)
    assert queries.statement(amina, date(2026, 9, 4), date(2026, 9, 4)).lines == []
    assert queries.statement(amina, date(2026, 9, 5), date(2026, 9, 5)).came == 100
    assert queries.balance_sheet(date(2026, 9, 4)).assets_total == 0
    assert queries.balance_sheet(date(2026, 9, 5)).assets_total == 100


def test_the_statement_of_a_bank_account_can_be_laid_beside_the_banks(village: Village) -> None:
    a_month(village)
    found = queries.box_statement(village.bank, date(2026, 9, 1), date(2026, 9, 30))
    assert [(line.amount, line.text, line.with_whom) for line in found.lines] == [
        (30000, "Paid in", "Amina"),
        (-2000, "Rent", ""),
    ]
    assert found.closing == village.in_box(village.bank) == 28000


def test_the_sheet_balances_on_every_day(village: Village) -> None:
    a_month(village)
    for day in range(1, 31):
        assert queries.balance_sheet(date(2026, 9, day)).difference == 0
    sheet = queries.balance_sheet(date(2026, 9, 10))
    assert {group.code: group.total for group in sheet.assets if group.total} == {"bank": 28000}
    assert {group.code: group.total for group in sheet.claims if group.total} == {"members": 25000, "funds": 3000}
    later = queries.balance_sheet(date(2026, 9, 30))
    assert {group.code: group.total for group in later.claims if group.total} == {
        "members": 23200,
        "producers": 1800,
        "funds": 3000,
    }


def test_who_owes_the_local_is_an_asset_of_it(village: Village) -> None:
    amina = village.account(village.amina)
    with clock.frozen_at(at(2)):
        money.transfer(
            by=village.wei, source=amina, target=queries.fund("running"), amount=500, reason="producer", guard=False
        )
    sheet = queries.balance_sheet(date(2026, 9, 2))
    receivables = next(group for group in sheet.assets if group.code == "receivables")
    assert (receivables.total, [part.label for part in receivables.parts]) == (500, ["Amina"])
    assert sheet.difference == 0


def test_sheet_and_statement_need_as_many_statements_for_much_as_for_little(village: Village) -> None:
    def statements() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as sheet:
            queries.balance_sheet(date(2026, 9, 30))
        with CaptureQueriesContext(connection) as statement:
            queries.statement(village.account(village.amina), date(2026, 9, 1), date(2026, 9, 30))
        return len(sheet), len(statement)

    with clock.frozen_at(at(2)):
        village.top_up(village.amina, 100)
        few = statements()
        for person in (village.amina, village.jo, village.li_na, village.wei) * 5:
            village.top_up(person, 100)
    assert statements() == few


def test_a_closed_month_never_changes_again(village: Village) -> None:
    a_month(village)
    october = at(3, month=10)
    before = queries.balance_sheet(date(2026, 9, 30))
    with clock.frozen_at(october):
        money.close_month(by=village.wei, until=date(2026, 9, 30))
        money.top_up(by=village.wei, account=village.account(village.amina), box=village.bank, amount=700, at=at(28))
    assert queries.balance_sheet(date(2026, 9, 30)) == before
    [line] = queries.statement(village.account(village.amina), date(2026, 10, 1), date(2026, 10, 31)).lines
    assert (line.on, line.value_on, line.amount) == (date(2026, 10, 3), date(2026, 9, 28), 700)
    assert queries.balance_sheet(date(2026, 10, 3)).difference == 0


def test_a_late_fact_of_an_open_month_stands_on_its_day(village: Village) -> None:
    with clock.frozen_at(at(30)):
        money.top_up(by=village.wei, account=village.account(village.amina), box=village.bank, amount=700, at=at(5))
    [line] = queries.statement(village.account(village.amina), date(2026, 9, 5), date(2026, 9, 5)).lines
    assert (line.on, line.value_on) == (date(2026, 9, 5), None)


def test_months_are_closed_when_they_are_over_and_once(village: Village) -> None:
    with clock.frozen_at(at(3, month=10)):
        with refused("money.not_month_end"):
            money.close_month(by=village.wei, until=date(2026, 9, 29))
        with refused("money.month_not_over"):
            money.close_month(by=village.wei, until=date(2026, 10, 31))
        money.close_month(by=village.wei, until=date(2026, 9, 30))
        with refused("money.closed_already"):
            money.close_month(by=village.wei, until=date(2026, 8, 31))


def test_history_is_one_point_a_day(village: Village) -> None:
    a_month(village)
    with clock.frozen_at(at(21)):
        points = queries.history(village.account(village.amina), points=20)
    assert points[0] == (date(2026, 9, 2), 30000)
    assert dict(points)[date(2026, 9, 19)] == 25000
    assert points[-1] == (date(2026, 9, 21), 23200)
    assert all(late - early == timedelta(days=1) for (early, _a), (late, _b) in zip(points, points[1:], strict=False))
