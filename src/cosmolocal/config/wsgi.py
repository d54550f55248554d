"""The pages alone, for another web server; it has to take bodies in by itself (see `front`)."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
_pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 - after the environment has said where they are

from cosmolocal.kernel import senders  # noqa: E402


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """One request, with the address and scheme that trusted proxies saw."""
    senders.settle(environ, settings.TRUSTED_PROXIES)
    return _pages(environ, start)
