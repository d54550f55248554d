"""The choice of light or dark, and the page of samples."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from cosmolocal.kernel.access import open_to
from cosmolocal.look import samples
from cosmolocal.look.pages import page_of_ours

_YEAR = 60 * 60 * 24 * 365


@open_to("anyone")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps light or dark in this browser, or follows the device again; back to where the person was."""
    answer = HttpResponseRedirect(page_of_ours(request.POST.get("next")) or "/")
    chosen = request.POST.get("theme", "")
    if chosen in {"light", "dark"}:
        answer.set_cookie("theme", chosen, _YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer


@open_to("anyone")
def gallery(request: HttpRequest) -> HttpResponse:
    """Every part in every state; only where people build or try things out."""
    _for_builders()
    return render(request, "look/gallery.html", samples.everything(request))


@open_to("anyone")
def sheet(request: HttpRequest) -> HttpResponse:
    """A long list as it comes out of the printer; only where people build or try things out."""
    _for_builders()
    return render(request, "look/samples/sheet.html", samples.sheet())


def _for_builders() -> None:
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
