"""What people fill in about themselves and others: each form one deed."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents import coordinates, queries
from cosmolocal.agents.choosing import AgentField
from cosmolocal.agents.models import Agent, Place, Role
from cosmolocal.look.forms import BigChoice, DayField, KeyedForm

_LINES = forms.Textarea(attrs={"rows": 4})
READS_ALL = _("Whoever is in a household reads all its orders and statements, also those from before.")
FOR_PACKERS = _("What packers should know"), _("For example: no peanuts. It stands on the crate and its label.")


class PersonForm(KeyedForm):
    """A new person, in a household of her own or an existing one."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label=_("Mail address"), required=False, help_text=_("For signing in. May be empty."))
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=240, required=False)
    household = AgentField(
        Agent.objects.none(), label=_("Household"), required=False, empty_label=_("a household of their own")
    )
    household_name = forms.CharField(
        label=_("Name of the new household"),
        max_length=120,
        required=False,
        help_text=_("Empty: the name of the person."),
    )
    code = forms.CharField(
        label=_("Number of the household"),
        max_length=40,
        required=False,
        help_text=_("As it stands on crates and paper."),
    )
    joined = DayField(label=_("Member since"), required=False, help_text=_("Empty: today."))
    role = forms.ChoiceField(
        label=_("Comes in as"), choices=[(Role.Name.MEMBER, _("member")), (Role.Name.GUEST, _("guest"))]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        households = Agent.objects.present().filter(kind=Agent.Kind.HOUSEHOLD).order_by("name")
        chosen = self.fields["household"]
        assert isinstance(chosen, AgentField)
        chosen.choose_from(households)
        chosen.help_text = READS_ALL
        if chosen.is_typed:
            how = _("Empty: a household of their own. Else its name, or its number on crates and paper.")
            chosen.help_text = f"{how} {READS_ALL}"


class ContactForm(KeyedForm):
    """How somebody is reached."""

    email = forms.EmailField(label=_("Mail address"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=240, required=False)


class PaidContactForm(ContactForm):
    """How an organisation or household is reached and paid."""

    iban = forms.CharField(
        label=_("Bank account"), max_length=42, required=False, help_text=_("As it stands on the list for the bank.")
    )
    bank_name = forms.CharField(label=_("Account holder or bank"), max_length=120, required=False)


class ProfileForm(KeyedForm):
    """How a person shows herself, and to whom."""

    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(label=_("A few words about you"), required=False, max_length=2000, widget=_LINES)
    language = forms.ChoiceField(label=_("Language of pages and letters"), required=False)
    sight = forms.ChoiceField(
        label=_("Who may see your name and these words?"),
        widget=BigChoice(
            notes={
                "own": _("Nobody else finds you here."),
                "members": _("They also see your mail address and phone."),
                "public": _("Your name, words and tasks stand on the public page. Mail and phone do not."),
            }
        ),
        choices=[
            ("own", _("My household and the stewards")),
            ("members", _("All members")),
            ("public", _("Everybody")),
        ],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["language"].choices = [("", _("as the browser says")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        if len(settings.LANGUAGES) == 1:
            self.fields["language"].widget = forms.HiddenInput()


class RoleForm(KeyedForm):
    """One more task for a person."""

    role = forms.ChoiceField(
        label=_("Task"), choices=lambda: [task for task in Role.offered().items() if task[0] != Role.Name.MEMBER]
    )
    scope = forms.ModelChoiceField(
        Agent.objects.none(), label=_("For a producer: whose goods?"), required=False, empty_label=_("—")
    )
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("For a packer, driver or hand-over keeper: where?"),
        required=False,
        empty_label=_("everywhere"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["scope"].queryset = queries.producers()  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.filter(is_handover=True).order_by("name")  # type: ignore[attr-defined]


class HelperForm(KeyedForm):
    """Who acts for a member, and how she agreed."""

    helper = AgentField(Agent.objects.none(), label=_("Who helps"))
    consent = forms.CharField(
        label=_("How and when was it agreed?"),
        max_length=240,
        help_text=_("For example: asked at the door on 3 May, said yes."),
    )

    def __init__(self, *args: Any, member: Agent, **options: Any) -> None:
        super().__init__(*args, **options)
        people = queries.role_holders(Role.Name.MEMBER).exclude(pk=member.pk)
        self.fields["helper"].choose_from(people.order_by("name"))  # type: ignore[attr-defined]


class InviteForm(KeyedForm):
    """For whom a link is good."""

    role = forms.ChoiceField(
        label=_("Whoever has the link becomes"),
        choices=[
            (Role.Name.MEMBER, _("a member")),
            (Role.Name.PACKER, _("a member who packs")),
            (Role.Name.GUEST, _("a guest")),
        ],
    )
    uses = forms.IntegerField(
        label=_("How many people may use it?"),
        min_value=1,
        max_value=500,
        initial=1,
        help_text=_("One for a friend, many for a poster."),
    )
    days = forms.IntegerField(label=_("How many days does it hold?"), min_value=1, max_value=365, initial=30)


class AcceptForm(KeyedForm):
    """Somebody with an invitation says who she is."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Mail address"),
        required=False,
        help_text=_("You sign in with it later. Without one, a steward gives you codes."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )


class AskForm(AcceptForm):
    """A stranger asks to join."""

    words = forms.CharField(label=_("A few words about you"), required=False, max_length=2000, widget=_LINES)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].help_text = _("So that we can answer.")


class DeclineForm(KeyedForm):
    """A kind sentence."""

    reason = forms.CharField(label=_("Why not now?"), max_length=240, help_text=_("Kind and short: they read it."))


class CircleForm(KeyedForm):
    """A circle's name and task."""

    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(label=_("What do you look after?"), required=False, max_length=2000, widget=_LINES)


class HouseholdForm(KeyedForm):
    """What a household is called."""

    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(
        label=FOR_PACKERS[0],
        required=False,
        max_length=500,
        widget=_LINES,
        help_text=FOR_PACKERS[1],
    )


class MemberOfForm(KeyedForm):
    """Who comes in."""

    member = AgentField(Agent.objects.none(), label=_("Who"))

    def __init__(self, *args: Any, group: Agent, **options: Any) -> None:
        super().__init__(*args, **options)
        people = queries.role_holders(Role.Name.MEMBER).exclude(memberships__group=group, memberships__until=None)
        self.fields["member"].choose_from(people.order_by("name"))  # type: ignore[attr-defined]


class OnMapForm(KeyedForm):
    """Where something is; what Chinese map apps show is shifted back."""

    latitude = forms.FloatField(label=_("Degrees north"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Degrees east"), required=False, min_value=-180, max_value=180)
    is_chinese_map = forms.BooleanField(
        label=_("The numbers come from a Chinese map app (Amap, Tencent)"),
        required=False,
        help_text=_("These apps shift their numbers by some hundred metres."),
    )

    def clean(self) -> dict[str, Any]:
        """Degrees as the rest of the world counts them, both or none."""
        data = super().clean() or {}
        pair = (data.get("latitude"), data.get("longitude"))
        if (pair[0] is None) != (pair[1] is None) and not self.errors:
            self.add_error("latitude" if pair[0] is None else "longitude", _("Write both numbers, or none."))
        elif data.pop("is_chinese_map", False) and pair[0] is not None and pair[1] is not None:
            data["latitude"], data["longitude"] = coordinates.from_chinese_map(pair[0], pair[1])
        return data


class OrganisationForm(OnMapForm, PaidContactForm):
    """A farm, a restaurant, a shop."""

    name = forms.CharField(label=_("Name"), max_length=120)
    what = forms.ChoiceField(
        label=_("What is it?"),
        widget=BigChoice(
            notes={
                "producer": _("Its goods are sold here."),
                "restaurant": _("Buys here, at prices of its own."),
                "other": _("Buys like a household."),
            }
        ),
        choices=[
            ("producer", _("A farm or workshop")),
            ("restaurant", _("A restaurant or canteen")),
            ("other", _("Another organisation")),
        ],
    )
    about = forms.CharField(label=_("A few words about it"), required=False, max_length=2000, widget=_LINES)
    place_name = forms.CharField(label=_("Village or part of town"), max_length=120, required=False)
    field_order = ["name", "what", "about", "place_name", "latitude", "longitude", "is_chinese_map"]


class GroupForm(KeyedForm):
    """What an organisation or household is called, where it is, at which prices it buys."""

    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(label=_("A few words about it"), required=False, max_length=2000, widget=_LINES)
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("Where"),
        required=False,
        empty_label=_("nowhere noted"),
        help_text=_("Needed for kilometres."),
    )
    buys = forms.ChoiceField(
        label=_("Buys"),
        required=False,
        choices=[("", _("like a household")), ("restaurant", _("like a restaurant, at prices of its own"))],
    )
    is_public = forms.BooleanField(label=_("Name and words stand on the public page"), required=False)

    def __init__(self, *args: Any, is_household: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_household:
            self.fields["about"].label, self.fields["about"].help_text = FOR_PACKERS
        self.fields["place"].queryset = Place.objects.filter(is_private=False).order_by("name")  # type: ignore[attr-defined]


class PlaceForm(OnMapForm):
    """Somewhere on the map."""

    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.CharField(label=_("Address"), max_length=240, required=False)
    is_handover = forms.BooleanField(label=_("Goods are handed over here"), required=False, initial=True)
    field_order = ["name", "address", "latitude", "longitude", "is_chinese_map", "is_handover"]


class CodeForm(forms.Form):
    """The code somebody was shown or got on paper."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class CalendarForm(KeyedForm):
    """A calendar of holidays."""

    file = forms.FileField(
        label=_("Calendar file"),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        help_text=_("Ends in .ics. Its whole days are taken over, from today on."),
        error_messages={"required": _("Choose the file first.")},
    )
