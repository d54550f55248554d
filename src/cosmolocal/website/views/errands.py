"""Long work somebody asked for: how far it is, what it came to, the file it made. Only she sees it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from cosmolocal.agents.pages import actor
from cosmolocal.kernel import errands
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.models import Errand
from cosmolocal.paper.downloads import safe_name


@open_to("signed_in")
@require_safe
def errand(request: HttpRequest, token: UUID) -> HttpResponse:
    """Renews itself until it is over; then the page it leads to opens, or the file can be fetched."""
    found = _get_errand_or_404(request, token)
    asks_part = bool(getattr(request, "htmx", False))
    if found.state == Errand.State.DONE and found.url:
        if found.sentence:
            messages.success(request, found.sentence)
        return HttpResponseClientRedirect(found.url) if asks_part else HttpResponseRedirect(found.url)
    done, total = errands.how_far(token)
    context: dict[str, Any] = {
        "errand": found,
        "done": done,
        "total": total,
        "has_file": errands.file_of(found) is not None,
        "was_file": bool(found.file_name),
        "may_read": not found.is_over or errands.may_read(found),
    }
    return render(request, "website/parts/errand.html" if asks_part else "website/errand.html", context)


@open_to("signed_in")
@require_safe
def file(request: HttpRequest, token: UUID) -> FileResponse:
    """What the errand made, as long as it is kept."""
    found = _get_errand_or_404(request, token)
    path = errands.file_of(found)
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type=found.file_type)
    response["Content-Disposition"] = content_disposition_header(False, safe_name(found.file_name)) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _get_errand_or_404(request: HttpRequest, token: UUID) -> Errand:
    return get_object_or_404(Errand, pk=token, made_by_id=actor(request).pk)
