"""What is filled in about bookings: times, what was seen of a thing, a thing and its terms, a damage."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.choosing import AgentField
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.queries import home_local, role_holders
from cosmolocal.bookings import rules
from cosmolocal.bookings.models import Report, Terms, Thing
from cosmolocal.bookings.operations import Counted, Seen, TermsDraft, ThingDraft
from cosmolocal.kernel import clock
from cosmolocal.look import proportion, questions
from cosmolocal.look.forms import BigChoice, DayField, DayTimeField, FileInput, KeyedForm, MoneyField, QuantityField
from cosmolocal.look.questions import NOTHING, Expectation
from cosmolocal.money.queries import default_currency
from cosmolocal.paper.pictures import KeptFiles

_LINES = forms.Textarea(attrs={"rows": 3})
LONGEST = 366 * 24 * 60  # minutes: a year
SHORTEST = 15  # minutes: what is lent for less is not booked
MOST_KM = 20_000
MOST_METER = 9_999_999  # kilometres
MOST_MONEY = 10**10  # minor units of one price, so that what it comes to fits a column


class TimesForm(KeyedForm):
    """From when to when, and how far."""

    begins = DayTimeField(label=_("From"))
    ends = DayTimeField(label=_("Until"))
    km = QuantityField(label=_("About how many kilometres?"), unit=_("km"), maximum=MOST_KM, required=False)

    def __init__(self, *args: Any, with_km: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        if not with_km:
            del self.fields["km"]

    def clean_km(self) -> int:
        """Empty: none."""
        return self.cleaned_data["km"] or 0


class BookForm(TimesForm):
    """A booking: one thing or several at the same time, once or every week, booked or held."""

    household = forms.ModelChoiceField(Agent.objects.none(), label=_("For"), empty_label=None)
    things = forms.ModelMultipleChoiceField(
        Thing.objects.none(),
        label=_("These too, at the same time"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You get all of them or none."),
    )
    weekly = DayField(label=_("Every week until"), required=False, help_text=_("Empty: only this once."))
    words = forms.CharField(label=_("What for?"), max_length=160, required=False, help_text=_("Nobody has to say."))
    held = forms.BooleanField(label=_("Only hold it for a day: I will ask at home first"), required=False)

    def __init__(self, *args: Any, households: Sequence[Agent], others: Sequence[Thing], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["household"]
        chosen.queryset = Agent.objects.filter(pk__in=[one.pk for one in households])
        chosen.initial = households[0].pk if households else None
        if len(households) == 1:
            chosen.widget = forms.HiddenInput()
        also: Any = self.fields["things"]
        also.queryset = Thing.objects.filter(pk__in=[one.pk for one in others]).order_by("kind", "name")
        if not others:
            del self.fields["things"]

    def clean(self) -> dict[str, Any]:
        """A series that would be over before it begins."""
        data = super().clean() or {}
        if data.get("weekly") and data.get("begins") and data["weekly"] < clock.day_of(data["begins"]):
            self.add_error("weekly", gettext("It would end before it begins. Choose a later day, or leave it empty."))
        return data


class MeterField(QuantityField):
    """What a meter shows, in kilometres. What is less than `before`, or more than `most` beyond it, is asked about."""

    def __init__(self, *, before: int | None = None, most: int = 0, **options: Any) -> None:
        self.before, self.most = before, most
        super().__init__(unit=_("km"), maximum=MOST_METER, **options)

    def settle(self, typed: str, expected: Expectation) -> int:
        """As every number is read; then a question where nobody drives so far."""
        parts = super().settle(typed, expected)
        if self.before is None or self._is_likely(parts):
            return parts
        likely = [way for way in proportion.meant(parts, self.before) if self._is_likely(way)]
        ways = [*likely, parts]
        words = {"typed": self.write(parts), "before": self.write(self.before)}
        if parts < self.before:
            sentence = gettext("%(typed)s is less than its meter showed before, %(before)s.") % words
        else:
            words["more"] = self.write(parts - self.before)
            sentence = gettext("%(typed)s is %(more)s more than its meter showed before, %(before)s.") % words
        try:
            return questions.choose(typed, ways, f"{sentence} {questions.asks(ways)}", self.write)
        except questions.Asked as asked:
            self.question = asked.question
            raise forms.ValidationError(sentence, code="asked") from asked

    def _is_likely(self, parts: int) -> bool:
        return self.before is not None and self.before <= parts <= self.before + self.most


class SeenForm(KeyedForm):
    """What one sees of a thing at the door. `early`: what she ticks who takes it long before her time."""

    early = forms.BooleanField(
        error_messages={"required": _("Tick this if it is so. If not, go back to your bookings.")}
    )
    state = forms.ChoiceField(label=_("How is it?"), choices=Report.State.choices[:4], widget=BigChoice)
    meter = MeterField(label=_("What does its meter show?"), required=False)
    words = forms.CharField(label=_("What should others know?"), max_length=500, required=False, widget=_LINES)
    photo = forms.FileField(label=_("A photo"), required=False, widget=FileInput(attrs={"accept": "image/*"}))

    def __init__(
        self,
        *args: Any,
        with_km: bool = True,
        early: str = "",
        before: int | None = None,
        most: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["state"].initial = Report.State.GOOD
        self.fields["early"].label = early
        if not early:
            del self.fields["early"]
        meter: Any = self.fields["meter"]
        meter.before, meter.most = before, most
        if not with_km:
            del self.fields["meter"]

    def seen(self, photo: KeptFiles | None) -> Seen:
        """What was seen, with the kept files of its photo."""
        data = self.cleaned_data
        return Seen(data["state"], data.get("meter"), data["words"], photo)


def money_field(**options: Any) -> MoneyField:
    """A sum in the local's currency, not below 0."""
    currency = default_currency()
    options = {"minimum": 0, "maximum": MOST_MONEY, **options}
    return MoneyField(currency=currency.code, decimals=currency.decimals, **options)


def what_held(terms: Terms) -> dict[str, Expectation]:
    """What the sums of new terms are compared with: those until now."""
    return {name: Expectation(getattr(terms, name), _("what held until now"), is_price=True) for name in _PRICED}


def what_others_cost(terms: Iterable[Terms]) -> dict[str, Expectation]:
    """What the sums of something new are compared with: the highest there are."""
    found = list(terms)
    most = {name: proportion.usual(getattr(one, name) for one in found) for name in _PRICED}
    return {name: Expectation(parts, questions.USUAL, is_rough=True) for name, parts in most.items()}


_SUMS = (
    ("by_hour", _("Price of an hour"), ""),
    ("by_day", _("Price of a day"), _("However many hours, a day costs no more.")),
    ("by_km", _("Price of a kilometre"), ""),
    (
        "deposit",
        _("Deposit"),
        _("Set aside on the account until it is back. No price and no deposit: it is lent as a gift."),
    ),
)


_PRICED = tuple(name for name, _label, _note in _SUMS)


class ThingForm(KeyedForm):
    """A thing and the terms on which it is lent."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=Thing.Kind.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(label=_("What should one know?"), max_length=2000, required=False, widget=_LINES)
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Where it stands"), required=False, empty_label=_("not said")
    )
    code = forms.CharField(
        label=_("Code of its lock"),
        max_length=40,
        required=False,
        help_text=_("Only who has it then reads it. Who has booked it is told when it changes."),
    )
    photo = forms.FileField(label=_("A photo"), required=False, widget=FileInput(attrs={"accept": "image/*"}))
    who = forms.ChoiceField(label=_("Who may book it?"), choices=Terms.Who.choices, widget=BigChoice)
    circle = AgentField(Agent.objects.none(), label=_("Which circle?"), required=False)
    introduced = forms.BooleanField(
        label=_("Only after an introduction"),
        required=False,
        help_text=_("Somebody shows how it is used, or looks at a licence, and notes it."),
    )
    notice_minutes = QuantityField(
        label=_("At least so long before"), unit=_("hours"), per=rules.HOUR, maximum=LONGEST, required=False
    )
    longest_minutes = QuantityField(
        label=_("At most so long at a time"), unit=_("hours"), per=rules.HOUR, minimum=SHORTEST, maximum=LONGEST
    )
    ahead_days = QuantityField(label=_("At most so many days ahead"), unit=_("days"), minimum=1, maximum=730)
    rest_minutes = QuantityField(
        label=_("Rest between two bookings"), unit=_("minutes"), maximum=LONGEST, required=False
    )
    owner_bp = QuantityField(
        label=_("Its owner's share of the income"), unit="%", decimals=2, maximum=10_000, required=False
    )

    def __init__(self, *args: Any, usual: Mapping[str, Expectation] = {}, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, label, note in _SUMS:
            expected = usual.get(name, NOTHING)
            self.fields[name] = money_field(label=label, help_text=note, required=False, expected=expected)
        self.order_fields([name for name in self.fields if name != "owner_bp"])
        place: Any = self.fields["place"]
        place.queryset = Place.objects.filter(is_private=False).order_by("name")
        circle, who = self.fields["circle"], self.fields["who"]
        assert isinstance(circle, AgentField)
        assert isinstance(who, forms.ChoiceField)
        circles = Agent.objects.present().filter(kind=Agent.Kind.CIRCLE).order_by("name")
        circle.choose_from(circles)
        if not circles.exists():
            del self.fields["circle"]
            who.choices = [choice for choice in Terms.Who.choices if choice[0] != Terms.Who.CIRCLE]

    def thing(self, photo: KeptFiles | None) -> ThingDraft:
        """The thing, with the kept files of its photo."""
        data = self.cleaned_data
        return ThingDraft(data["kind"], data["name"], data["about"], data["place"], data["code"], photo)

    def terms(self) -> TermsDraft:
        """The terms; what was left empty is nothing."""
        data = self.cleaned_data
        told: dict[str, Any] = {name: data[name] for name in ("who", "introduced", "longest_minutes", "ahead_days")}
        rest = ("notice_minutes", "rest_minutes", "by_hour", "by_day", "by_km", "deposit", "owner_bp")
        told |= {name: data[name] or 0 for name in rest}
        return TermsDraft(circle=data.get("circle") if data["who"] == Terms.Who.CIRCLE else None, **told)


class UsualForm(forms.Form):
    """The two questions of what is booked: who, and for how long; each thing may say otherwise."""

    who = forms.ChoiceField(
        label=_("Who may book what you share?"),
        choices=[(one.value, one.label) for one in (Terms.Who.MEMBERS, Terms.Who.HOUSEHOLDS)],
        widget=BigChoice,
    )
    longest_minutes = QuantityField(
        label=_("For how long at a time, at most?"),
        unit=_("hours"),
        per=rules.HOUR,
        minimum=1,
        maximum=LONGEST,
        help_text=_("Each new thing starts from this, and may say otherwise. Those that are there stay as they are."),
    )


class UsualKeyedForm(UsualForm, KeyedForm):
    """The same, on the settings page of a practice."""


class HolderForm(KeyedForm):
    """Whose it is: the local's, a circle's, or a member's."""

    holder = AgentField(Agent.objects.none(), label=_("Whose is it?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [Agent.Kind.LOCAL, Agent.Kind.CIRCLE, Agent.Kind.ORGANISATION, Agent.Kind.PERSON]
        holder: Any = self.fields["holder"]
        holder.choose_from(Agent.objects.present().filter(kind__in=kinds).order_by("-is_home", "name"))
        if not holder.is_typed:
            holder.initial = home_local().pk


class AddForm(HolderForm, ThingForm):
    """Something new that can be booked."""


class BlockForm(TimesForm):
    """A repair, or another reason why nobody can have it."""

    words = forms.CharField(label=_("What is done?"), max_length=160, required=False)


class RetireForm(KeyedForm):
    """Why something is lent no more."""

    why = forms.ChoiceField(
        label=_("Why?"), choices=[(one.value, one.label) for one in Thing.GONE[:3]], widget=BigChoice
    )
    words = forms.CharField(label=_("What should be known?"), max_length=500, required=False, widget=_LINES)


class IntroduceForm(KeyedForm):
    """Who was shown how it is used, and until when that counts."""

    person = AgentField(Agent.objects.none(), label=_("Who?"))
    until = DayField(label=_("Until"), required=False, help_text=_("The last day, of a licence too. Empty: for good."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        person: Any = self.fields["person"]
        person.choose_from(role_holders("member").order_by("name", "pk"))


class CaseForm(KeyedForm):
    """What somebody says about a damage."""

    words = forms.CharField(label=_("What happened, what do you propose?"), max_length=1000, widget=_LINES)


class SettleForm(KeyedForm):
    """How a damage is settled."""

    words = forms.CharField(label=_("What was agreed?"), max_length=1000, required=False, widget=_LINES)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = money_field(label=_("Paid for it"), help_text=_("0: nothing."))


class InventoryForm(KeyedForm):
    """Each thing as it was found: fields `state_…` and `meter_…`, by its number."""

    def __init__(self, *args: Any, things: Sequence[Thing], **options: Any) -> None:
        super().__init__(*args, **options)
        self.things = things
        for thing in things:
            self.fields[f"state_{thing.pk}"] = forms.ChoiceField(
                label=thing.name, choices=[("", _("not looked at")), *Report.State.choices], required=False
            )
            if thing.has_meter:
                self.fields[f"meter_{thing.pk}"] = MeterField(label=_("Its kilometres"), required=False)

    def counted(self) -> list[Counted]:
        """A line for each thing somebody looked at."""
        data = self.cleaned_data
        return [
            Counted(thing.pk, data[f"state_{thing.pk}"], data.get(f"meter_{thing.pk}"))
            for thing in self.things
            if data[f"state_{thing.pk}"]
        ]
