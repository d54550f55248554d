"""Integers that never lose a unit."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.kernel.quantity import shares, times, to_decimal, to_text, to_units

integers = st.integers(-(10**12), 10**12)


@given(integers, st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_shares_sum_to_the_whole_and_stay_within_one_of_the_exact_part(total: int, weights: list[int]) -> None:
    parts = shares(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


@given(integers, st.integers(0, 6))
def test_decimals_come_back_exactly(units: int, decimals: int) -> None:
    assert to_units(to_decimal(units, decimals), decimals) == units
    assert to_units(to_text(units, decimals, trim=True), decimals) == units


def test_half_is_rounded_away_from_zero_once() -> None:
    assert to_units("0.005", 2) == 1
    assert to_units("-0.005", 2) == -1
    assert times(5, 1, 2) == 3
    assert times(-5, 1, 2) == -3
    assert times(1940, 760, 500) == 2949  # 1.94 kg at 7.60 a jin: 29.488
    assert to_text(1940, 3, trim=True) == "1.94"
    assert Decimal(to_text(10, 0, trim=True)) == 10


def test_equal_remainders_go_to_the_first() -> None:
    assert shares(100, [1, 1, 1]) == [34, 33, 33]
    assert shares(-100, [1, 1, 1]) == [-34, -33, -33]
    assert shares(7, [0, 0]) == [7, 0]
    assert shares(7, []) == []
