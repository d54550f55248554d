"""Fields understand what people type, say in a sentence what they do not, and lose nothing."""

import re

import pytest
from django import forms
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import translation

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look import pages
from cosmolocal.look.forms import (
    BigChoice,
    DayField,
    DayTimeField,
    KeyedForm,
    MoneyField,
    QuantityField,
    check_answers,
    stepped,
)


class PayForm(KeyedForm):
    amount = MoneyField(currency="CNY", label="How much?", minimum=1, help_text="In yuan & fen.")
    weight = QuantityField(unit="kg", decimals=3, label="Weight", required=False, maximum=50_000)
    way = forms.ChoiceField(
        label="How?", choices=[("cash", "Cash"), ("bank", "Bank")], widget=BigChoice(notes={"cash": "At the door"})
    )


def fill(**values: str) -> PayForm:
    return PayForm({"key": "k1", "amount": "8,40", "weight": "", "way": "cash", **values})


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.mark.parametrize("typed", ["8.40", "8,40", "¥ 8.40", "￥8.4", "8.40 元", "CNY 8.40", "８．４０"])
def test_money_is_read_in_many_ways(typed: str) -> None:
    form = fill(amount=typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == 840


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("eight", "not_a_number"),
        ("8.405", "ambiguous"),
        ("8.4567", "too_precise"),
        ("0", "too_small"),
    ],
)
def test_money_that_is_unclear_is_asked_again(typed: str, code: str) -> None:
    form = fill(amount=typed)
    assert [error.code for error in form.errors["amount"].as_data()] == [code]


def test_an_amount_left_out_is_none_and_too_much_is_said_with_its_unit() -> None:
    assert fill().is_valid()
    assert fill(weight="50.001").errors["weight"] == ["At most 50\xa0kg, please."]


def test_a_measure_of_its_own_counts_in_smallest_parts() -> None:
    field = QuantityField(unit="jin", per=500)
    assert field.clean("2,1") == 1050
    assert field.prepare_value(1050) == "2.1"


def test_a_number_typed_in_another_way_is_no_change() -> None:
    field = QuantityField(unit="kg", decimals=3)
    assert not field.has_changed(1500, "1,50")
    assert field.has_changed(1500, "1.6")
    assert field.has_changed(1500, "nonsense")


def test_what_was_typed_stands_there_again() -> None:
    html = str(fill(amount="eight <b>"))
    assert 'value="eight &lt;b&gt;"' in html


def test_a_value_is_written_for_the_reader() -> None:
    form = PayForm(initial={"amount": 123450, "weight": 1500})
    assert 'value="1234.50"' in str(form["amount"])
    assert 'value="1.5"' in str(form["weight"])
    with translation.override("de"):
        assert 'value="1234,50"' in str(PayForm(initial={"amount": 123450})["amount"])


def test_the_summary_leads_to_each_field_and_each_field_says_its_error() -> None:
    html = str(fill(amount="", way=""))
    assert set(re.findall(r'href="#(\w+)"', html)) == {"id_amount", "id_way_0"}
    ids = set(re.findall(r'\bid="(\w+)"', html))
    described = {name for names in re.findall(r'aria-describedby="([\w ]+)"', html) for name in names.split()}
    assert described <= ids
    assert "id_amount_error" in described
    assert "id_amount_helptext" in described
    assert "In yuan &amp; fen." in html


def test_labels_belong_to_their_fields() -> None:
    html = str(PayForm())
    assert set(re.findall(r'<label[^>]*\bfor="(\w+)"', html)) <= set(re.findall(r'\bid="(\w+)"', html))
    assert "At the door" in html
    assert "<legend" in html


def test_the_key_stays_the_same_after_an_error_and_is_fresh_before() -> None:
    assert 'value="k1"' in str(fill(amount="")["key"])
    assert PayForm()["key"].initial != PayForm()["key"].initial


def test_a_refusal_stands_where_the_person_looks() -> None:
    form = fill()
    pages.refused(form, Refusal("money.not_enough", "There is ¥ 3 too little.", "amount"))
    pages.refused(form, Refusal("shop.closed", "The round closed at 20:00.", "no_such_field"))
    assert form.errors["amount"].as_data()[0].code == "money.not_enough"
    assert form.non_field_errors() == ["The round closed at 20:00."]


@pytest.mark.parametrize(
    ("pressed", "before", "after"),
    [("more=a", "2", "3"), ("less=a", "2", "1"), ("less=a", "0", "0"), ("more=a", "", "1"), ("more=a", "1,5", "2.5")],
)
def test_a_stepper_works_without_javascript(pressed: str, before: str, after: str) -> None:
    data, changed = stepped(QueryDict(f"a={before}&{pressed}"))
    assert changed
    assert data["a"] == after


def test_nothing_steps_when_nothing_was_pressed() -> None:
    data = QueryDict("a=2")
    assert stepped(data) == (data, False)


@pytest.mark.django_db
def test_answers_are_shown_and_sent_again_with_the_same_key() -> None:
    request = RequestFactory().post("/pay/", {"amount": "8,40", "way": "cash", "key": "k1", "again": "1"})
    form = PayForm(request.POST)
    assert form.is_valid()
    rows = [{"label": "How much", "value": "¥ 8.40"}]
    html = check_answers(request, form, title="Pay?", submit="Pay", rows=rows).content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', main))
    assert hidden.pop("csrfmiddlewaretoken")
    assert hidden == {"amount": "8,40", "way": "cash", "key": "k1"}
    assert 'name="confirmed" value="1"' in main


@pytest.mark.parametrize(("typed", "is_read"), [("2026-11-26", True), ("0026-11-26", False), ("9999-12-31", False)])
def test_a_year_that_nobody_means_is_asked_about(typed: str, is_read: bool) -> None:
    for field, text in ((DayField(), typed), (DayTimeField(), f"{typed}T08:00")):
        if is_read:
            assert field.clean(text)
        else:
            with pytest.raises(forms.ValidationError, match="Is the year right"):
                field.clean(text)


class AskForm(forms.Form):
    name = forms.CharField(max_length=5)
    north = forms.FloatField(max_value=90, required=False)
    mail = forms.EmailField(required=False)
    many = forms.IntegerField(min_value=1, required=False)
    kind = forms.ChoiceField(choices=[("farm", "Farm")])


def test_what_a_form_says_by_itself_is_plain() -> None:
    form = AskForm({"name": "", "north": "951", "mail": "jo@", "many": "some"})
    assert form.errors == {
        "name": ["Please fill this in."],
        "north": ["At most 90, please."],
        "mail": ["This is no mail address. One looks like name@example.org."],
        "many": ["Write a whole number, like 3."],
        "kind": ["Please choose one."],
    }
    long = AskForm({"name": "Li Na Wei", "many": "0", "kind": "shop"})
    assert long.errors["name"] == ["Please write less: at most 5 characters, not 9."]
    assert long.errors["many"] == ["At least 1, please."]
    assert long.errors["kind"] == ["Please choose one of these."]
