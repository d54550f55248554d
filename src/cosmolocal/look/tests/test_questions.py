"""A number far from what was expected, or with two readings, is asked about; an answer holds while it can be meant."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.look import proportion
from cosmolocal.look.forms import MoneyField, QuantityField
from cosmolocal.look.numbers import NumberUnclear, parse_decimal
from cosmolocal.look.questions import PROMISED, Expectation

from django import forms  # isort: skip

pytestmark = pytest.mark.once


class Scale(forms.Form):
    """3.64 kg are promised."""

    came = QuantityField(unit="kg", decimals=3, expected=Expectation(3640, PROMISED))
    paid = MoneyField(currency="EUR", required=False, expected=Expectation(3567))


def _sent(**values):
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return Scale(data)


def test_both_readings_are_offered():
    form = _sent(came="3640")
    assert not form.is_valid()
    question = form.fields["came"].question
    assert question.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "3,640 kg is about a thousand times what was promised, 3.64 kg. Which is right?"
    )
    assert [answer.value for answer in question.answers] == ["came=3640", "came=3640000"]


@pytest.mark.parametrize(("sure", "value"), [("came=3640", 3640), ("came=3640000", 3_640_000)])
def test_the_answer_counts(sure, value):
    form = _sent(came="3640", sure=["paid=7", sure])
    assert form.is_valid()
    assert form.cleaned_data["came"] == value


@pytest.mark.parametrize("sure", ["came=²", "came=5", "cam=3640", "3640", "came=" + "9" * 5000])
def test_no_other_answer_counts(sure):
    assert not _sent(came="3640", sure=sure).is_valid()


@pytest.mark.parametrize("typed", ["3.7", "1.85", "0.4", "17", "0"])
def test_what_comes_short_or_a_little_more_is_not_asked_about(typed):
    assert _sent(came=typed).is_valid()


def test_money_is_asked_about_too():
    form = _sent(came="3.64", paid="35,677")
    assert not form.is_valid()
    assert "35,677.00" in form.fields["paid"].question.answers[-1].label


@pytest.mark.parametrize(("typed", "asks"), [("3640", "Which is right?"), ("900", "If it is so, press it.")])
def test_where_only_one_reading_is_left_nobody_is_asked_to_choose(typed, asks):
    form = _sent(came=typed)
    assert not form.is_valid()
    question = form.fields["came"].question
    assert asks in question.sentence
    assert (len(question.answers) > 1) == (asks == "Which is right?")


@pytest.mark.parametrize("locale", ["en", "de", "fr"])
@pytest.mark.parametrize("typed", ["1,873", "1.873", "1 873"])
def test_what_was_expected_decides_between_two_readings(typed, locale):
    assert parse_decimal(typed, 3, locale, expected=1900) == 1873
    assert parse_decimal(typed, 3, locale, expected=1_900_000) == 1_873_000
    with pytest.raises(NumberUnclear) as unclear:
        parse_decimal(typed, 3, locale, expected=40_000)
    assert set(unclear.value.readings) in ({1873, 1_873_000}, set())


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_what_may_be_meant_is_in_proportion(value, expected):
    for one in proportion.meant(value, expected):
        assert not proportion.is_odd(one, expected)


@given(st.integers(1, 10**9))
def test_a_thousandfold_is_always_asked_about(expected):
    assert proportion.is_odd(expected * 1000, expected)
    assert proportion.meant(expected * 1000, expected)[0] == expected
