"""The setup wizard."""

from django.http import Http404, HttpRequest, HttpResponse


def wizard(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link."""
    raise Http404
