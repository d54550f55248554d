"""The door of the house: the reader's zone and language, and Refusals that no view caught."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from zoneinfo import ZoneInfo

from cosmolocal.kernel import node


class DoorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(ZoneInfo(node.current().zone or "UTC")):
            return self.get_response(request)
