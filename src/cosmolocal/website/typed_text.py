"""What arrives from a browser holds no sign that nobody can type; how long it may be: incoming.py."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

LONGEST_KEY = 80  # as the operations keep it
ZERO = "\x00"  # PostgreSQL refuses it in any text, and no keyboard has it


class TypedTextMiddleware:
    """Drops zero bytes; stands after the door that refuses forms of other pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_zero(request.GET):
            request.GET = _clean(request.GET)  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> None:
        """The fields of a form: here, since whoever may not send it has been turned away without its being read."""
        if request.method == "POST":
            posted = request.POST
            if _has_zero(posted) or any(len(key) > LONGEST_KEY for key in posted.getlist("key")):
                request.POST = _clean(posted)  # type: ignore[assignment]


def _has_zero(data: QueryDict) -> bool:
    return any(ZERO in text for name, values in data.lists() for text in (name, *map(str, values)))


def _clean(data: QueryDict) -> QueryDict:
    """The same values without zero bytes, and keys no longer than operations keep them."""
    made = QueryDict(mutable=True, encoding=data.encoding)
    for name, values in data.lists():
        most = LONGEST_KEY if name == "key" else None
        made.setlist(name.replace(ZERO, ""), [str(value).replace(ZERO, "")[:most] for value in values])
    made._mutable = False
    return made
