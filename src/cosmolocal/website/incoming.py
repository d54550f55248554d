"""What comes in from outside has a length, and no zero bytes, before any page reads it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

LONGEST_ASKED = 2000  # characters of one value in an address
LONGEST_TYPED = 50_000  # of one field of a form
LONGEST_NAME = 200
LARGEST_NUMBER = 2**63 - 1


def too_long(request: HttpRequest) -> HttpResponse | None:
    """The page that says so where a value is longer than any page takes; else None, and zero bytes are gone."""
    request.GET = _clean(request.GET)  # type: ignore[assignment]
    fits = _fits(request.GET, LONGEST_ASKED)
    if fits and request.method == "POST":
        request.POST = _clean(request.POST)  # type: ignore[assignment]
        fits = _fits(request.POST, LONGEST_TYPED)
    if fits:
        return None
    sentence = _("A text in what was sent is far too long. Go back and make it shorter.")
    return render(request, "400.html", {"sentence": sentence}, status=400)


def is_no_row(numbers: Mapping[str, Any]) -> bool:
    """A number in the path that is larger than any row's."""
    return any(isinstance(number, int) and number > LARGEST_NUMBER for number in numbers.values())


def _fits(sent: QueryDict, longest: int) -> bool:
    return all(
        len(name) <= LONGEST_NAME and all(len(value) <= longest for value in values) for name, values in sent.lists()
    )


def _clean(sent: QueryDict) -> QueryDict:
    """The same without zero bytes: PostgreSQL takes none, and no form means one."""
    if not any("\x00" in text for name, values in sent.lists() for text in (name, *values)):
        return sent
    clean = QueryDict(mutable=True)
    for name, values in sent.lists():
        clean.setlist(name.replace("\x00", ""), [value.replace("\x00", "") for value in values])
    clean._mutable = False
    return clean
