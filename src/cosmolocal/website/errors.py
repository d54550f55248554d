"""Pages that say what went wrong and what to do next."""

import sys
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.urls import is_valid_path

from cosmolocal.kernel.operation import disk_full, is_away, is_disk_full
from cosmolocal.kernel.refusal import Refusal

KEPT_CHARACTERS = 4000
A_WORD = 12  # characters that are typed again sooner than copied
AGAIN_SECONDS = 4
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "key", "code", "email_code", "token", "back"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: something could not be read."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but this is another person's task."""
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old; what was typed stands on the page, so that nothing is lost."""
    context = {"typed": _typed(request), "again": request.get_full_path()}
    return render(request, "website/stale_form.html", context, status=403)


def signed_out(request: HttpRequest) -> HttpResponse:
    """To sign-in and back to the page of the form; what was typed, if more than a word, is kept on a page between."""
    again, typed = _page_of(request), _typed(request)
    if len(typed) < 2 and all(len(value) <= A_WORD for _name, value in typed):
        return redirect_to_login(again)
    sign_in = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': again})}"
    return render(request, "website/signed_out.html", {"typed": typed, "sign_in": sign_in}, status=403)


def page_above(path: str) -> str:
    """The nearest page above an address that only takes forms: /people/6/code/ belongs to /people/6/."""
    parts = path.strip("/").split("/")
    while parts := parts[:-1]:
        above = f"/{'/'.join(parts)}/"
        if is_valid_path(above):
            return above
    return "/"


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form brought, for whoever has to type it once more."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT
        for value in values
        if value.strip()
    ]
    return [(name, value[:KEPT_CHARACTERS]) for name, value in typed[:50]]


def _page_of(request: HttpRequest) -> str:
    """The page on which the form stood, as the browser says; else the nearest above."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host() and is_valid_path(came_from.path):
        return came_from.path
    return page_above(request.path)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing for this reader."""
    return render(request, "404.html", status=404)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """422: a wish that cannot be done, with the sentence that says what to do next; 503 where it can in a moment."""
    context = {"sentence": str(refusal), "code": refusal.code}
    if getattr(request, "htmx", False):
        return render(request, "website/refused_part.html", context, status=422)
    if refusal.later:
        return _later(request, refusal)
    return render(request, "422.html", context, status=422)


def _later(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """503, with what a form brought. A page that was only looked for is asked for again by the browser itself."""
    typed = _typed(request) if request.method == "POST" else []
    context = {
        "sentence": str(refusal),
        "typed": typed,
        "again": _page_of(request) if typed else request.get_full_path(),
    }
    answer = render(request, "website/later.html", context, status=503)
    answer["Retry-After"] = str(AGAIN_SECONDS)
    if request.method == "GET":
        answer["Refresh"] = str(AGAIN_SECONDS)
    return answer


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """500: our mistake; 503: the database is away; 507: the disk is full, wherever that was met. Asks neither the
    database nor who reads: one of them may be what failed.
    """
    error = sys.exc_info()[1]
    if is_away(error):
        return away(request)
    if is_disk_full(error):
        return HttpResponse(render_to_string("507.html", {"sentence": str(disk_full())}), status=507)
    return HttpResponse(render_to_string("500.html"), status=500)


def away(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer. What a form brought stands on the page; a page comes again by itself."""
    try:
        typed = _typed(request) if request.method == "POST" else []
    except OSError:  # nor could the rest of the form be read
        typed = []
    answer = HttpResponse(render_to_string("503.html", {"typed": typed}), status=503)
    answer["Retry-After"] = str(AGAIN_SECONDS)
    if request.method == "GET":
        answer["Refresh"] = str(AGAIN_SECONDS)
    return answer
