"""What is filled in at setup, in the settings of the local, and when somebody leaves."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents import coordinates
from cosmolocal.kernel import languages
from cosmolocal.kernel.practices import installed
from cosmolocal.look.forms import BigChoice, DayField, KeyedForm, ManyCards
from cosmolocal.website import deeds

_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_OFTEN = ("EUR", "CNY", "KRW", "CHF", "GBP", "USD", "JPY", "BRL", "INR")


def language_field() -> forms.ChoiceField:
    """The language of pages and letters; nothing to choose where only one is here."""
    widget = forms.Select if len(settings.LANGUAGES) > 1 else forms.HiddenInput
    first = settings.LANGUAGES[0][0]
    return forms.ChoiceField(
        label=_("Language of the community"), choices=settings.LANGUAGES, widget=widget, initial=first
    )


@cache
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones of places, grouped by part of the world."""
    named = sorted(zone for zone in available_timezones() if zone.split("/")[0] in _AREAS and "/" in zone)
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in named:
        area, city = zone.split("/", 1)
        groups.setdefault(area, []).append((zone, city.replace("_", " ").replace("/", ", ")))
    return [("", [("", "—")]), *groups.items(), ("UTC", [("UTC", "UTC")])]


def currencies() -> list[tuple[str, str]]:
    """National currencies that people pay with now, those often used here first."""
    named = languages.manner().locale.currencies
    known = {code: f"{code} – {named[code]}" for code in _in_use() if code in named}
    rest = sorted((code for code in known if code not in _OFTEN), key=known.__getitem__)
    return [(code, known[code]) for code in (*_OFTEN, *rest)]


@cache
def _in_use() -> frozenset[str]:
    return frozenset(code for land in get_global("territory_currencies") for code in _paid_with(land))


def usual_currency(zone: str) -> str:
    """What people around a time zone mostly pay with; a suggestion."""
    return next(iter(_paid_with(coordinates.country_of(zone) or "")), "EUR")


def _paid_with(country: str) -> list[str]:
    """What is legal tender today in a country (ISO 3166, two letters), by CLDR."""
    held = get_global("territory_currencies").get(country, ())
    return [code for code, _since, until, is_tender in held if is_tender and not until]


class PairField(forms.CharField):
    """A place as two numbers, pasted from any map app; empty is fine."""

    def clean(self, value: Any) -> tuple[float, float] | None:
        """(degrees north, degrees east)."""
        text = super().clean(value)
        if not text:
            return None
        pair = coordinates.read_pair(text)
        if pair is None:
            raise ValidationError(_t("Write two numbers, north first: 24.326, 109.428"), code="not_a_place")
        return pair


class BeginForm(forms.Form):
    """A new local, or one that comes out of a backup."""

    what = forms.ChoiceField(
        label=_("What would you like to do?"),
        widget=BigChoice(
            notes={"new": _("Takes less than five minutes."), "restore": _("You have a file that ends in .cosmolocal.")}
        ),
        initial="new",
        choices=[("new", _("Begin a new local")), ("restore", _("Bring back a local from a backup"))],
    )


class NameForm(forms.Form):
    """What it is called."""

    name = forms.CharField(label=_("What is your local called?"), max_length=120)
    about = forms.CharField(
        label=_("A few sentences for people who do not know you"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("They stand on the public page. You can change them at any time."),
    )
    language = language_field()


class PlaceForm(forms.Form):
    """Where it is."""

    place_name = forms.CharField(label=_("Town or village"), max_length=120)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    pair = PairField(
        label=_("Where exactly?"),
        required=False,
        help_text=_(
            "Two numbers from any map app, like 24.326, 109.428. Needed for kilometres; you can add them later."
        ),
    )
    is_chinese_map = forms.BooleanField(
        label=_("The numbers come from a Chinese map app (Amap, Tencent)"),
        required=False,
        help_text=_("These apps shift their numbers by some hundred metres."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pair = coordinates.read_pair(str(self["pair"].value() or ""))
        near = (
            [(zone, zone.split("/", 1)[1].replace("_", " ")) for zone in coordinates.near_zones(*pair)] if pair else []
        )
        if near:
            field: Any = self.fields["zone"]
            field.choices = [(_t("Near that place"), near), *zones()]

    def clean(self) -> dict[str, Any]:
        """Shifts Chinese coordinates back."""
        data = super().clean() or {}
        if data.get("pair") and data.get("is_chinese_map"):
            data["pair"] = coordinates.from_chinese_map(*data["pair"])
        return data


class MoneyForm(forms.Form):
    """In which money it counts."""

    currency = forms.ChoiceField(
        label=_("Which money do you use?"), choices=currencies, help_text=_("It cannot be changed later.")
    )


class PracticesForm(forms.Form):
    """What people do together here."""

    practices = forms.MultipleChoiceField(
        label=_("What do you do first?"),
        widget=ManyCards,
        help_text=_("One is enough to begin with. You switch others on at any time."),
        error_messages={"required": _("Choose at least one: you can switch to others later.")},
    )
    sample = forms.BooleanField(
        label=_("Add a few sample farms and products to try things out"),
        required=False,
        help_text=_("They are made up, and marked as samples."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["practices"]
        known = installed()
        field.choices = [(practice.name, practice.title) for practice in known]
        field.widget.notes = {practice.name: practice.offer for practice in known}
        field.widget.icons = {practice.name: practice.icon for practice in known}
        field.initial = [practice.name for practice in known] if len(known) == 1 else []


class StewardForm(forms.Form):
    """Who looks after it first."""

    steward_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    steward_email = forms.EmailField(
        label=_("Your mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("You sign in with it. Without mail, set up a passkey on the next page."),
    )


class LeaveForm(KeyedForm):
    """So that nobody leaves by a slip of the finger."""

    sure = forms.BooleanField(
        label=_("Yes, I want to leave"), error_messages={"required": _("Tick the box if you really want to leave.")}
    )


class LocalForm(KeyedForm):
    """The settings of the local, later."""

    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(
        label=_("A few sentences for the public page"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    place_name = forms.CharField(label=_("Town or village"), max_length=120)
    pair = PairField(
        label=_("Where exactly?"), required=False, help_text=_("Two numbers, north first: 24.326, 109.428")
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    language = language_field()


class DeedsForm(forms.Form):
    """Whose deeds, of which part, from when to when."""

    q = forms.CharField(label=_("Name"), required=False, max_length=80)
    part = forms.ChoiceField(label=_("About"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    itself = forms.BooleanField(label=_("Also what this node did by itself"), required=False)
    before = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["part"].choices = [("", _("everything")), *deeds.parts()]  # type: ignore[attr-defined]

    def search(self) -> deeds.Search:
        """What was asked; everything where the answers make no sense."""
        if not self.is_valid():
            return deeds.Search()
        data = self.cleaned_data
        return deeds.Search(data["q"], data["part"], data["since"], data["until"], data["itself"], data["before"])
