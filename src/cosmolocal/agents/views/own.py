"""What is mine: profile, household, whom I help and who helps me."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import forms, operations, queries
from cosmolocal.agents.models import Agent, Contact
from cosmolocal.agents.pages import actor, form_page
from cosmolocal.agents.views.people import contact_draft
from cosmolocal.kernel.access import open_to
from cosmolocal.look.forms import KeyedForm


@open_to("signed_in")
def profile(request: HttpRequest) -> HttpResponse:
    """My name, words, language, and who sees them."""
    reader = queries.reader(request)
    person = _person(request)
    kept = Contact.objects.filter(agent=person).first() or Contact(agent=person)
    sight = "public" if person.is_public else "members" if kept.shown_to_members else "own"
    start = {"name": person.name, "about": person.about, "language": person.language, "sight": sight}

    def act(data: dict[str, Any]) -> None:
        operations.change_profile(
            by=actor(request),
            agent=person,
            name=data["name"],
            about=data["about"],
            language=data["language"],
            is_public=data["sight"] == "public",
            shown_to_members=data["sight"] in ("members", "public"),
            on_behalf_of=reader.on_behalf_of,
            key=data["key"],
        )

    form = forms.ProfileForm(request.POST or None, initial=start)
    return form_page(request, form, act, said=_("Kept."), title=_("My profile"), back=(reverse("me"), _("Me")))


@open_to("signed_in")
def contact(request: HttpRequest) -> HttpResponse:
    """How I am reached; I sign in with the mail address."""
    reader = queries.reader(request)
    person = _person(request)
    kept = Contact.objects.filter(agent=person).first() or Contact(agent=person)
    form = forms.ContactForm(
        request.POST or None, initial={"email": kept.email, "phone": kept.phone, "address": kept.address}
    )

    def act(data: dict[str, Any]) -> None:
        operations.change_contact(
            by=actor(request),
            agent=person,
            contact=contact_draft(data, kept),
            on_behalf_of=reader.on_behalf_of,
            key=data["key"],
        )

    title, lead = (
        _("How I am reached"),
        _("You sign in with your mail address. Without one, a steward gives you codes."),
    )
    return form_page(request, form, act, said=_("Kept."), title=title, lead=lead, back=(reverse("me"), _("Me")))


@open_to("signed_in")
def sign_out(request: HttpRequest) -> HttpResponse:
    """Every phone and computer in which I am signed in, this one too."""

    def act(data: dict[str, Any]) -> str:
        operations.sign_out_everywhere(by=actor(request), agent=actor(request), key=data["key"])
        logout(request)
        messages.success(request, _("You are signed out everywhere."))
        return reverse("account_login")

    lead = _(
        "You are signed out on every phone and computer, this one too, and codes made for you no longer work. "
        "Passkeys added after somebody else’s code in the last 30 days are removed. "
        "Then sign in again. If somebody came in as you, tell the others and a steward."
    )
    more: dict[str, Any] = {"lead": lead, "danger": True, "back": (reverse("me"), _("Me"))}
    form, title = KeyedForm(request.POST or None), _("Sign out everywhere?")
    return form_page(request, form, act, title=title, submit=_("Sign out everywhere"), **more)


@open_to("household")
def household(request: HttpRequest) -> HttpResponse:
    """Who shares my basket and account."""
    reader = queries.reader(request)
    if reader.household is None:
        return render(request, "agents/no_household.html")
    members = queries.members_of(reader.household)
    return render(request, "agents/household.html", {"household": reader.household, "members": members})


@open_to("household")
def rename_household(request: HttpRequest) -> HttpResponse:
    """What our household is called."""
    group = queries.reader(request).household
    if group is None:
        raise Http404

    def act(data: dict[str, Any]) -> None:
        operations.change_group(
            by=actor(request), group=group, name=data["name"], about=data["about"], is_public=False, key=data["key"]
        )

    form = forms.HouseholdForm(request.POST or None, initial={"name": group.name, "about": group.about})
    back = (reverse("agents:household"), _("Household"))
    return form_page(request, form, act, title=_("Name of the household"), back=back)


@open_to("signed_in")
def helping(request: HttpRequest) -> HttpResponse:
    """Those I help, those who help me."""
    me = actor(request)
    context = {"helped": queries.helped_by(me), "helpers": queries.helpers_of(me)}
    return render(request, "agents/helping.html", context)


@open_to("signed_in")
@require_POST
def act_for(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on the pages show her week, and each deed carries both names."""
    found = get_object_or_404(queries.helped_by(actor(request)), pk=pk)
    request.session[queries.ACTING_FOR] = found.member_id
    return redirect("home")


@open_to("signed_in")
@require_POST
def stop_acting(request: HttpRequest) -> HttpResponse:
    """Back to myself."""
    request.session.pop(queries.ACTING_FOR, None)
    return redirect("home")


def _person(request: HttpRequest) -> Agent:
    person = queries.reader(request).person
    if person is None:
        raise Http404
    return person
