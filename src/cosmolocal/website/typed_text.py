"""What arrives from a browser has a length, and no sign that nobody can type, before any view or form reads it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

LONGEST_IN_AN_ADDRESS = 2000  # letters of one value: signed links are the longest, below 500
LONGEST_KEY = 80  # as the operations keep it
ZERO = "\x00"  # PostgreSQL refuses it in any text, and no keyboard has it


class TypedTextMiddleware:
    """Drops zero bytes, and cuts the values of an address; stands after the door that refuses forms of other pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_IN_AN_ADDRESS or _has_zero(request.GET):
            request.GET = _cut(request.GET, LONGEST_IN_AN_ADDRESS)  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> None:
        """The fields of a form: here, since whoever may not send it has been turned away without its being read."""
        if request.method == "POST":
            posted = request.POST
            if _has_zero(posted) or any(len(key) > LONGEST_KEY for key in posted.getlist("key")):
                request.POST = _cut(posted, None)  # type: ignore[assignment]


def _has_zero(data: QueryDict) -> bool:
    return any(ZERO in text for name, values in data.lists() for text in (name, *map(str, values)))


def _cut(data: QueryDict, longest: int | None) -> QueryDict:
    """The same values, without zero bytes and no longer than allowed."""
    made = QueryDict(mutable=True, encoding=data.encoding)
    for name, values in data.lists():
        most = LONGEST_KEY if name == "key" else longest
        made.setlist(name.replace(ZERO, "")[:most], [str(value).replace(ZERO, "")[:most] for value in values])
    made._mutable = False
    return made
