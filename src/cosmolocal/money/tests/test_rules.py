"""What money decides without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.money.rules import (
    Held,
    Standing,
    Sums,
    group_sheet,
    month_end,
    open_from,
    round_cash,
)

AMOUNTS = st.integers(-(10**12), 10**12)
KINDS = st.sampled_from(
    [("member", ""), ("producer", ""), ("walk_in", ""), ("round", "")]
    + [("fund", code) for code in ("stock", "tax", "deposits", "unmatched", "share_capital", "running", "rounding")]
)


@pytest.mark.parametrize(
    ("amount", "step", "coins"),
    [(1234, 1, 1234), (1234, 5, 1235), (1232, 5, 1230), (1225, 10, 1230), (-1225, 10, -1230), (4, 10, 0), (5, 10, 10)],
)
def test_cash_is_paid_in_coins_that_exist(amount: int, step: int, coins: int) -> None:
    assert round_cash(amount, step) == coins


@given(AMOUNTS, st.integers(1, 1000))
def test_rounding_cash_goes_to_a_coin_nearby(amount: int, step: int) -> None:
    coins = round_cash(amount, step)
    assert coins % step == 0
    assert abs(coins - amount) * 2 <= step
    assert round_cash(-amount, step) == -coins


@given(st.lists(st.tuples(KINDS, AMOUNTS), max_size=20), st.lists(AMOUNTS, max_size=4))
def test_grouping_moves_things_between_sides_and_never_changes_the_difference(
    accounts: list[tuple[tuple[str, str], int]], boxes: list[int]
) -> None:
    held = [Held(kind, balance, code=code) for (kind, code), balance in accounts]
    sheet = group_sheet([Held("bank", box) for box in boxes], held)
    assert sheet.difference == sum(boxes) - sum(balance for _kind, balance in accounts)
    assert sheet.assets_total - sheet.claims_total == sheet.difference


def test_an_accountant_finds_each_thing_where_she_looks_for_it() -> None:
    sheet = group_sheet(
        [Held("bank", 1000), Held("drawer", 50), Held("transit", 7)],
        [
            Held("member", 700),
            Held("member", -30),
            Held("producer", 200),
            Held("producer", -5),
            Held("fund", -80, code="stock"),
            Held("fund", 12, code="tax"),
            Held("fund", 260, code="running"),
        ],
    )
    assets = {group.code: group.total for group in sheet.assets}
    claims = {group.code: group.total for group in sheet.claims if group.total}
    assert assets == {"bank": 1000, "cash": 50, "transit": 7, "receivables": 35, "stock": 80}
    assert claims == {"members": 700, "producers": 200, "tax": 12, "funds": 260}
    assert sheet.difference == 0


@pytest.mark.parametrize(
    ("standing", "mark"),
    [
        (Standing(5000, 0, 0, 1000), "good"),
        (Standing(5000, 4500, 0, 1000), "low"),
        (Standing(5000, 5000, 0, 1000), "stop"),
        (Standing(0, 0, 0, 0), "stop"),
        (Standing(-1, 0, 0, 0), "below"),
        (Standing(-1, 0, -5000, 0), "low"),
        (Standing(-9000, 0, None, 0), "low"),
    ],
)
def test_a_standing_says_when_to_worry(standing: Standing, mark: str) -> None:
    assert standing.mark == mark


def test_a_late_fact_keeps_its_true_date_only_where_the_month_is_closed() -> None:
    assert open_from(None, date(2026, 9, 3)) is None
    assert open_from(date(2026, 8, 31), date(2026, 9, 1)) is None
    assert open_from(date(2026, 9, 30), date(2026, 9, 30)) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_months_end_when_they_end(day: date, last: date) -> None:
    assert month_end(day) == last


def test_sums_say_what_is_missing() -> None:
    assert Sums(boxes=100, accounts=90).difference == 10
