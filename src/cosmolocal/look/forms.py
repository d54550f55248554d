"""How a form looks and what its fields understand: amounts and money as people write them, days, big choices."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.outside import LONGEST, NumberUnclear
from cosmolocal.look import controls, numbers, questions
from cosmolocal.look.dates import format_day
from cosmolocal.look.questions import NOTHING, Asked, Expectation, Question, Typed

FIRST_YEAR, LAST_YEAR = 1900, 2199
YEARS = {"first": FIRST_YEAR, "last": LAST_YEAR}
_UNCLEAR: Mapping[str, str | Promise] = {
    "not_a_number": gettext_lazy("“%(typed)s” is not a number we can read. Write it like %(example)s."),
    "too_precise": gettext_lazy("Write at most %(decimals)s digits after the mark, like %(example)s."),
    "ambiguous": gettext_lazy("“%(typed)s” can be read in two ways. Write it without a mark between thousands."),
    "too_big": gettext_lazy("That number is too big. Is there a digit too many?"),
}


class LookRenderer(DjangoTemplates):
    """Forms and fields drawn by our templates: summary of errors on top, label, help, error, control; the simplest
    controls by `controls`.
    """

    form_template_name = "look/forms/form.html"
    field_template_name = "look/forms/field.html"
    formset_template_name = "look/forms/formset.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        draw = controls.drawing_of(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


class AmountInput(forms.TextInput):
    """A number typed as text (so that 1,5 works on every phone), with what it counts beside it."""

    template_name = controls.AMOUNT

    def __init__(self, attrs: dict[str, Any] | None = None, *, before: object = "", after: object = "") -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "amount", **(attrs or {})})
        self.before, self.after = before, after

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds what stands before (a symbol) and after (a unit) the number."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"before": self.before, "after": self.after, "sure": getattr(value, "sure", ())}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed | None:
        """What was typed, with what has been answered about it; None where the form has no such field."""
        return Typed.of(data, name) if name in data else None


class _AmountField(forms.Field):
    """An integer in smallest parts, typed in any script and with either decimal mark."""

    question: Question | None = None  # what somebody must answer before the number is taken
    read_as = ""  # how a number was read that others read differently

    def __init__(
        self, *, decimals: int, per: int = 1, minimum: int | None = None, maximum: int | None = None, **options: Any
    ) -> None:
        self.decimals, self.per, self.minimum, self.maximum = decimals, per, minimum, maximum
        self.expected: Expectation = options.pop("expected", NOTHING)
        super().__init__(**options)

    def write(self, parts: int) -> str:
        """The smallest parts as a person would write them."""
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        """Smallest parts as text; what was typed stays as it was typed."""
        if not isinstance(value, int):
            return value
        if self.per == 1:
            return numbers.format_number(value, self.decimals, trim=isinstance(self, QuantityField)).replace(
                numbers.marks()[1], ""
            )
        return numbers.format_number(value * 1000 // self.per, 3, trim=True).replace(numbers.marks()[1], "")

    def clean(self, value: Any, expected: Expectation | None = None) -> int | None:
        """The integer, or a sentence that says how to write it."""
        if not str(value or "").strip():
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        parts = self.settle(value, expected or self.expected)
        if self.minimum is not None and parts < self.minimum:
            raise ValidationError(
                _("At least %(least)s, please.") % {"least": self.write(self.minimum)}, code="too_small"
            )
        if self.maximum is not None and parts > self.maximum:
            raise ValidationError(_("At most %(most)s, please.") % {"most": self.write(self.maximum)}, code="too_much")
        self.run_validators(parts)
        return parts

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as numbers, so that 1,50 is no change of 1.5."""
        try:
            return (self.read(str(data), self.expected.parts) if data else None) != initial
        except NumberUnclear:
            return True

    def settle(self, typed: str, expected: Expectation) -> int:
        """What was typed, in smallest parts; a sentence where it is no number, a question where it is far from what was
        expected or means two things.
        """
        self.question, self.read_as = None, ""
        try:
            parts = questions.settle(typed, expected, read=self.read, write=self.write, most=self.maximum)
        except Asked as asked:
            self.question = asked.question
            raise ValidationError(asked.question.sentence, code="asked") from asked
        except NumberUnclear as unclear:
            sentence = _UNCLEAR.get(unclear.reason, _UNCLEAR["not_a_number"])
            shown = {"typed": typed[:30], "decimals": self.digits}
            shown["example"] = numbers.format_number(15, 1 if self.digits else 0)
            raise ValidationError(str(sentence) % shown, code=unclear.reason) from unclear
        if numbers.has_two_readings(self.bare(typed), self.digits):
            self.read_as = _("“%(typed)s” was read as %(read)s.") % {"typed": typed.strip(), "read": self.write(parts)}
        return parts

    @property
    def digits(self) -> int:
        """How many decimals may be typed."""
        return self.decimals if self.per == 1 else 3

    def bare(self, typed: str) -> str:
        """Without what stands around the number."""
        return typed

    def read(self, typed: str, expected: int | None) -> int:
        """Smallest parts. Raises NumberUnclear."""
        return numbers.parse_measure(self.bare(typed), self.decimals, self.per, expected=expected)


class QuantityField(_AmountField):
    """An amount of goods or time: 1,5 jin. Returns smallest parts; a unit is `per * 10**decimals` of them."""

    def __init__(self, *, unit: object = "", decimals: int = 0, per: int = 1, **options: Any) -> None:
        self.unit = unit
        options.setdefault("widget", AmountInput(after=unit))
        options.setdefault("minimum", 0)
        super().__init__(decimals=decimals, per=per, **options)

    def write(self, parts: int) -> str:
        """1.5 kg."""
        return numbers.format_quantity(parts, str(self.unit), self.decimals, self.per)


class MoneyField(_AmountField):
    """A sum of money as people write it: ¥ 12.50, 12,50 €, 12.5. Returns minor units."""

    def __init__(self, *, currency: str, decimals: int | None = None, **options: Any) -> None:
        self.currency = currency
        options.setdefault("widget", AmountInput(before=numbers.symbol_of(currency)))
        super().__init__(decimals=numbers.decimals_of(currency) if decimals is None else decimals, **options)

    def write(self, parts: int) -> str:
        """¥ 12.50."""
        return numbers.format_money(parts, self.currency, self.decimals)

    def bare(self, typed: str) -> str:
        """Without the symbol or the code of the currency."""
        if len(typed) > 2 * LONGEST:
            return typed
        bare = typed.replace(numbers.symbol_of(self.currency), "").replace("￥", "").replace("元", "").replace("원", "")
        return bare.strip().removeprefix(self.currency).removesuffix(self.currency).strip() or typed


def check_year(day: date) -> None:
    """A year of which somebody may speak: a slip of the finger (0026, 20266) is no day."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Is the year right? It must be between %(first)s and %(last)s.") % YEARS, code="year")


class DayField(forms.DateField):
    """A day, by the browser's own picker."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], **options)
        self.validators = [*self.validators, check_year]


class DayTimeField(forms.DateTimeField):
    """A moment on the wall clock of the local zone. In autumn, of an hour that comes twice the first one counts."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)
        self.validators = [*self.validators, check_year]

    def to_python(self, value: Any) -> datetime | None:
        """The moment; ValidationError `skipped`, with the times that exist, in the hour that summer time leaves out."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            naive = (getattr(error, "params", None) or {}).get("datetime")
            if not isinstance(naive, datetime):
                raise
        if gap := clock.skipped(naive):
            words = {
                "time": f"{naive:%H:%M}",
                "day": format_day(naive),
                "begin": f"{gap[0]:%H:%M}",
                "end": f"{gap[1]:%H:%M}",
                "before": f"{gap[0] - timedelta(minutes=1):%H:%M}",
            }
            raise forms.ValidationError(
                _(
                    "There is no %(time)s on %(day)s: the clocks are put forward from %(begin)s to %(end)s. Choose "
                    "%(before)s or earlier, or %(end)s or later."
                )
                % words,
                code="skipped",
            )
        return clock.from_wall(naive)


class BigChoice(forms.RadioSelect):
    """One of a few, as cards; `notes` says more about a choice: `BigChoice(notes={"cash": _("Pay at the door")})`."""

    template_name = "look/forms/big_choice.html"
    option_template_name = "look/forms/big_option.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, notes: Mapping[str, object] | None = None) -> None:
        super().__init__(attrs)
        self.notes = notes or {}

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Adds the note."""
        return super().create_option(name, value, *args, **options) | {"note": self.notes.get(str(value), "")}


class ManyCards(forms.CheckboxSelectMultiple):
    """Several of a few, as cards with a drawing (`icons`) and a note (`notes`) each, by the value of the choice."""

    template_name = "look/forms/many_cards.html"
    option_template_name = "look/forms/many_card.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.notes: Mapping[str, object] = {}
        self.icons: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Adds the note and the drawing."""
        more = {"note": self.notes.get(str(value), ""), "icon": self.icons.get(str(value), "leaf")}
        return super().create_option(name, value, *args, **options) | more


class FileInput(forms.ClearableFileInput):
    """A file from this device."""

    template_name = "look/forms/file.html"


class KeyedForm(forms.Form):
    """A form for one deed: its hidden key makes a double submit one deed. After an error the key stays the same."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["key"].initial = ids.fresh_key()

    def clean_key(self) -> str:
        """The key sent, or a fresh one for a client that sends none."""
        return self.cleaned_data.get("key") or ids.fresh_key()


def stepped(data: QueryDict, step: str = "1") -> tuple[QueryDict, bool]:
    """Applies a − or + that was pressed without JavaScript: (data with the number changed, whether one was pressed)."""
    sign, name = (-1, data.get("less")) if data.get("less") else (1, data.get("more"))
    if not name:
        return data, False
    try:
        value = numbers.parse_decimal(data.get(name) or "0", 3) + sign * numbers.parse_decimal(step, 3, "en")
    except NumberUnclear:
        return data, True
    changed = data.copy()
    changed[name] = numbers.format_number(max(value, 0), 3, trim=True).replace(numbers.marks()[1], "")
    return changed, True


def check_answers(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: object,
    submit: object,
    rows: Iterable[Mapping[str, Any]],
    **more: Any,
) -> HttpResponse:
    """The page before money moves: `rows` of `{"label", "value"}`; posts the same answers again with `confirmed=1`.

    `again=1` comes back when the person wants to change something: show the form with what she typed.
    """
    left_out = {"csrfmiddlewaretoken", "confirmed", "again"}
    answers = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]
    if "key" in form.fields and not any(name == "key" and value for name, value in answers):
        answers = [pair for pair in answers if pair[0] != "key"] + [("key", form.cleaned_data["key"])]
    context = {"form": form, "title": title, "submit": submit, "rows": rows, "answers": answers, **more}
    return render(request, "look/check_answers.html", context)
