"""Prices, tax, packs and words, for all numbers that can happen."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.catalog import rules
from cosmolocal.kernel.lines import one_line
from cosmolocal.look.words import MOST_WORDS

money = st.integers(0, 10**9)
packs = st.integers(1, 10**6)
rates = st.integers(0, 5000)


@pytest.mark.parametrize(
    ("price", "per", "pack", "count", "weight", "amount"),
    [
        (420, 500, 500, 2, None, 840),  # two jin at 4.20 a jin
        (420, 500, 500, 2, 970, 815),  # weighed 970 g: 8.148
        (420, 500, 500, 2, 1001, 841),  # 8.4084
        (1800, 0, 10, 1, None, 1800),  # ten eggs
        (1800, 0, 10, 1, 9, 1620),  # one broken
        (760, 0, 700, 1, 725, 787),  # a root of about 700 g: 7.871
        (5, 0, 2, 1, 1, 3),  # 2.5 rounds half up
        (0, 500, 500, 3, None, 0),
    ],
)
def test_a_line_costs(price: int, per: int, pack: int, count: int, weight: int | None, amount: int) -> None:
    quantity = count * pack if weight is None else weight
    assert rules.line_amount(price, per_quantity=per, pack=pack, quantity=quantity) == amount


@given(money, st.integers(0, 10**6), packs, st.integers(0, 1000))
def test_a_line_is_the_exact_price_rounded_once(price: int, per: int, pack: int, count: int) -> None:
    amount = rules.line_amount(price, per_quantity=per, pack=pack, quantity=count * pack)
    exact = Decimal(price) * count * pack / (per or pack)
    assert abs(amount - exact) <= Decimal("0.5")
    if not per:
        assert amount == price * count


@given(st.integers(0, 10**9), st.integers(0, 5000))
def test_the_cap_is_what_was_wished_and_its_tolerance(wished: int, tolerance: int) -> None:
    upper = rules.upper_quantity(wished, tolerance)
    assert wished <= upper
    assert (upper - wished) * 10_000 <= wished * tolerance


@given(money, rates)
def test_tax_inside_and_on_top_add_up(amount: int, rate: int) -> None:
    inside, on_top = rules.tax_inside(amount, rate), rules.tax_on(amount, rate)
    assert inside.net + inside.tax == inside.gross == amount
    assert on_top.net + on_top.tax == on_top.gross
    assert 0 <= inside.tax <= on_top.tax
    assert abs(rules.tax_inside(on_top.gross, rate).net - amount) <= 1


@pytest.mark.parametrize(("gross", "rate", "tax"), [(1090, 900, 90), (1130, 1300, 130), (100, 900, 8), (100, 0, 0)])
def test_tax_inside(gross: int, rate: int, tax: int) -> None:
    assert rules.tax_inside(gross, rate).tax == tax


def test_the_rate_of_the_day_counts() -> None:
    history = [(date(2018, 5, 1), 1600), (date(2019, 4, 1), 1300)]
    assert rules.rate_on("rate", history, date(2018, 4, 30)) == 0
    assert rules.rate_on("rate", history, date(2019, 3, 31)) == 1600
    assert rules.rate_on("rate", reversed(history), date(2019, 4, 1)) == 1300
    for kind in ("zero", "exempt", "outside"):
        assert rules.rate_on(kind, history, date(2026, 1, 1)) == 0


@given(st.integers(1, 10**9), rates, st.booleans())
def test_the_producers_share_compares_sums_without_tax(price: int, rate: int, gross: bool) -> None:
    whole = price if gross else rules.tax_inside(price, rate).net
    share = rules.producer_share_bp(price, whole, rate, list_is_gross=gross)
    assert share == 10_000 or rules.tax_inside(price, rate).net == 0


def test_measures_of_the_market() -> None:
    grams = {measure.code: measure.quantity for measure in rules.STANDARD_MEASURES}
    assert (grams["jin"], grams["liang"]) == (500, 50)
    assert (grams["geun_meat"], grams["geun_vegetables"], grams["dozen"]) == (600, 400, 12)
    assert len(grams) == len(rules.STANDARD_MEASURES)


def test_price_of_a_kilogram_beside_the_pack() -> None:
    assert rules.unit_price(420, 500, 500, 3) == 840
    assert rules.unit_price(5200, 0, 5000, 3) == 1040
    assert rules.is_unit_price_useful(500, 500, 3)
    assert not rules.is_unit_price_useful(1000, 500, 3)
    assert not rules.is_unit_price_useful(0, 10, 0)


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_was_typed_is_found(name: str, other: str) -> None:
    text = rules.search_text(name, other)
    assert all(word in text for word in rules.search_words(name))
    assert rules.normal(text) == text
    assert len(rules.search_words(name * 20)) <= MOST_WORDS


def test_any_width_and_case_is_found() -> None:
    text = rules.search_text("Pak Choi 小白菜", "Ｄａｘｉｎ")
    for typed in ("pak", "小白", "DAXIN", "ｐａｋ　ｃｈｏｉ", "白菜 daxin"):
        assert all(word in text for word in rules.search_words(typed))


@given(st.text(max_size=200))
def test_kept_text_stays_as_it_is(text: str) -> None:
    for clean in (rules.plain_text, one_line):
        kept = clean(text)
        assert clean(kept) == kept
        assert all(unicodedata.category(letter) != "Cc" or letter == "\n" for letter in kept)
    assert "\n" not in one_line(text)


@pytest.mark.parametrize("text", ["Organic rice", "BIO-Milch", "有机大米", "유기농 쌀", "lait biologique"])
def test_organic_is_a_claim(text: str) -> None:
    assert rules.claims_organic(text)


@pytest.mark.parametrize("text", ["Biodiversity walk", "grown without spraying", "not certified organic", "Rice 大米"])
def test_other_words_are_no_claim(text: str) -> None:
    assert not rules.claims_organic(text)
