"""Sums and amounts read and written as people do."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.look import numbers, terms
from cosmolocal.look.numbers import NumberUnclear, format_money, format_number, format_quantity, parse_decimal

pytestmark = pytest.mark.once
SPACE = "\N{NO-BREAK SPACE}"
_LANGUAGES = ("en", "zh", "ko", "ja", "ar", "he", "de", "de-ch", "es", "pt-br", "fr", "pl", "hi", "sv", "eu", "sw")


@pytest.mark.parametrize(
    ("minor", "code", "decimals", "locale", "text"),
    [
        (12640, "CNY", 2, "zh-hans", "¥ 126.40"),
        (123450, "EUR", 2, "de", "1.234,50 €"),
        (123456789, "INR", 2, "hi", "₹ 12,34,567.89"),
        (123456789, "EUR", 2, "eu", "1.234.567,89 €"),
        (123450, "EUR", 2, "no such language", "€ 1,234.50"),
        (123450, "EUR", 2, "en", "€ 1,234.50"),
        (12000, "KRW", 0, "ko", "₩ 12,000"),
        (-5, "EUR", 2, "en", "−€ 0.05"),
        (0, "CNY", 2, "en", "¥ 0.00"),
        (1250, "Talents", 2, "en", "12.50 Talents"),
        (999, "SEK", 2, "en", "SEK 9.99"),
    ],
)
def test_money_is_written_with_its_symbol(minor: int, code: str, decimals: int, locale: str, text: str) -> None:
    assert format_money(minor, code, decimals, locale).replace(SPACE, " ") == text


def test_a_sum_keeps_its_order_in_arabic() -> None:
    assert format_money(12640, "CNY", 2, "ar") == f"\u2066126.40{SPACE}¥\u2069"


def test_a_gain_shows_its_sign() -> None:
    assert format_money(500, "EUR", 2, "en", signed=True).startswith("+€")
    assert format_money(0, "EUR", 2, "en", signed=True).startswith("€")


@pytest.mark.parametrize(
    ("base", "symbol", "decimals", "per", "text"),
    [
        (1940, "kg", 3, 1, "1.94 kg"),
        (1000, "jin", 0, 500, "2 jin"),
        (1050, "jin", 0, 500, "2.1 jin"),
        (10, "piece", 0, 1, "10 pieces"),
        (1, "pc", 0, 1, "1 piece"),
        (0, "bunch", 0, 1, "0 bunches"),
        (1, "box", 0, 1, "1 box"),
        (2, "boxes", 0, 1, "2 boxes"),
        (12, "12 pieces", 0, 12, "1 12 pieces"),
        (3, "", 0, 1, "3"),
    ],
)
def test_an_amount_is_written_with_its_unit(base: int, symbol: str, decimals: int, per: int, text: str) -> None:
    assert format_quantity(base, symbol, decimals, per, "en").replace(SPACE, " ") == text


@pytest.mark.parametrize(
    ("typed", "decimals", "locale", "value"),
    [
        ("1,5", 3, "en", 1500),
        ("1.5", 3, "de", 1500),
        ("１．５", 3, "zh-hans", 1500),
        ("١٫٥", 3, "ar", 1500),
        ("1。5", 1, "zh-hans", 15),
        ("1,234.50", 2, "de", 123450),
        ("1.234,50", 2, "en", 123450),
        ("1 234,50", 2, "fr", 123450),
        ("1’234.50", 2, "de-ch", 123450),
        ("1,234", 2, "en", 123400),
        ("1.234", 2, "de", 123400),
        ("1.234", 3, "en", 1234),
        ("0.125", 3, "de", 125),
        ("1,234,567", 0, "de", 1234567),
        ("−12.5", 2, "en", -1250),
        ("12000.00", 0, "en", 12000),
        (".5", 1, "en", 5),
        ("5.", 1, "en", 50),
        ("  7 ", 0, "en", 7),
        ("1.999", 1, "de", 19990),
    ],
)
def test_what_people_type_is_understood(typed: str, decimals: int, locale: str, value: int) -> None:
    assert parse_decimal(typed, decimals, locale) == value


@pytest.mark.parametrize(
    ("typed", "decimals", "locale", "reason"),
    [
        ("", 2, "en", "empty"),
        ("about two", 2, "en", "not_a_number"),
        ("1.2.3", 2, "en", "not_a_number"),
        ("1,2,3.4", 2, "en", "not_a_number"),
        ("--5", 2, "en", "not_a_number"),
        (".", 2, "en", "not_a_number"),
        ("1.2345", 2, "en", "too_precise"),
        ("1,234", 3, "en", "ambiguous"),
        ("1.234", 2, "en", "ambiguous"),
        ("9" * 13, 2, "en", "too_big"),
    ],
)
def test_what_is_unclear_is_refused(typed: str, decimals: int, locale: str, reason: str) -> None:
    with pytest.raises(NumberUnclear) as refused:
        parse_decimal(typed, decimals, locale)
    assert refused.value.reason == reason


@given(
    value=st.integers(-(10**12) + 1, 10**12 - 1),
    decimals=st.sampled_from([0, 1, 2]),
    locale=st.sampled_from(_LANGUAGES),
)
def test_what_is_written_is_read_again(value: int, decimals: int, locale: str) -> None:
    """Up to two decimals nothing is ambiguous, whatever the language."""
    assert parse_decimal(format_number(value, decimals, locale), decimals, locale) == value


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NumberUnclear):
        assert isinstance(parse_decimal(text, 2, "en"), int)


def test_percent_rounds_half_up_and_knows_nothing_of_nothing() -> None:
    assert numbers.format_percent(1, 3, 1, "de") == f"33,3{SPACE}%"
    assert numbers.format_percent(125, 1000, 0, "en") == f"13{SPACE}%"
    assert numbers.format_percent(1, 0) == "–"


class _Unit:
    symbol, code, decimals = "¥", "CNY", 2


class _Measure:
    symbol, quantity = "jin", 500


class _Specification:
    unit = _Unit()


def test_tags_take_codes_and_objects() -> None:
    assert terms.currency("KRW") == ("KRW", 0)
    assert terms.currency(_Specification()) == ("CNY", 2)
    assert terms.unit(_Measure()) == ("jin", 0, 500)
    assert terms.unit(_Unit()) == ("¥", 2, 1)
    assert terms.unit(None) == ("piece", 0, 1)
