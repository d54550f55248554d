"""The application of the web server: the front, and behind it the pages."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 - after the environment has said where they are

from cosmolocal.config.front import Front  # noqa: E402
from cosmolocal.kernel import node  # noqa: E402

THREADS = 4  # that run pages


def takes_backups(path: str) -> bool:
    """Only where a local is being set up, a file of many gigabytes is expected."""
    return path.startswith("/setup/") and path.endswith("/bring-back/") and not node.is_ready()


application = Front(pages, threads=THREADS, trusted=settings.TRUSTED_PROXIES, may_be_large=takes_backups)
