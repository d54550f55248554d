"""The settings of the local, and work that got stuck: a steward's pages."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.operations import LocalDraft, change_local
from cosmolocal.agents.pages import actor, form_page, listing_page, post
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.kernel.practices import Practice, installed, used_by
from cosmolocal.look.tables import Deed
from cosmolocal.website import listings, navigation, operations
from cosmolocal.website.forms import LocalForm
from cosmolocal.website.queries import local_of


@open_to("steward")
def settings(request: HttpRequest) -> HttpResponse:
    """Name, place, words, zone, language."""
    local = local_of(request)
    known = local.latitude is not None and local.longitude is not None
    start = {name: getattr(local, name) for name in ("name", "about", "place_name", "zone", "language")} | {
        "pair": f"{local.latitude}, {local.longitude}" if known else "",
    }

    def act(data: dict[str, Any]) -> None:
        latitude, longitude = data["pair"] or (None, None)
        names = ("name", "about", "place_name", "zone", "language")
        draft = LocalDraft(latitude=latitude, longitude=longitude, **{name: data[name] for name in names})
        change_local(by=actor(request), draft=draft, key=data["key"])

    return form_page(
        request,
        LocalForm(request.POST or None, initial=start),
        act,
        said=_("Kept."),
        to="settings",
        title=_("This local"),
        lead=_("Money: %(currency)s. It stays as it was chosen at the beginning.") % {"currency": local.currency},
        back=(reverse("steward"), _("To do")),
    )


@open_to("steward")
def practices(request: HttpRequest) -> HttpResponse:
    """What this node can do together: what is on, and what may be switched on."""
    used = used_by(local_of(request))
    rest = [practice for practice in installed() if practice not in used]
    shown = {"on": [(practice, _pages_of(practice)) for practice in used], "off": rest}
    return render(request, "website/practices.html", shown)


def _pages_of(practice: Practice) -> dict[str, str]:
    """Where it is used, and where is said how it works here."""
    return {"entry": navigation.address(practice.entry), "settings": navigation.address(practice.settings)}


@open_to("steward")
@require_POST
def switch_practice(request: HttpRequest, name: str, to: str) -> HttpResponse:
    """On or off."""
    practice = next((one for one in installed() if one.name == name), None)
    if practice is None or to not in ("on", "off"):
        raise Http404
    is_on, page = to == "on", reverse("practices")
    said = _("%(practice)s is on: people find it from now on.") if is_on else _("%(practice)s is off. Nothing is lost.")

    def act(key: str) -> str:
        operations.switch_practice(by=actor(request), name=name, is_on=is_on, key=key)
        messages.success(request, said % {"practice": practice.title})
        return navigation.address(practice.settings) if is_on and practice.settings else page

    return post(request, act, to=page, refused_to=page)


@open_to("steward")
def troubles(request: HttpRequest) -> HttpResponse:
    """Jobs that were given up or refused, newest first."""

    def deeds(trouble: JobTrouble) -> list[Deed]:
        again, rest = reverse("try_again", args=[trouble.pk]), reverse("settle_trouble", args=[trouble.pk])
        tried = [] if trouble.code == "jobs.not_ours" else [Deed(_("Try again"), again, posts=True, kind="primary")]
        return [*tried, Deed(_("Let it rest"), rest, posts=True)]

    return listing_page(
        request,
        listings.troubles,
        lead=_("The program tried several times and gave up. Nothing is lost: mend the cause, then try again."),
        back=(reverse("steward"), _("To do")),
        row_deeds=deeds,
    )


@open_to("steward")
@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Once more."""
    trouble = get_object_or_404(JobTrouble, pk=pk)
    return post(
        request,
        lambda key: operations.try_again(by=actor(request), trouble=trouble, key=key),
        to="troubles",
        said=_("It is tried once more."),
    )


@open_to("steward")
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it rest."""
    trouble = get_object_or_404(JobTrouble, pk=pk)
    return post(
        request,
        lambda key: operations.settle_trouble(by=actor(request), trouble=trouble, key=key),
        to="troubles",
        said=_("It rests."),
    )
