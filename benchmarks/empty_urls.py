"""The node's addresses and one more: an empty page for people who are signed in, the limit of every page."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from cosmolocal.config.urls import handler400, handler403, handler404, handler500
from cosmolocal.config.urls import urlpatterns as of_the_node
from cosmolocal.kernel.access import open_to

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
EMPTY = "/benchmark/empty/"


@open_to("signed_in")
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, after session, person and door."""
    return HttpResponse("empty")


urlpatterns = [path(EMPTY.removeprefix("/"), empty, name="benchmark_empty"), *of_the_node]
