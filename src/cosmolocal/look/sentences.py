"""What a form says by itself when something is missing or cannot be read: plain sentences instead of Django's."""

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _

_OF_FIELDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("Please fill this in.")},
    forms.ChoiceField: {"required": _("Please choose one."), "invalid_choice": _("Please choose one of these.")},
    forms.MultipleChoiceField: {"required": _("Please choose at least one.")},
    forms.ModelChoiceField: {
        "required": _("Please choose one."),
        "invalid_choice": _("Please choose one of the list; what you chose is not there any more."),
    },
    forms.FileField: {"required": _("Choose the file first.")},
    forms.IntegerField: {"invalid": _("Write a whole number, like 3.")},
    forms.DecimalField: {"invalid": _("Write a number, like 1.5.")},
    forms.FloatField: {"invalid": _("Write a number, like 1.5.")},
    forms.DateField: {"invalid": _("Please choose a day.")},
    forms.DateTimeField: {"invalid": _("Please choose a day and a time.")},
    forms.TimeField: {"invalid": _("Please choose a time, like 16:00.")},
}
_OF_VALIDATORS: dict[type[validators.BaseValidator], Any] = {
    validators.MinValueValidator: _("At least %(limit_value)s, please."),
    validators.MaxValueValidator: _("At most %(limit_value)s, please."),
    validators.MaxLengthValidator: _("Please write less: at most %(limit_value)d characters, not %(show_value)d."),
}


def speak_plainly() -> None:
    """Every form of this node says it so, whoever wrote the form."""
    for field, sentences in _OF_FIELDS.items():
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **sentences}
    for validator, sentence in _OF_VALIDATORS.items():
        validator.message = sentence
    validators.EmailValidator.message = _("This is no mail address. One looks like name@example.org.")
