"""What a page says when the body of a request was not taken in. The front of the web server leaves the word for why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

PROBLEM = "cosmolocal.body"  # in the WSGI environment: too_large, too_slow or no_room
_STATUS = {"too_large": 413, "too_slow": 408, "no_room": 507}


def not_taken(request: HttpRequest) -> HttpResponse | None:
    """The page about a body that was not taken; None where all came."""
    word = request.META.get(PROBLEM)
    if word is None:
        return None
    sentence = {
        "too_large": _("What was sent is too large: at most 32 MB at once. Choose a smaller file."),
        "too_slow": _("What was sent did not arrive in time. Please try again where the connection is better."),
        "no_room": _("The disk of this node is full, so the file could not be taken. Please tell a steward."),
    }[word]
    return render(request, "413.html", {"sentence": sentence}, status=_STATUS[word])
