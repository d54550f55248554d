"""The web server, a process of its own: `python -m cosmolocal.config.web SOCKET`; loads no command line."""

import os
import resource
import socket
import sys

# A page asks nothing that takes longer. Before settings are read.
os.environ.setdefault("COSMOLOCAL_STATEMENT_SECONDS", "30")

from django.conf import settings

from cosmolocal.config import lines
from cosmolocal.config.asgi import application
from cosmolocal.config.gate import Places

_OTHER_FILES = 256  # that the process has open beside its connections


def main() -> None:
    """Answers on the socket that has this number until SIGTERM."""
    places = Places.among(_open_many_files() - _OTHER_FILES)
    lines.server(application, places, settings.TRUSTED_PROXIES).run([socket.socket(fileno=int(sys.argv[1]))])


def _open_many_files() -> int:
    """Each connection is an open file; systems let a process have 1,024 unless it asks for more. How many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * Places.all + _OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else max(soft, min(wanted, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


if __name__ == "__main__":
    main()
