"""How often a form may be sent: counted per person, or per internet address of a stranger, in the node's cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cosmolocal.agents import queries
from cosmolocal.kernel import ids, senders

View = Callable[..., HttpResponse]


def who(request: HttpRequest) -> str:
    """A short name for whoever sends: the person, else a digest of the address."""
    agent = queries.reader(request).agent
    if agent is not None:
        return f"agent-{agent.pk}"
    return ids.digest(senders.home_of(request.META.get("REMOTE_ADDR", "")))[:24]


def allow(name: str, sender: str, *, times: int, seconds: int) -> bool:
    """Counts one more; False once `times` within a window of `seconds` are used up."""
    counter = f"limit:{name}:{sender}"
    if cache.add(counter, 1, timeout=seconds):
        return True
    try:
        return cache.incr(counter) <= times
    except ValueError:  # the window ended between both statements
        return True


def limited(name: str, *, times: int, seconds: int) -> Callable[[View], View]:
    """A view whose POST is answered with 429 and a sentence once it was sent too often."""

    def wrap(view: View) -> View:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not allow(name, who(request), times=times, seconds=seconds):
                return render(request, "429.html", status=429)
            return view(request, *args, **kwargs)

        return run

    return wrap
