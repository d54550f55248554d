"""Pages that say what went wrong and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from cosmolocal.kernel.refusal import Refusal

KEPT_CHARACTERS = 4000
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "key", "code", "email_code", "token"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: something could not be read."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but this is another person's task."""
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old; what was typed stands on the page, so that nothing is lost."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT
        for value in values
        if value.strip()
    ]
    kept = [(name, value[:KEPT_CHARACTERS]) for name, value in typed[:50]]
    return render(request, "website/stale_form.html", {"typed": kept, "again": request.get_full_path()}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing for this reader."""
    return render(request, "404.html", status=404)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """422: a wish that cannot be done now, with the sentence that says what to do next."""
    context = {"sentence": str(refusal), "code": refusal.code}
    if getattr(request, "htmx", False):
        return render(request, "website/refused_part.html", context, status=422)
    return render(request, "422.html", context, status=422)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """500: our mistake. Asks neither the database nor who reads: one of them may be what failed."""
    return HttpResponse(render_to_string("500.html"), status=500)
