"""Circles, farms and organisations, places."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import forms, listings, operations, queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.agents.pages import actor, form_page, listing_page, post
from cosmolocal.kernel.access import open_to


@open_to("together")
def circles(request: HttpRequest) -> HttpResponse:
    """Who looks after what together."""
    counted = Agent.objects.present().filter(kind=Agent.Kind.CIRCLE).order_by("name", "id")
    counted = counted.annotate(size=Count("members", filter=Q(members__until=None)))
    mine = {group.pk for group in queries.groups_of(actor(request), Agent.Kind.CIRCLE)}
    rows = [(circle, circle.pk in mine) for circle in counted]
    return render(request, "agents/circles.html", {"rows": rows})


@open_to("together")
def circle(request: HttpRequest, pk: int) -> HttpResponse:
    """One circle and its people."""
    found = _get_circle_or_404(pk)
    members = queries.members_of(found)
    me = actor(request)
    context = {"circle": found, "members": members, "is_mine": any(member.pk == me.pk for member in members)}
    return render(request, "agents/circle.html", context)


@open_to("steward")
def add_circle(request: HttpRequest) -> HttpResponse:
    """A new circle."""

    def act(data: dict[str, Any]) -> str:
        made = operations.add_circle(by=actor(request), **data)
        return reverse("agents:circle", args=[made.pk])

    return form_page(
        request,
        forms.CircleForm(request.POST or None),
        act,
        title=_("A new circle"),
        lead=_("People who look after something together: the money, the kitchen, the packing."),
        submit=_("Begin it"),
        back=(reverse("agents:circles"), _("Circles")),
    )


@open_to("steward")
def join_circle(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody comes into a circle."""
    found = _get_circle_or_404(pk)
    back = (reverse("agents:circle", args=[pk]), found.name)
    return _join(request, found, title=_("Who comes into %(name)s?") % {"name": found.name}, back=back)


@open_to("together")
@require_POST
def leave_circle(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    """Somebody leaves a circle: herself, or a steward notes it."""
    found = _get_circle_or_404(pk)
    member = get_object_or_404(queries.members_of(found), pk=member_pk)
    return post(
        request,
        lambda key: operations.leave_group(by=actor(request), member=member, group=found, key=key),
        to=reverse("agents:circle", args=[pk]),
        said=_("It is noted."),
    )


@open_to("steward")
def organisations(request: HttpRequest) -> HttpResponse:
    """Farms, restaurants and others, with their place."""
    deeds = ((_("Add one"), reverse("agents:add_organisation"), "plus"),)
    return listing_page(request, listings.organisations, back=(reverse("steward"), _("To do")), deeds=deeds)


@open_to("steward")
def add_organisation(request: HttpRequest) -> HttpResponse:
    """A new farm, restaurant or other organisation."""

    def act(data: dict[str, Any]) -> str:
        by = actor(request)
        place = None
        if data["place_name"]:
            place = operations.NewPlace(data["place_name"], data["latitude"], data["longitude"])
        names = ("email", "phone", "address", "iban", "bank_name")
        what = {"name": data["name"], "about": data["about"], "place": place, "key": data["key"]}
        draft = ContactDraft(**{name: data[name] for name in names})
        if data["what"] == "producer":
            made = operations.add_producer(by=by, contact=draft, **what)
        else:
            made = operations.add_organisation(
                by=by, contact=draft, group="restaurant" if data["what"] == "restaurant" else "", **what
            )
        messages.success(request, _("%(name)s is here now.") % {"name": made.name})
        return reverse("agents:person", args=[made.pk])

    return form_page(
        request,
        forms.OrganisationForm(request.POST or None),
        act,
        title=_("Add a farm or organisation"),
        submit=_("Add it"),
        back=(reverse("agents:organisations"), _("Farms and organisations")),
    )


@open_to("steward")
def edit_group(request: HttpRequest, pk: int) -> HttpResponse:
    """What a farm, organisation or household is called, and where it is."""
    found = _get_group_or_404(pk)
    start = {name: getattr(found, name) for name in ("name", "about", "place", "is_public")} | {"buys": found.group}

    def act(data: dict[str, Any]) -> None:
        operations.change_group(
            by=actor(request),
            group=found,
            name=data["name"],
            about=data["about"],
            is_public=data["is_public"],
            where=operations.Whereabouts(data["place"], data["buys"]),
            key=data["key"],
        )

    is_household = found.kind == Agent.Kind.HOUSEHOLD
    form = forms.GroupForm(request.POST or None, initial=start, is_household=is_household)
    title, back = _("About %(name)s") % {"name": found.name}, (reverse("agents:person", args=[pk]), found.name)
    return form_page(request, form, act, said=_("Kept."), title=title, back=back)


@open_to("steward")
def join_organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody acts for a farm or organisation from now on."""
    found = _get_group_or_404(pk)
    back = (reverse("agents:person", args=[pk]), found.name)
    return _join(request, found, title=_("Who acts for %(name)s?") % {"name": found.name}, back=back)


def _join(request: HttpRequest, group: Agent, **page: Any) -> HttpResponse:
    form = forms.MemberOfForm(request.POST or None, group=group)
    return form_page(
        request,
        form,
        lambda data: operations.join(by=actor(request), member=data["member"], group=group, key=data["key"]),
        lead=forms.READS_ALL if group.kind == Agent.Kind.HOUSEHOLD else "",
        submit=_("Add this person"),
        **page,
    )


@open_to("steward")
def places(request: HttpRequest) -> HttpResponse:
    """Where goods are handed over, and where farms are."""
    farms = set(queries.producers().values_list("place_id", flat=True))

    def on_map(shown: list[Place]) -> dict[str, Any]:
        stops = [
            {
                "label": place.name,
                "lat": place.latitude,
                "lon": place.longitude,
                "tone": "store" if place.is_handover else "farm",
            }
            for place in shown
            if place.latitude is not None and (place.is_handover or place.pk in farms)
        ]
        return {"stops": stops}

    return listing_page(
        request,
        listings.places,
        lead=_("Where goods are handed over, and where farms are."),
        back=(reverse("steward"), _("To do")),
        deeds=((_("Add a place"), reverse("agents:add_place"), "plus"),),
        template="agents/places.html",
        beside=on_map,
    )


@open_to("steward")
def place(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new place, or a correction."""
    found = get_object_or_404(Place, pk=pk, is_private=False) if pk else None
    names = ("name", "address", "latitude", "longitude", "is_handover")

    def act(data: dict[str, Any]) -> None:
        if found:
            operations.change_place(by=actor(request), place=found, **data)
        else:
            operations.add_place(by=actor(request), **data)

    return form_page(
        request,
        forms.PlaceForm(request.POST or None, initial={name: getattr(found, name) for name in names if found}),
        act,
        said=_("Kept."),
        title=_("Correct a place") if found else _("Add a place"),
        back=(reverse("agents:places"), _("Places")),
    )


def _get_group_or_404(pk: int) -> Agent:
    kinds = [Agent.Kind.ORGANISATION, Agent.Kind.HOUSEHOLD]
    return get_object_or_404(Agent.objects.present(), pk=pk, kind__in=kinds)


def _get_circle_or_404(pk: int) -> Agent:
    return get_object_or_404(Agent.objects.present(), pk=pk, kind=Agent.Kind.CIRCLE)
