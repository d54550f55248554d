"""Numbers as people type them: read exactly, or refused; never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper.numbers import decimal_marks_of, parse_decimal

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("12", None, "12"),
        (" 12.5 ", None, "12.5"),
        ("12,5", None, "12.5"),
        ("1.234,50", None, "1234.50"),
        ("1,234.50", None, "1234.50"),
        ("1 234,5", None, "1234.5"),
        ("1\u202f234,5", None, "1234.5"),
        ("1'234.50", None, "1234.50"),
        ("1.234.567", None, "1234567"),
        ("12,34,567.00", None, "1234567.00"),
        ("１２.５", None, "12.5"),
        ("١٢٫٥", None, "12.5"),
        ("¥12", None, "12"),
        ("￥ 12.00", None, "12.00"),
        ("12 €", None, "12"),
        ("EUR 12,50", None, "12.50"),
        ("12,50 EUR", None, "12.50"),
        ("12元", None, "12"),
        ("-12,50", None, "-12.50"),
        ("−12,50", None, "-12.50"),
        ("12,50-", None, "-12.50"),
        ("(12.50)", None, "-12.50"),
        ("€ -3.20", None, "-3.20"),
        ("+3", None, "3"),
        ("0.125", None, "0.125"),
        ("0,125", None, "0.125"),
        (".5", None, "0.5"),
        ("1234.567", None, "1234.567"),
        ("1,234", ",", "1.234"),
        ("1,234", ".", "1234"),
        ("1.234", ".", "1.234"),
        ("1.234", ",", "1234"),
        ("5.", None, "5"),
        ("007", None, "7"),
    ],
)
def test_read(text: str, mark: str | None, value: str) -> None:
    number = parse_decimal(text, mark)
    assert str(number) == value


@pytest.mark.parametrize("text", ["1,234", "1.234", "¥1,234", "-12.345"])
def test_ambiguous(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_decimal(text)
    assert refused.value.code == "paper.ambiguous_number"


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "-", ".", ",", "abc", "1e5", "1.2.3", "1,2,3", "12,34.56.7", "1,23.4", "nan", "Infinity", "0x1f"],
        *["7%", "12 apples", "1-2", "--3", "1 23", "1.234 567,00", "²", "½", "9" * 41, "1,2345.6", "１２.５.1"],
    ],
)
def test_not_numbers(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_decimal(text)
    assert refused.value.code == "paper.not_a_number"


def test_a_known_mark_is_not_overruled() -> None:
    with pytest.raises(Refusal):
        parse_decimal("1.234,50", ".")
    with pytest.raises(Refusal):
        parse_decimal("12,50", ".")


@given(st.text(max_size=45), st.sampled_from([None, ".", ","]))
def test_any_text_is_a_number_or_a_refusal(text: str, mark: str | None) -> None:
    try:
        value = parse_decimal(text, mark)
    except Refusal:
        return
    assert value.is_finite()


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("", "."), ("", ",")]),
)
def test_what_is_written_is_read_again(value: Decimal, marks: tuple[str, str]) -> None:
    thousands, mark = marks
    written = f"{value:,.2f}".replace(",", "t").replace(".", mark).replace("t", thousands)
    assert parse_decimal(written) == value


def test_the_mark_of_a_column() -> None:
    assert decimal_marks_of(["Eggs", "1,50", "2", "1.000,00"]) == {","}
    assert decimal_marks_of(["1.50", "12", "1,234"]) == {"."}
    assert decimal_marks_of(["1.50", "1,50"]) == {".", ","}
    assert decimal_marks_of(["1", "26.11.2026", "1,234"]) == set()


def test_no_cell_is_looked_at_once_two_marks_are_seen() -> None:
    cells = iter(["1.50", "", "Eggs", "1,50", "2.50", "3.50"])
    assert decimal_marks_of(cells) == {".", ","}
    assert list(cells) == ["2.50", "3.50"]
