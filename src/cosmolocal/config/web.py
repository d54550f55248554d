"""The web server, in a process that was forked for it."""

import resource
import socket

from django.conf import settings
from django.db import connections

from cosmolocal.config import lines
from cosmolocal.config.asgi import application
from cosmolocal.config.gate import Places
from cosmolocal.paper import apart

_OTHER_FILES = 256  # that the process has open beside its connections


def serve(listening: socket.socket) -> None:
    """Answers on this socket until SIGTERM."""
    hurry()
    apart.hurry()
    places = Places.among(_open_many_files() - _OTHER_FILES)
    lines.server(application, places, settings.TRUSTED_PROXIES).run([listening])


def hurry() -> None:
    """Connections to the database that are made from now on ask nothing that takes longer than a page may."""
    connections.settings["default"]["OPTIONS"].update(settings.LIMIT_OF_PAGES)


def _open_many_files() -> int:
    """Each connection is an open file; systems let a process have 1,024 unless it asks for more. How many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * Places.all + _OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else max(soft, min(wanted, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
