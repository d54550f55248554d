"""Controls that are drawn without a template are what Django's templates would write, with every letter escaped."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.http import QueryDict
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from cosmolocal.look.controls import AMOUNT, drawing_of
from cosmolocal.look.forms import AmountInput, LookRenderer, QuantityField

ATTRS = {
    "id": "id_x",
    "class": 'a "b"',
    "required": True,
    "disabled": False,
    "maxlength": 1500,
    "placeholder": gettext_lazy("Cancel"),
    "data-x": mark_safe("<b>&amp;</b>"),
}
VALUES = (None, "", "1,5", 'He said "<b>"', 1234567, 0, 1.5, False, mark_safe("a&amp;b"), gettext_lazy("Cancel"))
KINDS = (
    forms.TextInput,
    forms.HiddenInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.TimeInput,
    forms.PasswordInput,
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_inputs_are_what_django_writes(kind, language):
    with translation.override(language):
        for value in VALUES:
            told = [kind(ATTRS).render("a<b", value, {"title": "<"}, one()) for one in (LookRenderer, DjangoTemplates)]
            assert told[0] == told[1]


def test_only_what_is_alike_is_drawn_so():
    drawn = [kind for kind in (*KINDS, forms.Textarea, forms.CheckboxInput) if drawing_of(kind.template_name)]
    assert drawn == [forms.TextInput, forms.HiddenInput, forms.NumberInput, forms.EmailInput, forms.URLInput]
    assert drawing_of(AMOUNT)


def test_an_amount_stands_between_its_symbol_and_its_unit():
    number = '<input type="text" name="n" value="1,5" inputmode="decimal" autocomplete="off" class="amount" id="id_n">'
    attrs, draw = {"id": "id_n"}, LookRenderer()
    assert AmountInput().render("n", "1,5", attrs, draw) == number
    before = '<span class="amount-before" aria-hidden="true">&lt;¥</span>'
    after = '<span class="amount-after" id="id_n_unit">kg&amp;</span>'
    box = '<span class="amount-box" dir="ltr">{}</span>'
    assert AmountInput(before="<¥").render("n", "1,5", attrs, draw) == box.format(before + number)
    assert AmountInput(after="kg&").render("n", "1,5", attrs, draw) == box.format(number + after)
    both = AmountInput(before="<¥", after="kg&").render("n", "1,5", attrs, draw)
    assert both == box.format(before + number + after)


def test_what_somebody_was_sure_of_goes_along():
    class Weights(forms.Form):
        n = QuantityField(unit="kg", decimals=3)

    form = Weights(QueryDict("n=900&sure=n%3D900000"))
    form.is_valid()
    assert '<input type="hidden" name="sure" value="n=900000"><span class="amount-box"' in str(form["n"])
