"""Which hand-overs there are, and how far each is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cosmolocal.agents.queries import reader
from cosmolocal.handovers import queries
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to


@open_to("packer")
def home(request: HttpRequest) -> HttpResponse:
    """Hand-overs of the last days and those to come."""
    now = clock.now()
    found = queries.current(reader(request), now)
    return render(
        request,
        "handovers/home.html",
        {
            "coming": [one for one in found if one.ends >= now],
            "past": [one for one in reversed(found) if one.ends < now],
        },
    )
