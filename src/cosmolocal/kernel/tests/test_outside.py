"""Numbers from outside: read strictly, in one pass, whatever somebody sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.kernel.outside import LARGEST, LONGEST, NumberUnclear, readings, whole

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("12", 12), ("007", 7), (str(LARGEST), LARGEST)])
def test_a_machine_writes_plain_digits(text: str, value: int) -> None:
    assert whole(text) == value


@pytest.mark.parametrize(
    "text", ["", "²", "٣", "３", "9" * 5000, "-0", "-1", "+1", "1e9", "NaN", " 1", "1\x00", str(LARGEST + 1), None, 7]
)
def test_everything_else_is_nothing(text: object) -> None:
    assert whole(text) is None


@given(st.text(max_size=60))
def test_what_is_whole_is_in_range(text: str) -> None:
    value = whole(text, most=500)
    assert value is None or 0 <= value <= 500


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,873", {1873, 1.873}),
        ("1 873", {1873, 1.873}),
        ("1'873", {1873}),
        ("0,125", {0.125}),
        ("1873", {1873}),
        ("1873,5", {1873.5}),
        ("1,234,567", {1234567}),
        ("1.234,5", {1234.5}),
        ("(12)", {-12}),
        ("12-", {-12}),
    ],
)
def test_every_reading_is_found(text: str, values: set[float]) -> None:
    assert {way.digits / 10**way.decimals for way in readings(text)} == values


@pytest.mark.parametrize("text", ["²", "½", "1e9", "NaN", "1.2.3", "1\x00", "--1", "a", ",", "1,2,3.4", "1 23"])
def test_what_is_no_number_has_none(text: str) -> None:
    with pytest.raises(NumberUnclear) as unclear:
        readings(text)
    assert unclear.value.reason == "not_a_number"


@pytest.mark.parametrize("text", ["9" * 5000, "1," * 10_000 + "x", "." * 20_000, "\ufdfa" * 41])
def test_nothing_is_looked_at_that_is_longer_than_a_number(text: str) -> None:
    assert len(text) > LONGEST
    with pytest.raises(NumberUnclear) as unclear:
        readings(text)
    assert unclear.value.reason == "too_big"
