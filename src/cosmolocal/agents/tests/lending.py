"""A session that somebody else's code began, without a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from cosmolocal.agents import sessions
from cosmolocal.kernel import clock


@contextmanager
def a_lent_session() -> Iterator[None]:
    """Whatever is done inside is done in a session that somebody else's code began."""
    request = HttpRequest()
    request.session, request.user, request.COOKIES = {}, AnonymousUser(), {settings.SESSION_COOKIE_NAME: "one"}  # type: ignore[assignment]
    sessions.lend(request, clock.now() + timedelta(days=1))
    with sessions.as_begun(request):
        yield
