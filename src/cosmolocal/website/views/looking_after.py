"""The settings of the local, and work that got stuck: a steward's pages."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.operations import LocalWish, change_local
from cosmolocal.agents.pages import actor, form_page, post
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.kernel.practices import used_by
from cosmolocal.website import operations
from cosmolocal.website.forms import LocalForm
from cosmolocal.website.queries import local_of


@open_to("steward")
def settings(request: HttpRequest) -> HttpResponse:
    """Name, place, words, zone, language, practices."""
    local = local_of(request)
    known = local.latitude is not None and local.longitude is not None
    start = {name: getattr(local, name) for name in ("name", "about", "place_name", "zone", "language")} | {
        "pair": f"{local.latitude}, {local.longitude}" if known else "",
        "practices": [practice.name for practice in used_by(local)],
    }

    def act(data: dict[str, Any]) -> None:
        latitude, longitude = data["pair"] or (None, None)
        names = ("name", "about", "place_name", "zone", "language", "practices")
        wish = LocalWish(latitude=latitude, longitude=longitude, **{name: data[name] for name in names})
        change_local(by=actor(request), wish=wish, key=data["key"])

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
def troubles(request: HttpRequest) -> HttpResponse:
    """Jobs that were given up or refused, newest first."""
    open_ones = JobTrouble.objects.filter(settled_at=None).order_by("-at", "-id")
    return render(
        request, "website/troubles.html", {"page": Paginator(open_ones, 30).get_page(request.GET.get("page"))}
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
