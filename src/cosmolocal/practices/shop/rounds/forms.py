"""What a steward types about rounds: when and where, what is on sale, what is short."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.models import Place
from cosmolocal.handovers.forms import amount
from cosmolocal.handovers.queries import Measured
from cosmolocal.kernel import clock, outside
from cosmolocal.look.forms import DayTimeField, KeyedForm
from cosmolocal.look.questions import ORDERED, Expectation
from cosmolocal.practices.shop.models import OnHoliday, OrderRound, ShopSettings
from cosmolocal.practices.shop.operations import RoundDraft


class RoundForm(KeyedForm):
    """When a round takes orders, and where and when goods change hands; times as the clock on the wall shows them."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For example the day on which people collect."))
    opens_at = DayTimeField(label=_("Opens"))
    closes_at = DayTimeField(label=_("Closes"))
    place = forms.ModelChoiceField(label=_("Hand-over at"), queryset=Place.objects.none(), empty_label=_("choose one"))
    begins = DayTimeField(label=_("Collecting begins"))
    ends = DayTimeField(label=_("Collecting ends"))
    allow_cash = forms.BooleanField(label=_("Members may pay in cash when they collect"), required=False, initial=True)
    follows_prices = forms.BooleanField(
        label=_("Orders follow the price list until the round closes"),
        help_text=_("Otherwise an order keeps the prices at which it was placed."),
        required=False,
    )
    note = forms.CharField(
        label=_("A word to the members"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["place"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Place.objects.filter(is_handover=True).order_by("name")

    def clean_closes_at(self) -> datetime:
        """A round that has closed already takes no orders."""
        moment: datetime = self.cleaned_data["closes_at"]
        opens = self.cleaned_data.get("opens_at")
        if opens is not None and opens < moment <= clock.now():
            raise forms.ValidationError(_("That time is over. Choose a later one."), code="over")
        return moment

    def draft(self) -> RoundDraft:
        """What was typed."""
        data = self.cleaned_data
        return RoundDraft(
            name=data["name"],
            place=data["place"],
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            begins=data["begins"],
            ends=data["ends"],
            allow_cash=data["allow_cash"],
            follows_prices=data["follows_prices"],
            note=data["note"],
        )


def typed(round: OrderRound) -> dict[str, Any]:
    """A round as the form shows it."""
    return {
        "name": round.name,
        "place": round.handover.place_id,
        "opens_at": round.opens_at,
        "closes_at": round.closes_at,
        "begins": round.handover.begins,
        "ends": round.handover.ends,
        "allow_cash": round.allow_cash,
        "follows_prices": round.follows_prices,
        "note": round.note,
    }


class ReopenForm(KeyedForm):
    """Until when a round that was closed by mistake takes orders again."""

    closes_at = DayTimeField(label=_("Closes"))


class CancelForm(KeyedForm):
    """Why there is no round after all."""

    reason = forms.CharField(
        label=_("Why?"), max_length=240, help_text=_("One sentence. Who has ordered reads it in a letter and here.")
    )


class ShortageForm(KeyedForm):
    """How much there is of one kind of goods."""

    def __init__(self, *args: Any, goods: Measured, ordered: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["available"] = amount(
            goods,
            label=_("There is only"),
            expected=Expectation(ordered, ORDERED),
            help_text=_("What is missing is shared out fairly."),
        )


class QuestionsForm(forms.Form):
    """The two questions of the shop, also asked where a local is set up: in per cent."""

    target = forms.DecimalField(
        label=_("Share of sales that is to reach farmers, in %"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("Everybody reads on the shop's figures whether it does."),
    )
    transport = forms.DecimalField(
        label=_("Transport, in % of the price before tax"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("What driving goods costs, set aside from each price. A round that is planned keeps its own."),
    )


class SettingsForm(QuestionsForm, KeyedForm):
    """How the shop works: in per cent and minutes."""

    grace = forms.IntegerField(
        label=_("Minutes after closing in which a round may be reopened"), min_value=0, max_value=24 * 60
    )

    handover_on_holiday = forms.ChoiceField(
        label=_("When the hand-over falls on a holiday"), choices=OnHoliday.choices, required=False
    )
    closing_on_holiday = forms.ChoiceField(
        label=_("When orders would close on a holiday"), choices=OnHoliday.choices, required=False
    )

    def basis_points(self) -> dict[str, Any]:
        """As the operation wants it."""
        data = self.cleaned_data
        return {
            "target_bp": int(data["target"] * 100),
            "transport_bp": int(data["transport"] * 100),
            "grace_minutes": data["grace"],
            "handover_on_holiday": data["handover_on_holiday"] or OnHoliday.AFTER,
            "closing_on_holiday": data["closing_on_holiday"] or OnHoliday.BEFORE,
        }


def typed_answers(settings: ShopSettings) -> dict[str, Any]:
    """What holds of the two questions, as the form shows them."""
    return {"target": settings.target_bp / 100, "transport": settings.transport_bp / 100}


def typed_settings(settings: ShopSettings) -> dict[str, Any]:
    """The settings as the form shows them."""
    return {
        **typed_answers(settings),
        "grace": settings.grace_minutes,
        "handover_on_holiday": settings.handover_on_holiday,
        "closing_on_holiday": settings.closing_on_holiday,
    }


def chosen_goods(data: Any) -> tuple[set[int], dict[int, str], set[int]]:
    """Item ids that are ticked; closing times as typed (item id -> text); ids that the page showed."""
    ticked = _ids(data.getlist("item"))
    early = {
        number: value
        for name, value in data.items()
        if name.startswith("closes_") and value
        for number in _ids([name.removeprefix("closes_")])
    }
    return ticked, early, _ids(data.get("shown", "").split(","))


def _ids(texts: Iterable[str]) -> set[int]:
    return {number for text in texts if (number := outside.whole(text)) is not None}


def read_moment(text: str) -> tuple[datetime | None, str]:
    """A native picker's value as a moment in the local zone, or a sentence where there is none."""
    try:
        return DayTimeField().clean(text), ""
    except forms.ValidationError as error:
        return None, error.messages[0]
