"""In which browsers somebody has signed in before: a signed cookie that outlives the session and opens nothing."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.http import HttpRequest, HttpResponse

from cosmolocal.agents.models import User
from cosmolocal.kernel import ids

_SALT = "cosmolocal.agents.browsers"
_KEPT = 60 * 60 * 24 * 365
_MOST = 5  # people who share a browser; who came in longest ago is forgotten


def number_for(request: HttpRequest, user: User | None) -> str:
    """The number of a browser in which this person has signed in before; "" for any other."""
    number, known = _read(request)
    return number if user is not None and user.pk in known else ""


def note(sender: object, request: HttpRequest, user: User, **_signal: Any) -> None:
    """Somebody has signed in: her browser is told with the answer."""
    request.signed_in_now = user.pk  # type: ignore[attr-defined]


class BrowserMiddleware:
    """Tells a browser who has signed in with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if came := getattr(request, "signed_in_now", None):
            number, known = _read(request)
            people = [came, *(one for one in known if one != came)][:_MOST]
            answer.set_cookie(
                settings.BROWSER_COOKIE_NAME,
                signing.dumps([number or ids.fresh_key(), people], salt=_SALT),
                max_age=_KEPT,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return answer


def _read(request: HttpRequest) -> tuple[str, list[int]]:
    try:
        number, people = signing.loads(request.COOKIES.get(settings.BROWSER_COOKIE_NAME, ""), salt=_SALT, max_age=_KEPT)
    except signing.BadSignature:
        return "", []
    return number, people


user_logged_in.connect(note, dispatch_uid="agents.note_browser")
